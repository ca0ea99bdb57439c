//! What must hold after every commit, and when everything has come to rest.
//!
//! After each commit: the states of both machines only ever change along arrows of the standard, what
//! was once durable never vanishes, contracts keep their document and signatures, and an end is for
//! good. At rest: both parties of one mind, the same contracts on both sides, logs without a gap.

use std::collections::BTreeMap;
use std::sync::Mutex;

use audit::entry::{Body, Entry};
use connector::record::agreement::{AgreementRecord, Notice};
use connector::record::negotiation::NegotiationRecord;
use connector::record::transfer::TransferRecord;
use connector::store::{Embedded, Key, Kind, Store};
use protocol::Role;
use protocol::transfer::Flow;
use protocol::{negotiation, transfer};
use serde::de::DeserializeOwned;
use wire::did::Did;

use super::executor::wait;
use crate::judge::{Kept, kept_by};

/// What was seen of each record last.
#[derive(Debug, Default)]
pub struct Judge {
    negotiations: Mutex<BTreeMap<Key, Option<negotiation::State>>>,
    transfers: Mutex<BTreeMap<Key, Option<transfer::State>>>,
    agreements: Mutex<BTreeMap<Key, AgreementRecord>>,
}

impl Judge {
    /// A commit has just changed the record under `key`.
    pub fn saw(&self, store: &Embedded, key: &Key) {
        if key.kind() == Kind::Negotiation {
            let record: NegotiationRecord = read(store, key);
            let now = record.process.state;
            let before = self.negotiations.lock().unwrap().insert(key.clone(), now);
            if let Some(before) = before {
                check_negotiation(key, before, now);
            }
        }
        if key.kind() == Kind::Transfer {
            let record: TransferRecord = read(store, key);
            let now = record.process.state;
            let before = self.transfers.lock().unwrap().insert(key.clone(), now);
            if let Some(before) = before {
                check_transfer(key, record.process.flow, before, now);
            }
        }
        if key.kind() == Kind::Agreement {
            let now: AgreementRecord = read(store, key);
            match self.agreements.lock().unwrap().insert(key.clone(), now.clone()) {
                Some(before) => check_agreement(&before, &now),
                None => assert!(
                    now.provider_signature.is_some() && now.consumer_signature.is_some(),
                    "a contract that only one side has signed: {now:?}",
                ),
            }
        }
    }
}

/// The record; one that was written and is gone now was lost.
fn read<T: DeserializeOwned>(store: &Embedded, key: &Key) -> T {
    let found = wait(store.get_json::<T>(key)).unwrap();
    found.unwrap_or_else(|| panic!("{key:?} is gone")).1
}

/// One commit takes at most two arrows: our own message is acknowledged by the peer's next one.
fn check_negotiation(
    key: &Key,
    before: Option<negotiation::State>,
    now: Option<negotiation::State>,
) {
    use negotiation::{Move, State, after};
    if before == now {
        return;
    }
    let Some(now) = now else { panic!("{key:?} lost its state {before:?}") };
    let Some(before) = before else { return };
    assert!(!before.is_terminal(), "{key:?} went from {before} to {now}");
    let next = |from: State| -> Vec<State> {
        let arrows = Role::ALL.into_iter().flat_map(|role| Move::ALL.map(|what| (role, what)));
        arrows.filter_map(|(role, what)| Some(after(role, from, what)?.0)).collect()
    };
    let reached = now == State::Terminated
        || next(before).iter().any(|middle| *middle == now || next(*middle).contains(&now));
    assert!(reached, "{key:?} went from {before} to {now}");
}

fn check_transfer(
    key: &Key,
    flow: Flow,
    before: Option<transfer::State>,
    now: Option<transfer::State>,
) {
    use transfer::{Move, Side, State, after};
    if before == now {
        return;
    }
    let Some(now) = now else { panic!("{key:?} lost its state {before:?}") };
    let Some(before) = before else { return };
    assert!(!before.is_terminal(), "{key:?} went from {before} to {now}");
    let sides = Role::ALL.map(|role| {
        let owns_address = (role == Role::Provider) == (flow == Flow::Pull);
        Side { role, owns_address }
    });
    let next = |from: State| -> Vec<State> {
        let arrows = sides.into_iter().flat_map(|side| Move::ALL.map(|what| (side, what)));
        arrows.filter_map(|(side, what)| Some(after(side, from, what)?.0)).collect()
    };
    let reached = now.is_terminal()
        || next(before).iter().any(|middle| *middle == now || next(*middle).contains(&now));
    assert!(reached, "{key:?} went from {before} to {now}");
}

