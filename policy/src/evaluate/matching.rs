//! Whether a rule is about what is asked: its action, asset and party.

use std::collections::BTreeSet;

use odrl_parser::Id;
use odrl_parser::LogicalOperator::And;

use super::scene::Scene;
use crate::check::{CheckedRule, Matcher, Modality};
use crate::decision::Request;
use crate::fact::{Facts, Provenance};
use crate::truth::Truth;

impl<'a> Scene<'a> {
    /// Whether the rule is about the action. Of a prohibition also the actions count that the one
    /// asked for implies: whoever may not do those may not do it.
    pub(crate) fn covers(self, rule: &CheckedRule, request: &Request) -> bool {
        let implied = || self.profile.implied(request.action);
        rule.covers(request.action)
            || (rule.modality == Modality::Prohibition
                && implied().into_iter().any(|action| rule.covers(action)))
    }

    /// Whether the rule is about the asset and party that are asked for.
    pub(crate) fn meant(self, rule: &CheckedRule, request: &Request) -> Truth {
        let target = self.matches(rule.target.as_ref(), &request.target);
        Truth::join(And, [target, self.matches(rule.assignee.as_ref(), &request.assignee)])
    }

    /// Whether one thing is what is meant, or one of the members that are.
    pub(crate) fn matches(self, matcher: Option<&Matcher>, asked: &Id) -> Truth {
        let Some(matcher) = matcher else { return Truth::Satisfied };
        if let Some(truth) = self.assumed.and_then(|it| it.get(&matcher.pointer)) {
            return *truth;
        }
        let member = self.is_member(matcher, asked);
        if matcher.refinements.is_empty() {
            return member;
        }
        // A refinement is about each member. Whoever asks for the collection asks for all of them.
        let refined =
            if matcher.id == *asked { Truth::Unknown } else { self.all(&matcher.refinements) };
        Truth::join(And, [member, refined])
    }

    fn is_member(self, matcher: &Matcher, asked: &Id) -> Truth {
        // What is said to be one thing has no members, whatever a list says.
        if matcher.id == *asked || !matcher.is_collection {
            return Truth::of(Some(matcher.id == *asked));
        }
        Truth::of(self.membership(matcher).map(|(members, _)| members.contains(asked)))
    }

    /// The members, if a source that is believed has said them and they are not out of date.
    pub(crate) fn membership(self, matcher: &Matcher) -> Option<(&'a BTreeSet<Id>, Provenance)> {
        let facts: &'a Facts = self.facts;
        let list = facts.members(&matcher.id).filter(|_| matcher.is_collection)?;
        let believed = self.profile.believes_membership(list.provenance.source());
        let fresh = list.valid_until.is_none_or(|until| self.now < until);
        (believed && fresh).then_some((&list.members, list.provenance))
    }
}
