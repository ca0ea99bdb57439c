//! Views for people: tables and short cards in German or English. Everything that a peer or a
//! person wrote is escaped here.

mod card;
mod contract;
mod dataset;
mod explained;
mod partner;
mod stand;
mod table;
mod task;
#[cfg(test)]
mod tests;

pub(super) use partner::before_signing;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use wire::did::Did;
use wire::text::is_deceptive;

use crate::words::Lang;

/// The longest line that is shown, in characters.
pub(super) const LINE_CHARS_MAX: usize = 2_000;

/// A text for the terminal: what could command it or deceive the eye is escaped, and what is
/// longer than `chars_max` is cut. Back-ticks stay, for our own sentences quote with them.
pub(super) fn safe(text: &str, chars_max: usize) -> String {
    use std::fmt::Write as _;
    let mut safe = String::with_capacity(text.len());
    for (count, c) in text.chars().enumerate() {
        if count == chars_max {
            safe.push('…');
            break;
        }
        if is_deceptive(c) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// A view that can be shown to people, and as JSON.
pub trait Show: Serialize {
    /// The view as lines of text, each ended.
    fn show(&self, lang: Lang) -> String;
}

/// An instant as people write it, in UTC: `15.01.2026 10:00 UTC`, `2026-01-15 10:00 UTC`.
pub(super) fn instant(at: Timestamp, lang: Lang) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute) = (at.hour(), at.minute());
    match lang {
        Lang::De => format!("{day:02}.{month:02}.{year} {hour:02}:{minute:02} UTC"),
        Lang::En => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02} UTC"),
    }
}

/// A number of bytes as people write it: `1,2 MB`, `1.2 MB`; powers of ten.
pub(super) fn size(bytes: u64, lang: Lang) -> String {
    let mut unit = "B";
    let (mut whole, mut tenth) = (bytes, 0);
    for larger in ["kB", "MB", "GB", "TB"] {
        if whole < 1_000 {
            break;
        }
        (tenth, whole, unit) = (whole % 1_000 / 100, whole / 1_000, larger);
    }
    let mark = match lang {
        Lang::De => ',',
        Lang::En => '.',
    };
    if unit == "B" { format!("{whole} B") } else { format!("{whole}{mark}{tenth} {unit}") }
}

/// A participant by name, where there is one, and always by its DID: names prove nothing.
pub(super) fn named(name: Option<&str>, did: &Did) -> String {
    match name {
        Some(name) => format!("{name} ({did})"),
        None => did.to_string(),
    }
}

/// The first eight characters of an id's UUID: enough to name it on the command line.
pub(super) fn short(id: &str) -> &str {
    let start = id.strip_prefix("urn:uuid:").unwrap_or(id);
    match start.split_once('-') {
        Some((first, _)) if id != start && first.len() == 8 => first,
        Some(_) | None => id,
    }
}
