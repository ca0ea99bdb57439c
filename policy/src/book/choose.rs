//! Sentence → rule: what a person typed as chosen sentences, and these as one policy.

use std::collections::BTreeMap;
use std::fmt;

use wire::text::shown;

use super::blank::BlankError;
use super::sentence::Both;
use super::wording::likeness;
use super::{Book, Sentence};
use crate::text::Lang;

/// The longest text that is taken as a sentence, in bytes.
pub const TYPED_BYTES_MAX: usize = 8192;
/// How many near sentences an error names.
const NEAREST: usize = 3;

/// A sentence of the book with its blanks filled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chosen {
    /// Which sentence.
    pub key: String,
    /// The values of its blanks by name, in the form that stands in the rule.
    pub blanks: BTreeMap<String, Vec<String>>,
}

/// Why texts are no rule, and which of them: its place, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChoiceError {
    /// It is a sentence of the book, but what was typed into a blank does not fit.
    Blank {
        /// Which text.
        at: usize,
        /// The sentence.
        key: String,
        /// What was typed.
        written: String,
        /// Why it does not fit.
        error: BlankError,
    },
    /// The sentence is a whole rule, and others were chosen as well.
    NotAlone {
        /// Which text.
        at: usize,
        /// The sentence.
        key: String,
    },
    /// The sentence was chosen twice.
    Twice {
        /// Which text.
        at: usize,
        /// The sentence.
        key: String,
    },
    /// It is no sentence of the book.
    Unknown {
        /// Which text.
        at: usize,
        /// What was typed.
        written: String,
        /// The keys of the nearest sentences, nearest first.
        nearest: Vec<String>,
    },
}

/// As it can be typed: the key, and the values of the blanks.
impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blanks: Vec<String> = self.blanks.values().map(|values| values.join(", ")).collect();
        let sign = if blanks.is_empty() { "" } else { "=" };
        write!(f, "{}{sign}{}", self.key, shown(&blanks.join("; ")))
    }
}

impl ChoiceError {
    /// A stable kebab-case code of the refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Blank { .. } => "sentence-blank-invalid",
            Self::NotAlone { .. } => "sentence-not-alone",
            Self::Twice { .. } => "sentence-twice",
            Self::Unknown { .. } => "sentence-unknown",
        }
    }

    /// Which of the texts.
    #[must_use]
    pub const fn at(&self) -> usize {
        match self {
            Self::Blank { at, .. }
            | Self::NotAlone { at, .. }
            | Self::Twice { at, .. }
            | Self::Unknown { at, .. } => *at,
        }
    }
}

/// What one text was found to be.
struct Found<'a> {
    sentence: &'a Sentence,
    blanks: BTreeMap<String, Vec<String>>,
    says_alone: bool,
}

impl Book {
    /// The sentences that were typed, each in German, in English, or by its key with the blanks
    /// after `=`, in the order of the book.
    ///
    /// # Errors
    /// [`ChoiceError`] for the first text that is no sentence, or cannot stand beside the others.
    pub fn choose<T: AsRef<str>>(&self, typed: &[T]) -> Result<Vec<Chosen>, ChoiceError> {
        let mut found = Vec::new();
        for (at, text) in typed.iter().enumerate() {
            found.push((at, self.find(at, text.as_ref())?));
        }
        let rules = found.iter().filter(|(_, it)| it.sentence.beside().is_none()).count();
        for (at, it) in &found {
            let (at, key) = (*at, it.sentence.key.clone());
            if (it.sentence.alone || it.says_alone) && rules > 1 {
                return Err(ChoiceError::NotAlone { at, key });
            }
            if found.iter().any(|(other, that)| *other < at && that.sentence.key == key) {
                return Err(ChoiceError::Twice { at, key });
            }
        }
        let chosen = found
            .into_iter()
            .map(|(_, it)| Chosen { key: it.sentence.key.clone(), blanks: it.blanks });
        let mut chosen: Vec<Chosen> = chosen.collect();
        chosen.sort_by_key(|it| self.place(&it.key));
        Ok(chosen)
    }

    fn place(&self, key: &str) -> usize {
        self.sentences.iter().position(|sentence| sentence.key == key).unwrap_or(usize::MAX)
    }

