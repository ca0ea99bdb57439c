//! After each step: the logs read entry by entry, their counters without gaps, and both parties of
//! every process of one mind, or still on the way to it. Reads the stores, never the engines.

use std::collections::{BTreeMap, BTreeSet};

use audit::entry::{Body, Entry, EntryType, Random, Shard};
use connector::record::agreement::AgreementRecord;
use connector::record::negotiation::NegotiationRecord;
use connector::record::outbox::OutboxRow;
use connector::record::transfer::TransferRecord;
use connector::store::{Embedded, Kind, Log, Span, Store};
use jiff::Timestamp;
use protocol::{negotiation, transfer};
use serde::de::DeserializeOwned;
use wire::did::Did;

use crate::dataspace::Dataspace;

/// Everything that one participant keeps about its processes.
#[derive(Debug)]
pub struct Kept {
    /// Whose.
    pub did: Did,
    /// Negotiations by their own pids.
    pub negotiations: BTreeMap<String, NegotiationRecord>,
    /// Transfers by their own pids.
    pub transfers: BTreeMap<String, TransferRecord>,
    /// Contracts.
    pub agreements: Vec<AgreementRecord>,
    /// Messages that wait.
    pub outbox: Vec<OutboxRow>,
    /// The log.
    pub log: Vec<Entry>,
}

/// What one participant keeps.
pub async fn kept_by(store: &Embedded, did: &Did) -> Kept {
    Kept { log: log(store, did).await, ..records_of(store, did).await }
}

/// What one participant keeps beside its log, which is left empty here.
pub async fn records_of(store: &Embedded, did: &Did) -> Kept {
    Kept {
        did: did.clone(),
        negotiations: records(store, did, Kind::Negotiation).await.into_iter().collect(),
        transfers: records(store, did, Kind::Transfer).await.into_iter().collect(),
        agreements: values(records(store, did, Kind::Agreement).await),
        outbox: values(records(store, did, Kind::Outbox).await),
        log: Vec::new(),
    }
}

/// What was read of the logs so far: each judgement reads what is new.
#[derive(Debug, Default)]
pub struct Judged {
    logs: BTreeMap<Did, JudgedLog>,
}

#[derive(Debug, Default)]
struct JudgedLog {
    shards: BTreeMap<String, u64>,
    counters: BTreeMap<(String, Option<Did>), u64>,
    random: BTreeSet<Random>,
    latest: Option<Timestamp>,
}

/// Judges everything.
pub async fn check(dataspace: &Dataspace) {
    let mut judged = dataspace.judged.lock().await;
    let mut all = BTreeMap::new();
    for node in &dataspace.nodes {
        let store = node.running().store;
        for who in &node.members {
            let did = who.did();
            judged.logs.entry(did.clone()).or_default().read_on(&store, &did).await;
            all.insert(did.clone(), records_of(&store, &did).await);
        }
    }
    let on_the_way = dataspace.network.keeps_apart();
    for kept in all.values() {
        check_agreements(kept);
        check_negotiations(kept, &all, on_the_way);
        check_transfers(kept, &all, on_the_way);
        check_contracts(kept, &all);
    }
}

impl JudgedLog {
    /// Reads what is new. Every entry is its owner's, no two are the same, time does not run
    /// backwards, and the entries about one contract are numbered from 1 without a gap.
    async fn read_on(&mut self, store: &Embedded, did: &Did) {
        for shard in shards() {
            let next = self.shards.get(&shard.to_string()).copied().unwrap_or_default();
            for entry in entries(store, did, shard, next).await {
                *self.shards.entry(shard.to_string()).or_default() += 1;
                self.judge(did, &entry);
                assert!(self.latest <= Some(entry.time), "time ran backwards: {entry:?}");
                self.latest = Some(entry.time);
            }
        }
    }

    fn judge(&mut self, did: &Did, entry: &Entry) {
        assert_eq!(entry.participant, *did);
        assert!(self.random.insert(entry.random), "the same entry twice: {entry:?}");
        if let Some(agreement) = &entry.agreement {
            let key = (agreement.id.to_string(), entry.counterparty.clone());
            let counter = self.counters.entry(key).or_default();
            *counter += 1;
            assert_eq!(agreement.counter, *counter, "a gap before {entry:?}");
        }
    }
}

/// Judges a whole log that was read in another way: no entry, no step of a process and no signing
/// stands in it twice, and nothing about a contract is missing.
pub fn check_log(did: &Did, log: &[Entry]) {
    let mut judged = JudgedLog::default();
    let mut once = BTreeSet::new();
    for entry in log {
        judged.judge(did, entry);
        let mut step = None;
        // A transfer that was suspended starts again, from another state.
        if let Body::NegotiationStep { message, event, .. } = &entry.body {
            step = Some((*message, *event, None));
        } else if let Body::TransferStep { message, event, state } = &entry.body {
            step = Some((*message, *event, *state));
        }
        if step.is_some() || entry.entry_type() == EntryType::AgreementSigned {
            let about =
                format!("{:?} {:?}", entry.process, entry.agreement.as_ref().map(|it| &it.id));
            assert!(once.insert((step, about)), "a step twice: {entry:?}");
        }
    }
}

