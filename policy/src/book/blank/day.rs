//! Days and instants as people write them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use odrl_parser::{InstantError, parse_day, parse_instant, parse_offset};

use crate::text::time::month_named;

/// A day at an offset from UTC, whose midnights begin and end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: Date,
    pub(crate) offset: Offset,
}

/// Reads `2026-12-31` or `2026-12-31+01:00`.
impl FromStr for Day {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, InstantError> {
        let (date, offset) = text.split_at_checked(10).ok_or(InstantError::Form)?;
        let offset = parse_offset(offset)?.unwrap_or(Offset::UTC);
        Ok(Self { date: parse_day(date)?, offset })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, offset } = self;
        if *offset == Offset::UTC {
            return write!(f, "{date}");
        }
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.abs();
        write!(f, "{date}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// A day in the standard's form, as `31.12.2027`, `31. Dezember 2027` or `31 December 2027`, with or
/// without a zone in brackets.
pub(super) fn typed_day(text: &str) -> Option<Day> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let (date, zone) = match text.split_once('(') {
        Some((date, zone)) => (date.trim(), zone.strip_suffix(')')?),
        None => (text, "UTC"),
    };
    let zone = zone.strip_prefix("UTC")?;
    let date = parse_day(date).ok().or_else(|| date_in_words(date))?;
    Some(Day { date, offset: parse_offset(zone).ok()?.unwrap_or(Offset::UTC) })
}

/// An instant in the standard's form, or a day in words and a time of day in UTC:
/// `31. Dezember 2027, 18:00 Uhr UTC`.
pub(super) fn typed_instant(text: &str) -> Option<Timestamp> {
    if let Ok(at) = parse_instant(text) {
        return Some(at);
    }
    let (date, clock) = text.split_once(',')?;
    let date = parse_day(date).ok().or_else(|| date_in_words(date))?;
    let clock = clock.trim().strip_suffix("UTC")?.trim_end();
    let clock = clock.strip_suffix("Uhr").unwrap_or(clock).trim_end();
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock.to_owned() };
    let time = parse_instant(&format!("2000-01-01T{clock}Z")).ok()?;
    let time: Time = Offset::UTC.to_datetime(time).time();
    Offset::UTC.to_timestamp(DateTime::from_parts(date, time)).ok()
}

fn date_in_words(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['.', ' ']).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = parts.as_slice() else {
        return None;
    };
    let month = month.parse().ok().or_else(|| month_named(month))?;
    let year: i16 = year
        .parse()
        .ok()
        .filter(|year| year > &0 && text.ends_with(|c: char| c.is_ascii_digit()))?;
    // Two digits of a year would be the first century.
    Date::new(year, month, day.parse().ok()?).ok().filter(|_| year >= 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_instants_are_read_as_they_are_written() {
        for (text, expected) in [
            ("2027-12-31", Some("2027-12-31")),
            ("2027-12-31+01:00", Some("2027-12-31+01:00")),
            ("31.12.2027", Some("2027-12-31")),
            ("1.2.2027", Some("2027-02-01")),
            ("31. Dezember 2027", Some("2027-12-31")),
            ("31 December 2027 (UTC)", Some("2027-12-31")),
            ("31. märz 2027 (UTC-02:30)", Some("2027-03-31-02:30")),
            ("31.02.2027", None),
            ("12/31/2027", None),
            ("31.12.27", None),
            ("31.12.2027 (MEZ)", None),
            ("2027", None),
            ("…", None),
        ] {
            assert_eq!(typed_day(text).map(|day| day.to_string()).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("2027-12-31T18:30:00Z", Some("2027-12-31T18:30:00Z")),
            ("31. Dezember 2027, 18:30 Uhr UTC", Some("2027-12-31T18:30:00Z")),
            ("31 December 2027, 18:30:05.25 UTC", Some("2027-12-31T18:30:05.25Z")),
            ("31 December 2027, 18:30", None),
            ("31 December 2027, 25:30 UTC", None),
        ] {
            assert_eq!(typed_instant(text).map(|at| at.to_string()).as_deref(), expected, "{text}");
        }
    }
}
