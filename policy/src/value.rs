//! Typed values: what a literal of a policy means once the type of the left operand is known. No
//! floats, no implicit conversion of units, zones or types.

mod write;

use std::cmp::Ordering;
use std::fmt;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use odrl_parser::{Literal, LiteralTag, parse_day, parse_instant, parse_offset, value_iri};
use rust_decimal::Decimal;
use serde::Deserialize;
use wire::iri::Iri;

use crate::duration::{DurationError, parse_duration};

/// A typed value. Values of different variants are never equal; only `Instant` and `Day` are
/// compared with each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A day as the interval from its start (included) to its end (excluded), in the zone that was
    /// written, else UTC.
    Day {
        /// The first instant of the day.
        start: Timestamp,
        /// The first instant after it.
        end: Timestamp,
        /// As it was written.
        written: String,
    },
    /// A duration of days, hours, minutes and seconds.
    DayTime(SignedDuration),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Where an event stands in the log: on the left of `event` alone.
    Event {
        /// The event.
        event: Iri,
        /// Whether it has been.
        phase: Phase,
    },
    /// A point on the time line.
    Instant(Timestamp),
    /// An identifier, compared by its exact characters.
    Iri(Iri),
    /// An exact decimal number of a unit. Nothing is converted.
    Quantity {
        /// The number.
        number: Decimal,
        /// The unit.
        unit: Iri,
    },
    /// A text, with its language if it has one.
    Text {
        /// The characters.
        text: String,
        /// The language tag in lower case.
        language: Option<String>,
    },
    /// A duration of years and months, in months.
    YearMonth(u64),
}

/// Where an event stands at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It has not begun.
    Before,
    /// It is under way.
    During,
    /// It is over.
    After,
}

/// The type that a profile gives to a left operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// Exact decimal numbers.
    Decimal,
    /// Durations of days, hours, minutes and seconds.
    Duration,
    /// Phases of an event; the event's IRI on the right.
    Event,
    /// Recurring stretches: durations of days and time, or of years and months.
    Interval,
    /// Instants; days on the right.
    Instant,
    /// One IRI.
    Iri,
    /// A set of IRIs.
    IriSet,
    /// Exact decimal numbers of a unit.
    Quantity,
    /// One text.
    Text,
    /// Durations of years and months.
    YearMonth,
}

/// Why a literal is no value of the type that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not the plain decimal form, or more than 28 digits.
    #[error("write a decimal number such as `10` or `0.5`, of at most 28 digits")]
    Decimal,
    /// The duration cannot be taken.
    #[error("{0}")]
    Duration(DurationError),
    /// Not an instant or day.
    #[error("{0}")]
    Instant(odrl_parser::InstantError),
    /// Not an absolute IRI in full.
    #[error("write an absolute IRI in full")]
    Iri,
    /// The document claims another type.
    #[error("the value is tagged with another type")]
    Type,
}

impl Value {
    /// Reads a literal as a value of the type; of a quantity the number alone.
    ///
    /// # Errors
    /// [`ValueError`].
    pub fn read(literal: &Literal, value_type: ValueType) -> Result<Self, ValueError> {
        let text = literal.lexical.as_str();
        match value_type {
            ValueType::Decimal | ValueType::Quantity => read_decimal(literal),
            ValueType::Duration | ValueType::Interval | ValueType::YearMonth => {
                demand(literal, &["dayTimeDuration", "duration", "yearMonthDuration"])?;
                let value = parse_duration(text).map_err(ValueError::Duration)?;
                match (&value, value_type) {
                    (Self::YearMonth(_), ValueType::Duration) => {
                        Err(ValueError::Duration(DurationError::Months))
                    }
                    (Self::DayTime(_), ValueType::YearMonth) => {
                        Err(ValueError::Duration(DurationError::NotMonths))
                    }
                    _ => Ok(value),
                }
            }
            ValueType::Instant => read_instant(literal),
            ValueType::Event | ValueType::Iri | ValueType::IriSet => {
                if literal.tag != LiteralTag::Iri {
                    demand(literal, &["anyURI"])?;
                }
                value_iri(text).map(Self::Iri).ok_or(ValueError::Iri)
            }
            ValueType::Text => read_text(literal),
        }
    }

