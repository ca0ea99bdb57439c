//! Data that the provider sends (`HttpData-PUSH`), between real processes: whole, refused, killed on
//! either side in the middle, and cut when the contract ends.

use std::collections::BTreeMap;
use std::time::Duration;

use allmende_tests::judge;
use allmende_tests::machines::{Desk, Machine, Machines};
use allmende_tests::relay::Relay;
use allmende_tests::source::Source;
use allmende_tests::wait::{until, until_so};
use audit::entry::{Body, Entry, EntryType};
use protocol::fact::Event;
use serde_json::{Value, json};
use wire::digest::Digest;

const ULM: &str = "ulm.localhost";
const COMPANY: &str = "company.localhost";
const MIB: usize = 1024 * 1024;
/// The whole.
const BYTES: usize = 8 * MIB;
/// Where the source stops for as long as the test says.
const HELD_AT: usize = 3 * MIB;
/// So much is there when something happens.
const THERE: u64 = 2 * MIB as u64;

/// A contract of the company with Ulm about a source that stops in the middle.
struct Stage {
    machines: Machines,
    ulm: Machine,
    company: Machine,
    source: Source,
    contract: String,
}

impl Stage {
    fn new() -> Self {
        let machines = Machines::found();
        let mut ulm = machines.join("ulm", &[ULM]);
        let company = machines.join("company", &[COMPANY]);
        let source = Source::start(BYTES);
        ulm.kill();
        source.trusted_by(&ulm);
        ulm.up();
        let url = source.url();
        let dataset = ["dataset", "add", "--title", "Parking", "--http", &url];
        let dataset = [&dataset[..], &["--media-type", "text/plain", "--until", "2099-12-31"]];
        let dataset = ulm.run(&dataset.concat()).done();
        let asked = json!({"peer": ULM, "dataset": dataset["id"]});
        let asked = company.desk(COMPANY).done("POST", "/contracts", Some(&asked));
        let contract = asked["id"].as_str().unwrap().to_owned();
        let stage = Self { machines, ulm, company, source, contract };
        until_so("the contract is concluded", || {
            let path = format!("/contracts/{}", stage.contract);
            stage.consumer().get(&path)["protocolState"] == "FINALIZED"
        });
        stage
    }

    fn provider(&self) -> Desk {
        self.ulm.desk(ULM)
    }

    fn consumer(&self) -> Desk {
        self.company.desk(COMPANY)
    }

    /// The company has it sent, and a part has come; where the delivery is seen.
    fn begun(&self) -> String {
        let receive = format!("/contracts/{}/receive", self.contract);
        let delivery = self.consumer().done("POST", &receive, Some(&json!({})));
        let path = format!("/deliveries/{}", delivery["id"].as_str().unwrap());
        until_so("a part has come", || self.consumer().get(&path)["bytes"].as_u64() >= Some(THERE));
        path
    }

    /// The delivery once it is over, as the company sees it.
    fn over(&self, path: &str) -> Value {
        until("the delivery is over", || {
            let told = self.consumer().ask("GET", path, None).ok()?;
            let seen = (told.status == 200).then(|| told.json())?;
            (seen["outcome"] != Value::Null).then_some(seen)
        })
    }

    fn check_logs(&self) {
        let desks = [self.provider(), self.consumer()];
        until_so("both sides have come to rest", || {
            let over = |row: &Value| {
                row["protocolState"] == "COMPLETED" || row["protocolState"] == "TERMINATED"
            };
            let transfers = desks.each_ref().map(|desk| desk.get("/deliveries"));
            if !transfers.iter().all(|rows| rows.as_array().unwrap().iter().all(over)) {
                return false;
            }
            let logs = desks.each_ref().map(log);
            logs.iter().all(|log| {
                let is = |of: EntryType| log.iter().filter(|it| it.entry_type() == of).count();
                let ended = is(EntryType::DeliveryFinished) + is(EntryType::DeliveryStopped);
                is(EntryType::DeliveryStarted) == ended
            }) && !is_on_the_way(&logs)
        });
        for desk in &desks {
            judge::check_log(&desk.did, &log(desk));
        }
        let report = self.machines.audit("audit", &desks.each_ref());
        assert_eq!(report["verdict"], "proven", "{report:#}");
        assert_eq!(report["agree"], true, "{report:#}");
    }
}

