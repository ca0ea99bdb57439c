//! The judgement, in the order of the semantics: bind, see the facts, judge each constraint, each
//! rule, the policy. It is plain on purpose: any faster evaluator is tested against this one. It
//! never asks a clock and never guesses.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use odrl_parser::LogicalOperator;

use crate::check::{CheckedPolicy, CheckedRule, Condition, Modality};
use crate::compare::compare;
use crate::decision::{
    AtomReport, Conflict, ConstraintReport, Decision, Request, RuleReport, Verdict,
};
use crate::fact::{FactKey, Facts, Seen};
use crate::profile::Profile;
use crate::reason::{Reason, ReasonCode, failing};
use crate::truth::Truth;
use crate::value::Value;

/// Most bounds that are tried for the next change. A policy with more is to be judged again at the
/// first bound that was not tried, which may then turn out to change nothing.
pub const BOUNDS_TRIED_MAX: usize = 256;

/// Judges a request under a policy with the facts at hand. An offer is judged as the agreement that
/// it would become.
#[must_use]
pub fn evaluate(policy: &CheckedPolicy, request: &Request, facts: &Facts) -> Decision {
    let now = facts.now();
    let rules: Vec<RuleReport> =
        policy.rules().iter().map(|rule| report_rule(policy, rule, request, facts)).collect();
    let verdict = verdict_at(policy, request, facts, now);
    Decision {
        verdict,
        hypothetical: policy.is_hypothetical(),
        at: now,
        reasons: match verdict {
            Verdict::Deny => reasons(policy, request, &rules),
            Verdict::Permit => Vec::new(),
        },
        conflicts: conflicts(&rules),
        rules,
        next_change: next_change(policy, request, facts, verdict),
        depends_on: dependencies(policy, request),
    }
}

/// The verdict alone. Closed world: what nothing permits is denied; a prohibition that applies
/// always wins.
fn verdict_at(policy: &CheckedPolicy, request: &Request, facts: &Facts, now: Timestamp) -> Verdict {
    let applies = |modality| {
        policy.rules().iter().any(|rule| {
            rule.modality == modality
                && rule.action.covers(request.action)
                && applies(modality, rule_truth(policy.profile(), rule, facts, now))
        })
    };
    let bound = binding(policy, request).is_empty();
    if bound && applies(Modality::Permission) && !applies(Modality::Prohibition) {
        Verdict::Permit
    } else {
        Verdict::Deny
    }
}

/// Polarity: unknown blocks a permission and triggers a prohibition.
const fn applies(modality: Modality, truth: Truth) -> bool {
    match (modality, truth) {
        (Modality::Permission | Modality::Prohibition, Truth::Satisfied)
        | (Modality::Prohibition, Truth::Unknown) => true,
        (Modality::Permission, Truth::Unknown)
        | (Modality::Permission | Modality::Prohibition, Truth::Unsatisfied) => false,
    }
}

/// The request must be about the policy's own target and assignee, where it names them.
fn binding(policy: &CheckedPolicy, request: &Request) -> Vec<ReasonCode> {
    let source = policy.policy();
    let other_target = source.target.as_ref().is_some_and(|target| *target != request.target);
    let other_assignee = source.assignee.as_ref().is_some_and(|party| *party != request.assignee);
    let found = [
        other_target.then_some(ReasonCode::OtherTarget),
        other_assignee.then_some(ReasonCode::OtherAssignee),
    ];
    found.into_iter().flatten().collect()
}

fn rule_truth(profile: &Profile, rule: &CheckedRule, facts: &Facts, now: Timestamp) -> Truth {
    let members = rule.conditions.iter().map(|condition| truth(profile, condition, facts, now));
    Truth::join(LogicalOperator::And, members)
}

fn truth(profile: &Profile, condition: &Condition, facts: &Facts, now: Timestamp) -> Truth {
    match condition {
        Condition::Atom { spec, operator, demanded, .. } => {
            match facts.see(FactKey::of(spec.term), spec.source, now) {
                Seen::Known { values, .. } => compare(profile, &values, *operator, demanded),
                Seen::Absent | Seen::Conflicting | Seen::Stale { .. } | Seen::Untrusted { .. } => {
                    Truth::Unknown
                }
            }
        }
        Condition::Joined { operator, members, .. } => {
            let members = members.iter().map(|member| truth(profile, member, facts, now));
            Truth::join(*operator, members)
        }
    }
}

fn report_rule(
    policy: &CheckedPolicy,
    rule: &CheckedRule,
    request: &Request,
    facts: &Facts,
) -> RuleReport {
    let regulates = rule.action.covers(request.action);
    let truth = rule_truth(policy.profile(), rule, facts, facts.now());
    RuleReport {
        pointer: rule.pointer.clone(),
        modality: rule.modality,
        action: rule.action,
        regulates,
        truth,
        applies: regulates && applies(rule.modality, truth),
        badge: rule.badge().badge,
        constraints: report_all(policy.profile(), &rule.conditions, facts),
    }
}

fn report_all(profile: &Profile, all: &[Condition], facts: &Facts) -> Vec<ConstraintReport> {
    all.iter().map(|condition| report(profile, condition, facts)).collect()
}

