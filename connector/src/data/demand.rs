//! What a reader asks of a body: all of it, a part, or only news (RFC 9110, 13 and 14).
//!
//! Read strictly: what is not understood is ignored as the standard says, and then the reader gets
//! the whole body.

use super::version::Version;

/// Entity tags of one `If-None-Match` that are looked at.
const KNOWN_MAX: usize = 16;

/// What a reader asks for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Demand {
    /// The part that is wanted; absent: all.
    pub range: Option<Range>,
    /// The part is wanted only of this version, otherwise the whole (`If-Range`).
    pub only_of: OnlyOf,
    /// What the reader has already (`If-None-Match`).
    pub known: Known,
}

/// A range of bytes as a reader writes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Range {
    /// From the first byte on, to the last inclusive if given.
    From {
        /// Counted from 0.
        first: u64,
        /// Counted from 0, inclusive.
        last: Option<u64>,
    },
    /// The last bytes.
    Last {
        /// How many.
        count: u64,
    },
}

/// `If-Range`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum OnlyOf {
    /// The part is wanted whatever the version.
    #[default]
    Any,
    /// Something that cannot be compared safely, such as a date: the whole is sent.
    Incomparable,
    /// Of this version.
    Version(Version),
}

/// `If-None-Match`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Known {
    /// Whatever there is.
    Any,
    /// Nothing.
    #[default]
    Nothing,
    /// These versions.
    Versions(Vec<Version>),
}

/// A part of a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Span {
    /// The first byte, counted from 0.
    pub first: u64,
    /// How many bytes.
    pub length: u64,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Choice {
    /// The reader has it already.
    NotModified,
    /// A part.
    Part(Span),
    /// The part does not exist.
    Unsatisfiable,
    /// All of it.
    Whole,
}

impl Demand {
    /// Reads the three header fields, each absent or a text.
    #[must_use]
    pub fn parse(range: Option<&str>, if_range: Option<&str>, if_none_match: Option<&str>) -> Self {
        Self {
            range: range.and_then(Range::parse),
            only_of: if_range.map_or(OnlyOf::Any, |text| {
                Version::parse(text.trim()).map_or(OnlyOf::Incomparable, OnlyOf::Version)
            }),
            known: if_none_match.map_or(Known::Nothing, Known::parse),
        }
    }

    /// What a reader gets of a body of `length` bytes under `version`.
    #[must_use]
    pub fn choose(&self, version: Option<&Version>, length: u64) -> Choice {
        if version.is_some_and(|version| self.known.holds(version)) {
            return Choice::NotModified;
        }
        let matching = match &self.only_of {
            OnlyOf::Any => true,
            OnlyOf::Incomparable => false,
            OnlyOf::Version(wanted) => version.is_some_and(|version| version.same_bytes(wanted)),
        };
        match self.range {
            Some(range) if matching => range.of(length),
            Some(_) | None => Choice::Whole,
        }
    }
}

impl Known {
    fn parse(text: &str) -> Self {
        if text.trim() == "*" {
            return Self::Any;
        }
        let tags = text.split(',').take(KNOWN_MAX);
        Self::Versions(tags.filter_map(|tag| Version::parse(tag.trim()).ok()).collect())
    }

    /// Whether the reader has `version`.
    #[must_use]
    pub fn holds(&self, version: &Version) -> bool {
        match self {
            Self::Any => true,
            Self::Nothing => false,
            Self::Versions(known) => known.iter().any(|known| known.same_meaning(version)),
        }
    }
}

impl Range {
    /// One range in bytes; several, or another unit, are not served and thus not understood.
    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
        if first.is_empty() {
            return Some(Self::Last { count: number(last)? });
        }
        let first = number(first)?;
        let last = if last.is_empty() { None } else { Some(number(last)?) };
        if last.is_some_and(|last| last < first) { None } else { Some(Self::From { first, last }) }
    }

    fn of(self, length: u64) -> Choice {
        let (first, end) = match self {
            Self::From { first, last } => {
                (first, last.map_or(length, |last| last.saturating_add(1).min(length)))
            }
            Self::Last { count } => (length.saturating_sub(count), length),
        };
        match end.checked_sub(first) {
            None | Some(0) => Choice::Unsatisfiable,
            Some(length) => Choice::Part(Span { first, length }),
        }
    }
}

/// A decimal number without sign or spaces.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(range: &str, if_range: Option<&str>, known: Option<&str>) -> Choice {
        let version = Version::parse("\"v\"").unwrap();
        Demand::parse(Some(range), if_range, known).choose(Some(&version), 10)
    }

    #[test]
    fn one_range_of_bytes_is_served_and_anything_else_ignored() {
        let part = |first, length| Choice::Part(Span { first, length });
        for (range, expected) in [
            ("bytes=0-0", part(0, 1)),
            ("bytes=3-", part(3, 7)),
            ("bytes=3-99", part(3, 7)),
            ("bytes=3-18446744073709551615", part(3, 7)),
            ("bytes=-4", part(6, 4)),
            ("bytes=-99", part(0, 10)),
            ("bytes=10-", Choice::Unsatisfiable),
            ("bytes=-0", Choice::Unsatisfiable),
            ("bytes=5-2", Choice::Whole),
            ("bytes=0-1,3-4", Choice::Whole),
            ("bytes=+1-2", Choice::Whole),
            ("bytes=18446744073709551616-", Choice::Whole),
            ("lines=1-2", Choice::Whole),
            ("", Choice::Whole),
        ] {
            assert_eq!(choose(range, None, None), expected, "{range}");
        }
    }

    #[test]
    fn a_part_is_sent_only_of_the_version_that_the_reader_began_with() {
        let part = Choice::Part(Span { first: 5, length: 5 });
        for (if_range, expected) in [
            ("\"v\"", part),
            ("\"w\"", Choice::Whole),
            ("W/\"v\"", Choice::Whole),
            ("Tue, 01 Jan 2030 00:00:00 GMT", Choice::Whole),
        ] {
            assert_eq!(choose("bytes=5-", Some(if_range), None), expected, "{if_range}");
        }
    }

    #[test]
    fn what_the_reader_has_is_not_sent_again() {
        for (known, expected) in [
            ("\"v\"", Choice::NotModified),
            ("\"a\", W/\"v\"", Choice::NotModified),
            ("*", Choice::NotModified),
            ("\"a\"", Choice::Whole),
            ("v", Choice::Whole),
        ] {
            assert_eq!(choose("", None, Some(known)), expected, "{known}");
        }
    }
}