/// The whole log, entry by entry as it was written.
fn log(desk: &Desk) -> Vec<Entry> {
    let page = desk.get("/log?from=0&count=1000");
    let rows = page["entries"].as_array().unwrap();
    rows.iter().map(|row| serde_json::from_value(row["entry"].clone()).unwrap()).collect()
}

/// What one side sent and the other received of one kind of message of one process.
#[derive(Default)]
struct Course {
    sent: u32,
    received: u32,
    /// Refused, given up or taken back: these may have arrived or not.
    void: u32,
}

impl Course {
    fn is_on_the_way(&self) -> bool {
        !(self.sent.saturating_sub(self.void)..=self.sent).contains(&self.received)
    }
}

/// Whether one of two logs tells of something that the other has yet to learn: a message, or the end of
/// a contract.
fn is_on_the_way(logs: &[Vec<Entry>; 2]) -> bool {
    let mut courses: BTreeMap<(String, usize), Course> = BTreeMap::new();
    let mut ended = [0, 0];
    for (side, log) in logs.iter().enumerate() {
        ended[side] = log.iter().filter(|it| it.entry_type() == EntryType::AgreementEnded).count();
        for entry in log {
            let (Body::TransferStep { message, event, .. }
            | Body::NegotiationStep { message, event, .. }) = &entry.body
            else {
                continue;
            };
            let process = entry.process.as_ref().unwrap().consumer_pid.as_ref().unwrap();
            let sender = if *event == Event::Received { 1 - side } else { side };
            let course = courses.entry((format!("{message} {process}"), sender)).or_default();
            match event {
                Event::Sent => course.sent += 1,
                Event::Received => course.received += 1,
                Event::GivenUp | Event::RefusedByPeer | Event::Withdrawn => course.void += 1,
                Event::Acknowledged | Event::Compared => {}
            }
        }
    }
    ended[0] != ended[1] || courses.values().any(Course::is_on_the_way)
}

fn finished(desk: &Desk) -> Vec<Body> {
    let all = log(desk).into_iter();
    let finished = all.filter(|entry| entry.entry_type() == EntryType::DeliveryFinished);
    finished.map(|entry| entry.body).collect()
}

#[test]
fn what_is_sent_arrives_whole_and_both_logs_say_the_same() {
    let stage = Stage::new();
    let expected = stage.source.renew(usize::MAX);
    let target = stage.machines.path().join("received");
    let words = ["receive", &stage.contract, "--output", &target.display().to_string()];
    let received = stage.company.run(&words).done();
    assert_eq!(received["outcome"], "complete");
    assert_eq!(received["protocolState"], "COMPLETED");
    assert_eq!(received["digest"], Digest::of(&expected).to_string());
    assert!(std::fs::read(target).unwrap() == *expected, "other bytes");
    let (ours, theirs) = (finished(&stage.consumer()), finished(&stage.provider()));
    assert_eq!(ours, theirs, "the same delivery under the same name");
    assert_eq!(ours.len(), 1);
    assert_eq!(stage.provider().get("/deliveries")[0]["outcome"], "complete");
    // Sent again: another transfer under the same contract, and the copy is the new version.
    let renewed = stage.source.renew(usize::MAX);
    let again = stage.company.run(&words).done();
    assert_ne!(again["id"], received["id"]);
    assert_eq!(again["digest"], Digest::of(&renewed).to_string());
    stage.check_logs();
}

