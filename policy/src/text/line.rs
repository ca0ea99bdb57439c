//! A policy line by line, each with its own badge, so that it can be seen which of them are only
//! promised: the sentences that it is made of, and whatever none of them covers.

use odrl_parser::Policy;
use wire::pointer::Pointer;

use super::rule::Owed;
use super::sentence::Said;
use super::{RuleSentence, Voice};
use crate::book::{Part, Recognised, main, parts};

impl Voice<'_> {
    /// Each sentence of the policy, and each part that no sentence covers, with its badge. A
    /// permission without conditions is a line as a whole.
    #[must_use]
    pub fn lines(&self, policy: &Policy) -> Vec<RuleSentence> {
        let known = self.book.recognise(policy);
        let alone = known.whole().is_some_and(|whole| whole.len() == 1);
        let mut lines = Vec::new();
        let mut said: Vec<&str> = Vec::new();
        for part in parts(policy) {
            let Some(pointer) = pointer(&part) else {
                continue;
            };
            let Some(covered) = known.of(&part) else {
                lines.extend(self.line(&part, &known));
                continue;
            };
            if said.contains(&covered.chosen.key.as_str()) {
                continue;
            }
            said.push(covered.chosen.key.as_str());
            let (text, judged) = self.covered(covered, alone);
            lines.push(RuleSentence { pointer, text, badge: judged.badge });
        }
        lines.splice(0..0, self.whole(policy, &known));
        let around = self.around(policy).map(|text| {
            let badge = self.standing.bare().badge;
            RuleSentence { pointer: Pointer::root(), text, badge }
        });
        lines.extend(around);
        lines
    }

    /// The one permission to use as a line of its own: as a whole where it has neither conditions
    /// nor duties, else the assets and parties that it names, if it does.
    fn whole(&self, policy: &Policy, known: &Recognised<'_>) -> Option<RuleSentence> {
        let rule = main(policy)?;
        let badge = self.standing.bare().badge;
        let pointer = rule.pointer.clone();
        let text = if rule.constraints.is_empty() && rule.duties.is_empty() {
            Said::new(self, known).permission(rule)
        } else {
            self.bound(rule).trim_start().to_owned()
        };
        (!text.is_empty()).then_some(RuleSentence { pointer, text, badge })
    }

    /// A part that no sentence covers.
    fn line(&self, part: &Part<'_>, known: &Recognised<'_>) -> Option<RuleSentence> {
        let pointer = pointer(part)?;
        let (text, judged) = match part {
            Part::Constraint(constraint) => {
                let text = self.placed_line(constraint).unwrap_or_else(|| self.clause(constraint));
                (text, self.standing.constraint(constraint))
            }
            Part::Duty(rule) => {
                let judged = self.standing.duty(rule);
                (self.owed(rule, Owed::For, judged.badge), judged)
            }
            Part::Obligation(rule) => {
                let judged = self.standing.obligation(rule);
                (self.owed(rule, Owed::Alone, judged.badge), judged)
            }
            Part::Prohibition(rule) => (self.forbidden(rule), self.standing.prohibition(rule)),
            Part::Permission(rule) => {
                (Said::new(self, known).permission(rule), self.standing.permission(rule))
            }
            Part::Note(..) => return None,
        };
        Some(RuleSentence { pointer, text, badge: judged.badge })
    }
}

/// Where a part stands; informative members bind nobody and are no line.
pub(super) fn pointer(part: &Part<'_>) -> Option<Pointer> {
    match part {
        Part::Constraint(constraint) => Some(constraint.pointer().clone()),
        Part::Duty(rule)
        | Part::Obligation(rule)
        | Part::Permission(rule)
        | Part::Prohibition(rule) => Some(rule.pointer.clone()),
        Part::Note(..) => None,
    }
}
