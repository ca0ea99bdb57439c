//! A sentence with blanks as it is written in the book: filled to be read, matched against what
//! somebody typed.

use std::collections::BTreeMap;

/// A sentence with blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wording {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A word without regard to case and the punctuation around it.
    Word(String),
    /// A blank, with the punctuation that stands close before and after it.
    Blank { name: String, before: String, after: String },
}

/// What was typed into the blanks.
pub(super) type Filled = BTreeMap<String, String>;

impl Wording {
    pub(super) fn new(text: &str) -> Self {
        let tokens = text.split_whitespace().filter_map(|word| match blank(word) {
            Some((before, name, after)) => Some(Token::Blank {
                name: name.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            }),
            None => bare(word).map(Token::Word),
        });
        Self { text: text.to_owned(), tokens: tokens.collect() }
    }

    /// As it stands in the book, with its blanks in braces.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The blanks, in their order.
    pub(super) fn blanks(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Blank { name, .. } => Some(name.as_str()),
            Token::Word(_) => None,
        })
    }

    /// The sentence with its blanks filled.
    pub(super) fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let mut filled = String::new();
        let mut rest = self.text.as_str();
        while let Some((before, name, after)) = blank(rest) {
            filled.push_str(before);
            filled.push_str(&value(name));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// Gives `take` each way in which the typed words are this sentence, until it takes one.
    pub(super) fn matches(&self, typed: &str, mut take: impl FnMut(&Filled) -> bool) -> bool {
        let words: Vec<&str> = typed.split_whitespace().collect();
        follow(&self.tokens, &words, &mut Filled::new(), &mut take)
    }

    /// How much of the sentence was typed: shared pairs of letters, from 0 to 1000.
    pub(super) fn likeness(&self, typed: &str) -> usize {
        let words = self.tokens.iter().filter_map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            Token::Blank { .. } => None,
        });
        likeness(&words.collect::<Vec<_>>().join(" "), typed)
    }
}

/// Splits at the first blank: before, its name, after.
pub(super) fn blank(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// A word without the punctuation around it, in lower case; nothing if it is all punctuation.
fn bare(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    (!word.is_empty()).then(|| word.to_lowercase())
}

fn follow(
    tokens: &[Token],
    words: &[&str],
    filled: &mut Filled,
    take: &mut dyn FnMut(&Filled) -> bool,
) -> bool {
    let Some((token, tokens)) = tokens.split_first() else {
        return words.iter().all(|word| bare(word).is_none()) && take(filled);
    };
    match token {
        Token::Word(expected) => {
            let mut words = words.iter();
            let found = words.by_ref().find_map(|word| bare(word));
            found.as_ref() == Some(expected) && follow(tokens, words.as_slice(), filled, take)
        }
        Token::Blank { name, before, after } => (1..=words.len()).any(|count| {
            let Some((mine, rest)) = words.split_at_checked(count) else {
                return false;
            };
            let text = mine.join(" ");
            let text = text.strip_prefix(before.as_str()).unwrap_or(&text);
            let text = text.strip_suffix(after.as_str()).unwrap_or(text);
            filled.insert(name.clone(), text.to_owned());
            follow(tokens, rest, filled, take)
        }),
    }
}

/// Pairs of neighbouring letters that two texts share, by the measure of Dice, from 0 to 1000.
pub(super) fn likeness(one: &str, other: &str) -> usize {
    let pairs = |text: &str| {
        let letters: Vec<char> = text.to_lowercase().chars().take(400).collect();
        let pairs = letters.iter().zip(letters.iter().skip(1));
        pairs.map(|(a, b)| (*a, *b)).collect::<std::collections::BTreeSet<_>>()
    };
    let (one, other) = (pairs(one), pairs(other));
    let shared = one.intersection(&other).count();
    (2000 * shared).checked_div(one.len() + other.len()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_forgiven_what_does_not_change_the_meaning() {
        let wording = Wording::new("Only aggregated (at least {cases} cases per value).");
        for (typed, expected) in [
            ("Only aggregated (at least 10 cases per value).", Some("10")),
            ("only aggregated at least 10 cases per value", Some("10")),
            ("ONLY  aggregated, (at least 10 CASES per value)", Some("10")),
            ("Only aggregated (at least cases per value).", None),
            ("Only aggregated (at least 10 cases per value) or not.", None),
            ("aggregated (at least 10 cases per value).", None),
        ] {
            let mut found = None;
            wording.matches(typed, |filled| {
                found = filled.get("cases").cloned();
                true
            });
            assert_eq!(found.as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn a_blank_takes_as_many_words_as_it_needs() {
        let wording = Wording::new("Only {days} lang.");
        let mut tried = Vec::new();
        wording.matches("only 3 lang lang", |filled| {
            tried.push(filled["days"].clone());
            false
        });
        assert_eq!(tried, ["3 lang"]);
        assert_eq!(wording.fill(|name| format!("<{name}>")), "Only <days> lang.");
    }
}
