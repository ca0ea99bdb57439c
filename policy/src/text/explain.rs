//! What would have to be otherwise for a permit, in words: whole for our own people, and for the
//! other party without values, names and places.

use std::collections::BTreeSet;

use jiff::Timestamp;
use odrl_parser::{Constraint, Policy, Rule, Term};
use wire::pointer::Pointer;

use super::clause::value_words;
use super::rule::Owed;
use super::{Lang, Voice, list, time};
use crate::book::Book;
use crate::explain::{Change, Explanation, Missing};
use crate::fact::RuleKey;
use crate::truth::Truth;
use crate::value::Value;

impl Voice<'_> {
    /// What stands in the way, and what would help, each as a sentence. For our own people.
    #[must_use]
    pub fn explanation(&self, policy: &Policy, explanation: &Explanation) -> Vec<String> {
        let missing = match &explanation.missing {
            None => {
                let never = ("Nichts würde hier helfen.", "Nothing would help here.");
                vec![self.lang.pick(never.0, never.1).to_owned()]
            }
            Some(missing) => missing.iter().map(|it| self.missing(policy, it)).collect(),
        };
        let changes = explanation.otherwise.iter().map(|change| self.change(policy, change));
        missing.into_iter().chain(changes).collect()
    }

    fn missing(&self, policy: &Policy, missing: &Missing) -> String {
        let what = self.part(policy, &missing.pointer);
        let unknown = match missing.is {
            Truth::Unknown => self.lang.pick(" (das ist nicht bekannt)", " (this is not known)"),
            Truth::Satisfied | Truth::Unsatisfied => "",
        };
        let before = match missing.must_be {
            Truth::Unsatisfied => self.lang.pick("Dies dürfte nicht gelten", "This may not hold"),
            Truth::Satisfied | Truth::Unknown => self.lang.pick("Es fehlt", "Missing"),
        };
        format!("{before}: {}{unknown}.", what.trim_end_matches('.'))
    }

    /// A constraint or duty of the policy; what is neither, by its place.
    pub(super) fn part(&self, policy: &Policy, pointer: &Pointer) -> String {
        let mut found = None;
        each_rule(policy, &mut |rule, is_duty| {
            if is_duty && rule.pointer == *pointer {
                let judged = self.standing.duty(rule);
                found.get_or_insert_with(|| self.owed(rule, Owed::Alone, judged.badge));
            }
            if let Some(constraint) = constraint_at(rule, pointer) {
                found.get_or_insert_with(|| self.clause(constraint));
            }
        });
        found.unwrap_or_else(|| {
            let named = self.lang.pick("was hier genannt ist", "what is named here");
            format!("{named} ({pointer})")
        })
    }

    fn change(&self, policy: &Policy, change: &Change) -> String {
        let allowed = self.lang.pick("Erlaubt", "Allowed");
        let how = match change {
            Change::Duty { duty } => {
                let done = self.lang.pick("sobald dies getan ist:", "once this is done:");
                format!("{done} {}", self.duty(policy, duty))
            }
            Change::Member { collection } => {
                let members = self.lang.pick("für Mitglieder von", "for members of");
                let name = self.book.terms.name(collection.as_str(), self.lang);
                format!("{members} {}", super::quote(&name, self.lang))
            }
            Change::Time { from, until } => self.period(*from, *until),
            Change::Value { operand, value } => self.value(operand.operand(), value),
        };
        format!("{allowed} {}.", how.trim_end_matches('.'))
    }

    fn duty(&self, policy: &Policy, duty: &RuleKey) -> String {
        let mut found = None;
        each_rule(policy, &mut |rule, _| {
            let is_it = match duty {
                RuleKey::Id(id) => rule.id.as_ref() == Some(id),
                RuleKey::Place(pointer) => rule.pointer == *pointer,
            };
            if is_it {
                found.get_or_insert_with(|| self.doing(rule, ""));
            }
        });
        found.unwrap_or_else(|| duty.to_string())
    }

    fn period(&self, from: Option<Timestamp>, until: Option<Timestamp>) -> String {
        let from = from.map(|at| {
            format!("{} {}", self.lang.pick("ab dem", "from"), time::instant(at, self.lang))
        });
        let until = until.map(|at| {
            format!("{} {}", self.lang.pick("vor dem", "before"), time::instant(at, self.lang))
        });
        let parts: Vec<String> = [from, until].into_iter().flatten().collect();
        if parts.is_empty() {
            return self.lang.pick("zu anderer Zeit", "at another time").to_owned();
        }
        parts.join(" ")
    }

    fn value(&self, operand: Term, value: &Value) -> String {
        let words = value_words(self.book, value, self.lang);
        let before = if operand == Term::VETTED_AS {
            self.lang.pick("für Mitglieder, anerkannt als", "for members vetted as")
        } else if operand == Term::PURPOSE {
            self.lang.pick("für den Zweck", "for the purpose")
        } else if operand == Term::PARTICIPANT {
            self.lang.pick("für den Partner", "for the partner")
        } else {
            let noun = self.book.terms.operand(operand, self.lang);
            return match self.lang {
                Lang::De => format!("mit {words} ({noun})"),
                Lang::En => format!("with {words} ({noun})"),
            };
        };
        format!("{before} {words}")
    }
}

