//! The management listener of a process that serves two towns, over HTTP: an operator of one cannot
//! name, read, change or stop anything of the other, by any call that the listener describes.

mod browser;
mod calls;

use std::collections::BTreeMap;

use allmende_tests::local::Ask;
use allmende_tests::machines::{Desk, Machine, Machines};
use allmende_tests::raw::Told;
use allmende_tests::wait::until_so;
use serde_json::{Value, json};

use calls::{Call, calls};

const ULM: &str = "ulm.localhost";
const NEU_ULM: &str = "neu-ulm.localhost";
const COMPANY: &str = "company.localhost";

/// An id that nothing has.
const NOTHING: &str = "urn:uuid:00000000-0000-4000-8000-000000000000";

/// Two towns in one process, and a company that deals with one of them.
struct Stage {
    _machines: Machines,
    _towns: Machine,
    _company: Machine,
    ulm: Desk,
    neu_ulm: Desk,
}

fn publish(machine: &Machine, host: &str, title: &str, more: &[&str]) -> Value {
    machine.write(host, "secret.csv", b"Rathaus,12\n");
    let add = ["dataset", "add", "--title", title, "--file", "secret.csv", "--participant", host];
    machine.run(&[&add[..], more].concat()).done()
}

/// Asks `peer` for a contract and waits until it stands in `state` for whoever asked.
fn contract(desk: &Desk, peer: &str, dataset: &Value, state: &str) -> String {
    let body = json!({"peer": peer, "dataset": dataset["id"]});
    let asked = desk.done("POST", "/contracts", Some(&body));
    let id = asked["id"].as_str().unwrap().to_owned();
    until_so("the contract is where it is wanted", || {
        desk.get(&format!("/contracts/{id}"))["protocolState"] == state
    });
    id
}

/// Neu-Ulm has one of each: datasets, a contract as provider, one that waits for a person, one as
/// consumer that was fetched and is served, and an account.
fn stage() -> Stage {
    let machines = Machines::found();
    let towns = machines.join("towns", &[ULM, NEU_ULM]);
    let company = machines.join("company", &[COMPANY]);
    let (ulm, neu_ulm) = (towns.desk(ULM), towns.desk(NEU_ULM));
    let buyer = company.desk(COMPANY);
    let offered = publish(&towns, NEU_ULM, "Secret", &[]);
    let watched = publish(&towns, NEU_ULM, "Secret too", &["--second-person"]);
    contract(&buyer, NEU_ULM, &offered, "FINALIZED");
    contract(&buyer, NEU_ULM, &watched, "REQUESTED");
    let wanted = publish(&company, COMPANY, "Wanted", &[]);
    let own = contract(&neu_ulm, COMPANY, &wanted, "FINALIZED");
    let pulled = neu_ulm.done("POST", &format!("/contracts/{own}/pull"), Some(&json!({})));
    let delivery = format!("/deliveries/{}", pulled["id"].as_str().unwrap());
    until_so("the delivery is over", || neu_ulm.get(&delivery)["outcome"] == "complete");
    let _ = neu_ulm.done("POST", &format!("/contracts/{own}/serve"), Some(&json!({})));
    let _ = neu_ulm.done("POST", "/accounts", Some(&json!({"name": "clara", "roles": ["clerk"]})));
    until_so("Neu-Ulm hears of the end", || {
        neu_ulm.get("/contracts").as_array().unwrap().len() == 3
    });
    Stage { _machines: machines, _towns: towns, _company: company, ulm, neu_ulm }
}

/// Everything of a participant that its lists show.
fn everything(desk: &Desk, calls: &[Call]) -> BTreeMap<String, Value> {
    let quiet =
        ["/status", "/doctor", "/log", "/members", "/partners", "/catalog", "/authority/anchors"];
    let lists = calls.iter().filter(|call| call.method == "GET" && !call.path.contains('{'));
    let lists = lists.filter(|call| !quiet.contains(&call.path.as_str()));
    lists.map(|call| (call.path.clone(), desk.get(&call.path))).collect()
}

/// What people did, as the log tells it: the rest goes on by itself.
fn deeds(desk: &Desk) -> Vec<Value> {
    let by_itself = ["checkpoint-received", "trust-list-accepted"];
    let page = desk.get("/log?count=1000");
    let entries = page["entries"].as_array().unwrap().clone();
    entries.into_iter().filter(|it| !by_itself.contains(&it["kind"].as_str().unwrap())).collect()
}

/// The ids of the things in those lists: contracts, datasets, deliveries, and names of accounts.
fn ids(everything: &BTreeMap<String, Value>) -> Vec<String> {
    let rows = everything.values().filter_map(Value::as_array).flatten();
    let mut ids: Vec<String> = rows
        .filter_map(|row| row.get("id").or_else(|| row.get("name")))
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// What is compared: all that a caller could tell two answers apart by.
fn shown(told: &Told) -> (u16, BTreeMap<String, String>, String) {
    let mut headers = told.headers.clone();
    headers.remove("date");
    (told.status, headers, String::from_utf8_lossy(&told.body).into_owned())
}

fn send(ask: &Ask, desk: &Desk) -> Told {
    ask.send(desk.address().unwrap()).unwrap()
}

#[test]
fn no_call_reaches_across_the_line_between_two_participants_of_one_process() {
    let stage = stage();
    let Stage { ulm, neu_ulm, .. } = &stage;
    let calls = calls(ulm);
    let (before, done) = (everything(neu_ulm, &calls), deeds(neu_ulm));
    let ids = ids(&before);
    assert!(ids.len() >= 7 && ids.contains(&"clara".to_owned()), "{ids:?}");
    let roles = ["approver", "auditor", "clerk", "operator"];
    let anna = ulm.done("POST", "/accounts", Some(&json!({"name": "anna", "roles": roles})));
    let anna = ulm.signed_in(anna["token"].as_str().unwrap());

    for call in &calls {
        // The ids are real: whoever they belong to can read by them.
        if call.method == "GET" && call.about_one() {
            let own = ids.iter().filter(|id| send(&call.by(neu_ulm, id), neu_ulm).status == 200);
            assert!(own.count() > 0, "{call:?} shows Neu-Ulm nothing");
        }
        for desk in [ulm, &anna] {
            let elsewhere = desk.posing_as("did:web:nobody.localhost");
            let nobody = shown(&send(&call.to(&elsewhere, desk, NOTHING), desk));
            assert_eq!(nobody.0, 404, "{call:?}: {nobody:?}");
            for id in &ids {
                let across = send(&call.to(neu_ulm, desk, id), desk);
                assert_eq!(shown(&across), nobody, "{call:?} in Neu-Ulm's name");
                if call.takes_id() {
                    let unknown = shown(&send(&call.by(desk, call.unknown(id)), desk));
                    let asked = send(&call.by(desk, id), desk);
                    assert_eq!(shown(&asked), unknown, "{call:?} about {id} of Neu-Ulm");
                    let refused = asked.status == 404 || call.is_office();
                    assert!(refused, "{call:?} about {id}: {:?}", shown(&asked));
                }
            }
            if !call.takes_id() {
                let told =
                    String::from_utf8_lossy(&send(&call.by(desk, NOTHING), desk).body).into_owned();
                let leak =
                    ids.iter().map(String::as_str).chain(["Secret"]).find(|it| told.contains(it));
                assert_eq!(leak, None, "{call:?} tells of Neu-Ulm: {told}");
            }
        }
    }
    assert_eq!(everything(neu_ulm, &calls), before);
    assert_eq!(deeds(neu_ulm), done);
}
