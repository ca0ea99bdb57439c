//! Every endpoint of the Dataspace Protocol, one table: what is somebody else's looks like what does
//! not exist, to the byte; what is opened is 201 with its place, what is taken 200.

use std::collections::{BTreeMap, BTreeSet};

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::listener::Listener;
use allmende_tests::raw::{Client, Told};
use allmende_tests::schema::Standard;
use allmende_tests::story::{ENGINEER, PUBLISHER, SECOND, described, rule};
use connector::engine::dataset::Described;
use connector::engine::negotiation::Ending;
use connector::record::dataset::{ApprovalRule, ListedFor};
use protocol::http_path::{ROUTES, Route};
use protocol::message::MessageKind;
use serde_json::{Value, json};

use super::{BASE, listening};

const CONTEXT: &str = "https://w3id.org/dspace/2025/1/context.jsonld";
const UNKNOWN: &str = "urn:uuid:00000000-dead-4000-8000-000000000000";

/// A message that can be read, of a process that the path names.
fn message(kind: MessageKind, offer: &Value) -> Value {
    let mut body = json!({
        "@context": [CONTEXT], "@type": kind.name(),
        "consumerPid": "urn:uuid:consumer", "providerPid": "urn:uuid:provider",
    });
    let more = if kind == MessageKind::ContractRequestMessage
        || kind == MessageKind::ContractOfferMessage
    {
        json!({ "offer": offer })
    } else if kind == MessageKind::ContractAgreementMessage {
        let mut agreement = offer.clone();
        agreement["@type"] = json!("Agreement");
        agreement["timestamp"] = json!("2026-05-01T12:00:00Z");
        agreement["assigner"] = json!(Who::Ulm.did().to_string());
        agreement["assignee"] = json!(Who::Company.did().to_string());
        json!({ "agreement": agreement })
    } else if kind == MessageKind::ContractNegotiationEventMessage {
        json!({ "eventType": "ACCEPTED" })
    } else {
        json!({})
    };
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn call(client: &mut Client, path: &str, body: Option<&Value>) -> Told {
    match body {
        Some(body) => client.post(path, body).await,
        None => client.get(&format!("{BASE}{path}")).await,
    }
}

/// All that a caller can see of an answer, without its moment.
fn seen(told: &Told) -> (u16, BTreeMap<String, String>, Vec<u8>) {
    let mut headers = told.headers.clone();
    headers.remove("date");
    (told.status, headers, told.body.clone())
}

/// What Ulm has with the company: a negotiation that waits, one in which it is the consumer, a
/// transfer, an agreement, a dataset that the firm is not shown.
struct Theirs {
    offer: Value,
    negotiations: Vec<String>,
    transfer: String,
    agreement: String,
    dataset: String,
}

impl Theirs {
    async fn of(space: &Dataspace, listener: &Listener) -> Self {
        let agreement = space.contract(&rule()).await;
        space.transfer(&agreement).await;
        let (transfer, _) = space.only_transfer(Who::Ulm).await;
        let hidden = Described {
            listed_for: ListedFor::Permitted,
            approval: ApprovalRule::SecondPerson,
            ..described(&rule())
        };
        let hidden = space.publish(Who::Ulm, hidden).await;
        space.ask(Who::Company, Who::Ulm, &hidden).await.unwrap();
        space.settle().await;
        let mut offer = hidden.offer.clone();
        offer["target"] = json!(hidden.id.as_str());
        let mut client = company(listener).await;
        let told = client.post("/negotiations/offers", &opening("offers", &offer)).await;
        let consumer = told.json()["consumerPid"].as_str().unwrap().to_owned();
        let open = space.kept(Who::Ulm).await.negotiations.into_iter();
        let open = open.filter(|(_, record)| !record.process.is_over()).map(|(pid, _)| pid);
        let negotiations: Vec<String> = open.collect();
        assert!(negotiations.len() == 2 && negotiations.contains(&consumer));
        let (agreement, dataset) = (agreement.id.to_string(), hidden.id.to_string());
        Self { offer, negotiations, transfer, agreement, dataset }
    }

    /// The ids that may stand in the path.
    fn ids(&self, route: &Route) -> Vec<&str> {
        match route.path {
            path if path.starts_with("/catalog/datasets") => vec![&self.dataset],
            path if path.starts_with("/negotiations") => {
                self.negotiations.iter().map(String::as_str).collect()
            }
            path if path.starts_with("/transfers") => vec![&self.transfer],
            other => panic!("{other}"),
        }
    }
}

async fn company(listener: &Listener) -> Client {
    super::company(listener).await
}

/// A message that opens something with Ulm, sent by hand.
fn opening(what: &str, offer: &Value) -> Value {
    let base = format!("{}{BASE}", Who::Company.mutual_url());
    let common =
        |kind: &str| json!({"@context": [CONTEXT], "@type": kind, "callbackAddress": base});
    let (kind, more) = match what {
        "offers" => {
            ("ContractOfferMessage", json!({"providerPid": "urn:uuid:hand-p", "offer": offer}))
        }
        "request" => {
            ("ContractRequestMessage", json!({"consumerPid": "urn:uuid:hand-c", "offer": offer}))
        }
        agreement => {
            let format = "HttpData-PULL";
            let more = json!({"consumerPid": "urn:uuid:hand-t", "format": format});
            let mut more = more;
            more["agreementId"] = json!(agreement);
            ("TransferRequestMessage", more)
        }
    };
    let mut body = common(kind);
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn what_is_somebody_elses_looks_like_what_does_not_exist_at_every_endpoint() {
    let (space, listener) = listening();
    let theirs = Theirs::of(&space, &listener).await;
    let mut stranger = Client::of(Who::Firm, Who::Ulm, listener.address).await.unwrap();
    let mut company = company(&listener).await;
    let mut compared = 0;
    let with_id = ROUTES.iter().filter(|route| route.path.contains('{'));
    for route in with_id {
        let body = route.takes.map(|kind| message(kind, &theirs.offer));
        for id in theirs.ids(route) {
            let at = |id: &str| route.path.replace("{pid}", id).replace("{id}", id);
            let foreign = call(&mut stranger, &at(id), body.as_ref()).await;
            let unknown = call(&mut stranger, &at(UNKNOWN), body.as_ref()).await;
            let partners = call(&mut company, &at(UNKNOWN), body.as_ref()).await;
            assert_eq!(foreign.status, 404, "{} {id}", route.path);
            assert_eq!(seen(&foreign), seen(&unknown), "{} {id}", route.path);
            assert_eq!(seen(&foreign), seen(&partners), "{} {id}", route.path);
            compared += 1;
        }
    }
    assert_eq!(compared, 7 * 2 + 1 + 5, "the whole table");
    // Their own partner is answered otherwise: it is not the paths that lead nowhere.
    let mut own = vec![format!("/catalog/datasets/{}", theirs.dataset)];
    own.extend(theirs.negotiations.iter().map(|pid| format!("/negotiations/{pid}")));
    own.push(format!("/transfers/{}", theirs.transfer));
    for path in own {
        assert_eq!(call(&mut company, &path, None).await.status, 200, "{path}");
        assert_eq!(call(&mut stranger, &path, None).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_a_stranger_opens_on_anothers_ground_looks_like_nothing_too() {
    let (space, listener) = listening();
    let theirs = Theirs::of(&space, &listener).await;
    let mut stranger = Client::of(Who::Firm, Who::Ulm, listener.address).await.unwrap();
    let foreign =
        stranger.post("/transfers/request", &opening(&theirs.agreement, &json!({}))).await;
    let unknown = stranger.post("/transfers/request", &opening(UNKNOWN, &json!({}))).await;
    assert_eq!(seen(&foreign), seen(&unknown));
    assert!(foreign.status == 404 || foreign.status == 400, "{}", foreign.status);
    let mut ends = Vec::new();
    for id in [&*theirs.agreement, UNKNOWN] {
        let end = json!({
            "@context": [CONTEXT], "agreementId": id,
            "@type": "https://w3id.org/allmende/v1/AgreementTerminationMessage",
        });
        ends.push(seen(&stranger.post(&format!("/agreements/{id}/termination"), &end).await));
    }
    assert_eq!((ends[0].0, &ends[0]), (404, &ends[1]));
    assert!(space.kept(Who::Ulm).await.agreements[0].stands());
    for id in [&*theirs.transfer, UNKNOWN] {
        let told = stranger.get(&format!("/data/{id}")).await;
        let unknown = stranger.get("/data/urn:uuid:nobody").await;
        assert_eq!((told.status, seen(&told)), (404, seen(&unknown)));
    }
}

#[tokio::test]
async fn what_is_opened_is_told_with_the_place_where_it_is_asked_for() {
    let (space, listener) = listening();
    let theirs = Theirs::of(&space, &listener).await;
    let root = Who::Ulm.mutual_url();
    let mut client = company(&listener).await;
    for (path, body, own) in [
        ("/negotiations/request", opening("request", &theirs.offer), "providerPid"),
        ("/negotiations/offers", opening("offers", &theirs.offer), "consumerPid"),
        ("/transfers/request", opening(&theirs.agreement, &json!({})), "providerPid"),
    ] {
        let told = client.post(path, &body).await;
        assert_eq!(told.status, 201, "{path}: {:?}", told.json());
        let pid = told.json()[own].as_str().unwrap().to_owned();
        let place = told.headers["location"].strip_prefix(&root).unwrap().to_owned();
        assert!(place.ends_with(&pid), "{place}");
        let asked = client.get(&place).await;
        assert_eq!((asked.status, &asked.json()[own]), (200, &json!(pid)), "{path}");
        // Said again, it is the same process.
        let again = client.post(path, &body).await;
        assert_eq!(again.json()[own], json!(pid));
    }
    let told = client.get(&format!("{BASE}/transfers/{}", theirs.transfer)).await;
    assert!(!told.headers.contains_key("location"), "only what is new has a new place");
}

/// Between two connectors: one contract talked over, one refused, transfers of both kinds to each of
/// their ends.
#[tokio::test]
async fn what_opens_is_created_and_everything_else_that_is_taken_is_ok() {
    let space = Dataspace::new();
    let approval = ApprovalRule::SecondPerson;
    let dataset = space.publish(Who::Ulm, Described { approval, ..described(&rule()) }).await;
    space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let waiting = space.kept(Who::Ulm).await.negotiations.into_keys().next().unwrap();
    let ending = |code| Ending { account: SECOND.to_owned(), code, words: None };
    space.at(Who::Ulm).break_off(&Who::Ulm.did(), &waiting, &ending("rejected")).await.unwrap();
    space.settle().await;
    let agreement = space.contract(&rule()).await;
    let (company, ulm) = (Who::Company.did(), Who::Ulm.did());
    for finishes in [true, false] {
        let mine = space.transfer(&agreement).await;
        let engine = space.at(Who::Company);
        let ending = Ending { account: ENGINEER.to_owned(), code: "suspended", words: None };
        engine.suspend_transfer(&company, &mine, &ending).await.unwrap();
        space.settle().await;
        engine.resume_transfer(&company, &mine, ENGINEER).await.unwrap();
        space.settle().await;
        if finishes {
            engine.complete_transfer(&company, &mine).await.unwrap();
            space.settle().await;
        }
    }
    let engine = space.at(Who::Ulm);
    engine.end_agreement(&ulm, &agreement.id, &company, PUBLISHER, "enough").await.unwrap();
    space.settle().await;
    let mut kinds = BTreeSet::new();
    for letter in space.network.letters() {
        let Some(body) = &letter.body else { continue };
        let body: Value = serde_json::from_slice(body).unwrap();
        let opens = ["/negotiations/request", "/negotiations/offers", "/transfers/request"];
        let expected = if opens.contains(&letter.path.as_str()) { 201 } else { 200 };
        assert_eq!(letter.status, Some(expected), "{}", letter.path);
        kinds.insert(body["@type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
        let answer: Value = serde_json::from_slice(&letter.answer).unwrap_or_default();
        if let (Some(standard), Some(schema)) = (Standard::open(), schema(&answer)) {
            standard.check(schema, &answer);
        }
    }
    let expected = [
        "AgreementTerminationMessage",
        "ContractAgreementMessage",
        "ContractAgreementVerificationMessage",
        "ContractNegotiationEventMessage",
        "ContractNegotiationTerminationMessage",
        "ContractRequestMessage",
        "TransferCompletionMessage",
        "TransferRequestMessage",
        "TransferStartMessage",
        "TransferSuspensionMessage",
        "TransferTerminationMessage",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

/// The schema of an acknowledgement.
fn schema(answer: &Value) -> Option<&'static str> {
    match answer["@type"].as_str()? {
        "ContractNegotiation" => Some("negotiation/contract-negotiation-schema"),
        "TransferProcess" => Some("transfer/transfer-process-schema"),
        other => panic!("{other}"),
    }
}