fn report(profile: &Profile, condition: &Condition, facts: &Facts) -> ConstraintReport {
    let truth = truth(profile, condition, facts, facts.now());
    match condition {
        Condition::Atom { spec, operator, demanded, pointer } => {
            let operand = FactKey::of(spec.term);
            ConstraintReport::Atom(AtomReport {
                pointer: pointer.clone(),
                operand,
                operator: *operator,
                demanded: demanded.clone(),
                seen: facts.see(operand, spec.source, facts.now()),
                truth,
                badge: spec.badge,
            })
        }
        Condition::Joined { operator, members, pointer } => ConstraintReport::Joined {
            pointer: pointer.clone(),
            operator: *operator,
            truth,
            members: report_all(profile, members, facts),
        },
    }
}

fn reasons(policy: &CheckedPolicy, request: &Request, rules: &[RuleReport]) -> Vec<Reason> {
    let plain = |code| Reason { code, rule: None, constraint: None };
    let mut reasons: Vec<Reason> = binding(policy, request).into_iter().map(plain).collect();
    let regulating =
        |modality| rules.iter().filter(move |rule| rule.modality == modality && rule.regulates);
    for rule in regulating(Modality::Prohibition).filter(|rule| rule.applies) {
        let code = match rule.truth {
            Truth::Satisfied => ReasonCode::Prohibited,
            Truth::Unknown | Truth::Unsatisfied => ReasonCode::ProhibitedUnlessKnown,
        };
        reasons.push(Reason { code, rule: Some(rule.pointer.clone()), constraint: None });
    }
    if regulating(Modality::Permission).next().is_none() {
        reasons.push(plain(ReasonCode::NothingPermits));
    }
    if !regulating(Modality::Permission).any(|rule| rule.applies) {
        for rule in regulating(Modality::Permission) {
            reasons.extend(failing(&rule.pointer, &rule.constraints));
        }
    }
    reasons
}

fn conflicts(rules: &[RuleReport]) -> Vec<Conflict> {
    let applying =
        |modality| rules.iter().filter(move |rule| rule.modality == modality && rule.applies);
    let pairs = applying(Modality::Permission).flat_map(|permission| {
        applying(Modality::Prohibition).map(move |other| (permission, other))
    });
    let conflicts = pairs.map(|(permission, prohibition)| Conflict {
        permission: permission.pointer.clone(),
        prohibition: prohibition.pointer.clone(),
    });
    conflicts.collect()
}

/// Every operand that a regulating rule reads.
fn dependencies(policy: &CheckedPolicy, request: &Request) -> BTreeSet<FactKey> {
    let regulating = policy.rules().iter().filter(|rule| rule.action.covers(request.action));
    let mut keys = BTreeSet::new();
    for condition in regulating.flat_map(|rule| &rule.conditions) {
        condition.for_each_atom(&mut |key, _| {
            keys.insert(key);
        });
    }
    keys
}

/// The first instant after now at which the verdict differs. Between two bounds of time constraints
/// or validity nothing can change, so trying each bound, and the moment after it, is exact.
fn next_change(
    policy: &CheckedPolicy,
    request: &Request,
    facts: &Facts,
    verdict: Verdict,
) -> Option<Timestamp> {
    let regulating = policy.rules().iter().filter(|rule| rule.action.covers(request.action));
    let mut bounds = BTreeSet::new();
    for condition in regulating.flat_map(|rule| &rule.conditions) {
        condition.for_each_atom(&mut |key, demanded| {
            bounds.extend(facts.valid_until(key));
            for value in demanded {
                bounds.extend(instants(value, facts));
            }
        });
    }
    // An agreement from the future becomes readable when its time comes.
    bounds.extend(facts.agreement_timestamp());
    let moment_after = |at: &Timestamp| at.checked_add(SignedDuration::from_nanos(1)).ok();
    let after: Vec<Timestamp> = bounds.iter().filter_map(moment_after).collect();
    bounds.extend(after);
    let later = bounds.into_iter().filter(|at| *at > facts.now());
    let mut tried = later.enumerate();
    let found = tried.find(|(count, at)| {
        *count >= BOUNDS_TRIED_MAX || verdict_at(policy, request, facts, *at) != verdict
    });
    found.map(|(_, at)| at)
}

/// The instants at which a comparison of time with the value can turn.
fn instants(value: &Value, facts: &Facts) -> Vec<Timestamp> {
    match value {
        Value::Instant(at) => vec![*at],
        Value::Day { start, end, .. } => vec![*start, *end],
        Value::DayTime(duration) => {
            let at = facts.agreement_timestamp().and_then(|at| at.checked_add(*duration).ok());
            at.into_iter().collect()
        }
        Value::Decimal(_) | Value::Iri(_) | Value::Text { .. } | Value::YearMonth(_) => Vec::new(),
    }
}

impl Condition {
    fn for_each_atom(&self, visit: &mut impl FnMut(FactKey, &[Value])) {
        match self {
            Self::Atom { spec, demanded, .. } => visit(FactKey::of(spec.term), demanded),
            Self::Joined { members, .. } => {
                for member in members {
                    member.for_each_atom(visit);
                }
            }
        }
    }
}
