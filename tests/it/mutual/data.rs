//! Data over the real listener: whole, refused, and cut before a reader's eyes.

use std::collections::BTreeSet;
use std::time::Duration;

use allmende_tests::cast::{Says, Who};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::listener::Listener;
use allmende_tests::raw::Client;
use allmende_tests::story::{PUBLISHER, rule};
use audit::entry::{Body, Entry, EntryType};
use connector::http::mutual::DELIVERY_HEADER;
use jiff::SignedDuration;
use wire::digest::Digest;

use super::company;

/// More than sockets can hold.
const LARGE: usize = 64 * 1024 * 1024;

/// A transfer of the company's that runs, of a file with these bytes: its path and token.
async fn running(bytes: &[u8]) -> (Dataspace, Listener, String, String) {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let listener = Listener::start(&space, Who::Ulm);
    listener.write(Who::Ulm, "parking.csv", bytes);
    let (pid, _) = space.only_transfer(Who::Ulm).await;
    let token = space.token().await;
    (space, listener, format!("/data/{pid}"), token)
}

fn head(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: ulm.localhost\r\nAuthorization: {token}\r\n\r\n")
}

/// The entry of this type, as soon as it is there.
async fn entry(space: &Dataspace, listener: &Listener, wanted: EntryType) -> Entry {
    let found = async {
        loop {
            let log = space.kept(Who::Ulm).await.log;
            if let Some(entry) = log.into_iter().find(|it| it.entry_type() == wanted) {
                return entry;
            }
            listener.engine.logged().next().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("an entry")
}

#[tokio::test]
async fn a_file_comes_over_byte_for_byte_and_both_ends_are_in_the_log() {
    let bytes: Vec<u8> = (0..1_000_000_u32).flat_map(|number| number.to_le_bytes()).collect();
    let (space, listener, path, token) = running(&bytes).await;
    for scheme in ["Bearer ", ""] {
        let mut client = company(&listener).await;
        let told = client.ask(head(&path, &format!("{scheme}{token}")).as_bytes()).await.unwrap();
        assert_eq!(told.status, 200);
        assert!(told.body == bytes);
    }
    let started = entry(&space, &listener, EntryType::DeliveryStarted).await;
    assert_eq!(started.counterparty, Some(Who::Company.did()));
    let finished = entry(&space, &listener, EntryType::DeliveryFinished).await;
    let Body::DeliveryFinished { bytes: count, digest, .. } = finished.body else { panic!() };
    assert_eq!((count, digest), (bytes.len() as u64, Digest::of(&bytes)));
}

#[tokio::test]
async fn without_the_token_there_is_nothing() {
    let (space, listener, path, token) = running(b"1,2,3").await;
    let mut answers = Vec::new();
    for (who, token) in [(Who::Company, "wrong"), (Who::Company, ""), (Who::Firm, &token)] {
        let mut client = Client::of(who, Who::Ulm, listener.address).await.unwrap();
        answers.push(client.ask(head(&path, token).as_bytes()).await.unwrap());
    }
    let mut client = company(&listener).await;
    answers.push(client.get(&path).await);
    answers.push(client.ask(head("/data/urn:uuid:nowhere", &token).as_bytes()).await.unwrap());
    for told in &answers {
        assert_eq!(told.status, 404);
        assert_eq!(told.body, answers[0].body, "a stranger cannot tell one from the other");
    }
    let log = space.kept(Who::Ulm).await.log;
    assert!(log.iter().all(|it| it.entry_type() != EntryType::DeliveryStarted));
}

/// Names of our form.
const NAMES: [&str; 2] = [
    "urn:uuid:7d444840-9dc0-4ad1-b245-5ffdce74fad2",
    "urn:uuid:5ffdce74-b245-4ad1-9dc0-7d444840fad2",
];

#[tokio::test]
async fn the_consumers_name_of_a_delivery_is_taken_once_and_only_if_it_is_one() {
    let (space, listener, path, token) = running(b"1,2,3").await;
    let named = |header: String| {
        let head = head(&path, &token).replace("\r\n\r\n", &format!("\r\n{header}\r\n"));
        let listener = &listener;
        async move {
            let told = company(listener).await.ask(head.as_bytes()).await.unwrap();
            assert_eq!((told.status, &*told.body), (200, &b"1,2,3"[..]));
            told.headers[DELIVERY_HEADER].clone()
        }
    };
    let asked = |name: &str| format!("{DELIVERY_HEADER}: {name}\r\n");
    assert_eq!(named(asked(NAMES[0])).await, NAMES[0]);
    assert_eq!(named(asked(NAMES[1])).await, NAMES[1]);
    let made_by_ulm = named(String::new()).await;
    let upper = NAMES[0].to_uppercase();
    let mut seen: BTreeSet<String> = [NAMES[0].into(), NAMES[1].into(), made_by_ulm.clone()].into();
    for bad in [
        asked(NAMES[0]),
        asked(NAMES[1]),
        asked(&made_by_ulm),
        asked(""),
        asked("d1"),
        asked(&upper),
        asked(&format!("{}0", NAMES[0])),
        asked("urn:uuid:7d444840-9dc0-4ad1-b245-5ffdce74fad3").repeat(2),
        asked("urn:uuid:7d444840-9dc0-1ad1-b245-5ffdce74fad3"),
    ] {
        let name = named(bad.clone()).await;
        assert!(!bad.contains(&name), "`{bad}` was taken over");
        assert!(seen.insert(name), "each delivery has a name of its own");
    }
    let told: BTreeSet<String> =
        space.kept(Who::Ulm).await.log.into_iter().filter_map(started).collect();
    assert_eq!(told, seen, "the log has the names that the answers said");
}

fn started(entry: Entry) -> Option<String> {
    let Body::DeliveryStarted { delivery } = entry.body else { return None };
    Some(delivery.to_string())
}

#[tokio::test]
async fn a_reader_that_leaves_before_the_head_leaves_no_delivery_without_an_end() {
    let (space, listener, path, token) = running(&vec![7; LARGE]).await;
    let name = format!("\r\n{DELIVERY_HEADER}: {}\r\n\r\n", NAMES[0]);
    let mut client = company(&listener).await;
    let asked = head(&path, &token).replace("\r\n\r\n", &name);
    client.send(asked.as_bytes()).await.unwrap();
    drop(client);
    let stopped = entry(&space, &listener, EntryType::DeliveryStopped).await;
    assert_eq!(stopped.reasons[0].as_str(), "reader-gone");
    let Body::DeliveryStopped { delivery, .. } = stopped.body else { panic!() };
    assert_eq!(delivery.as_str(), NAMES[0]);
    let log = space.kept(Who::Ulm).await.log;
    assert_eq!(log.into_iter().filter_map(started).collect::<Vec<_>>(), [NAMES[0]]);
}

/// A delivery that is under way, its head and first bytes read.
async fn reading() -> (Dataspace, Listener, Client, String, String) {
    let (space, listener, path, token) = running(&vec![7; LARGE]).await;
    let mut client = company(&listener).await;
    client.send(head(&path, &token).as_bytes()).await.unwrap();
    assert!(client.read().await.unwrap().starts_with(b"HTTP/1.1 200"));
    (space, listener, client, path, token)
}

/// Reads what there is; the connection must break before all has come.
async fn is_cut(client: &mut Client) {
    let reading = async {
        let mut count = 0;
        loop {
            match client.read().await {
                Ok(bytes) if bytes.is_empty() => return count,
                Ok(bytes) => count += bytes.len(),
                Err(_) => return count,
            }
        }
    };
    let count = tokio::time::timeout(Duration::from_secs(20), reading).await.expect("an end");
    assert!(count < LARGE / 2, "{count} bytes came all the same");
}

/// The reason that the log gives for a delivery that was stopped.
async fn reason(space: &Dataspace, listener: &Listener) -> String {
    let stopped = entry(space, listener, EntryType::DeliveryStopped).await;
    stopped.reasons[0].as_str().to_owned()
}

#[tokio::test]
async fn the_end_of_the_contract_cuts_the_stream() {
    let (space, listener, mut client, path, token) = reading().await;
    let agreement = space.kept(Who::Ulm).await.agreements.remove(0);
    let (ulm, company_did) = (Who::Ulm.did(), Who::Company.did());
    let engine = &listener.engine;
    engine.end_agreement(&ulm, &agreement.id, &company_did, PUBLISHER, "enough").await.unwrap();
    is_cut(&mut client).await;
    assert_eq!(reason(&space, &listener).await, "agreement-ended");
    let mut again = company(&listener).await;
    assert_ne!(again.ask(head(&path, &token).as_bytes()).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_revocation_cuts_the_stream() {
    let (space, listener, mut client, _, _) = reading().await;
    let says = Says { number: 1, revoked: vec![Who::Company], ..Says::default() };
    space.node(Who::Ulm).learn(&says).await;
    is_cut(&mut client).await;
    assert_eq!(reason(&space, &listener).await, "certificate-refused");
}

#[tokio::test]
async fn the_rules_time_cuts_the_stream() {
    let (space, listener, mut client, _, _) = reading().await;
    space.clock.advance_to(allmende_tests::story::rule_end());
    listener.engine.do_what_is_due(&Who::Ulm.did()).await.unwrap();
    is_cut(&mut client).await;
    assert_eq!(reason(&space, &listener).await, "rule-refuses");
}

#[tokio::test]
async fn a_reader_that_takes_a_byte_a_minute_is_cut() {
    let (space, listener, mut client, _, _) = reading().await;
    let window = listener.engine.limits().slow_reader_window_s;
    let window = SignedDuration::from_secs(i64::try_from(window).unwrap());
    // The first windows may still see buffers fill; then nothing moves, but the time.
    let cut = async {
        while listener.engine.live().count(&Who::Ulm.did(), &Who::Company.did()) > 0 {
            let due = space.now() + window;
            tokio::select! {
                () = space.clock.somebody_sleeps_until(due) => space.clock.advance(window),
                _ = listener.engine.logged().next() => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), cut).await.expect("a slow reader is cut");
    is_cut(&mut client).await;
    assert_eq!(reason(&space, &listener).await, "slow-reader");
}