    /// The name of the variant, as it is serialised.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Day { .. } => "day",
            Self::DayTime(_) | Self::YearMonth(_) => "duration",
            Self::Decimal(_) => "decimal",
            Self::Event { .. } => "event",
            Self::Instant(_) => "instant",
            Self::Iri(_) => "iri",
            Self::Quantity { .. } => "quantity",
            Self::Text { .. } => "text",
        }
    }

    /// The identifier, if it is one.
    #[must_use]
    pub const fn iri(&self) -> Option<&Iri> {
        match self {
            Self::Iri(iri) => Some(iri),
            Self::Day { .. }
            | Self::DayTime(_)
            | Self::Decimal(_)
            | Self::Event { .. }
            | Self::Instant(_)
            | Self::Quantity { .. }
            | Self::Text { .. }
            | Self::YearMonth(_) => None,
        }
    }

    /// How this value lies to `other`; none if they have no order in common. Against a day, an
    /// instant inside is equal.
    #[must_use]
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Instant(at), Self::Day { start, end, .. }) => Some(if at < start {
                Ordering::Less
            } else if at < end {
                Ordering::Equal
            } else {
                Ordering::Greater
            }),
            (Self::Instant(left), Self::Instant(right)) => Some(left.cmp(right)),
            (Self::DayTime(left), Self::DayTime(right)) => Some(left.cmp(right)),
            (Self::YearMonth(left), Self::YearMonth(right)) => Some(left.cmp(right)),
            (Self::Decimal(left), Self::Decimal(right)) => Some(left.cmp(right)),
            (
                Self::Quantity { number: left, unit },
                Self::Quantity { number: right, unit: other },
            ) => (unit == other).then(|| left.cmp(right)),
            (Self::Event { event, phase }, Self::Iri(other)) => {
                (event == other).then(|| phase.cmp(&Phase::During))
            }
            _ => None,
        }
    }

    /// Whether this value equals `other`; none if they cannot be compared. A day equals each
    /// instant inside it.
    #[must_use]
    pub fn equals(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Iri(left), Self::Iri(right)) => Some(left == right),
            (Self::Text { .. }, Self::Text { .. }) => Some(self == other),
            _ => self.order(other).map(Ordering::is_eq),
        }
    }
}

/// Accepts an untagged text or one of the named XML Schema types.
fn demand(literal: &Literal, types: &[&str]) -> Result<(), ValueError> {
    match &literal.tag {
        LiteralTag::Plain => Ok(()),
        LiteralTag::Datatype(datatype) => {
            let name = datatype.as_str().strip_prefix(odrl_parser::vocabulary::XSD);
            if name.is_some_and(|name| types.contains(&name)) {
                Ok(())
            } else {
                Err(ValueError::Type)
            }
        }
        LiteralTag::Boolean | LiteralTag::Iri | LiteralTag::Language(_) | LiteralTag::Number => {
            Err(ValueError::Type)
        }
    }
}

fn read_decimal(literal: &Literal) -> Result<Value, ValueError> {
    if literal.tag != LiteralTag::Number {
        demand(literal, &["decimal", "integer", "nonNegativeInteger"])?;
    }
    let text = literal.lexical.as_str();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || digits.len() > 29 {
        return Err(ValueError::Decimal);
    }
    let number = Decimal::from_str_exact(text).map_err(|_| ValueError::Decimal)?.normalize();
    Ok(Value::Decimal(if number.is_zero() { Decimal::ZERO } else { number }))
}

fn read_instant(literal: &Literal) -> Result<Value, ValueError> {
    let text = literal.lexical.as_str();
    let (is_day, types): (bool, &[&str]) = match &literal.tag {
        LiteralTag::Datatype(datatype) if datatype.as_str().ends_with("#date") => (true, &["date"]),
        LiteralTag::Plain => (!text.contains('T'), &[]),
        LiteralTag::Boolean
        | LiteralTag::Datatype(_)
        | LiteralTag::Iri
        | LiteralTag::Language(_)
        | LiteralTag::Number => (false, &["dateTime", "dateTimeStamp"]),
    };
    demand(literal, types)?;
    if is_day {
        return read_day(text).map_err(ValueError::Instant);
    }
    parse_instant(text).map(Value::Instant).map_err(ValueError::Instant)
}

/// Ruling 10 of the policy reference: a date is the interval [00:00, 24:00) in its zone, UTC if it
/// has none.
fn read_day(text: &str) -> Result<Value, odrl_parser::InstantError> {
    let (date, zone) = text.split_at_checked(10).ok_or(odrl_parser::InstantError::Form)?;
    let date = parse_day(date)?;
    let offset = parse_offset(zone)?.unwrap_or(Offset::UTC);
    let range = |_| odrl_parser::InstantError::Range;
    let next = date.tomorrow().map_err(range)?;
    let start = offset.to_timestamp(date.to_datetime(jiff::civil::Time::midnight()));
    let end = offset.to_timestamp(next.to_datetime(jiff::civil::Time::midnight()));
    let (start, end) = (start.map_err(range)?, end.map_err(range)?);
    Ok(Value::Day { start, end, written: text.to_owned() })
}

fn read_text(literal: &Literal) -> Result<Value, ValueError> {
    let text = literal.lexical.clone();
    if let LiteralTag::Language(language) = &literal.tag {
        return Ok(Value::Text { text, language: Some(language.clone()) });
    }
    demand(literal, &["string"])?;
    Ok(Value::Text { text, language: None })
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day { written, .. } => f.write_str(written),
            Self::DayTime(duration) => write!(f, "{duration}"),
            Self::Decimal(number) => write!(f, "{number}"),
            Self::Event { event, phase } => write!(f, "{} {event}", phase.name()),
            Self::Instant(at) => write!(f, "{at}"),
            Self::Iri(iri) => f.write_str(iri.as_str()),
            Self::Quantity { number, unit } => write!(f, "{number} {unit}"),
            Self::Text { text, language: None } => f.write_str(text),
            Self::Text { text, language: Some(language) } => write!(f, "{text}@{language}"),
            Self::YearMonth(months) => write!(f, "P{months}M"),
        }
    }
}

impl Phase {
    /// All phases, in their order.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    /// The name, as it is serialised.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}
