//! Words for people, in German and English: what a policy says, why something was denied, what to
//! do about it. Whatever comes from a document is shown escaped; nothing here is ever parsed again.

mod choice;
mod clause;
mod explain;
mod line;
mod needed;
mod place;
mod reason;
mod rule;
mod sentence;
mod signing;
pub(crate) mod time;

use std::str::FromStr;

pub(crate) use choice::choice_error;
pub use explain::redacted_explanation;
pub use reason::{reason, reason_words, redacted_reason, redacted_remedy, remedy, remedy_words};
pub use sentence::RuleSentence;
pub use signing::{IgnoredPart, ignored, sentences, why, wording};

use crate::badge::{Badge, Standing};
use crate::book::Book;

/// A language that we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// German.
    De,
    /// English.
    En,
}

impl Lang {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::De, Self::En];

    /// Which of two words.
    pub(crate) const fn pick<'a>(self, de: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::De => de,
            Self::En => en,
        }
    }
}

/// A language that we do not speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the languages are `de` and `en`")]
pub struct LangError;

impl FromStr for Lang {
    type Err = LangError;

    fn from_str(text: &str) -> Result<Self, LangError> {
        match text {
            "de" => Ok(Self::De),
            "en" => Ok(Self::En),
            _ => Err(LangError),
        }
    }
}

/// Says what a policy is, in the words of a book and a language, with what stands behind each part.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// The words.
    pub book: &'a Book,
    /// Who keeps the rules.
    pub standing: Standing<'a>,
    /// The language.
    pub lang: Lang,
}

/// The badge in one word.
#[must_use]
pub const fn badge(badge: Badge, lang: Lang) -> &'static str {
    match badge {
        Badge::Enforced => lang.pick("erzwungen", "enforced"),
        Badge::Evidenced => lang.pick("im Protokoll sichtbar", "evidenced"),
        Badge::Promised => lang.pick("zugesagt", "promised"),
    }
}

/// Joins with commas and a last word: "a, b or c".
pub(crate) fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [init @ .., tail] => format!("{} {last} {tail}", init.join(", ")),
    }
}

/// Between the language's quotation marks.
pub(crate) fn quote(text: &str, lang: Lang) -> String {
    match lang {
        Lang::De => format!("„{text}“"),
        Lang::En => format!("“{text}”"),
    }
}

const fn or(lang: Lang) -> &'static str {
    lang.pick("oder", "or")
}

const fn and(lang: Lang) -> &'static str {
    lang.pick("und", "and")
}

/// What follows something that is not enforced.
fn mark(of: Badge, lang: Lang) -> String {
    match of {
        Badge::Enforced => String::new(),
        Badge::Evidenced | Badge::Promised => format!(" ({})", badge(of, lang)),
    }
}