/// Each contract comes from one negotiation that is finalized, and no negotiation gave two.
fn check_agreements(kept: &Kept) {
    let mut from = BTreeSet::new();
    for agreement in &kept.agreements {
        assert!(from.insert(&agreement.negotiation), "two contracts of one negotiation");
        let negotiation = &kept.negotiations[&agreement.negotiation];
        let on_table = negotiation.process.agreement.as_ref().expect("an agreement on the table");
        assert_eq!(on_table.digest, agreement.document);
        assert_ne!(negotiation.process.state, Some(negotiation::State::Terminated));
    }
    for (pid, negotiation) in &kept.negotiations {
        if negotiation.process.state == Some(negotiation::State::Finalized) {
            assert!(from.contains(pid), "finalized without a contract");
        }
    }
}

fn check_negotiations(kept: &Kept, all: &BTreeMap<Did, Kept>, on_the_way: bool) {
    for (pid, mine) in &kept.negotiations {
        let process = &mine.process;
        let Some(theirs) = all.get(&process.peer) else { continue };
        let Some(peer_pid) = process.peer_pid() else { continue };
        let Some(other) = theirs.negotiations.get(peer_pid.as_str()) else {
            panic!("`{}` knows nothing of {pid}", process.peer);
        };
        let quiet = process.awaiting.is_none() && other.process.awaiting.is_none();
        if quiet && !on_the_way && !waits(kept, pid) && !waits(theirs, peer_pid.as_str()) {
            assert_eq!(process.state, other.process.state, "no longer of one mind about {pid}");
            if process.state != Some(negotiation::State::Terminated) {
                assert_eq!(process.agreement, other.process.agreement);
            }
        }
    }
}

fn check_transfers(kept: &Kept, all: &BTreeMap<Did, Kept>, on_the_way: bool) {
    for (pid, mine) in &kept.transfers {
        let process = &mine.process;
        let peer_pid = match process.role {
            protocol::Role::Consumer => process.provider_pid.as_ref().map(|it| it.to_string()),
            protocol::Role::Provider => Some(process.consumer_pid.to_string()),
        };
        let (Some(theirs), Some(peer_pid)) = (all.get(&process.peer), peer_pid) else { continue };
        let Some(other) = theirs.transfers.get(&peer_pid) else {
            panic!("`{}` knows nothing of {pid}", process.peer);
        };
        let quiet = process.awaiting.is_none() && other.process.awaiting.is_none();
        if quiet && !on_the_way && !waits(kept, pid) && !waits(theirs, &peer_pid) {
            assert_eq!(process.state, other.process.state, "no longer of one mind about {pid}");
        }
        if process.state == Some(transfer::State::Terminated) {
            assert!(mine.token.is_none(), "the token of an ended transfer is kept");
        }
    }
}

/// Both parties of a contract hold the same document under the same two signatures.
fn check_contracts(kept: &Kept, all: &BTreeMap<Did, Kept>) {
    for mine in &kept.agreements {
        let theirs = all.get(&mine.peer).into_iter().flat_map(|kept| &kept.agreements);
        for other in theirs.filter(|other| other.id == mine.id && other.peer == kept.did) {
            assert_eq!(mine.document, other.document);
            assert_eq!(mine.dataset, other.dataset);
            assert_eq!(mine.provider_signature, other.provider_signature);
            assert_eq!(mine.consumer_signature, other.consumer_signature);
            assert_ne!(mine.role, other.role);
        }
    }
}

fn waits(kept: &Kept, pid: &str) -> bool {
    kept.outbox.iter().any(|row| row.process.pid == pid)
}

async fn records<T: DeserializeOwned>(store: &Embedded, did: &Did, kind: Kind) -> Vec<(String, T)> {
    let rows = store.range_json::<T>(&Span::new(did, kind)).await.unwrap();
    rows.into_iter().map(|(id, _, record)| (id, record)).collect()
}

fn values<T>(records: Vec<(String, T)>) -> Vec<T> {
    records.into_iter().map(|(_, value)| value).collect()
}

/// The shards that a story may reach.
fn shards() -> impl Iterator<Item = Shard> {
    (2041..=2042).flat_map(|year| {
        let first = Shard::first(year);
        [first, first.next(), first.next().next()]
    })
}

/// All entries of a participant, shard after shard.
async fn log(store: &Embedded, did: &Did) -> Vec<Entry> {
    let mut all = Vec::new();
    for shard in shards() {
        all.extend(entries(store, did, shard, 0).await);
    }
    all
}

/// The entries of a shard from `first` on. Each must read as the one form that it has.
async fn entries(store: &Embedded, did: &Did, shard: Shard, first: u64) -> Vec<Entry> {
    let log = Log::new(did, shard.to_string());
    // What is appended while we read is another reading's.
    let size = store.log_size(&log).await.unwrap();
    let count = usize::try_from(size.checked_sub(first).expect("a log does not shrink")).unwrap();
    let found = store.entries(&log, first, count).await.unwrap();
    assert_eq!(found.len(), count, "entries are dense and none is lost");
    let mut entries = Vec::new();
    for (place, entry) in found.into_iter().enumerate() {
        assert_eq!(entry.index, first + place as u64);
        let entry = Entry::parse(&entry.value).unwrap();
        assert_eq!(entry.shard, shard);
        entries.push(entry);
    }
    entries
}
