//! The judgement, in the order of the semantics: bind, see the facts, judge each constraint, each
//! rule, the policy. It is plain on purpose: the compiled evaluator is tested against this one. It
//! never asks a clock and never guesses.

mod change;
mod duty;
mod matching;
mod report;
mod scene;

use std::collections::BTreeMap;

use jiff::Timestamp;
use odrl_parser::{ConflictStrategy, LogicalOperator};
use wire::pointer::Pointer;

pub use change::BOUNDS_TRIED_MAX;
pub(crate) use duty::Duties;
pub use duty::DutyState;
pub(crate) use scene::Scene;

use crate::check::{CheckedPolicy, CheckedRule, Modality};
use crate::decision::{Decision, Request, Verdict};
use crate::fact::Facts;
use crate::reason::ReasonCode;
use crate::truth::Truth;

/// Judges a request under a policy with the facts at hand. An offer is judged as the agreement that
/// it would become.
#[must_use]
pub fn evaluate(policy: &CheckedPolicy, request: &Request, facts: &Facts) -> Decision {
    let judge = Judge::new(policy, request, facts);
    let verdict = judge.verdict();
    let next_change = if judge.is_exhausted() { None } else { judge.next_change(verdict) };
    judge.decision(verdict, next_change)
}

/// What several policies say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joint {
    /// The answer.
    pub verdict: Verdict,
    /// The decision of each policy, in their order.
    pub decisions: Vec<Decision>,
}

/// Judges a request under several policies: each alone by its own strategy, then any of them that
/// forbids outweighs those that permit (ruling 8). One that merely does not permit abstains.
#[must_use]
pub fn evaluate_all<'a>(
    policies: impl IntoIterator<Item = &'a CheckedPolicy>,
    request: &Request,
    facts: &Facts,
) -> Joint {
    let decisions: Vec<Decision> =
        policies.into_iter().map(|policy| evaluate(policy, request, facts)).collect();
    let permitted = decisions.iter().any(|decision| decision.verdict == Verdict::Permit);
    let forbidden = decisions.iter().any(Decision::forbids);
    let verdict = if permitted && !forbidden { Verdict::Permit } else { Verdict::Deny };
    Joint { verdict, decisions }
}

/// One question under one policy at one time.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) policy: &'a CheckedPolicy,
    pub(crate) request: &'a Request,
    pub(crate) facts: &'a Facts,
    pub(crate) now: Timestamp,
    pub(crate) assumed: Option<&'a BTreeMap<Pointer, Truth>>,
}

impl<'a> Judge<'a> {
    pub(crate) const fn new(
        policy: &'a CheckedPolicy,
        request: &'a Request,
        facts: &'a Facts,
    ) -> Self {
        Self { policy, request, facts, now: facts.now(), assumed: None }
    }

    const fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// The same question under the assumption that conditions, duties and matches at these places
    /// are as given.
    pub(crate) const fn assuming(self, assumed: &'a BTreeMap<Pointer, Truth>) -> Self {
        Self { assumed: Some(assumed), ..self }
    }

    pub(crate) const fn scene(self) -> Scene<'a> {
        Scene {
            profile: self.policy.profile(),
            facts: self.facts,
            now: self.now,
            assumed: self.assumed,
            done: None,
        }
    }

    pub(crate) const fn duties(self) -> Duties<'a> {
        Duties { scene: self.scene(), policy: self.policy, request: self.request }
    }

    /// Whether one verdict would cost more than is allowed.
    pub(crate) fn is_exhausted(self) -> bool {
        self.policy.exceeds_fuel(self.facts.widest())
    }

    /// The verdict alone. Closed world: what nothing permits is denied.
    pub(crate) fn verdict(self) -> Verdict {
        if self.is_exhausted() || self.policy.is_void() || !self.binding().is_empty() {
            return Verdict::Deny;
        }
        let applies = |modality| {
            let mut of = self.policy.rules().iter().filter(|rule| rule.modality == modality);
            of.any(|rule| applies(modality, self.whole(rule)))
        };
        let permitted = applies(Modality::Permission);
        let forbidden = match self.policy.policy().conflict {
            Some(ConflictStrategy::Perm) => false,
            // An `invalid` policy that is not void has no permission and prohibition that can meet.
            Some(ConflictStrategy::Invalid | ConflictStrategy::Prohibit) | None => {
                permitted && applies(Modality::Prohibition)
            }
        };
        if permitted && !forbidden { Verdict::Permit } else { Verdict::Deny }
    }

    /// Whether the rule is about what is asked and all that it demands holds.
    pub(crate) fn whole(self, rule: &CheckedRule) -> Truth {
        let scene = self.scene();
        if !scene.covers(rule, self.request) {
            return Truth::Unsatisfied;
        }
        let demanded = [scene.all(&rule.refinements), scene.all(&rule.conditions)];
        self.with_duties(rule, scene.meant(rule, self.request), demanded)
    }

    /// The same of a rule about the action, where it is known whether asset and party are meant,
    /// and whether refinements and constraints hold.
    fn with_duties(self, rule: &CheckedRule, meant: Truth, demanded: [Truth; 2]) -> Truth {
        let duties = match rule.modality {
            Modality::Permission => self.duties().let_permission(rule),
            Modality::Prohibition
            | Modality::Obligation
            | Modality::Duty
            | Modality::Remedy
            | Modality::Consequence => Truth::Satisfied,
        };
        Truth::join(LogicalOperator::And, demanded.into_iter().chain([meant, duties]))
    }

    /// The request must be about the policy's own target and assignee, where it names them.
    pub(crate) fn binding(self) -> Vec<ReasonCode> {
        let source = self.policy.policy();
        let other_target = source.target.as_ref().is_some_and(|it| *it != self.request.target);
        let other = source.assignee.as_ref().is_some_and(|it| *it != self.request.assignee);
        let found = [
            other_target.then_some(ReasonCode::OtherTarget),
            other.then_some(ReasonCode::OtherAssignee),
        ];
        found.into_iter().flatten().collect()
    }

    /// The permissions and prohibitions about the action.
    pub(crate) fn covering(self) -> impl Iterator<Item = &'a CheckedRule> {
        self.policy.rules().iter().filter(move |rule| self.scene().covers(rule, self.request))
    }
}

/// Polarity: unknown blocks a permission and triggers a prohibition; a duty stays owed.
pub(crate) const fn applies(modality: Modality, truth: Truth) -> bool {
    match (modality, truth) {
        (_, Truth::Satisfied) => true,
        (Modality::Permission, Truth::Unknown) | (_, Truth::Unsatisfied) => false,
        (
            Modality::Prohibition
            | Modality::Obligation
            | Modality::Duty
            | Modality::Remedy
            | Modality::Consequence,
            Truth::Unknown,
        ) => true,
    }
}
