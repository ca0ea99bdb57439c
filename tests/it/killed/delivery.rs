//! Deliveries whose provider or consumer is killed in the middle of the body: they go on, and what
//! arrives is the source's bytes and nothing else.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::SocketAddr;

use allmende_tests::local::Ask;
use allmende_tests::machines::{Desk, Machine, Machines};
use allmende_tests::raw::Told;
use allmende_tests::source::Source;
use allmende_tests::wait::{until, until_so};
use audit::entry::{Body, Entry};
use serde_json::{Value, json};

use super::{COMPANY, Dies, ULM, ask, check_logs, contracts, log, reached, revive};

const MIB: usize = 1024 * 1024;
/// The whole.
const BYTES: usize = 8 * MIB;
/// Where the source stops for as long as the test says.
const HELD_AT: usize = 3 * MIB;
/// So much is there when somebody dies …
const THERE: u64 = 2 * MIB as u64;
/// … and from here on at the earliest the delivery must go on.
const SAFE: usize = MIB;

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
        let consumer = company.desk(COMPANY);
        let contract = ask(&consumer, &dataset);
        until_so("the contract is concluded", || reached(&contracts(&consumer), "FINALIZED") == 1);
        Self { machines, ulm, company, source, contract }
    }

    fn consumer(&self) -> Desk {
        self.company.desk(COMPANY)
    }

    fn revive(&mut self, dies: Dies) {
        revive(dies, &mut self.ulm, &mut self.company);
    }

    /// `pull` goes on to its end, with the source's bytes.
    fn pull_whole(&self, expected: &[u8], dies: Dies) {
        let received = self.machines.path().join("received");
        let target = received.display().to_string();
        let pulled = self.company.run(&["pull", &self.contract, "--output", &target]).done();
        assert_eq!(pulled["outcome"], "complete");
        assert!(std::fs::read(&received).unwrap() == expected, "{dies:?}: other bytes");
    }

    /// The source was asked once for the whole, and afterwards only for what was missing.
    fn check_source(&self, dies: Dies) {
        let asked = self.source.asked();
        let (first, then) = asked.split_first().unwrap();
        let resumed = !then.is_empty() && then.iter().all(|from| *from >= SAFE);
        assert!(*first == 0 && resumed, "{dies:?}: bodies from {asked:?}");
    }
}

#[test]
fn a_pull_whose_provider_or_consumer_is_killed_in_the_middle_goes_on() {
    let mut stage = Stage::new();
    for dies in [Dies::Provider, Dies::Consumer] {
        let expected = stage.source.renew(HELD_AT);
        let consumer = stage.consumer();
        let pull = format!("/contracts/{}/pull", stage.contract);
        let delivery = consumer.done("POST", &pull, Some(&json!({})));
        let path = format!("/deliveries/{}", delivery["id"].as_str().unwrap());
        until_so("a part has come", || consumer.get(&path)["bytes"].as_u64() >= Some(THERE));
        assert_eq!(consumer.get(&path)["outcome"], Value::Null);
        stage.revive(dies);
        stage.source.release();
        stage.pull_whole(&expected, dies);
        stage.check_source(dies);
    }
    check_logs(&stage.machines, &stage.ulm.desk(ULM), &stage.consumer());
}

#[test]
fn a_delivery_whose_answer_never_came_leaves_both_logs_of_one_mind() {
    let mut stage = Stage::new();
    for dies in [Dies::Provider, Dies::Consumer, Dies::Both] {
        let expected = stage.source.renew(0);
        let consumer = stage.consumer();
        let pull = format!("/contracts/{}/pull", stage.contract);
        let _begun = consumer.done("POST", &pull, Some(&json!({})));
        // The provider asks its source once the delivery stands in its log; no head has left yet.
        until_so("the provider has begun", || !stage.source.asked().is_empty());
        stage.revive(dies);
        stage.source.release();
        stage.pull_whole(&expected, dies);
    }
    let (provider, consumer) = (stage.ulm.desk(ULM), stage.consumer());
    // Beside one for each death, the consumer may have asked while nobody was there.
    let in_vain = stopped(&consumer);
    assert!(in_vain.values().all(|bytes| *bytes == 0), "{in_vain:?}");
    until_so("the provider has ended its own of them too", || {
        stopped(&provider).keys().filter(|name| in_vain.contains_key(*name)).count() == 3
    });
    check_logs(&stage.machines, &provider, &consumer);
}

/// The deliveries that a log says were stopped, and after how many bytes.
fn stopped(desk: &Desk) -> BTreeMap<String, u64> {
    let told = |entry: Entry| {
        let Body::DeliveryStopped { delivery, bytes, .. } = entry.body else { return None };
        Some((delivery.to_string(), bytes))
    };
    log(desk).into_iter().filter_map(told).collect()
}

/// Where the company's own programs read, and how.
struct Handover {
    address: SocketAddr,
    ask: Ask,
}

impl Handover {
    fn open(stage: &Stage) -> Self {
        let serve = format!("/contracts/{}/serve", stage.contract);
        let opened = stage.consumer().done("POST", &serve, Some(&json!({})));
        let url = opened["url"].as_str().unwrap();
        let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let ask = Ask::new("GET", &format!("/{path}"))
            .with("Host", host)
            .with("Authorization", &format!("Bearer {}", opened["token"].as_str().unwrap()));
        Self { address: host.parse().unwrap(), ask }
    }

    /// Reads until there is a whole answer with data; until then it is only ever told to come later.
    fn whole(&self) -> Told {
        until("the data is handed over", || {
            let told = self.ask.send(self.address).ok()?;
            assert!([200, 503].contains(&told.status), "{:?}", told.json());
            (told.status == 200).then_some(told)
        })
    }
}

#[test]
fn what_is_served_goes_on_after_either_side_was_killed_in_the_middle() {
    let mut stage = Stage::new();
    let handover = Handover::open(&stage);
    for dies in [Dies::Provider, Dies::Consumer] {
        let expected = stage.source.renew(HELD_AT);
        let mut reader = handover.ask.open(handover.address).unwrap();
        until_so("a part has come", || part(&stage.company) >= THERE);
        stage.revive(dies);
        stage.source.release();
        let mut told = Vec::new();
        // Broken off, told to come later, or served in the end; never with other bytes.
        let _ = reader.read_to_end(&mut told);
        if told.starts_with(b"HTTP/1.1 200") {
            assert!(told.ends_with(&expected), "{dies:?}: other bytes to the first reader");
        }
        assert!(handover.whole().body == *expected, "{dies:?}: other bytes");
        stage.check_source(dies);
    }

    // The consumer dies while its own program reads: the same address and token serve the same bytes.
    let expected = stage.source.renew(BYTES);
    let mut reader = handover.ask.open(handover.address).unwrap();
    let mut begun = vec![0; MIB];
    reader.read_exact(&mut begun).unwrap();
    stage.revive(Dies::Consumer);
    let _ = reader.read_to_end(&mut begun);
    let head = begun.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    assert!(expected.starts_with(&begun[head..]), "other bytes to a reader that was cut off");
    assert!(handover.whole().body == *expected, "other bytes afterwards");
    check_logs(&stage.machines, &stage.ulm.desk(ULM), &stage.consumer());
}

/// How many bytes of the copy under way the company has written.
fn part(company: &Machine) -> u64 {
    let held = company.home.join("participants").join(COMPANY).join("held");
    let slots = std::fs::read_dir(held).into_iter().flatten().flatten();
    let parts = slots.filter_map(|slot| slot.path().join("part.data").metadata().ok());
    parts.map(|part| part.len()).max().unwrap_or_default()
}
