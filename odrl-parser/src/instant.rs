//! Instants as XML Schema 1.1 `dateTimeStamp` writes them: zone required. It reads no clock.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// Why a text is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstantError {
    /// Not `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`.
    #[error("write it as `2026-12-31T23:59:59Z`")]
    Form,
    /// The form is right, but no such day, time (24:00:00 and leap seconds included) or offset
    /// exists.
    #[error("no such day, time or offset exists")]
    Range,
    /// No zone: it would mean another instant to each reader.
    #[error("the zone is missing; end it with `Z` or an offset such as `+01:00`")]
    Zone,
}

/// Largest offset from UTC that XML Schema allows, in minutes.
const OFFSET_MINUTES_MAX: i32 = 14 * 60;

/// Reads an instant: years 0001–9999, at most nine digits of fraction, offsets up to ±14:00, never
/// `-00:00`.
///
/// # Errors
/// [`InstantError`].
pub fn parse_instant(text: &str) -> Result<Timestamp, InstantError> {
    let (date, rest) = text.split_at_checked(10).ok_or(InstantError::Form)?;
    let date = parse_day(date)?;
    let rest = rest.strip_prefix('T').ok_or(InstantError::Form)?;
    let (clock, rest) = rest.split_at_checked(8).ok_or(InstantError::Form)?;
    let (hour, minute, second) = match clock.as_bytes() {
        [_, _, b':', _, _, b':', _, _] => (part(clock, 0)?, part(clock, 3)?, part(clock, 6)?),
        _ => return Err(InstantError::Form),
    };
    let (nanosecond, zone) = parse_fraction(rest)?;
    let offset = parse_offset(zone)?.ok_or(InstantError::Zone)?;
    let time = Time::new(hour, minute, second, nanosecond).map_err(|_| InstantError::Range)?;
    let at = offset.to_timestamp(DateTime::from_parts(date, time));
    at.map_err(|_| InstantError::Range)
}

/// Reads a day, `YYYY-MM-DD`, years 0001–9999, without a zone.
///
/// # Errors
/// [`InstantError::Form`] or [`InstantError::Range`].
pub fn parse_day(text: &str) -> Result<Date, InstantError> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text.as_bytes() else {
        return Err(InstantError::Form);
    };
    let year = digits(text.get(0..4).unwrap_or_default())?;
    let month = part(text, 5)?;
    let day = part(text, 8)?;
    if year == 0 {
        return Err(InstantError::Range);
    }
    Date::new(year, month, day).map_err(|_| InstantError::Range)
}

/// Reads `Z`, `±hh:mm` or nothing.
///
/// # Errors
/// [`InstantError::Form`] or [`InstantError::Range`], the latter also for `-00:00`.
pub fn parse_offset(text: &str) -> Result<Option<Offset>, InstantError> {
    let sign = match text.as_bytes() {
        [] => return Ok(None),
        [b'Z'] => return Ok(Some(Offset::UTC)),
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return Err(InstantError::Form),
    };
    let (hours, minutes) = (i32::from(part(text, 1)?), i32::from(part(text, 4)?));
    let total = hours * 60 + minutes;
    if minutes > 59 || total > OFFSET_MINUTES_MAX || (sign < 0 && total == 0) {
        return Err(InstantError::Range);
    }
    Offset::from_seconds(sign * total * 60).map(Some).map_err(|_| InstantError::Range)
}

fn parse_fraction(text: &str) -> Result<(i32, &str), InstantError> {
    let Some(rest) = text.strip_prefix('.') else {
        return Ok((0, text));
    };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, zone) = rest.split_at_checked(length).ok_or(InstantError::Form)?;
    if !(1..=9).contains(&length) {
        return Err(InstantError::Form);
    }
    let value = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    Ok((value.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')), zone))
}

fn part(text: &str, start: usize) -> Result<i8, InstantError> {
    let value = digits(text.get(start..start + 2).unwrap_or_default())?;
    i8::try_from(value).map_err(|_| InstantError::Form)
}

fn digits(text: &str) -> Result<i16, InstantError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InstantError::Form);
    }
    text.parse().map_err(|_| InstantError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_need_a_zone_and_an_existing_day() {
        for (text, expected) in [
            ("2026-12-31T23:59:59Z", Ok("2026-12-31T23:59:59Z")),
            ("2026-12-31T23:59:59.5+01:00", Ok("2026-12-31T22:59:59.5Z")),
            ("2026-12-31T00:00:00+14:00", Ok("2026-12-30T10:00:00Z")),
            ("2026-12-31T00:00:00-12:00", Ok("2026-12-31T12:00:00Z")),
            ("2024-02-29T00:00:00Z", Ok("2024-02-29T00:00:00Z")),
            ("0001-01-01T00:00:00Z", Ok("0001-01-01T00:00:00Z")),
            ("2026-12-31T23:59:59", Err(InstantError::Zone)),
            ("2026-12-31T06:00Z", Err(InstantError::Form)),
            ("2026-12-31", Err(InstantError::Form)),
            ("2026-12-31 23:59:59Z", Err(InstantError::Form)),
            ("2026-12-31t23:59:59z", Err(InstantError::Form)),
            ("2026-12-31T23:59:59Z[Europe/Berlin]", Err(InstantError::Form)),
            ("2026-12-31T23:59:59.Z", Err(InstantError::Form)),
            ("2026-12-31T23:59:59.1234567890Z", Err(InstantError::Form)),
            ("12026-12-31T23:59:59Z", Err(InstantError::Form)),
            ("-0001-01-01T00:00:00Z", Err(InstantError::Form)),
            ("2026-1\u{661}-31T23:59:59Z", Err(InstantError::Form)),
            ("2026-12-31T+1:00:00Z", Err(InstantError::Form)),
            ("2024-02-30T00:00:00Z", Err(InstantError::Range)),
            ("2023-02-29T00:00:00Z", Err(InstantError::Range)),
            ("2026-12-31T24:00:00Z", Err(InstantError::Range)),
            ("2016-12-31T23:59:60Z", Err(InstantError::Range)),
            ("0000-01-01T00:00:00Z", Err(InstantError::Range)),
            ("2026-12-31T00:00:00-00:00", Err(InstantError::Range)),
            ("2026-12-31T00:00:00+14:01", Err(InstantError::Range)),
            ("2026-12-31T00:00:00+01:60", Err(InstantError::Range)),
        ] {
            let expected = expected.map(|text: &str| text.parse::<Timestamp>().unwrap());
            assert_eq!(parse_instant(text), expected, "{text}");
        }
    }
}