#[test]
fn a_push_whose_provider_or_consumer_is_killed_in_the_middle_is_made_again() {
    let mut stage = Stage::new();
    for dies in ["provider", "consumer"] {
        let expected = stage.source.renew(HELD_AT);
        let path = stage.begun();
        let dying = if dies == "provider" { &mut stage.ulm } else { &mut stage.company };
        dying.kill();
        dying.up();
        stage.source.release();
        let seen = stage.over(&path);
        assert_eq!(seen["outcome"], "complete", "{dies}: {seen:#}");
        assert_eq!(seen["digest"], Digest::of(&expected).to_string(), "{dies}");
    }
    stage.check_logs();
}

#[test]
fn the_end_of_the_contract_cuts_a_push_on_both_sides() {
    for ends in ["provider", "consumer"] {
        let stage = Stage::new();
        let _ = stage.source.renew(HELD_AT);
        let path = stage.begun();
        let desk = if ends == "provider" { stage.provider() } else { stage.consumer() };
        let contracts = desk.get("/contracts");
        let contract = contracts[0]["id"].as_str().unwrap();
        let end = format!("/contracts/{contract}/end");
        let _ended = desk.done("POST", &end, Some(&json!({"reason": "enough"})));
        let seen = stage.over(&path);
        assert_eq!(seen["outcome"], "cut", "{ends}: {seen:#}");
        assert_eq!(seen["protocolState"], "TERMINATED", "{ends}");
        assert_eq!(seen["heldAt"], Value::Null);
        stage.source.release();
        assert!(finished(&stage.provider()).is_empty() && finished(&stage.consumer()).is_empty());
        let receive = ["receive", &stage.contract];
        let (_, refused) = stage.company.run(&receive).refused();
        assert_eq!(refused["code"], "agreement-ended");
        stage.check_logs();
    }
}

#[test]
fn a_push_leaves_the_wire_within_a_second_of_the_end_of_its_contract() {
    for ends in ["provider", "consumer"] {
        let mut stage = Stage::new();
        let relay = Relay::before(&mut stage.company, THERE);
        let _ = stage.source.renew(HELD_AT);
        let _path = stage.begun();
        let desk = if ends == "provider" { stage.provider() } else { stage.consumer() };
        let contracts = desk.get("/contracts");
        let end = format!("/contracts/{}/end", contracts[0]["id"].as_str().unwrap());
        assert!(!relay.has_ended(), "{ends}");
        let _ended = desk.done("POST", &end, Some(&json!({"reason": "enough"})));
        // The source has not moved: nothing but the end of the contract ends the connection.
        assert!(relay.ends_within(Duration::from_secs(1)), "{ends}");
        stage.source.release();
        stage.check_logs();
    }
}

#[test]
fn a_person_on_either_side_suspends_a_push_and_lets_it_go_on() {
    let stage = Stage::new();
    for (suspends, name) in [(&stage.ulm, "provider"), (&stage.company, "consumer")] {
        let expected = stage.source.renew(HELD_AT);
        let path = stage.begun();
        let rows = suspends.run(&["delivery", "list"]).done();
        let id = rows[0]["id"].as_str().unwrap().to_owned();
        let words = ["delivery", "suspend", id.get(9..18).unwrap(), "--reason", "repair"];
        let suspended = suspends.run(&words).done();
        assert!(suspended["bytes"].as_u64() < Some(BYTES as u64), "{suspended:#}");
        until_so("both sides have suspended it", || {
            [stage.provider(), stage.consumer()]
                .iter()
                .all(|desk| desk.get("/deliveries")[0]["protocolState"] == "SUSPENDED")
        });
        stage.source.release();
        assert_eq!(stage.consumer().get(&path)["outcome"], Value::Null, "{name}");
        let _resumed = suspends.run(&["delivery", "resume", &id]).done();
        let seen = stage.over(&path);
        assert_eq!(seen["outcome"], "complete", "{name}: {seen:#}");
        assert_eq!(seen["digest"], Digest::of(&expected).to_string(), "{name}");
    }
    stage.check_logs();
}
