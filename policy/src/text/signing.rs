//! What stands behind a rule, and what a partner's program is known to ignore of it, in words.

use odrl_parser::Policy;
use wire::pointer::Pointer;

use super::line::pointer;
use super::{Lang, Voice};
use crate::badge::{Why, before_signing};
use crate::book::{Book, Gap, Peer, Sentence};

/// Why something has its badge.
#[must_use]
pub const fn why(why: Why, lang: Lang) -> &'static str {
    let (de, en) = match why {
        Why::AtPartner => (
            "geschieht beim Partner, und niemand sieht es von hier",
            "happens at the partner, and nobody sees it from here",
        ),
        Why::DecidedHere => {
            ("wird hier vor jeder Übergabe geprüft", "is checked here before each delivery")
        }
        Why::DoneHere => ("geschieht hier vor der Übergabe", "is done here before delivery"),
        Why::ReceiptBefore => {
            ("ohne Beleg wird nichts übergeben", "without a receipt nothing is delivered")
        }
        Why::ReceiptAfter => (
            "der Partner bestätigt es mit einem Beleg; fehlt er, fällt es auf",
            "the partner confirms it with a receipt; a missing one is noticed",
        ),
        Why::NoSource => ("niemand hier kann es wissen", "nobody here can know it"),
        Why::PartnerKeeps => (
            "das Programm des Partners hält es ein, und sein Protokoll zeigt es",
            "the partner's program keeps it, and its log shows it",
        ),
        Why::Word => ("der Partner sagt es zu", "it is the partner's word"),
    };
    lang.pick(de, en)
}

/// A part of a policy that a program is known to ignore, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredPart {
    /// The rule or constraint.
    pub pointer: Pointer,
    /// What is known.
    pub gap: Gap,
    /// The sentence or part.
    pub part: String,
    /// What the program makes of it.
    pub what: String,
}

/// What the partner's program is known to ignore of the policy: each sentence or part in words, with
/// what is known of it, to be read before signing.
#[must_use]
pub fn ignored(voice: &Voice<'_>, policy: &Policy, partner: &Peer) -> Vec<IgnoredPart> {
    let known = voice.book.recognise(policy);
    let lines = voice.lines(policy);
    let mut said: Vec<IgnoredPart> = Vec::new();
    for ignored in before_signing(policy, partner) {
        let covered = known.sentences.iter().find(|covered| {
            covered.parts.iter().filter_map(pointer).any(|at| is_within(&ignored.pointer, &at))
        });
        let part = match covered {
            Some(covered) => voice.book.say(&covered.chosen, false, voice.lang),
            None => lines
                .iter()
                .find(|line| is_within(&ignored.pointer, &line.pointer))
                .map_or_else(|| ignored.pointer.to_string(), |line| line.text.clone()),
        };
        if !said.iter().any(|it| it.part == part && it.gap == ignored.gap) {
            let what = partner.gap(ignored.gap, voice.lang).unwrap_or_default().to_owned();
            said.push(IgnoredPart { pointer: ignored.pointer, gap: ignored.gap, part, what });
        }
    }
    said
}

fn is_within(inner: &Pointer, outer: &Pointer) -> bool {
    let rest = inner.as_str().strip_prefix(outer.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The wording of a sentence, with dots for the blanks.
#[must_use]
pub fn wording(sentence: &Sentence, lang: Lang) -> String {
    super::choice::dotted(sentence.wording(lang))
}

/// The sentences to choose from: the key, and below it the wording in both languages, with dots for
/// the blanks.
#[must_use]
pub fn sentences(book: &Book) -> String {
    let lines = book.sentences().iter().map(|sentence| {
        let [de, en] = Lang::ALL.map(|lang| wording(sentence, lang));
        let blanks = if sentence.blanks().next().is_some() { "=…" } else { "" };
        format!("  {}{blanks}\n      {de}\n      {en}\n", sentence.key())
    });
    lines.collect()
}
