//! Durations of XML Schema: of days and time, or of years and months, never of both, since a month
//! has no fixed length.

use jiff::SignedDuration;

use crate::value::Value;

/// Why a text is no duration that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not of the form `P1DT2H3M4.5S` or `P1Y2M`.
    #[error("write a duration such as `P30D`, `PT90M` or `P1Y2M`")]
    Form,
    /// Years or months beside days or time: the two have no order.
    #[error("years and months cannot stand beside days and time")]
    Mixed,
    /// Months where days and time are needed.
    #[error("months have no fixed length here; write days (`P30D`), minutes are `PT60M`")]
    Months,
    /// Less than nothing.
    #[error("a duration cannot be negative")]
    Negative,
    /// Days or time where months are needed.
    #[error("years or months are needed, such as `P6M`")]
    NotMonths,
    /// Larger than ten thousand years.
    #[error("the duration is too long")]
    Range,
}

/// Longest duration taken: ten thousand years of 366 days, in seconds.
const SECONDS_MAX: u64 = 10_000 * 366 * 86_400;

/// Reads a duration of either kind.
///
/// # Errors
/// [`DurationError`].
pub(crate) fn parse_duration(text: &str) -> Result<Value, DurationError> {
    if text.starts_with('-') {
        return Err(DurationError::Negative);
    }
    let rest = text.strip_prefix('P').ok_or(DurationError::Form)?;
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) if !time.is_empty() => (date, time),
        Some(_) => return Err(DurationError::Form),
        None => (rest, ""),
    };
    if date.is_empty() && time.is_empty() {
        return Err(DurationError::Form);
    }
    let (years, date) = take(date, 'Y')?;
    let (months, date) = take(date, 'M')?;
    let (days, date) = take(date, 'D')?;
    let (hours, time) = take(time, 'H')?;
    let (minutes, time) = take(time, 'M')?;
    let (seconds, nanoseconds) = take_seconds(time)?;
    if !date.is_empty() {
        return Err(DurationError::Form);
    }
    let has_months = years.is_some() || months.is_some();
    let has_time = [days, hours, minutes, seconds].iter().any(Option::is_some);
    if has_months && has_time {
        return Err(DurationError::Mixed);
    }
    if has_months {
        let total = years.unwrap_or(0).checked_mul(12);
        let total = total.and_then(|total| total.checked_add(months.unwrap_or(0)));
        let total = total.filter(|months| *months <= 120_000).ok_or(DurationError::Range)?;
        return Ok(Value::YearMonth(total));
    }
    let total = [(days, 86_400), (hours, 3_600), (minutes, 60), (seconds, 1)]
        .iter()
        .try_fold(0_u64, |sum, (count, unit)| {
            sum.checked_add(count.unwrap_or(0).checked_mul(*unit)?)
        })
        .filter(|seconds| *seconds <= SECONDS_MAX)
        .and_then(|seconds| i64::try_from(seconds).ok());
    let total = total.ok_or(DurationError::Range)?;
    Ok(Value::DayTime(SignedDuration::new(total, nanoseconds)))
}

/// Takes the digits before the unit, if the unit is there.
fn take(text: &str, unit: char) -> Result<(Option<u64>, &str), DurationError> {
    let Some((digits, rest)) = text.split_once(unit) else {
        return Ok((None, text));
    };
    // The next unit's digits may stand before this one only if this one is absent.
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DurationError::Form);
    }
    let number = digits.parse().map_err(|_| DurationError::Range)?;
    Ok((Some(number), rest))
}

fn take_seconds(text: &str) -> Result<(Option<u64>, i32), DurationError> {
    if text.is_empty() {
        return Ok((None, 0));
    }
    let number = text.strip_suffix('S').ok_or(DurationError::Form)?;
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, "0"),
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 9 {
        return Err(DurationError::Form);
    }
    let nanoseconds = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanoseconds = nanoseconds.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    Ok((Some(whole.parse().map_err(|_| DurationError::Range)?), nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_of_one_kind() {
        let seconds = |seconds, nanos| Ok(Value::DayTime(SignedDuration::new(seconds, nanos)));
        for (text, expected) in [
            ("P30D", seconds(30 * 86_400, 0)),
            ("PT90M", seconds(5_400, 0)),
            ("P1DT2H3M4.5S", seconds(93_784, 500_000_000)),
            ("P0D", seconds(0, 0)),
            ("PT0S", seconds(0, 0)),
            ("P60M", Ok(Value::YearMonth(60))),
            ("P1Y2M", Ok(Value::YearMonth(14))),
            ("P1Y2D", Err(DurationError::Mixed)),
            ("P1MT1M", Err(DurationError::Mixed)),
            ("-P1D", Err(DurationError::Negative)),
            ("P", Err(DurationError::Form)),
            ("PT", Err(DurationError::Form)),
            ("P1DT", Err(DurationError::Form)),
            ("P1", Err(DurationError::Form)),
            ("30D", Err(DurationError::Form)),
            ("P1.5D", Err(DurationError::Form)),
            ("P-1D", Err(DurationError::Form)),
            ("P1D2M", Err(DurationError::Form)),
            ("PT1S2M", Err(DurationError::Form)),
            ("PT1.S", Err(DurationError::Form)),
            ("PT0.1234567890S", Err(DurationError::Form)),
            ("P1W", Err(DurationError::Form)),
            ("P99999999999999999999D", Err(DurationError::Range)),
            ("P18446744073709551615D", Err(DurationError::Range)),
            ("P9999999999Y", Err(DurationError::Range)),
        ] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
    }
}
