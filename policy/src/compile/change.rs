//! When the answer changes by itself, over the compiled rules.

use jiff::{SignedDuration, Timestamp};

use super::run::Question;
use super::{Scratch, Times};
use crate::decision::Verdict;
use crate::evaluate::Judge;
use crate::fact::Facts;

impl Times {
    /// How many instants the facts can add, as a rule; more make room once.
    pub(super) fn room(&self) -> usize {
        let each = self.spans.len() + self.keys.len() + self.collections.len();
        2 * (each + 4 * self.duties.len() + 3 * self.events.len() + 2 * self.steps.len() + 3)
    }

    /// The instants after now that follow from facts, in their order.
    fn gather(&self, facts: &Facts, later: &mut Vec<Timestamp>) {
        let now = facts.now();
        later.clear();
        let mut add = |at: Timestamp| {
            if at > now {
                later.push(at);
            }
            if let Some(after) = moment_after(at).filter(|after| *after > now) {
                later.push(after);
            }
        };
        facts.origins().for_each(&mut add);
        for (operand, span) in &self.spans {
            let from = facts.origin(*operand);
            from.and_then(|from| from.checked_add(*span).ok()).into_iter().for_each(&mut add);
        }
        self.keys.iter().filter_map(|key| facts.valid_until(*key)).for_each(&mut add);
        let lists = self.collections.iter().filter_map(|it| facts.members(it)?.valid_until);
        lists.for_each(&mut add);
        for duty in &self.duties {
            facts.duty(duty).and_then(|told| told.valid_until).into_iter().for_each(&mut add);
            facts.performances(duty).iter().map(|done| done.at).for_each(&mut add);
        }
        self.events.iter().flat_map(|event| facts.event_bounds(event)).for_each(&mut add);
        if let Some(log) = facts.log().filter(|_| !self.steps.is_empty()) {
            log.valid_until.into_iter().for_each(&mut add);
            self.steps.iter().filter_map(|at| log.first_held.get(at)).copied().for_each(&mut add);
        }
        later.sort_unstable();
        later.dedup();
    }
}

impl Question<'_> {
    /// As the plain evaluator finds it. Only instants at which something turns are tried; where
    /// that one would have given up before, it is asked itself.
    pub(super) fn next_change(self, verdict: Verdict, scratch: &mut Scratch) -> Option<Timestamp> {
        let times = &self.of.times;
        let now = self.facts.now();
        let most = self.of.policy.bounds_tried(self.facts.widest());
        times.gather(self.facts, &mut scratch.later);
        let after = |list: &[Timestamp], at: Timestamp| list.partition_point(|it| *it <= at);
        let passed = after(&times.bounds, now);
        let ahead = |at: Timestamp| {
            after(&times.bounds, at).saturating_sub(passed) + after(&scratch.later, at)
        };
        let mut at = now;
        loop {
            let flip = times.flips.get(after(&times.flips, at));
            let fact = scratch.later.get(after(&scratch.later, at));
            let next = match (flip, fact) {
                (Some(flip), Some(fact)) => Some(*flip.min(fact)),
                (one, other) => one.or(other).copied(),
            };
            let Some(next) = next else { break };
            if ahead(next) > most {
                return self.as_the_plain_one(verdict);
            }
            if self.verdict(next, None) != verdict {
                return Some(next);
            }
            at = next;
        }
        if ahead(Timestamp::MAX) > most {
            return self.as_the_plain_one(verdict);
        }
        None
    }

    fn as_the_plain_one(self, verdict: Verdict) -> Option<Timestamp> {
        Judge::new(&self.of.policy, self.request, self.facts).next_change(verdict)
    }
}

pub(super) fn moment_after(at: Timestamp) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_nanos(1)).ok()
}

#[cfg(test)]
mod tests {
    use odrl_parser::{LogicalOperator, Rule};

    use crate::tests::build::{RuleExt, agreed, atom, collection, joined, rule};
    use crate::{Compiled, check};

    /// Each instant has the moment after it; agreement, end and first exercise always count.
    #[test]
    fn room_is_made_for_the_instants_that_facts_can_add() {
        let tell = |name| rule("odrl:inform").named(name);
        let event = |name| atom("event", "lt", name);
        let days = ["2026-12-01", "2026-12-02", "2026-12-03"];
        let steps = days.map(|day| atom("dateTime", "gt", day)).to_vec();
        let room = |rule: Rule| {
            let policy = agreed(vec![rule], vec![]);
            Compiled::new(&check(&policy).unwrap()).times.room()
        };
        let plain = || rule("use");
        for (what, rule, instants) in [
            ("nothing", plain(), 3),
            ("an operand and a span", plain().iff(atom("sinceAgreement", "lt", "P1D")), 5),
            ("a collection", plain().by(collection("urn:firms", vec![])), 4),
            ("two duties", plain().and_do(tell("urn:1")).and_do(tell("urn:2")), 11),
            ("two events", plain().iff(event("urn:1")).iff(event("urn:2")), 10),
            ("three steps", plain().iff(joined(LogicalOperator::AndSequence, steps)), 10),
        ] {
            assert_eq!(room(rule), 2 * instants, "{what}");
        }
    }
}
