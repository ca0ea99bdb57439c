//! What has become of a duty, from what was told of it and what was done for it (ODRL Information
//! Model 2.2, section 2.6.3, with the rulings 1 and 2 of the policy reference).

use jiff::{SignedDuration, Timestamp};
use odrl_parser::{Id, LogicalOperator, Operator};
use serde::Serialize;

use super::scene::Scene;
use crate::check::{Atom, CheckedPolicy, CheckedRule, Condition, Modality, recurs};
use crate::decision::Request;
use crate::fact::{Facts, Performance, Told, is_clock};
use crate::settings::DutyMode;
use crate::truth::Truth;
use crate::value::Value;

/// What has become of a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DutyState {
    /// It was violated, done late, and its consequences were done.
    Cured,
    /// It was done.
    Fulfilled,
    /// Its constraints do not hold: nothing is owed.
    Inactive,
    /// It is owed.
    Pending,
    /// What is known of it is not believed or out of date: it is owed.
    Unknown,
    /// It can no longer be done as demanded.
    Violated,
    /// Whoever may demand it has let it go.
    Waived,
}

impl DutyState {
    /// Whether something is still to be done.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        match self {
            Self::Cured | Self::Fulfilled | Self::Inactive | Self::Waived => false,
            Self::Pending | Self::Unknown | Self::Violated => true,
        }
    }

    /// Whether a permission holds as far as this duty goes.
    pub(crate) const fn lets(self, mode: DutyMode) -> Truth {
        match (self, mode) {
            (Self::Cured | Self::Fulfilled | Self::Inactive | Self::Waived, _)
            | (Self::Pending, DutyMode::Promise) => Truth::Satisfied,
            (Self::Unknown, _) => Truth::Unknown,
            (Self::Pending, DutyMode::Precondition) | (Self::Violated, _) => Truth::Unsatisfied,
        }
    }
}

/// A scene in which duties are judged: whose they are where they do not say.
#[derive(Clone, Copy)]
pub(crate) struct Duties<'a> {
    pub(crate) scene: Scene<'a>,
    pub(crate) policy: &'a CheckedPolicy,
    pub(crate) request: &'a Request,
}

impl<'a> Duties<'a> {
    /// Whether the permission holds as far as its duties go.
    pub(crate) fn let_permission(self, rule: &CheckedRule) -> Truth {
        let mode = self.policy.settings().duties;
        let each = rule.duties.iter().map(|duty| {
            let assumed = self.scene.assumed.and_then(|it| it.get(&duty.pointer));
            assumed.copied().unwrap_or_else(|| self.state(duty, rule).lets(mode))
        });
        Truth::join(LogicalOperator::And, each)
    }

    /// The state of a duty that hangs on `parent`, or of an obligation with itself.
    pub(crate) fn state(self, duty: &CheckedRule, parent: &CheckedRule) -> DutyState {
        if let Some(told) = self.scene.facts.duty(&duty.key) {
            let fresh = told.valid_until.is_none_or(|until| self.scene.now < until);
            if !fresh || !self.scene.profile.believes_duty(told.provenance.source()) {
                return DutyState::Unknown;
            }
            return match told.told {
                Told::Fulfilled => DutyState::Fulfilled,
                Told::Violated => self.violated(duty, parent),
                Told::Waived => DutyState::Waived,
            };
        }
        // A remedy makes up for what went before it.
        let since = match duty.modality {
            Modality::Remedy => self.done(parent, parent).map(|done| done.at).max(),
            Modality::Permission
            | Modality::Prohibition
            | Modality::Obligation
            | Modality::Duty
            | Modality::Consequence => None,
        };
        let counts = |done: &Performance| since.is_none_or(|since| done.at >= since);
        let done = || self.done(duty, parent).any(|done| counts(done) && self.in_time(duty, done));
        // What recurs is not fulfilled by being done once.
        if !recurs(&duty.conditions) && done() {
            return DutyState::Fulfilled;
        }
        match self.scene.all(&duty.conditions) {
            Truth::Satisfied | Truth::Unknown => DutyState::Pending,
            // The constraint of a condition says when it counts; that of anything else, until when
            // it must be done.
            Truth::Unsatisfied if duty.modality != Modality::Duty && self.is_late(duty) => {
                self.violated(duty, parent)
            }
            Truth::Unsatisfied => DutyState::Inactive,
        }
    }

    fn violated(self, duty: &CheckedRule, parent: &CheckedRule) -> DutyState {
        let consequences = || duty.duties.iter();
        let all_done = || {
            consequences().all(|it| match self.state(it, parent) {
                DutyState::Fulfilled | DutyState::Waived => true,
                DutyState::Cured
                | DutyState::Inactive
                | DutyState::Pending
                | DutyState::Unknown
                | DutyState::Violated => false,
            })
        };
        let late = || self.done(duty, parent).next().is_some();
        if consequences().next().is_some() && all_done() && late() {
            DutyState::Cured
        } else {
            DutyState::Violated
        }
    }

    /// Whether a prohibition was infringed: then its remedies are due.
    pub(crate) fn is_infringed(self, prohibition: &CheckedRule) -> bool {
        match self.scene.facts.duty(&prohibition.key) {
            Some(told) if self.scene.profile.believes_duty(told.provenance.source()) => {
                told.told == Told::Violated
            }
            Some(_) | None => {
                self.done(prohibition, prohibition).any(|done| self.in_time(prohibition, done))
            }
        }
    }

