//! `kill -9` of real processes, over real sockets and real stores, at points that are chosen by what
//! was reached and never by the clock: nothing that was acknowledged is lost, and nothing is done
//! twice.

mod delivery;

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use allmende_tests::judge;
use allmende_tests::machines::{Desk, Machine, Machines};
use allmende_tests::wait::{until, until_so};
use audit::entry::Entry;
use serde_json::{Value, json};

const ULM: &str = "ulm.localhost";
const COMPANY: &str = "company.localhost";

/// Who dies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Dies {
    Provider,
    Consumer,
    Both,
}

/// Contracts that are asked for before each death.
const ASKED: usize = 6;

/// Who dies as soon as how many further negotiations have come how far, as the consumer sees it.
const DEATHS: [(Dies, &str, usize); 7] = [
    (Dies::Provider, "REQUESTED", 1),
    (Dies::Consumer, "REQUESTED", 1),
    (Dies::Provider, "AGREED", 1),
    (Dies::Consumer, "AGREED", 1),
    (Dies::Provider, "FINALIZED", 2),
    (Dies::Consumer, "FINALIZED", 2),
    (Dies::Both, "VERIFIED", 2),
];

const STATES: [&str; 4] = ["REQUESTED", "AGREED", "VERIFIED", "FINALIZED"];

/// How many contracts have come at least so far.
fn reached(contracts: &[Value], state: &str) -> usize {
    let place = |state: &Value| STATES.iter().position(|known| state == known);
    let far = STATES.iter().position(|known| *known == state);
    contracts.iter().filter(|it| place(&it["protocolState"]) >= far).count()
}

fn contracts(desk: &Desk) -> Vec<Value> {
    desk.get("/contracts").as_array().unwrap().clone()
}

/// Asks for a contract until a request is acknowledged; its id. One whose answer was lost may exist
/// beside it.
fn ask(company: &Desk, dataset: &Value) -> String {
    let body = json!({"peer": ULM, "dataset": dataset["id"]});
    let asked = until("a contract is asked for", || {
        let told = company.ask("POST", "/contracts", Some(&body)).ok()?;
        // Not now: the consumer is another process with other tokens, or the provider is dead.
        assert!([200, 404, 503, 504].contains(&told.status), "{:?}", told.json());
        (told.status == 200).then(|| told.json())
    });
    asked["id"].as_str().unwrap().to_owned()
}

/// Kills and starts again.
fn revive(dies: Dies, ulm: &mut Machine, company: &mut Machine) {
    let mut dying = match dies {
        Dies::Provider => vec![ulm],
        Dies::Consumer => vec![company],
        Dies::Both => vec![ulm, company],
    };
    dying.iter_mut().for_each(|machine| machine.kill());
    dying.iter_mut().for_each(|machine| machine.up());
}

/// The whole log, entry by entry as it was written.
fn log(desk: &Desk) -> Vec<Entry> {
    let (mut entries, mut from) = (Vec::new(), Some(0));
    while let Some(index) = from {
        let page = desk.get(&format!("/log?from={index}&count=1000"));
        for row in page["entries"].as_array().unwrap() {
            entries.push(serde_json::from_value(row["entry"].clone()).unwrap());
        }
        from = page["next"].as_u64();
    }
    entries
}

/// Both logs hold nothing twice, and an auditor finds them proven and of one mind.
fn check_logs(machines: &Machines, ulm: &Desk, company: &Desk) {
    for desk in [ulm, company] {
        judge::check_log(&desk.did, &log(desk));
    }
    let report = machines.audit("audit", &[ulm, company]);
    assert_eq!(report["verdict"], "proven", "{report:#}");
    assert_eq!(report["agree"], true, "{report:#}");
}

#[test]
fn negotiations_whose_parties_are_killed_end_once_and_alike_on_both_sides() {
    let machines = Machines::found();
    let (mut ulm, mut company) =
        (machines.join("ulm", &[ULM]), machines.join("company", &[COMPANY]));
    let (provider, consumer) = (ulm.desk(ULM), company.desk(COMPANY));
    ulm.write(ULM, "parking.csv", b"Rathaus,12\n");
    let dataset =
        ["dataset", "add", "--title", "Parking", "--file", "parking.csv", "--until", "2099-12-31"];
    let dataset = ulm.run(&dataset).done();

    let (mut acknowledged, mut open) = (BTreeSet::new(), 0);
    for (dies, state, count) in DEATHS {
        let before = reached(&contracts(&consumer), state);
        thread::scope(|scope| {
            let asking =
                scope.spawn(|| (0..ASKED).map(|_| ask(&consumer, &dataset)).collect::<Vec<_>>());
            let seen = until("negotiations are under way", || {
                let seen = contracts(&consumer);
                (reached(&seen, state) >= before + count).then_some(seen)
            });
            open += seen.len() - reached(&seen, "FINALIZED");
            revive(dies, &mut ulm, &mut company);
            acknowledged.extend(asking.join().unwrap());
        });
    }
    assert!(open > 0, "whoever was killed had something to do");
    assert_eq!(acknowledged.len(), DEATHS.len() * ASKED);

    until_so("every negotiation ends", || {
        let seen = contracts(&consumer);
        reached(&seen, "FINALIZED") == seen.len()
    });
    let agreed = |desk: &Desk| -> BTreeMap<String, (String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let rows = contracts(desk);
        let by_agreement: BTreeMap<_, _> = rows
            .iter()
            .map(|row| (text(&row["agreement"]), (text(&row["documentDigest"]), text(&row["id"]))))
            .collect();
        assert_eq!(by_agreement.len(), rows.len(), "one agreement for each negotiation");
        by_agreement
    };
    until_so("the provider hears of each end", || {
        let seen = contracts(&provider);
        reached(&seen, "FINALIZED") == seen.len()
    });
    let (ours, theirs) = (agreed(&consumer), agreed(&provider));
    let digests = |side: &BTreeMap<String, (String, String)>| -> Vec<(String, String)> {
        side.iter().map(|(id, (digest, _))| (id.clone(), digest.clone())).collect()
    };
    assert_eq!(digests(&ours), digests(&theirs));
    let kept: BTreeSet<_> = ours.into_values().map(|(_, id)| id).collect();
    assert!(kept.is_superset(&acknowledged), "what was acknowledged is there");
    check_logs(&machines, &provider, &consumer);
}
