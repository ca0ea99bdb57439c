//! A policy as prose, one text for each rule. The common conditions get a place in the sentence;
//! what else the book has a sentence for is said by it; anything other follows term by term. No
//! part of a rule is left out.

use odrl_parser::{ConflictStrategy, Constraint, Policy, Rule};
use serde::Serialize;
use wire::pointer::Pointer;
use wire::text::shown;

use super::place::Places;
use super::rule::Owed;
use super::{Lang, Voice, list, mark, quote};
use crate::badge::{Badge, Judged};
use crate::book::{Covered, Part, Recognised, flatten};

/// One rule in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleSentence {
    /// The rule.
    pub pointer: Pointer,
    /// Its sentence.
    pub text: String,
    /// What stands behind it as a whole.
    pub badge: Badge,
}

impl Voice<'_> {
    /// The whole policy in words.
    #[must_use]
    pub fn sentence(&self, policy: &Policy) -> String {
        let rules = self.sentences(policy).into_iter().map(|rule| rule.text);
        rules.chain(self.around(policy)).collect::<Vec<_>>().join(" ")
    }

    /// Each rule in words: permissions, prohibitions, obligations, in the document's order. Of rules
    /// that one sentence of the book stands for, the first has it.
    #[must_use]
    pub fn sentences(&self, policy: &Policy) -> Vec<RuleSentence> {
        let known = self.book.recognise(policy);
        let mut said = Said::new(self, &known);
        let mut sentences = Vec::new();
        let mut add = |rule: &Rule, text: Option<String>, badge| {
            let pointer = rule.pointer.clone();
            sentences.extend(text.map(|text| RuleSentence { pointer, text, badge }));
        };
        for rule in &policy.permissions {
            let text = said.rule(rule).unwrap_or_else(|| Some(said.permission(rule)));
            add(rule, text, self.standing.permission(rule).badge);
        }
        for rule in &policy.prohibitions {
            let text = said.rule(rule).unwrap_or_else(|| Some(self.forbidden(rule)));
            add(rule, text, self.standing.prohibition(rule).badge);
        }
        for rule in &policy.obligations {
            let badge = self.standing.obligation(rule).badge;
            let text = said.rule(rule);
            add(rule, text.unwrap_or_else(|| Some(self.owed(rule, Owed::Alone, badge))), badge);
        }
        sentences
    }

    /// What a policy says beside its rules.
    pub(super) fn around(&self, policy: &Policy) -> Option<String> {
        let conflict = policy.conflict.map(|strategy| {
            let (de, en) = match strategy {
                ConflictStrategy::Invalid => (
                    "Widersprechen sich Erlaubnis und Verbot, ist die ganze Regel ungültig.",
                    "If permission and prohibition contradict each other, the whole rule is void.",
                ),
                ConflictStrategy::Perm => (
                    "Widersprechen sich Erlaubnis und Verbot, gilt die Erlaubnis.",
                    "If permission and prohibition contradict each other, the permission holds.",
                ),
                ConflictStrategy::Prohibit => (
                    "Widersprechen sich Erlaubnis und Verbot, gilt das Verbot.",
                    "If permission and prohibition contradict each other, the prohibition holds.",
                ),
            };
            self.lang.pick(de, en).to_owned()
        });
        let parents = policy.inherits.iter();
        let parents: Vec<String> =
            parents.map(|id| quote(&shown(id.as_str()).to_string(), self.lang)).collect();
        let inherited = (!parents.is_empty()).then(|| {
            let before = self.lang.pick("Außerdem gelten die Regeln von", "So do the rules of");
            format!("{before} {}.", list(&parents, super::and(self.lang)))
        });
        let all: Vec<String> = [conflict, inherited].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    /// A sentence of the book that was found in the policy, with what stands behind it.
    pub(super) fn covered(&self, covered: &Covered<'_>, alone: bool) -> (String, Judged) {
        let text = self.book.say(&covered.chosen, alone, self.lang);
        (text, self.judged(covered))
    }

    /// The weakest of what a sentence stands for.
    pub(super) fn judged(&self, covered: &Covered<'_>) -> Judged {
        let parts = covered.parts.iter().filter_map(|part| match part {
            Part::Constraint(constraint) => Some(self.standing.constraint(constraint)),
            Part::Duty(rule) => Some(self.standing.duty(rule)),
            Part::Obligation(rule) => Some(self.standing.obligation(rule)),
            Part::Permission(rule) => Some(self.standing.permission(rule)),
            Part::Prohibition(rule) => Some(self.standing.prohibition(rule)),
            Part::Note(..) => None,
        });
        parts.max().unwrap_or_else(|| self.standing.bare())
    }
}

