//! When a decision can change by itself, and on which facts it rests.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use odrl_parser::LogicalOperator;

use super::Judge;
use crate::check::{CheckedRule, Condition, Matcher, Modality};
use crate::decision::{Dependency, Verdict};
use crate::fact::Facts;
use crate::value::{Value, ValueType};

/// Most bounds that are tried for the next change. A policy with more is to be judged again at the
/// first bound that was not tried, which may then turn out to change nothing.
pub const BOUNDS_TRIED_MAX: usize = 256;

impl Judge<'_> {
    /// The first instant after now at which the verdict differs. Between two bounds of time
    /// constraints or validity nothing can change, so trying each bound, and the moment after it,
    /// is exact.
    pub(crate) fn next_change(self, verdict: Verdict) -> Option<Timestamp> {
        let now = self.facts.now();
        let most = self.policy.bounds_tried(self.facts.widest());
        let later = self.bounds().into_iter().filter(|at| *at > now);
        let mut tried = later.enumerate();
        let found = tried.find(|(count, at)| *count >= most || self.at(*at).verdict() != verdict);
        found.map(|(_, at)| at)
    }

    /// All instants at which some part of the judgement can turn.
    pub(crate) fn bounds(self) -> BTreeSet<Timestamp> {
        let mut bounds = BTreeSet::new();
        for rule in self.covering() {
            rule_bounds(rule, self.facts, &mut bounds);
        }
        // An agreement from the future becomes readable when its time comes.
        bounds.extend(self.facts.origins());
        let moment_after = |at: &Timestamp| at.checked_add(SignedDuration::from_nanos(1)).ok();
        let after: Vec<Timestamp> = bounds.iter().filter_map(moment_after).collect();
        bounds.extend(after);
        bounds
    }

    /// Every fact that a rule about the action reads.
    pub(super) fn dependencies(self) -> BTreeSet<Dependency> {
        let mut found = BTreeSet::new();
        for rule in self.covering() {
            depend(rule, self.facts, &mut found);
        }
        found
    }
}

fn rule_bounds(rule: &CheckedRule, facts: &Facts, bounds: &mut BTreeSet<Timestamp>) {
    for condition in rule.all_conditions() {
        condition_bounds(condition, facts, bounds);
    }
    for matcher in matchers(rule) {
        bounds.extend(facts.members(&matcher.id).and_then(|list| list.valid_until));
    }
    for duty in &rule.duties {
        duty_bounds(duty, facts, bounds);
    }
}

fn duty_bounds(duty: &CheckedRule, facts: &Facts, bounds: &mut BTreeSet<Timestamp>) {
    rule_bounds(duty, facts, bounds);
    bounds.extend(facts.duty(&duty.key).and_then(|told| told.valid_until));
    bounds.extend(facts.performances(&duty.key).iter().map(|done| done.at));
}

fn condition_bounds(condition: &Condition, facts: &Facts, bounds: &mut BTreeSet<Timestamp>) {
    condition.for_each_atom(&mut |atom| {
        bounds.extend(facts.valid_until(atom.key));
        for value in atom.demanded {
            match value {
                Value::Instant(at) => bounds.extend([*at]),
                Value::Day { start, end, .. } => bounds.extend([*start, *end]),
                Value::DayTime(span) => {
                    let from = facts.origin(atom.spec.term);
                    bounds.extend(from.and_then(|from| from.checked_add(*span).ok()));
                }
                Value::Iri(event) if atom.spec.value_type == ValueType::Event => {
                    bounds.extend(facts.event_bounds(event));
                }
                Value::Decimal(_)
                | Value::Event { .. }
                | Value::Iri(_)
                | Value::Quantity { .. }
                | Value::Text { .. }
                | Value::YearMonth(_) => {}
            }
        }
    });
    sequence_bounds(condition, facts, bounds);
}

fn sequence_bounds(condition: &Condition, facts: &Facts, bounds: &mut BTreeSet<Timestamp>) {
    let Condition::Joined { operator, members, .. } = condition else { return };
    for member in members {
        if *operator == LogicalOperator::AndSequence {
            bounds.extend(facts.log().and_then(|log| log.valid_until));
            bounds.extend(facts.log().and_then(|log| log.first_held.get(member.pointer())));
        }
        sequence_bounds(member, facts, bounds);
    }
}

fn matchers(rule: &CheckedRule) -> impl Iterator<Item = &Matcher> {
    [&rule.target, &rule.assignee].into_iter().flatten()
}

fn depend(rule: &CheckedRule, facts: &Facts, found: &mut BTreeSet<Dependency>) {
    for condition in rule.all_conditions() {
        let mut last = None;
        condition.for_each_atom(&mut |atom| {
            if last.replace(atom.key) != Some(atom.key) {
                found.insert(Dependency::Fact(atom.key));
            }
        });
        depend_on_order(condition, found);
    }
    for matcher in matchers(rule).filter(|matcher| matcher.is_collection) {
        found.insert(Dependency::Members(matcher.id.clone()));
    }
    if rule.modality.is_duty() {
        found.insert(Dependency::Rule(rule.key.clone()));
        found.extend(facts.sharing_evidence(&rule.key).cloned().map(Dependency::Rule));
    }
    // The remedies of a prohibition take nothing away and give nothing.
    if rule.modality != Modality::Prohibition {
        for duty in &rule.duties {
            depend(duty, facts, found);
        }
    }
}

fn depend_on_order(condition: &Condition, found: &mut BTreeSet<Dependency>) {
    let Condition::Joined { operator, members, .. } = condition else { return };
    if *operator == LogicalOperator::AndSequence {
        found.insert(Dependency::Log);
    }
    for member in members {
        depend_on_order(member, found);
    }
}