/// What the other party may be told of an explanation: what it depends on, by noun alone.
#[must_use]
pub fn redacted_explanation(book: &Book, explanation: &Explanation, lang: Lang) -> String {
    let Some(missing) = &explanation.missing else {
        return String::new();
    };
    let operands: BTreeSet<Term> =
        missing.iter().filter_map(|it| it.operand.map(|operand| operand.operand())).collect();
    let mut nouns: Vec<String> =
        operands.into_iter().map(|operand| book.terms.operand(operand, lang)).collect();
    if missing.iter().any(|it| it.operand.is_none()) {
        let other =
            ("etwas, das vorher zu tun oder zu sein ist", "something to be or be done before");
        nouns.push(lang.pick(other.0, other.1).to_owned());
    }
    if nouns.is_empty() {
        return String::new();
    }
    let nouns = list(&nouns, super::and(lang));
    match lang {
        Lang::De => format!("Es kommt an auf: {nouns}."),
        Lang::En => format!("It depends on: {nouns}."),
    }
}

/// Gives each rule of the policy, and whether it is a duty in any of its places.
fn each_rule<'a>(policy: &'a Policy, see: &mut dyn FnMut(&'a Rule, bool)) {
    let owing = [(&policy.permissions, false), (&policy.prohibitions, false)];
    for (rules, is_duty) in owing.into_iter().chain([(&policy.obligations, true)]) {
        rules.iter().for_each(|rule| with_duties(rule, is_duty, see));
    }
}

fn with_duties<'a>(rule: &'a Rule, is_duty: bool, see: &mut dyn FnMut(&'a Rule, bool)) {
    see(rule, is_duty);
    rule.duties.iter().for_each(|duty| with_duties(duty, true, see));
}

/// The constraint or refinement of the rule at the place.
fn constraint_at<'a>(rule: &'a Rule, pointer: &Pointer) -> Option<&'a Constraint> {
    let refinements = rule.actions.iter().map(|action| &action.refinements);
    let parties = rule.parties.iter().map(|role| &role.party);
    let entities = rule.targets.iter().chain(&rule.outputs).chain(parties);
    let all = refinements.chain(entities.map(|entity| &entity.refinements));
    all.chain([&rule.constraints]).find_map(|constraints| within(constraints, pointer))
}

fn within<'a>(constraints: &'a [Constraint], pointer: &Pointer) -> Option<&'a Constraint> {
    constraints.iter().find_map(|constraint| match constraint {
        found if found.pointer() == pointer => Some(found),
        Constraint::Logical { operands, .. } => within(operands, pointer),
        Constraint::Atomic { .. } => None,
    })
}
