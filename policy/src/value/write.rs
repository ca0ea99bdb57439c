//! How values are written into decisions and snapshots, and read back.

use std::borrow::Cow;

use odrl_parser::{Literal, LiteralTag, parse_instant};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use wire::iri::Iri;

use super::{Phase, Value, read_day, read_decimal};
use crate::duration::parse_duration;

/// As `{"type": …, "value": …}`, both texts, and the `language` of a text that has one, so that
/// equal values give equal bytes and different values different ones.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (text, language) = self.written();
        let mut object =
            serializer.serialize_struct("Value", 2 + usize::from(language.is_some()))?;
        object.serialize_field("type", self.type_name())?;
        object.serialize_field("value", &text)?;
        if let Some(language) = language {
            object.serialize_field("language", language)?;
        }
        object.end()
    }
}

impl Value {
    /// The text that is serialised, and its language if it has one.
    pub(crate) fn written(&self) -> (Cow<'_, str>, Option<&str>) {
        match self {
            Self::Iri(iri) => (Cow::Borrowed(iri.as_str()), None),
            Self::Text { text, language } => (Cow::Borrowed(text), language.as_deref()),
            Self::Day { .. }
            | Self::DayTime(_)
            | Self::Decimal(_)
            | Self::Event { .. }
            | Self::Instant(_)
            | Self::Quantity { .. }
            | Self::YearMonth(_) => (Cow::Owned(self.to_string()), None),
        }
    }

    /// Reads back what was serialised.
    pub(crate) fn restore(type_name: &str, text: &str, language: Option<&str>) -> Option<Self> {
        if language.is_some() && type_name != "text" {
            return None;
        }
        let literal = |text: &str| Literal {
            lexical: text.to_owned(),
            tag: LiteralTag::Plain,
            pointer: wire::pointer::Pointer::root(),
        };
        let value = match type_name {
            "day" => read_day(text).ok()?,
            "decimal" => read_decimal(&literal(text)).ok()?,
            "duration" => parse_duration(text).ok()?,
            "event" => {
                let (name, event) = text.split_once(' ')?;
                let phase = Phase::ALL.into_iter().find(|phase| phase.name() == name)?;
                Self::Event { event: Iri::parse(event).ok()?, phase }
            }
            "instant" => Self::Instant(parse_instant(text).ok()?),
            "iri" => Self::Iri(Iri::parse(text).ok()?),
            "quantity" => {
                let (number, unit) = text.split_once(' ')?;
                let Self::Decimal(number) = read_decimal(&literal(number)).ok()? else {
                    return None;
                };
                Self::Quantity { number, unit: Iri::parse(unit).ok()? }
            }
            "text" => {
                Self::Text { text: text.to_owned(), language: language.map(ToOwned::to_owned) }
            }
            _ => return None,
        };
        // One value has one spelling.
        let same = value.type_name() == type_name
            && (matches!(value, Self::Text { .. }) || value.to_string() == text);
        same.then_some(value)
    }
}
