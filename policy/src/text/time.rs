//! Days, instants and durations in words.

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::{Lang, and, list};
use crate::template::Until;
use crate::value::Value;

const MONTHS: [(&str, &str); 12] = [
    ("Januar", "January"),
    ("Februar", "February"),
    ("März", "March"),
    ("April", "April"),
    ("Mai", "May"),
    ("Juni", "June"),
    ("Juli", "July"),
    ("August", "August"),
    ("September", "September"),
    ("Oktober", "October"),
    ("November", "November"),
    ("Dezember", "December"),
];

/// A day such as "31 December 2026".
fn day(date: jiff::civil::Date, lang: Lang) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month - 1));
    let (german, english) = month.copied().unwrap_or_default();
    match lang {
        Lang::De => format!("{}. {german} {}", date.day(), date.year()),
        Lang::En => format!("{} {english} {}", date.day(), date.year()),
    }
}

/// A value of time in words, always with its zone.
pub(super) fn value(value: &Value, lang: Lang) -> Option<String> {
    match value {
        Value::Day { written, .. } => match written.parse() {
            Ok(Until::Day { day: date, offset }) => {
                Some(format!("{} ({})", day(date, lang), zone(offset)))
            }
            Ok(Until::Instant(_)) | Err(_) => Some(written.clone()),
        },
        Value::Instant(at) => Some(instant(*at, lang)),
        Value::DayTime(duration) => Some(span(*duration, lang)),
        Value::YearMonth(months) => Some(months_words(*months, lang)),
        Value::Decimal(_)
        | Value::Event { .. }
        | Value::Iri(_)
        | Value::Quantity { .. }
        | Value::Text { .. } => None,
    }
}

fn zone(offset: Offset) -> String {
    if offset == Offset::UTC {
        return "UTC".to_owned();
    }
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// An instant in UTC, with seconds only where there are some.
pub(super) fn instant(at: Timestamp, lang: Lang) -> String {
    let local = Offset::UTC.to_datetime(at);
    let mut clock = format!("{:02}:{:02}", local.hour(), local.minute());
    if local.second() != 0 || local.subsec_nanosecond() != 0 {
        clock = format!("{clock}:{:02}", local.second());
    }
    if local.subsec_nanosecond() != 0 {
        let fraction = format!("{:09}", local.subsec_nanosecond());
        clock = format!("{clock}.{}", fraction.trim_end_matches('0'));
    }
    match lang {
        Lang::De => format!("{}, {clock} Uhr UTC", day(local.date(), lang)),
        Lang::En => format!("{}, {clock} UTC", day(local.date(), lang)),
    }
}

fn span(duration: SignedDuration, lang: Lang) -> String {
    let total = duration.as_secs();
    let units: [(i64, [&str; 4]); 4] = [
        (total / 86_400, ["Tag", "Tage", "day", "days"]),
        (total / 3_600 % 24, ["Stunde", "Stunden", "hour", "hours"]),
        (total / 60 % 60, ["Minute", "Minuten", "minute", "minutes"]),
        (total % 60, ["Sekunde", "Sekunden", "second", "seconds"]),
    ];
    let mut parts: Vec<String> = units
        .into_iter()
        .filter(|(count, _)| *count != 0)
        .map(|(count, words)| counted(count, words, lang))
        .collect();
    let nanoseconds = i64::from(duration.subsec_nanos());
    if nanoseconds != 0 || parts.is_empty() {
        let words = ["Nanosekunde", "Nanosekunden", "nanosecond", "nanoseconds"];
        parts.push(counted(nanoseconds, words, lang));
    }
    list(&parts, and(lang))
}

fn months_words(months: u64, lang: Lang) -> String {
    let months = i64::try_from(months).unwrap_or(i64::MAX);
    counted(months, ["Monat", "Monate", "month", "months"], lang)
}

fn counted(count: i64, words: [&str; 4], lang: Lang) -> String {
    let [one_german, many_german, one_english, many_english] = words;
    let word = match (lang, count) {
        (Lang::De, 1) => one_german,
        (Lang::De, _) => many_german,
        (Lang::En, 1) => one_english,
        (Lang::En, _) => many_english,
    };
    format!("{count} {word}")
}
