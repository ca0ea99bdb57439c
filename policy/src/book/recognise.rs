//! Rule → sentence: which sentences a policy is made of, and what none of them covers.

use odrl_parser::{Constraint, Policy, Rule};

use super::pattern::{Matcher, Part, Values, parts};
use super::{Book, Chosen, Sentence};
use crate::text::Lang;

/// The name of the informative member that holds the legal texts of sentences.
pub(super) const LEGAL_MEMBER: &str = "dct:bibliographicCitation";

/// The legal texts that a policy cites: IRI, version and digest of each, as they are written.
#[must_use]
pub fn legal_texts(policy: &Policy) -> Vec<String> {
    let cited = policy.informative.get(LEGAL_MEMBER);
    let texts = match cited {
        Some(serde_json::Value::Array(texts)) => texts.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    texts.iter().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

/// A policy as sentences.
#[derive(Clone, Debug)]
pub struct Recognised<'a> {
    /// The sentences, in the order of the book.
    pub sentences: Vec<Covered<'a>>,
    /// What no sentence covers, in the order of the document.
    pub(crate) rest: Vec<Part<'a>>,
}

/// A sentence that was found in a policy.
#[derive(Clone, Debug)]
pub struct Covered<'a> {
    /// The sentence with its blanks.
    pub chosen: Chosen,
    pub(crate) parts: Vec<Part<'a>>,
}

impl Recognised<'_> {
    /// The sentences, if they cover the whole policy.
    #[must_use]
    pub fn whole(&self) -> Option<Vec<Chosen>> {
        let chosen = self.sentences.iter().map(|covered| covered.chosen.clone()).collect();
        (self.rest.is_empty() && !self.sentences.is_empty()).then_some(chosen)
    }

    /// The sentence that stands for a part.
    pub(crate) fn of(&self, part: &Part<'_>) -> Option<&Covered<'_>> {
        match part {
            Part::Constraint(constraint) => self.of_constraint(constraint),
            Part::Duty(rule)
            | Part::Obligation(rule)
            | Part::Permission(rule)
            | Part::Prohibition(rule) => self.of_rule(rule),
            Part::Note(..) => None,
        }
    }

    /// The sentence that stands for a constraint of the permission to use.
    pub(crate) fn of_constraint(&self, constraint: &Constraint) -> Option<&Covered<'_>> {
        self.with(|part| match part {
            Part::Constraint(other) => std::ptr::eq(*other, constraint),
            Part::Duty(_)
            | Part::Note(..)
            | Part::Obligation(_)
            | Part::Permission(_)
            | Part::Prohibition(_) => false,
        })
    }

    /// The sentence that stands for a rule.
    pub(crate) fn of_rule(&self, rule: &Rule) -> Option<&Covered<'_>> {
        self.with(|part| match part {
            Part::Duty(other)
            | Part::Obligation(other)
            | Part::Permission(other)
            | Part::Prohibition(other) => std::ptr::eq(*other, rule),
            Part::Constraint(_) | Part::Note(..) => false,
        })
    }

    fn with(&self, is_it: impl Fn(&Part<'_>) -> bool) -> Option<&Covered<'_>> {
        self.sentences.iter().find(|covered| covered.parts.iter().any(&is_it))
    }
}

impl Book {
    /// Finds the sentences that a policy is made of, each at most once. Sentences that stand for
    /// more are tried first.
    #[must_use]
    pub fn recognise<'a>(&self, policy: &'a Policy) -> Recognised<'a> {
        let all = parts(policy);
        let legal = |part: &Part<'_>| matches!(part, Part::Note(name, _) if *name == LEGAL_MEMBER);
        let mut open: Vec<Part<'a>> = all.into_iter().filter(|part| !legal(part)).collect();
        let mut tried: Vec<(usize, &Sentence, Vec<Part<'_>>)> = self
            .sentences
            .iter()
            .enumerate()
            .filter_map(|(at, sentence)| Some((at, sentence, parts(sentence.pattern()?))))
            .collect();
        tried.sort_by_key(|(at, sentence, pattern)| {
            (!sentence.alone, std::cmp::Reverse(pattern.len()), *at)
        });
        let is_plain = super::pattern::main(policy).is_some();
        let mut found: Vec<(usize, Covered<'a>)> = Vec::new();
        for (at, sentence, pattern) in tried {
            let all_of_it = pattern.len() == open.len() && found.is_empty();
            if sentence.alone && !(all_of_it && is_plain) {
                continue;
            }
            // A sentence without parts is the bare permission to use, and only when alone.
            if pattern.is_empty() && !sentence.alone {
                continue;
            }
            if let Some((blanks, used)) = find(sentence, &pattern, &open) {
                let parts = take(&mut open, &used);
                let chosen = Chosen { key: sentence.key.clone(), blanks };
                found.push((at, Covered { chosen, parts }));
                if sentence.alone {
                    break;
                }
            }
        }
        found.sort_by_key(|(at, _)| *at);
        Recognised { sentences: found.into_iter().map(|(_, it)| it).collect(), rest: open }
    }

    /// A chosen sentence in words; by its wording for standing alone if it does.
    #[must_use]
    pub fn say(&self, chosen: &Chosen, stands_alone: bool, lang: Lang) -> String {
        let Some(sentence) = self.sentence(&chosen.key) else {
            return chosen.to_string();
        };
        let both = sentence.when_alone.as_ref().filter(|_| stands_alone);
        let wording = both.unwrap_or(&sentence.wording).of(lang);
        wording.fill(|name| match (sentence.blanks.get(name), chosen.blanks.get(name)) {
            (Some(blank), Some(values)) => blank.show(values, &self.terms, lang),
            (_, _) => "…".to_owned(),
        })
    }
}

/// The values of the blanks, and which of the open parts the sentence stands for.
fn find(
    sentence: &Sentence,
    pattern: &[Part<'_>],
    open: &[Part<'_>],
) -> Option<(Values, Vec<usize>)> {
    let Some((first, rest)) = pattern.split_first() else {
        return Some((Values::new(), Vec::new()));
    };
    let start = Matcher { blanks: &sentence.blanks, found: Values::new() };
    search(first, rest, open, &start, &mut Vec::new())
}

fn search(
    first: &Part<'_>,
    rest: &[Part<'_>],
    open: &[Part<'_>],
    so_far: &Matcher<'_>,
    used: &mut Vec<usize>,
) -> Option<(Values, Vec<usize>)> {
    for (at, part) in open.iter().enumerate() {
        let mut matcher = Matcher { blanks: so_far.blanks, found: so_far.found.clone() };
        if used.contains(&at) || !matcher.part(*first, *part) {
            continue;
        }
        used.push(at);
        let found = match rest.split_first() {
            None => Some((matcher.found, used.clone())),
            Some((next, rest)) => search(next, rest, open, &matcher, used),
        };
        if found.is_some() {
            return found;
        }
        used.pop();
    }
    None
}

fn take<'a>(open: &mut Vec<Part<'a>>, used: &[usize]) -> Vec<Part<'a>> {
    let taken = open.iter().enumerate().filter(|(at, _)| used.contains(at));
    let taken: Vec<Part<'a>> = taken.map(|(_, part)| *part).collect();
    let kept = open.iter().enumerate().filter(|(at, _)| !used.contains(at));
    *open = kept.map(|(_, part)| *part).collect();
    taken
}
