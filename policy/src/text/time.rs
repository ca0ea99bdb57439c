//! Days, instants and durations in words.

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::{Lang, and, list};
use crate::book::Day;
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

/// The number of a month by its name, in either language.
pub(crate) fn month_named(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    let is_it = |(german, english): &(&str, &str)| {
        german.to_lowercase() == name || english.to_lowercase() == name
    };
    i8::try_from(MONTHS.iter().position(is_it)? + 1).ok()
}

/// A day with its zone, such as "31 December 2026 (UTC)".
pub(crate) fn day(day: &Day, lang: Lang) -> String {
    format!("{} ({})", date(day.date, lang), zone(day.offset))
}

/// A number of days, in German after a preposition with the dative or not.
pub(crate) fn days(number: &str, dative: bool, lang: Lang) -> String {
    let unit = match (lang, number) {
        (Lang::De, "1") => "Tag",
        (Lang::De, _) if dative => "Tagen",
        (Lang::De, _) => "Tage",
        (Lang::En, "1") => "day",
        (Lang::En, _) => "days",
    };
    format!("{number} {unit}")
}

/// A day such as "31 December 2026".
fn date(date: jiff::civil::Date, lang: Lang) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month - 1));
    let (german, english) = month.copied().unwrap_or_default();
    match lang {
        Lang::De => format!("{}. {german} {}", date.day(), date.year()),
        Lang::En => format!("{} {english} {}", date.day(), date.year()),
    }
}

/// A value of time in words, always with its zone.
pub(super) fn value(value: &Value, lang: Lang) -> Option<String> {
    if let Value::Day { written, .. } = value {
        return Some(written.parse().map_or_else(|_| written.clone(), |it| day(&it, lang)));
    }
    if let Value::Instant(at) = value {
        return Some(instant(*at, lang));
    }
    if let Value::DayTime(duration) = value {
        return Some(span(*duration, lang));
    }
    if let Value::YearMonth(months) = value {
        return Some(months_words(*months, lang));
    }
    None
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
pub(crate) fn instant(at: Timestamp, lang: Lang) -> String {
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
        Lang::De => format!("{}, {clock} Uhr UTC", date(local.date(), lang)),
        Lang::En => format!("{}, {clock} UTC", date(local.date(), lang)),
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
