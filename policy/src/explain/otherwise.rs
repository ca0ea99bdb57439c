//! Changes of a single fact that would bring a permit, each judged.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};

use jiff::{SignedDuration, Timestamp};
use odrl_parser::{Id, Operator};
use wire::digest::Digest;

use super::{CHANGES_TRIED_MAX, Change};
use crate::check::{Atom, CheckedRule, Matcher, Modality};
use crate::decision::Verdict;
use crate::evaluate::Judge;
use crate::fact::{DutyFact, Fact, Facts, Membership, Provenance, Source, Told, is_clock};
use crate::value::ValueType;

pub(super) fn changes(judge: Judge<'_>) -> Vec<Change> {
    let left = judge.policy.bounds_tried(judge.facts.widest()).min(CHANGES_TRIED_MAX);
    let mut trial = Trial { judge, left, found: Vec::new() };
    trial.times();
    for rule in judge.covering() {
        trial.rule(rule);
    }
    trial.found
}

struct Trial<'a> {
    judge: Judge<'a>,
    left: usize,
    found: Vec<Change>,
}

impl Trial<'_> {
    fn permits(&mut self, facts: &Facts) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let judge = Judge::new(self.judge.policy, self.judge.request, facts);
        judge.verdict() == Verdict::Permit
    }

    fn offer(&mut self, change: Change, facts: &Facts) {
        if !self.found.contains(&change) && self.permits(facts) {
            self.found.push(change);
        }
    }

    fn permits_at(&mut self, at: Timestamp) -> bool {
        let facts = self.judge.facts.clone().moved_to(at);
        self.permits(&facts)
    }

    /// The nearest stretch of time after and before now: a quarter of the tries at most.
    fn times(&mut self) {
        let now = self.judge.now;
        let bounds = self.judge.bounds();
        let tries = CHANGES_TRIED_MAX / 8;
        let mut ahead = bounds.range((Excluded(now), Unbounded)).copied().take(tries);
        if let Some(from) = ahead.find(|at| self.permits_at(*at)) {
            let until = ahead.find(|at| !self.permits_at(*at));
            self.found.push(Change::Time { from: Some(from), until });
        }
        let moment = SignedDuration::from_nanos(1);
        let before = |at: Timestamp| at.checked_sub(moment).ok();
        let mut behind = bounds.range(..=now).rev().copied().take(tries);
        let last = behind.find(|at| before(*at).is_some_and(|at| self.permits_at(at)));
        if let Some(until) = last {
            let start = behind.find(|at| before(*at).is_some_and(|at| !self.permits_at(at)));
            self.found.push(Change::Time { from: start, until: Some(until) });
        }
    }

    fn rule(&mut self, rule: &CheckedRule) {
        let mut atoms = Vec::new();
        for condition in rule.refinements.iter().chain(&rule.conditions) {
            condition.for_each_atom(&mut |atom| atoms.push(atom));
        }
        let request = self.judge.request;
        let entities = [(&rule.target, &request.target), (&rule.assignee, &request.assignee)];
        for (matcher, asked) in entities {
            if let Some(matcher) = matcher {
                self.member(matcher, asked);
                for condition in &matcher.refinements {
                    condition.for_each_atom(&mut |atom| atoms.push(atom));
                }
            }
        }
        for atom in atoms {
            self.values(&atom);
        }
        if rule.modality == Modality::Permission {
            for duty in &rule.duties {
                self.duty(duty);
            }
        }
    }

    fn duty(&mut self, duty: &CheckedRule) {
        let profile = self.judge.policy.profile();
        let by = BELIEVABLE.into_iter().find(|by| profile.believes_duty(by.source()));
        let Some(provenance) = by else { return };
        let told = DutyFact { told: Told::Fulfilled, provenance, valid_until: None };
        let facts = self.judge.facts.clone().with_duty(duty.key.clone(), told);
        self.offer(Change::Duty { duty: duty.key.clone() }, &facts);
    }

    fn member(&mut self, matcher: &Matcher, asked: &Id) {
        if !matcher.is_collection {
            return;
        }
        let profile = self.judge.policy.profile();
        let by = BELIEVABLE.into_iter().find(|by| profile.believes_membership(by.source()));
        let Some(provenance) = by else { return };
        let old = self.judge.facts.members(&matcher.id);
        let mut members = old.map(|list| list.members.clone()).unwrap_or_default();
        members.insert(asked.clone());
        let list = Membership { members, provenance, valid_until: None };
        let facts = self.judge.facts.clone().with_members(matcher.id.clone(), list);
        self.offer(Change::Member { collection: matcher.id.clone() }, &facts);
    }

    /// Each value that the constraint names, and all of them at once where it wants all.
    fn values(&mut self, atom: &Atom<'_>) {
        if is_clock(atom.spec.term) || atom.spec.value_type == ValueType::Event {
            return;
        }
        for value in atom.demanded {
            let mut values = match self.judge.facts.fact(atom.key) {
                Some(Fact::Known { values, .. }) if atom.spec.value_type == ValueType::IriSet => {
                    values.clone()
                }
                _ => BTreeSet::new(),
            };
            match atom.operator {
                Operator::HasPart | Operator::IsAllOf => values.extend(atom.demanded.to_vec()),
                Operator::Eq
                | Operator::Gt
                | Operator::Gteq
                | Operator::IsA
                | Operator::IsAnyOf
                | Operator::IsNoneOf
                | Operator::IsPartOf
                | Operator::Lt
                | Operator::Lteq
                | Operator::Neq => values.extend([value.clone()]),
            }
            let provenance = as_said_by(atom.spec.source);
            let fact = Fact::Known { values, provenance, valid_until: None };
            let facts = self.judge.facts.clone().with(atom.key, fact);
            self.offer(Change::Value { operand: atom.key, value: value.clone() }, &facts);
        }
    }
}

/// Sources of which some profile believes one.
const BELIEVABLE: [Provenance; 4] = [
    Provenance::Operator,
    Provenance::TrustList { number: 0 },
    Provenance::Log { size: 0 },
    Provenance::Meter { reading: 0 },
];

/// Who would have to say a supposed fact.
fn as_said_by(source: Source) -> Provenance {
    let digest = Digest::from_bytes([0; 32]);
    match source {
        Source::Agreement => Provenance::Agreement,
        Source::Attestation => Provenance::Attestation { digest },
        Source::Catalogue => Provenance::Catalogue,
        Source::Certificate => Provenance::Certificate,
        Source::Credential => Provenance::Credential { digest },
        Source::Log => Provenance::Log { size: 0 },
        Source::Meter => Provenance::Meter { reading: 0 },
        Source::Operator => Provenance::Operator,
        Source::OwnClock => Provenance::OwnClock,
        Source::Statement => Provenance::Statement,
        Source::Transfer => Provenance::Transfer,
        Source::TrustList => Provenance::TrustList { number: 0 },
    }
}
