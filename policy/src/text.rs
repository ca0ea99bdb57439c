//! Words for people, in German and English: what a policy says, why something was denied, what to
//! do about it. Whatever comes from a document is shown escaped; nothing here is ever parsed again.

mod clause;
mod label;
mod reason;
mod sentence;
mod time;

use std::str::FromStr;

pub use label::label;
pub use reason::{reason, reason_words, redacted_reason, redacted_remedy, remedy, remedy_words};
pub use sentence::{RuleSentence, lines, sentence, sentences};

use crate::badge::Badge;

/// A language that we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// German.
    De,
    /// English.
    En,
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

/// The badge in one word.
#[must_use]
pub const fn badge(badge: Badge, lang: Lang) -> &'static str {
    match (badge, lang) {
        (Badge::Enforced, Lang::De) => "durchgesetzt",
        (Badge::Enforced, Lang::En) => "enforced",
        (Badge::Evidenced, Lang::De) => "belegt",
        (Badge::Evidenced, Lang::En) => "evidenced",
        (Badge::Promised, Lang::De) => "zugesagt",
        (Badge::Promised, Lang::En) => "promised",
    }
}

/// Joins with commas and a last word: "a, b or c".
fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [init @ .., tail] => format!("{} {last} {tail}", init.join(", ")),
    }
}

const fn or(lang: Lang) -> &'static str {
    match lang {
        Lang::De => "oder",
        Lang::En => "or",
    }
}

const fn and(lang: Lang) -> &'static str {
    match lang {
        Lang::De => "und",
        Lang::En => "and",
    }
}
