//! The verdict at one time, over the compiled rules.

use jiff::Timestamp;
use odrl_parser::{ConflictStrategy, Id, LogicalOperator};

use super::node::{Node, event_truth};
use super::{Compiled, Duty, Match, Rule, Scratch};
use crate::check::Modality;
use crate::decision::{Request, Verdict};
use crate::evaluate::{Judge, applies};
use crate::fact::{Facts, Told};
use crate::settings::DutyMode;
use crate::truth::Truth;

/// One question to a compiled policy.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) of: &'a Compiled,
    pub(super) request: &'a Request,
    pub(super) facts: &'a Facts,
    /// The bit of the action; none where it has none.
    pub(super) covered: Option<u128>,
}

impl Question<'_> {
    /// The verdict at `now`; what became of the parts is noted where there is room.
    pub(super) fn verdict(self, now: Timestamp, mut notes: Option<&mut Scratch>) -> Verdict {
        let of = self.of;
        let other_target = of.target.as_ref().is_some_and(|it| *it != self.request.target);
        let other = of.assignee.as_ref().is_some_and(|it| *it != self.request.assignee);
        if of.policy.is_void() || other_target || other {
            return Verdict::Deny;
        }
        let permitted = self.any(Modality::Permission, now, &mut notes);
        if !permitted {
            return Verdict::Deny;
        }
        match of.conflict {
            Some(ConflictStrategy::Perm) => Verdict::Permit,
            Some(ConflictStrategy::Invalid | ConflictStrategy::Prohibit) | None
                if self.any(Modality::Prohibition, now, &mut notes) =>
            {
                Verdict::Deny
            }
            Some(ConflictStrategy::Invalid | ConflictStrategy::Prohibit) | None => Verdict::Permit,
        }
    }

    fn any(self, modality: Modality, now: Timestamp, notes: &mut Option<&mut Scratch>) -> bool {
        for (index, rule) in self.of.rules.iter().enumerate() {
            if rule.modality != modality {
                continue;
            }
            let truth = self.whole(index, rule, now, notes);
            if let Some(notes) = notes
                && let Some(slot) = notes.rules.get_mut(index)
            {
                *slot = Some(truth);
            }
            if applies(modality, truth) {
                return true;
            }
        }
        false
    }

    fn covers(self, index: usize, rule: &Rule) -> bool {
        match self.covered {
            Some(bit) => rule.covers & bit != 0,
            // An action that nobody listed: ask as the plain evaluator does.
            None => {
                let judge = Judge::new(&self.of.policy, self.request, self.facts);
                let rules = self.of.policy.rules();
                rules.get(index).is_some_and(|rule| judge.scene().covers(rule, self.request))
            }
        }
    }

    fn whole(
        self,
        index: usize,
        rule: &Rule,
        now: Timestamp,
        notes: &mut Option<&mut Scratch>,
    ) -> Truth {
        if !self.covers(index, rule) {
            return Truth::Unsatisfied;
        }
        let mut whole = Both(Truth::Satisfied);
        whole.and(self.matches(rule.target.as_ref(), &self.request.target, now, notes));
        whole.and(self.matches(rule.assignee.as_ref(), &self.request.assignee, now, notes));
        if whole.0 != Truth::Unsatisfied {
            whole.and(self.truth(rule.condition, now, notes));
        }
        for duty in &rule.duties {
            if whole.0 != Truth::Unsatisfied {
                whole.and(self.duty(index, duty, now, notes));
            }
        }
        whole.0
    }

    fn matches(
        self,
        matcher: Option<&Match>,
        asked: &Id,
        now: Timestamp,
        notes: &mut Option<&mut Scratch>,
    ) -> Truth {
        let Some(matcher) = matcher else { return Truth::Satisfied };
        let is_itself = matcher.id == *asked;
        let list = self.facts.members(&matcher.id).filter(|list| {
            self.of.policy.profile().believes_membership(list.provenance.source())
                && list.valid_until.is_none_or(|until| now < until)
        });
        let mut whole = Both(match list {
            _ if is_itself || !matcher.is_collection => Truth::of(Some(is_itself)),
            Some(list) => Truth::of(Some(list.members.contains(asked))),
            None => Truth::Unknown,
        });
        match matcher.refinement {
            None => {}
            Some(_) if is_itself => whole.and(Truth::Unknown),
            Some(node) => whole.and(self.truth(node, now, notes)),
        }
        whole.0
    }

    fn duty(
        self,
        rule: usize,
        duty: &Duty,
        now: Timestamp,
        notes: &mut Option<&mut Scratch>,
    ) -> Truth {
        let mode = self.of.policy.settings().duties;
        match self.facts.duty(&duty.key) {
            Some(told) => {
                let fresh = told.valid_until.is_none_or(|until| now < until);
                if !fresh || !self.of.policy.profile().believes_duty(told.provenance.source()) {
                    return Truth::Unknown;
                }
                match told.told {
                    Told::Fulfilled | Told::Waived => Truth::Satisfied,
                    Told::Violated => self.duty_as_written(rule, duty, now),
                }
            }
            None if !self.facts.performances(&duty.key).is_empty() => {
                self.duty_as_written(rule, duty, now)
            }
            None => match (self.truth(duty.condition, now, notes), mode) {
                (Truth::Unsatisfied, _) | (_, DutyMode::Promise) => Truth::Satisfied,
                (Truth::Satisfied | Truth::Unknown, DutyMode::Precondition) => Truth::Unsatisfied,
            },
        }
    }

    /// What was done is looked at by the plain evaluator: it happens once a duty, not once a
    /// request, and whoever has judged it tells the result from then on.
    fn duty_as_written(self, rule: usize, duty: &Duty, now: Timestamp) -> Truth {
        let policy = &self.of.policy;
        let judge = Judge { now, ..Judge::new(policy, self.request, self.facts) };
        let rule = policy.rules().get(rule);
        let found = rule.and_then(|rule| Some((rule.duties.get(duty.index)?, rule)));
        found.map_or(Truth::Unknown, |(duty, rule)| {
            judge.duties().state(duty, rule).lets(policy.settings().duties)
        })
    }

    fn truth(self, node: usize, now: Timestamp, notes: &mut Option<&mut Scratch>) -> Truth {
        let Some(found) = self.of.nodes.get(node) else { return Truth::Unknown };
        let profile = self.of.policy.profile();
        let truth = match found {
            Node::Axis(axis) => axis.truth(self.facts, profile, now),
            Node::Names(names) => names.truth(self.facts, profile, now),
            Node::Event { event, source, phase } => {
                event_truth(self.facts, event, *source, *phase, now)
            }
            Node::Joined { operator, children } => {
                self.joined(*operator, children.clone(), now, notes)
            }
            Node::Sequence { children, places } => {
                let all = self.joined(LogicalOperator::And, children.clone(), now, notes);
                if all == Truth::Satisfied { self.in_order(places, now) } else { all }
            }
        };
        if let Some(notes) = notes {
            notes.note(node, truth);
        }
        truth
    }

    fn joined(
        self,
        operator: LogicalOperator,
        children: std::ops::Range<usize>,
        now: Timestamp,
        notes: &mut Option<&mut Scratch>,
    ) -> Truth {
        let (mut unknown, mut satisfied) = (false, 0_usize);
        for child in self.of.children.get(children.clone()).unwrap_or_default() {
            match (self.truth(*child, now, notes), operator) {
                (Truth::Unsatisfied, LogicalOperator::And | LogicalOperator::AndSequence) => {
                    return Truth::Unsatisfied;
                }
                (Truth::Satisfied, LogicalOperator::Or) => return Truth::Satisfied,
                (Truth::Satisfied, LogicalOperator::Xone) if satisfied == 1 => {
                    return Truth::Unsatisfied;
                }
                (Truth::Satisfied, _) => satisfied += 1,
                (Truth::Unknown, _) => unknown = true,
                (Truth::Unsatisfied, LogicalOperator::Or | LogicalOperator::Xone) => {}
            }
        }
        if unknown {
            return Truth::Unknown;
        }
        match operator {
            LogicalOperator::And | LogicalOperator::AndSequence => Truth::Satisfied,
            LogicalOperator::Or => Truth::Unsatisfied,
            LogicalOperator::Xone => Truth::of(Some(satisfied == 1)),
        }
    }

    /// Whether the steps came to hold in their order, if the log knows of every step.
    fn in_order(self, places: &[wire::pointer::Pointer], now: Timestamp) -> Truth {
        let held = |place| self.facts.first_held(place, now).filter(|at| *at <= now);
        let are_known = places.iter().all(|place| held(place).is_some());
        Truth::of(are_known.then(|| places.iter().map(held).is_sorted()))
    }
}

/// Two truths that must both hold.
struct Both(Truth);

impl Both {
    fn and(&mut self, other: Truth) {
        self.0 = self.0.max(other);
    }
}