    fn find(&self, at: usize, text: &str) -> Result<Found<'_>, ChoiceError> {
        let text = text.trim();
        let unquoted = text
            .strip_prefix(['"', '„', '“', '»', '«', '\''])
            .and_then(|rest| rest.strip_suffix(['"', '“', '”', '«', '»', '\'']));
        let mut refused = None;
        for text in [Some(text), unquoted].into_iter().flatten() {
            if text.len() > TYPED_BYTES_MAX {
                break;
            }
            if let Some(found) = self.by_key(at, text, &mut refused) {
                return Ok(found);
            }
            for sentence in &self.sentences {
                if let Some(found) = self.by_wording(at, sentence, text, &mut refused) {
                    return Ok(found);
                }
            }
        }
        Err(refused.unwrap_or_else(|| ChoiceError::Unknown {
            at,
            written: text.to_owned(),
            nearest: self.nearest(text),
        }))
    }

    fn by_key(
        &self,
        at: usize,
        text: &str,
        refused: &mut Option<ChoiceError>,
    ) -> Option<Found<'_>> {
        let (key, values) = text.split_once('=').map_or((text, None), |(key, it)| (key, Some(it)));
        let sentence = self.sentence(key.trim())?;
        let names: Vec<&str> = sentence.blanks().collect();
        let values: Vec<&str> = match (values, names.len()) {
            (None, 0) => Vec::new(),
            (None, count) => vec![""; count],
            (Some(values), 0 | 1) => vec![values],
            (Some(values), _) => values.split("; ").collect(),
        };
        let pairs =
            names.iter().zip(&values).map(|(name, it)| ((*name).to_owned(), (*it).to_owned()));
        let filled = pairs.collect();
        if names.len() != values.len() {
            return None;
        }
        let blanks =
            self.fill(at, sentence, &filled).map_err(|error| *refused = Some(error)).ok()?;
        Some(Found { sentence, blanks, says_alone: false })
    }

    fn by_wording<'a>(
        &'a self,
        at: usize,
        sentence: &'a Sentence,
        text: &str,
        refused: &mut Option<ChoiceError>,
    ) -> Option<Found<'a>> {
        let mut found = None;
        let ways = [(Some(&sentence.wording), false), (sentence.when_alone.as_ref(), true)];
        for (both, says_alone) in ways {
            let Some(Both { de, en }) = both else {
                continue;
            };
            for wording in [de, en] {
                wording.matches(text, |filled| match self.fill(at, sentence, filled) {
                    Ok(blanks) => {
                        found = Some(Found { sentence, blanks, says_alone });
                        true
                    }
                    Err(error) => {
                        refused.get_or_insert(error);
                        false
                    }
                });
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    fn fill(
        &self,
        at: usize,
        sentence: &Sentence,
        filled: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Vec<String>>, ChoiceError> {
        let blanks = sentence.blanks.iter().map(|(name, blank)| {
            let text = filled.get(name).map_or("", String::as_str);
            let values = blank.typed(text, &self.terms).map_err(|error| ChoiceError::Blank {
                at,
                key: sentence.key.clone(),
                written: text.to_owned(),
                error,
            })?;
            Ok((name.clone(), values))
        });
        blanks.collect()
    }

    fn nearest(&self, text: &str) -> Vec<String> {
        let key = text.split('=').next().unwrap_or(text);
        let text: String = text.chars().take(400).collect();
        let mut near: Vec<(usize, &str)> = self
            .sentences
            .iter()
            .map(|sentence| {
                let Both { de, en } = &sentence.wording;
                let both = de.likeness(&text).max(en.likeness(&text));
                (both.max(likeness(&sentence.key, key)), sentence.key.as_str())
            })
            .collect();
        near.retain(|(likeness, _)| *likeness > 0);
        near.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        near.into_iter().take(NEAREST).map(|(_, key)| key.to_owned()).collect()
    }
}

impl ChoiceError {
    /// The error in words, with the sentences that were probably meant.
    #[must_use]
    pub fn words(&self, book: &Book, lang: Lang) -> String {
        crate::text::choice_error(self, book, lang)
    }
}
