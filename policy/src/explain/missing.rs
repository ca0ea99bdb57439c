//! The smallest set of conditions that would have to be otherwise.

use std::collections::BTreeMap;

use odrl_parser::LogicalOperator;
use wire::pointer::Pointer;

use super::Missing;
use crate::check::{CheckedRule, Condition, Matcher, Modality};
use crate::decision::Verdict;
use crate::evaluate::{Judge, applies};
use crate::fact::FactKey;
use crate::truth::Truth;

/// For each permission: suppose that all of it holds and that no prohibition does, and take back
/// one supposition after the other for as long as the answer stays yes. What is left cannot be done
/// without. The shortest of these is taken, the first of equals.
///
/// Each permission and each supposition costs a verdict: as many are tried as bounds of time. What
/// is left of the suppositions is kept, and of the permissions nobody looks at the others.
pub(super) fn smallest(judge: Judge<'_>) -> Option<Vec<Missing>> {
    let mut left = judge.policy.bounds_tried(judge.facts.widest());
    let permissions = judge.covering().filter(|rule| rule.modality == Modality::Permission);
    let sets = permissions.filter_map(|permission| suppositions(judge, permission, &mut left));
    sets.min_by_key(Vec::len)
}

fn suppositions(
    judge: Judge<'_>,
    permission: &CheckedRule,
    left: &mut usize,
) -> Option<Vec<Missing>> {
    *left = left.checked_sub(1)?;
    let mut wanted = Wanted { judge, all: BTreeMap::new() };
    wanted.rule(permission, Truth::Satisfied);
    let prohibitions = judge.covering().filter(|rule| rule.modality == Modality::Prohibition);
    for prohibition in prohibitions.filter(|it| applies(Modality::Prohibition, judge.whole(it))) {
        wanted.rule(prohibition, Truth::Unsatisfied);
    }
    let mut kept = wanted.all;
    let mut assumed: BTreeMap<Pointer, Truth> =
        kept.iter().map(|(at, missing)| (at.clone(), missing.must_be)).collect();
    let permits =
        |assumed: &BTreeMap<Pointer, Truth>| judge.assuming(assumed).verdict() == Verdict::Permit;
    if !permits(&assumed) {
        return None;
    }
    let places: Vec<Pointer> = kept.keys().take(*left).cloned().collect();
    *left -= places.len();
    for at in places {
        if let Some(must_be) = assumed.remove(&at) {
            if permits(&assumed) {
                kept.remove(&at);
            } else {
                assumed.insert(at, must_be);
            }
        }
    }
    Some(kept.into_values().collect())
}

struct Wanted<'a> {
    judge: Judge<'a>,
    all: BTreeMap<Pointer, Missing>,
}

impl Wanted<'_> {
    fn rule(&mut self, rule: &CheckedRule, must_be: Truth) {
        let request = self.judge.request;
        self.entity(rule, rule.target.as_ref(), &request.target, must_be);
        self.entity(rule, rule.assignee.as_ref(), &request.assignee, must_be);
        for condition in rule.refinements.iter().chain(&rule.conditions) {
            self.condition(rule, condition, must_be);
        }
        if rule.modality == Modality::Permission {
            for duty in &rule.duties {
                let duties = self.judge.duties();
                let mode = self.judge.policy.settings().duties;
                let is = duties.state(duty, rule).lets(mode);
                self.want(rule, &duty.pointer, must_be, is, None);
            }
        }
    }

    fn entity(
        &mut self,
        rule: &CheckedRule,
        matcher: Option<&Matcher>,
        asked: &odrl_parser::Id,
        must_be: Truth,
    ) {
        if let Some(matcher) = matcher {
            let is = self.judge.scene().matches(Some(matcher), asked);
            self.want(rule, &matcher.pointer, must_be, is, None);
        }
    }

    fn condition(&mut self, rule: &CheckedRule, condition: &Condition, must_be: Truth) {
        let is = self.judge.scene().truth(condition);
        match condition {
            Condition::Atom { key, pointer, .. } => {
                self.want(rule, pointer, must_be, is, Some(*key));
            }
            Condition::Joined { operator: LogicalOperator::Xone, members, .. }
                if must_be == Truth::Satisfied =>
            {
                // The first that holds already, or the first of all, is to be the only one.
                let scene = self.judge.scene();
                let holds = |it: &Condition| scene.truth(it) == Truth::Satisfied;
                let chosen = members.iter().position(holds).unwrap_or(0);
                for (at, member) in members.iter().enumerate() {
                    let truth = if at == chosen { Truth::Satisfied } else { Truth::Unsatisfied };
                    self.condition(rule, member, truth);
                }
            }
            Condition::Joined { operator, members, pointer } => {
                for member in members {
                    self.condition(rule, member, must_be);
                }
                if *operator == LogicalOperator::AndSequence {
                    self.want(rule, pointer, must_be, is, None);
                }
            }
        }
    }

    fn want(
        &mut self,
        rule: &CheckedRule,
        pointer: &Pointer,
        must_be: Truth,
        is: Truth,
        operand: Option<FactKey>,
    ) {
        if is != must_be {
            let (rule, pointer) = (rule.pointer.clone(), pointer.clone());
            let missing = Missing { pointer: pointer.clone(), rule, must_be, is, operand };
            self.all.insert(pointer, missing);
        }
    }
}
