//! Why a typed text is no sentence, with what was probably meant.

use wire::text::shown;

use super::{Lang, quote};
use crate::book::{BlankError, Book, ChoiceError};

/// The error in words.
pub(crate) fn choice_error(error: &ChoiceError, book: &Book, lang: Lang) -> String {
    let wording = |key: &str| {
        let wording = book.sentence(key).map(|sentence| sentence.wording(lang));
        quote(&dotted(wording.unwrap_or(key)), lang)
    };
    match error {
        ChoiceError::Blank { key, written, error, .. } => {
            let (sentence, written) = (wording(key), shown(written));
            let why = match lang {
                Lang::De => german(*error).to_owned(),
                Lang::En => error.to_string(),
            };
            match lang {
                Lang::De => format!("Im Satz {sentence} passt „{written}“ nicht: {why}."),
                Lang::En => format!("in {sentence}, “{written}” does not fit: {why}"),
            }
        }
        ChoiceError::NotAlone { key, .. } => match lang {
            Lang::De => {
                format!("Der Satz {} ist die ganze Regel; nichts steht daneben.", wording(key))
            }
            Lang::En => format!("{} is a whole rule; nothing stands beside it", wording(key)),
        },
        ChoiceError::Twice { key, .. } => match lang {
            Lang::De => format!("Der Satz {} steht schon in der Regel.", wording(key)),
            Lang::En => format!("{} stands in the rule already", wording(key)),
        },
        ChoiceError::Unknown { written, nearest, .. } => {
            let near = nearest.iter().map(|key| format!("{} (`{key}`)", wording(key)));
            let near = near.collect::<Vec<_>>().join(", ");
            let written = quote(&shown(written).to_string(), lang);
            match (lang, near.is_empty()) {
                (Lang::De, true) => format!("{written} ist keiner der Sätze."),
                (Lang::De, false) => {
                    format!("{written} ist keiner der Sätze. Am nächsten kommen: {near}.")
                }
                (Lang::En, true) => format!("{written} is none of the sentences"),
                (Lang::En, false) => {
                    format!("{written} is none of the sentences; the nearest are {near}")
                }
            }
        }
    }
}

/// A wording with dots in place of its blanks.
pub(super) fn dotted(wording: &str) -> String {
    let mut words = String::new();
    for (at, part) in wording.split(['{', '}']).enumerate() {
        words.push_str(if at % 2 == 0 { part } else { "…" });
    }
    words
}

const fn german(error: BlankError) -> &'static str {
    match error {
        BlankError::Amount => {
            "einen Betrag wie `5,00` schreiben, mit höchstens zwei Nachkommastellen"
        }
        BlankError::Bytes => "eine Datenmenge wie `5 GB` schreiben",
        BlankError::Day => "einen Tag wie `31.12.2027` schreiben",
        BlankError::Days => "eine Zahl von Tagen wie `90` schreiben",
        BlankError::Empty => "es steht nichts da",
        BlankError::Instant => "einen Zeitpunkt wie `2027-12-31T18:00:00Z` schreiben",
        BlankError::Iri => "eine vollständige IRI wie `https://www.example/` schreiben",
        BlankError::Name => {
            "einen Namen der Liste, einen Kurznamen wie `mobility-service` oder eine vollständige IRI schreiben"
        }
        BlankError::Number => "eine ganze Zahl schreiben, mindestens 1",
        BlankError::Partner => "die DID des Partners wie `did:web:stadt.example` schreiben",
    }
}
