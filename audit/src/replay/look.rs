//! One entry after the other: what a decision comes out as, and whether its entry says the same.

use jiff::SignedDuration;
use protocol::{id::AgreementId, role::Role};
use serde_json::{Value, json};
use wire::{digest::Digest, pointer::Pointer};

use super::{
    Again, DECIDED_APART_SECONDS_MAX, Difference, Documents, NotReplayed, Outcome, Part, Rejudge,
    Within,
};
use crate::entry::{AgreementRef, Body, Code, Entry, EntryType, Verdict};

/// A walk through one log.
pub(super) struct Look<'a> {
    judge: &'a dyn Rejudge,
    documents: &'a Documents<'a>,
    only: Option<&'a AgreementId>,
    /// What the entry before permitted, if it did.
    permitted: Option<AgreementId>,
}

impl<'a> Look<'a> {
    pub(super) fn new(
        judge: &'a dyn Rejudge,
        documents: &'a Documents<'a>,
        only: Option<&'a AgreementId>,
    ) -> Self {
        Self { judge, documents, only, permitted: None }
    }

    /// What becomes of an entry; none of one that is no decision, or about another agreement.
    pub(super) fn at(&mut self, entry: &Entry) -> Option<Outcome> {
        let agreement = entry.agreement.as_ref().map(|AgreementRef { id, .. }| id);
        let before = self.permitted.take();
        if self.only.is_some() && self.only != agreement {
            return None;
        }
        match (&entry.body, entry.entry_type()) {
            (Body::DecisionMade { verdict, decision, policy }, _) => {
                self.permitted = agreement.filter(|_| *verdict == Verdict::Permit).cloned();
                Some(self.again(entry, *verdict, *decision, *policy))
            }
            (_, EntryType::ApprovalGiven | EntryType::ApprovalRefused) => Some(Outcome::NotOfARule),
            (_, EntryType::DeliveryStarted | EntryType::HandoverStarted) => {
                (before.as_ref() != agreement).then_some(Outcome::Undecided)
            }
            (_, _) => None,
        }
    }

    fn again(&self, entry: &Entry, verdict: Verdict, decision: Digest, policy: Digest) -> Outcome {
        let read = self.documents.part(Part::Decision, decision);
        match read.and_then(|bytes| self.judge.rejudge(&bytes, self.documents)) {
            Err(NotReplayed::NoRule) => Outcome::NotOfARule,
            Err(why) => Outcome::NotReplayed { why },
            Ok(again) => {
                let mut differences = again.differences.clone();
                differences.extend(said_otherwise(entry, verdict, policy, &again));
                match (differences.is_empty(), again.other_engine) {
                    (true, _) => Outcome::Alike,
                    (false, None) => Outcome::Differs { differences },
                    (false, Some(engine)) => Outcome::OtherEngine { engine, differences },
                }
            }
        }
    }
}

/// Where the entry says something else than the decision that it names.
fn said_otherwise(
    entry: &Entry,
    verdict: Verdict,
    policy: Digest,
    again: &Again,
) -> Vec<Difference> {
    let consumer = match entry.role {
        Some(Role::Consumer) => Some(&entry.participant),
        Some(Role::Provider) => entry.counterparty.as_ref(),
        None => None,
    };
    let said: Vec<&str> = entry.reasons.iter().map(Code::as_str).collect();
    let apart = SignedDuration::from_secs(DECIDED_APART_SECONDS_MAX);
    let in_time = entry.time.duration_since(again.at).abs() <= apart;
    let found: [(bool, &str, Value, Value); 5] = [
        (verdict == again.verdict, "/body/verdict", json!(verdict), json!(again.verdict)),
        (policy == again.policy, "/body/policy", json!(policy), json!(again.policy)),
        (said == again.reasons, "/reasons", json!(said), json!(again.reasons)),
        (
            consumer.is_some_and(|did| did.as_str() == again.assignee),
            "/counterparty",
            json!(consumer),
            json!(again.assignee),
        ),
        (in_time, "/time", json!(entry.time.to_string()), json!(again.at.to_string())),
    ];
    let differ = found.into_iter().filter(|(alike, ..)| !alike);
    let of = |(_, place, recorded, replayed): (bool, &str, Value, Value)| {
        let pointer = Pointer::parse(place).unwrap_or_else(|_| Pointer::root());
        let (recorded, replayed) = (Some(recorded), Some(replayed));
        Difference { within: Within::Entry, pointer, recorded, replayed }
    };
    differ.map(of).collect()
}