    /// Whether all that makes up for an infringement was done since: then the prohibition is not
    /// infringed any more (ODRL Information Model 2.2, section 2.6.7).
    pub(crate) fn is_remedied(self, prohibition: &CheckedRule) -> bool {
        let mut remedies =
            prohibition.duties.iter().filter(|it| it.modality == Modality::Remedy).peekable();
        remedies.peek().is_some()
            && remedies.all(|it| match self.state(it, prohibition) {
                DutyState::Cured | DutyState::Fulfilled | DutyState::Waived => true,
                DutyState::Inactive
                | DutyState::Pending
                | DutyState::Unknown
                | DutyState::Violated => false,
            })
    }

    /// Whether somebody made use of the rule, as far as is known.
    pub(crate) fn is_performed(self, rule: &CheckedRule) -> bool {
        self.done(rule, rule).next().is_some()
    }

    /// What was done for the rule up to now: believed, the right action, by the right party, to the
    /// right thing, in the right way, and not shown for another rule too.
    fn done(
        self,
        duty: &'a CheckedRule,
        parent: &'a CheckedRule,
    ) -> impl Iterator<Item = &'a Performance> {
        let facts: &'a Facts = self.scene.facts;
        facts.performances(&duty.key).iter().filter(move |done| {
            done.at <= self.scene.now
                && self.scene.profile.believes_duty(done.provenance.source())
                && duty.covers(done.action)
                && self.is_by(duty, parent, &done.assignee)
                && self.is_to(duty, done.target.as_ref())
                && self.scene.of(done).all(&duty.refinements) == Truth::Satisfied
                && !facts.is_reused(done.evidence)
        })
    }

    /// A duty without parties of its own takes those of its permission.
    fn is_by(self, duty: &CheckedRule, parent: &CheckedRule, party: &Id) -> bool {
        let named = duty.assignee.as_ref().or(parent.assignee.as_ref());
        match (named, &self.policy.policy().assignee) {
            (Some(matcher), _) => self.scene.matches(Some(matcher), party) == Truth::Satisfied,
            (None, Some(assignee)) => assignee == party,
            (None, None) => self.request.assignee == *party,
        }
    }

    fn is_to(self, duty: &CheckedRule, target: Option<&Id>) -> bool {
        match (&duty.target, target) {
            (None, _) => true,
            (Some(matcher), Some(target)) => {
                self.scene.matches(Some(matcher), target) == Truth::Satisfied
            }
            (Some(_), None) => false,
        }
    }

    /// Whether the duty counted when it was done.
    fn in_time(self, duty: &CheckedRule, done: &Performance) -> bool {
        self.scene.at(done.at).all(&duty.conditions) != Truth::Unsatisfied
    }

    /// Whether nothing but passed deadlines keeps the constraints from holding.
    fn is_late(self, duty: &CheckedRule) -> bool {
        let failing =
            duty.conditions.iter().filter(|it| self.scene.truth(it) == Truth::Unsatisfied);
        let mut failing = failing.peekable();
        failing.peek().is_some() && failing.all(|it| self.is_passed_deadline(it))
    }

    fn is_passed_deadline(self, condition: &Condition) -> bool {
        match condition {
            Condition::Atom { spec, operator, .. } => {
                is_clock(spec.term) && matches!(operator, Operator::Lt | Operator::Lteq)
            }
            Condition::Joined { operator: LogicalOperator::And, members, .. } => members
                .iter()
                .filter(|it| self.scene.truth(it) == Truth::Unsatisfied)
                .all(|it| self.is_passed_deadline(it)),
            Condition::Joined { .. } => false,
        }
    }

    /// The first instant at which it is too late, if there is one.
    pub(crate) fn deadline(self, duty: &CheckedRule) -> Option<Timestamp> {
        let mut deadlines = Vec::new();
        for condition in &duty.conditions {
            collect_deadlines(condition, self.scene.facts, &mut deadlines);
        }
        deadlines.into_iter().min()
    }
}

fn collect_deadlines(condition: &Condition, facts: &Facts, deadlines: &mut Vec<Timestamp>) {
    match condition {
        Condition::Joined { operator: LogicalOperator::And, members, .. } => {
            for member in members {
                collect_deadlines(member, facts, deadlines);
            }
        }
        Condition::Atom { .. } => {
            condition.for_each_atom(&mut |atom| deadlines.extend(ends(&atom, facts)));
        }
        Condition::Joined { .. } => {}
    }
}

/// The first instant at which a bound from above no longer holds.
fn ends(atom: &Atom<'_>, facts: &Facts) -> Option<Timestamp> {
    let after = |at: Timestamp| at.checked_add(SignedDuration::from_nanos(1)).ok();
    let counted = |span: &SignedDuration| {
        facts.origin(atom.spec.term).and_then(|from| from.checked_add(*span).ok())
    };
    match (atom.operator, atom.demanded) {
        (Operator::Lt, [Value::Instant(at)]) => Some(*at),
        (Operator::Lteq, [Value::Instant(at)]) => after(*at),
        (Operator::Lt, [Value::Day { start, .. }]) => Some(*start),
        (Operator::Lteq, [Value::Day { end, .. }]) => Some(*end),
        (Operator::Lt, [Value::DayTime(span)]) => counted(span),
        (Operator::Lteq, [Value::DayTime(span)]) => counted(span).and_then(after),
        (_, _) => None,
    }
}
