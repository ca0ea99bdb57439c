//! The types of blanks: read as a person types them, kept in one form, shown in both languages.

mod day;
mod number;

pub(crate) use day::Day;
use odrl_parser::{parse_instant, value_iri};
use wire::did::Did;

use super::name::{KIND_NAMESPACE, PURPOSE_NAMESPACE, resolve, split};
use super::terms::Terms;
use crate::text::{Lang, list, quote, time};

/// A type of blanks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Blank {
    Amount,
    Areas,
    Bytes,
    Day,
    Days,
    DaysDative,
    Instant,
    Iri,
    Iris,
    Kinds,
    Licence,
    Number,
    Partners,
    Purposes,
}

/// Why a text does not fit into a blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum BlankError {
    /// No amount of money.
    #[error("write an amount such as `5.00`, with at most two decimals")]
    Amount,
    /// No amount of data.
    #[error("write an amount of data such as `5 GB`")]
    Bytes,
    /// No day.
    #[error("write a day such as `2027-12-31` or `31.12.2027`")]
    Day,
    /// No number of days.
    #[error("write a number of days such as `90`")]
    Days,
    /// Nothing was typed.
    #[error("it is empty")]
    Empty,
    /// No instant.
    #[error("write an instant such as `2027-12-31T18:00:00Z`")]
    Instant,
    /// No IRI.
    #[error("write an absolute IRI, such as `https://www.example/`")]
    Iri,
    /// No kind, purpose, area or licence.
    #[error(
        "write a name from the list, a short name such as `mobility-service`, or an absolute IRI"
    )]
    Name,
    /// No whole number.
    #[error("write a whole number, at least 1")]
    Number,
    /// No DID of a participant.
    #[error("write the partner's DID, such as `did:web:town.example`")]
    Partner,
}

impl Blank {
    pub(super) const NAMES: [(&str, Self); 14] = [
        ("amount", Self::Amount),
        ("areas", Self::Areas),
        ("bytes", Self::Bytes),
        ("day", Self::Day),
        ("days", Self::Days),
        ("days-dative", Self::DaysDative),
        ("instant", Self::Instant),
        ("iri", Self::Iri),
        ("iris", Self::Iris),
        ("kinds", Self::Kinds),
        ("licence", Self::Licence),
        ("number", Self::Number),
        ("partners", Self::Partners),
        ("purposes", Self::Purposes),
    ];

    /// Whether it takes several values.
    pub(super) const fn is_many(self) -> bool {
        match self {
            Self::Areas | Self::Iris | Self::Kinds | Self::Partners | Self::Purposes => true,
            Self::Amount
            | Self::Bytes
            | Self::Day
            | Self::Days
            | Self::DaysDative
            | Self::Instant
            | Self::Iri
            | Self::Licence
            | Self::Number => false,
        }
    }

    /// What a person typed, in the form that stands in a rule.
    pub(super) fn typed(self, text: &str, terms: &Terms) -> Result<Vec<String>, BlankError> {
        let text = text.trim();
        let items = match (self.is_many(), split(text)) {
            (true, items) => items,
            (false, items) => items.first().map(|_| text.to_owned()).into_iter().collect(),
        };
        if items.is_empty() {
            return Err(BlankError::Empty);
        }
        items.iter().map(|item| self.one(item, terms)).collect()
    }

    fn one(self, text: &str, terms: &Terms) -> Result<String, BlankError> {
        let named = |namespace| {
            let unquoted = split(text).join(" ");
            let iri = resolve(&unquoted, namespace, terms).or_else(|| value_iri(text));
            iri.map(wire::iri::Iri::into_string).ok_or(BlankError::Name)
        };
        match self {
            Self::Amount => number::amount(text).ok_or(BlankError::Amount),
            Self::Bytes => number::bytes(text).ok_or(BlankError::Bytes),
            Self::Number => number::whole(text).ok_or(BlankError::Number),
            Self::Days | Self::DaysDative => number::days(text).ok_or(BlankError::Days),
            Self::Day => day::typed_day(text).map(|day| day.to_string()).ok_or(BlankError::Day),
            Self::Instant => {
                day::typed_instant(text).map(|at| at.to_string()).ok_or(BlankError::Instant)
            }
            Self::Iri | Self::Iris => {
                let unquoted = split(text).join(" ");
                let iri = value_iri(text).or_else(|| value_iri(&unquoted));
                iri.map(wire::iri::Iri::into_string).ok_or(BlankError::Iri)
            }
            Self::Partners => {
                let did = Did::parse(text).map_err(|_| BlankError::Partner)?;
                Ok(did.as_str().to_owned())
            }
            Self::Kinds => named(Some(KIND_NAMESPACE)),
            Self::Purposes => named(Some(PURPOSE_NAMESPACE)),
            Self::Areas | Self::Licence => named(None),
        }
    }

    /// A value of a rule in its one form, if it can stand in this blank.
    pub(super) fn accept(self, lexical: &str) -> Option<String> {
        match self {
            Self::Amount => number::plain_amount(lexical),
            Self::Bytes | Self::Number => number::plain(lexical, u64::MAX),
            Self::Days | Self::DaysDative => number::plain(lexical, number::DAYS_MAX),
            Self::Day => lexical.parse::<Day>().ok().map(|day| day.to_string()),
            Self::Instant => parse_instant(lexical).ok().map(|at| at.to_string()),
            Self::Partners => Did::parse(lexical).ok().map(|did| did.as_str().to_owned()),
            Self::Areas | Self::Iri | Self::Iris | Self::Kinds | Self::Licence | Self::Purposes => {
                value_iri(lexical).map(wire::iri::Iri::into_string)
            }
        }
    }

    /// Values in words.
    pub(super) fn show(self, values: &[String], terms: &Terms, lang: Lang) -> String {
        let shown: Vec<String> =
            values.iter().map(|value| self.show_one(value, terms, lang)).collect();
        let last = match (self, lang) {
            (Self::Partners, Lang::De) => "und",
            (Self::Partners, Lang::En) => "and",
            (_, Lang::De) => "oder",
            (_, Lang::En) => "or",
        };
        list(&shown, last)
    }

    fn show_one(self, value: &str, terms: &Terms, lang: Lang) -> String {
        match self {
            Self::Amount => match lang {
                Lang::De => value.replace('.', ","),
                Lang::En => value.to_owned(),
            },
            Self::Bytes => number::show_bytes(value),
            Self::Number | Self::Partners => wire::text::shown(value).to_string(),
            Self::Days => time::days(value, false, lang),
            Self::DaysDative => time::days(value, true, lang),
            Self::Day => value
                .parse::<Day>()
                .map_or_else(|_| wire::text::shown(value).to_string(), |day| time::day(&day, lang)),
            Self::Instant => parse_instant(value).map_or_else(
                |_| wire::text::shown(value).to_string(),
                |at| time::instant(at, lang),
            ),
            Self::Areas | Self::Iri | Self::Iris | Self::Kinds | Self::Licence | Self::Purposes => {
                quote(&terms.name(value, lang), lang)
            }
        }
    }
}
