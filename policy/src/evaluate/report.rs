//! The decision with all that it rests on.

use std::sync::Arc;

use jiff::Timestamp;
use odrl_parser::LogicalOperator;

use super::duty::DutyState;
use super::{Judge, applies};
use crate::check::{Atom, CheckedRule, Condition, Matcher, Modality};
use crate::decision::{
    Activation, AtomReport, Attempt, Conflict, ConstraintReport, Decision, Deontic, DutyReport,
    EntityReport, Owed, Performed, RuleReport, Verdict,
};
use crate::reason::{Reason, ReasonCode, failing};
use crate::truth::Truth;

impl Judge<'_> {
    /// The decision with this verdict and next change, which may come from another evaluator.
    pub(crate) fn decision(self, verdict: Verdict, next_change: Option<Timestamp>) -> Decision {
        let exhausted = self.is_exhausted();
        let rules: Vec<RuleReport> = if exhausted {
            Vec::new()
        } else {
            self.policy.rules().iter().map(|rule| self.report_rule(rule)).collect()
        };
        let obligations: Vec<DutyReport> = if exhausted {
            Vec::new()
        } else {
            self.policy.obligations().iter().map(|it| self.report_duty(it, it, true)).collect()
        };
        Decision {
            verdict,
            hypothetical: self.policy.is_hypothetical(),
            request: self.request.clone(),
            at: self.now,
            policy: self.policy.digest(),
            snapshot: self.facts.digest(),
            reasons: match verdict {
                Verdict::Deny => self.reasons(&rules),
                Verdict::Permit => Vec::new(),
            },
            conflicts: conflicts(&rules),
            owed: owed(&rules, &obligations),
            rules,
            obligations,
            next_change,
            depends_on: self.dependencies(),
        }
    }

    fn report_rule(self, rule: &CheckedRule) -> RuleReport {
        let scene = self.scene();
        let meant = scene.meant(rule, self.request);
        let regulates = scene.covers(rule, self.request) && meant != Truth::Unsatisfied;
        let (refinements, constraints) =
            (self.report_all(&rule.refinements), self.report_all(&rule.conditions));
        let (refined, truth) = (together(&refinements), together(&constraints));
        let applies =
            regulates && applies(rule.modality, self.with_duties(rule, meant, [refined, truth]));
        let attempted = regulates && refined != Truth::Unsatisfied;
        let activation = if applies { Activation::Active } else { Activation::Inactive };
        let performance = self.performed(rule);
        let due = match rule.modality {
            Modality::Prohibition => self.duties().is_infringed(rule),
            Modality::Permission
            | Modality::Obligation
            | Modality::Duty
            | Modality::Remedy
            | Modality::Consequence => true,
        };
        RuleReport {
            pointer: rule.pointer.clone(),
            modality: rule.modality,
            action: rule.action,
            regulates,
            target: rule.target.as_ref().map(|it| self.report_entity(it, &self.request.target)),
            assignee: rule
                .assignee
                .as_ref()
                .map(|it| self.report_entity(it, &self.request.assignee)),
            truth,
            applies,
            badge: rule.weakest(self.policy.profile()),
            refinements,
            constraints,
            duties: rule.duties.iter().map(|it| self.report_duty(it, rule, due)).collect(),
            activation,
            attempt: if attempted { Attempt::Attempted } else { Attempt::NotAttempted },
            performance,
            deontic: self.deontic(rule, activation, performance),
        }
    }

    /// Whether the rule was made use of; once the agreement has ended, it can no longer be
    /// (ruling 16).
    fn performed(self, rule: &CheckedRule) -> Performed {
        if self.duties().is_performed(rule) {
            Performed::Performed
        } else if self.facts.agreement_end().is_some_and(|end| end <= self.now) {
            Performed::Unperformed
        } else {
            Performed::Unknown
        }
    }

    /// What was performed is judged by whether the rule was active then.
    fn deontic(self, rule: &CheckedRule, now: Activation, performance: Performed) -> Deontic {
        let activation = match performance {
            Performed::Performed if self.duties().is_remedied(rule) => Activation::Inactive,
            Performed::Performed if self.duties().is_infringed(rule) => Activation::Active,
            Performed::Performed => Activation::Inactive,
            Performed::Unperformed | Performed::Unknown => now,
        };
        Deontic::of(rule.modality, activation, performance)
    }

    /// `due`: whether what it hangs on makes it count at all.
    fn report_duty(self, duty: &CheckedRule, parent: &CheckedRule, due: bool) -> DutyReport {
        let duties = self.duties();
        let state = if due { duties.state(duty, parent) } else { DutyState::Inactive };
        let broken = matches!(state, DutyState::Violated | DutyState::Cured);
        let performance = match state {
            DutyState::Fulfilled | DutyState::Cured => Performed::Performed,
            DutyState::Violated => Performed::Unperformed,
            DutyState::Inactive | DutyState::Pending | DutyState::Unknown | DutyState::Waived => {
                Performed::Unknown
            }
        };
        let activation = match state {
            DutyState::Inactive | DutyState::Waived => Activation::Inactive,
            DutyState::Cured
            | DutyState::Fulfilled
            | DutyState::Pending
            | DutyState::Unknown
            | DutyState::Violated => Activation::Active,
        };
        DutyReport {
            pointer: duty.pointer.clone(),
            key: duty.key.clone(),
            modality: duty.modality,
            action: duty.action,
            state,
            deadline: duties.deadline(duty),
            constraints: self.report_all(&duty.conditions),
            consequences: duty
                .duties
                .iter()
                .map(|consequence| self.report_duty(consequence, parent, broken))
                .collect(),
            activation,
            performance,
            deontic: Deontic::of(duty.modality, activation, performance),
        }
    }

    fn report_entity(self, matcher: &Matcher, asked: &odrl_parser::Id) -> EntityReport {
        let scene = self.scene();
        EntityReport {
            pointer: matcher.pointer.clone(),
            id: matcher.id.clone(),
            truth: scene.matches(Some(matcher), asked),
            members_from: scene.membership(matcher).map(|(_, provenance)| provenance),
            refinements: self.report_all(&matcher.refinements),
        }
    }

    fn report_all(self, all: &[Condition]) -> Vec<ConstraintReport> {
        all.iter().map(|condition| self.report(condition)).collect()
    }

    fn report(self, condition: &Condition) -> ConstraintReport {
        let scene = self.scene();
        match condition {
            Condition::Atom { spec, key, operator, demanded, pointer } => {
                let atom = Atom { spec, key: *key, operator: *operator, demanded, pointer };
                let seen = scene.seen(&atom);
                let truth = scene.atom(&seen, *operator, demanded);
                ConstraintReport::Atom(AtomReport {
                    pointer: pointer.clone(),
                    operand: *key,
                    operator: *operator,
                    demanded: Arc::clone(demanded),
                    seen,
                    truth,
                    badge: spec.badge,
                })
            }
            Condition::Joined { operator, members, pointer } => {
                let members = self.report_all(members);
                // In which order they came to hold, the members do not say.
                let truth = match operator {
                    LogicalOperator::AndSequence => scene.truth(condition),
                    LogicalOperator::And | LogicalOperator::Or | LogicalOperator::Xone => {
                        Truth::join(*operator, members.iter().map(ConstraintReport::truth))
                    }
                };
                let (pointer, operator) = (pointer.clone(), *operator);
                ConstraintReport::Joined { pointer, operator, truth, members }
            }
        }
    }

    fn reasons(self, rules: &[RuleReport]) -> Vec<Reason> {
        let plain = |code| Reason { code, rule: None, constraint: None };
        if self.is_exhausted() {
            return vec![plain(ReasonCode::BudgetExceeded)];
        }
        let mut reasons: Vec<Reason> = self.binding().into_iter().map(plain).collect();
        if self.policy.is_void() {
            reasons.push(plain(ReasonCode::PolicyVoid));
        }
        let regulating =
            |modality| rules.iter().filter(move |rule| rule.modality == modality && rule.regulates);
        for rule in regulating(Modality::Prohibition).filter(|rule| rule.applies) {
            let code = if rule.is_sure() {
                ReasonCode::Prohibited
            } else {
                ReasonCode::ProhibitedUnlessKnown
            };
            reasons.push(Reason { code, rule: Some(rule.pointer.clone()), constraint: None });
        }
        if regulating(Modality::Permission).next().is_none() {
            reasons.push(plain(ReasonCode::NothingPermits));
        }
        if !regulating(Modality::Permission).any(|rule| rule.applies) {
            for rule in regulating(Modality::Permission) {
                reasons.extend(failing(rule, self.policy.settings().duties));
            }
        }
        reasons
    }
}