/// Rules while they are said.
pub(super) struct Said<'a> {
    voice: &'a Voice<'a>,
    known: &'a Recognised<'a>,
    /// The keys of sentences that have been said.
    done: Vec<&'a str>,
}

impl<'a> Said<'a> {
    pub(super) const fn new(voice: &'a Voice<'a>, known: &'a Recognised<'a>) -> Self {
        Self { voice, known, done: Vec::new() }
    }

    /// The sentence of the book for a whole rule, if there is one; nothing more where it has been
    /// said.
    fn rule(&mut self, rule: &Rule) -> Option<Option<String>> {
        self.known.of_rule(rule).map(|covered| self.once(covered))
    }

    /// A sentence of the book with its mark, the first time that it is asked for.
    fn once(&mut self, covered: &'a Covered<'a>) -> Option<String> {
        if self.done.contains(&covered.chosen.key.as_str()) {
            return None;
        }
        self.done.push(covered.chosen.key.as_str());
        let (text, judged) = self.voice.covered(covered, false);
        let mark = mark(judged.badge, self.voice.lang);
        Some(match text.strip_suffix('.') {
            Some(text) => format!("{text}{mark}."),
            None => format!("{text}{mark}"),
        })
    }

    /// A permission as prose.
    pub(super) fn permission(&mut self, rule: &Rule) -> String {
        let mut places = Places::default();
        let mut beside: Vec<String> = Vec::new();
        let mut rest: Vec<&Constraint> = Vec::new();
        let mut constraints = Vec::new();
        flatten(&rule.constraints, &mut |constraint| constraints.push(constraint));
        for constraint in constraints {
            let covered = self.known.of_constraint(constraint);
            let is_part_of_more = covered.is_some_and(|covered| covered.parts.len() > 1);
            if !is_part_of_more && self.voice.put(&mut places, constraint) {
                continue;
            }
            match covered {
                Some(covered) => beside.extend(self.once(covered)),
                None => rest.push(constraint),
            }
        }
        for duty in &rule.duties {
            let badge = self.voice.standing.duty(duty).badge;
            match self.known.of_rule(duty) {
                Some(covered) => beside.extend(self.once(covered)),
                None => beside.push(self.voice.owed(duty, Owed::For, badge)),
            }
        }
        let text = self.voice.permitted(rule, &places, &rest);
        std::iter::once(text).chain(beside).collect::<Vec<_>>().join(" ")
    }
}

impl Voice<'_> {
    fn permitted(&self, rule: &Rule, places: &Places, rest: &[&Constraint]) -> String {
        let (subject, many) = self.subject(rule, places);
        let may = match self.lang {
            Lang::De if many => "dürfen",
            Lang::De => "darf",
            Lang::En => "may",
        };
        let (doing, purposes) = (self.doing(rule, &Self::times(places)), self.purposes(places));
        let mut text = format!("{subject} {may} {doing}{purposes}");
        if !rest.is_empty() {
            let provided = self.lang.pick("sofern gilt:", "provided that");
            text.push_str(&format!(", {provided} {}", self.clauses(rest.iter().copied())));
        }
        format!("{text}.{}", self.bound(rule))
    }
}