fn check_agreement(before: &AgreementRecord, now: &AgreementRecord) {
    assert_eq!(before.document, now.document, "a contract changed");
    assert_eq!(before.provider_signature, now.provider_signature);
    assert_eq!(before.consumer_signature, now.consumer_signature);
    let end = |record: &AgreementRecord| record.ended.clone().map(|end| (end.at, end.by));
    assert!(before.ended.is_none() || end(before) == end(now), "an end was taken back: {now:?}");
}

/// Before a permit is used: the contract behind it stands, and its negotiation has come so far that
/// both have signed.
pub fn check_permitted(store: &Embedded, provider: &Did, transfer: &str) {
    let kept = wait(kept_by(store, provider));
    let process = &kept.transfers[transfer].process;
    let agreed = kept.agreements.iter().find(|agreed| agreed.id == process.agreement_id);
    let agreed = agreed.expect("data under no contract");
    let negotiation = &kept.negotiations[&agreed.negotiation].process;
    let state = negotiation.state;
    let sent = negotiation.awaiting.map(|outgoing| outgoing.what);
    let final_word =
        state == Some(negotiation::State::Finalized) || sent == Some(negotiation::Move::Finalize);
    assert!(final_word, "data before the contract was final: {negotiation:?}");
    let started = |entry: &Entry| matches!(entry.body, Body::DeliveryStarted { .. });
    assert!(kept.log.iter().any(started), "data without an entry in the log");
}

/// Everything has come to rest: the parties are of one mind. `all_over` demands that every process
/// has ended.
pub fn check_rest(all: &[Kept], all_over: bool) {
    for kept in all {
        assert!(kept.outbox.is_empty(), "{} still has to send {:?}", kept.did, kept.outbox);
        check_counters(kept);
        for (pid, record) in &kept.negotiations {
            let process = &record.process;
            assert_eq!(process.awaiting, None, "{} waits for an answer: {process:?}", kept.did);
            let peer = peer_of(all, &process.peer);
            let theirs = process
                .peer_pid()
                .and_then(|pid| peer.negotiations.get(pid.as_str()))
                .map(|record| record.process.state);
            let state = theirs.unwrap_or(Some(negotiation::State::Terminated));
            assert_eq!(process.state, state, "{} and {} about {pid}", kept.did, peer.did);
            assert!(!all_over || process.is_over(), "{} cannot end {pid}", kept.did);
        }
        for (pid, record) in &kept.transfers {
            let process = &record.process;
            assert_eq!(process.awaiting, None, "{} waits for an answer: {process:?}", kept.did);
            let peer = peer_of(all, &process.peer);
            let theirs = match process.role {
                Role::Consumer => process.provider_pid.as_ref().map(|pid| pid.to_string()),
                Role::Provider => Some(process.consumer_pid.to_string()),
            };
            let theirs = theirs.and_then(|pid| peer.transfers.get(&pid));
            let state = theirs.map_or(Some(transfer::State::Terminated), |it| it.process.state);
            assert_eq!(process.state, state, "{} and {} about {pid}", kept.did, peer.did);
            assert!(!all_over || process.is_over(), "{} cannot end {pid}", kept.did);
        }
        for agreed in &kept.agreements {
            check_both_have(agreed, kept, peer_of(all, &agreed.peer));
        }
    }
}

fn peer_of<'a>(all: &'a [Kept], did: &Did) -> &'a Kept {
    all.iter().find(|kept| kept.did == *did).expect("everybody is simulated")
}

fn check_both_have(agreed: &AgreementRecord, kept: &Kept, peer: &Kept) {
    let theirs = peer.agreements.iter().find(|it| it.id == agreed.id && it.peer == kept.did);
    let theirs = theirs.unwrap_or_else(|| panic!("{} has no {:?}", peer.did, agreed.id));
    assert_eq!(agreed.document, theirs.document);
    assert_eq!(agreed.provider_signature, theirs.provider_signature);
    assert_eq!(agreed.consumer_signature, theirs.consumer_signature);
    assert_ne!(agreed.role, theirs.role);
    let told = |one: &AgreementRecord, other: &AgreementRecord| match &one.ended {
        None => true,
        Some(end) => other.ended.is_some() || end.notice == Some(Notice::GivenUp),
    };
    assert!(told(agreed, theirs), "{} was not told of the end of {:?}", peer.did, agreed.id);
}

/// The entries about one contract are numbered without a gap, and no entry is there twice.
fn check_counters(kept: &Kept) {
    let mut counters: BTreeMap<(String, Option<Did>), u64> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for entry in &kept.log {
        assert!(seen.insert(entry.random), "the same entry twice: {entry:?}");
        if let Some(about) = &entry.agreement {
            let counter = counters.entry((about.id.to_string(), entry.counterparty.clone()));
            let counter = counter.or_default();
            *counter += 1;
            assert_eq!(about.counter, *counter, "a gap before {entry:?}");
        }
    }
}