/// Whether all of them hold.
fn together(reports: &[ConstraintReport]) -> Truth {
    Truth::join(LogicalOperator::And, reports.iter().map(ConstraintReport::truth))
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

/// What is still to be done: obligations, the duties of permissions that are made use of, what
/// follows when they are not done.
fn owed(rules: &[RuleReport], obligations: &[DutyReport]) -> Vec<Owed> {
    let mut owed = Vec::new();
    for duty in obligations {
        collect_owed(duty, &mut owed);
    }
    let used = rules.iter().filter(|rule| {
        rule.modality == Modality::Prohibition || (rule.regulates && rule.truth == Truth::Satisfied)
    });
    for duty in used.flat_map(|rule| &rule.duties) {
        collect_owed(duty, &mut owed);
    }
    owed.dedup_by(|one, other| one.key == other.key && one.pointer == other.pointer);
    owed
}

fn collect_owed(duty: &DutyReport, owed: &mut Vec<Owed>) {
    if duty.state.is_owed() {
        owed.push(Owed {
            pointer: duty.pointer.clone(),
            key: duty.key.clone(),
            modality: duty.modality,
            state: duty.state,
            deadline: duty.deadline,
        });
    }
    for consequence in &duty.consequences {
        collect_owed(consequence, owed);
    }
}
