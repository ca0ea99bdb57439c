//! Anchors for an auditor, as the authority knows them: members' registered keys, its own key as
//! witness, and the heads that it has seen. The auditor who trusts the authority may take them as
//! they are; nothing of them ever goes into a folder that is verified.

use std::collections::BTreeSet;

use audit::anchors::{Anchors, Known, Seen, WitnessKey, WitnessPolicy};
use audit::checkpoint::{KeyKind, KeyName, VerifierKey};
use identity::trust::TrustList;
use jiff::{SignedDuration, Timestamp};
use wire::did::Did;
use wire::sign::PublicKey;

use super::error::LogError;
use super::sequencer::Sequencer;
use super::witness::keep::witnessed;
use super::witness::look::log_key;
use super::witness::push::witness_key;
use crate::clock::Clock as _;
use crate::engine::parts::Parts;

/// Seconds to wait for the first head of a log that an auditor expects.
pub const WAIT_SECONDS_MAX: i64 = 15;

/// An anchors file (JSON) for an auditor to whom the logs of `expected` are handed.
///
/// `seen` are the heads that the authority kept ([`super::Witness::witnessed`]); the shards that the
/// auditor must find are those of which there is a head among them. Members that are not expected
/// are named with their agreement keys only, so that their logs are not missed.
#[must_use]
pub fn anchors_of(list: &TrustList, expected: &BTreeSet<Did>, seen: &[Seen]) -> String {
    let mut participants: Vec<Known> = list
        .members
        .iter()
        .map(|member| Known {
            did: member.did.clone(),
            logs: logs(list, &member.did, expected, seen),
            agreement_keys: vec![member.registration.agreement_key.clone()],
        })
        .collect();
    if list.member(&list.authority).is_none() {
        let did = list.authority.clone();
        let logs = logs(list, &did, expected, seen);
        participants.push(Known { did, logs, agreement_keys: Vec::new() });
    }
    let witness = |key| WitnessKey { owner: list.authority.to_string(), key };
    let named = |one: &&Seen| {
        let origin = &one.checkpoint.checkpoint().origin;
        participants.iter().any(|known| known.logs.iter().any(|key| key.name() == origin))
    };
    let seen = seen.iter().filter(named).cloned().collect();
    let anchors = Anchors {
        witnesses: witness_key(list).map(witness).into_iter().collect(),
        policy: WitnessPolicy::default(),
        seen,
        participants,
    };
    format!("{:#}\n", anchors.to_json())
}

/// An anchors file for an auditor to whom the logs of `expected` are handed, from what the authority
/// of this process has seen. A log that it has seen nothing of yet is waited for, within
/// [`WAIT_SECONDS_MAX`]: members show their heads a moment after their logs become quiet.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_authority<P: Parts>(
    sequencer: &Sequencer<P>,
    authority: &Did,
    expected: &BTreeSet<Did>,
) -> Result<String, LogError> {
    let engine = sequencer.engine();
    let until = engine.clock().now().checked_add(SignedDuration::from_secs(WAIT_SECONDS_MAX));
    let until = until.unwrap_or(Timestamp::MAX);
    // Each head that it keeps is an entry of its own log, which is then signed.
    let mut signed = sequencer.watch();
    loop {
        let (_, standing) = engine.member(authority).map_err(LogError::Engine)?;
        let seen = witnessed(engine.store(), authority).await?;
        let is_seen = |did: &&Did| {
            *did == authority || !logs(&standing.list, did, expected, &seen).is_empty()
        };
        if expected.iter().all(|did| is_seen(&did)) || engine.clock().now() >= until {
            return Ok(anchors_of(&standing.list, expected, &seen));
        }
        tokio::select! {
            _ = signed.recv() => {}
            () = engine.clock().sleep_until(until) => {}
        }
    }
}

/// The keys of a participant's logs of which a head was seen, if its logs are expected.
fn logs(list: &TrustList, did: &Did, expected: &BTreeSet<Did>, seen: &[Seen]) -> Vec<VerifierKey> {
    let Some((name, key)) = log_key(list, did).filter(|_| expected.contains(did)) else {
        return Vec::new();
    };
    let origins: BTreeSet<&KeyName> = seen
        .iter()
        .map(|one| &one.checkpoint.checkpoint().origin)
        .filter(|origin| is_shard_of(origin, &name))
        .collect();
    origins.into_iter().filter_map(|origin| verifier(origin, &key)).collect()
}

fn is_shard_of(origin: &KeyName, name: &str) -> bool {
    let shard = origin.as_str().strip_prefix(name).and_then(|rest| rest.strip_prefix('/'));
    shard.is_some_and(|shard| shard.parse::<audit::entry::Shard>().is_ok())
}

fn verifier(origin: &KeyName, key: &PublicKey) -> Option<VerifierKey> {
    VerifierKey::new(origin.clone(), KeyKind::Log, key.clone()).ok()
}
