//! One thing as lines of `label  value`, with lists below. Values are escaped.

use super::safe;
use crate::management::view::{BadgeName, RuleLine};
use crate::words::{Lang, Phrase};

/// The most characters of one value.
const VALUE_CHARS_MAX: usize = 2_000;

/// A card under construction.
#[derive(Debug)]
pub(super) struct Card {
    lang: Lang,
    rows: Vec<(String, String)>,
}

impl Card {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang, rows: Vec::new() }
    }

    /// A line; nothing where the value is empty.
    pub(super) fn line(mut self, label: Phrase, value: impl AsRef<str>) -> Self {
        let value = safe(value.as_ref(), VALUE_CHARS_MAX);
        if !value.is_empty() {
            self.rows.push((label.text(self.lang).to_owned(), value));
        }
        self
    }

    /// A line where there is a value.
    pub(super) fn maybe(self, label: Phrase, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.line(label, value),
            None => self,
        }
    }

    /// A further line under the same label.
    pub(super) fn more(mut self, value: impl AsRef<str>) -> Self {
        let value = safe(value.as_ref(), VALUE_CHARS_MAX);
        self.rows.push((String::new(), value));
        self
    }

    /// A rule: its sentence, then each line with its badge.
    pub(super) fn rule(self, sentence: &str, rules: &[RuleLine]) -> Self {
        let lang = self.lang;
        rules.iter().fold(self.line(Phrase::Rule, sentence), |card, rule| {
            card.more(format!(
                "  [{}] {}",
                badge(rule.badge).text(lang),
                rule.sentence.in_lang(lang)
            ))
        })
    }

    /// The card as text.
    pub(super) fn text(self) -> String {
        let width = self.rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (label, value) in &self.rows {
            let gap = width.saturating_sub(label.chars().count()) + 2;
            text.push_str(label);
            text.extend(std::iter::repeat_n(' ', gap));
            text.push_str(value);
            text.push('\n');
        }
        text
    }
}

pub(super) fn badge(badge: BadgeName) -> Phrase {
    match badge {
        BadgeName::Enforced => Phrase::Enforced,
        BadgeName::Evidenced => Phrase::Evidenced,
        BadgeName::Promised => Phrase::Promised,
    }
}
