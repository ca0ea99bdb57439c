//! The version of a body: an entity tag (RFC 9110, 8.8.3).
//!
//! A tag is opaque. It is only ever compared, and never becomes part of a path or a query.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The longest tag that is read, in bytes.
pub const TAG_BYTES_MAX: usize = 256;

/// An entity tag. Two bodies under the same strong tag are the same bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Version {
    weak: bool,
    tag: String,
}

/// A text that is no entity tag.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an entity tag is up to {TAG_BYTES_MAX} visible characters in quotes")]
pub struct VersionError;

impl Version {
    /// Reads `"tag"` or `W/"tag"`.
    ///
    /// # Errors
    /// When it is anything else, or longer than [`TAG_BYTES_MAX`].
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let (weak, quoted) = match text.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, text),
        };
        let tag = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Self::of(weak, tag.ok_or(VersionError)?)
    }

    /// The strong version with this tag.
    ///
    /// # Errors
    /// When `tag` has a character that a tag cannot have, or is longer than [`TAG_BYTES_MAX`].
    pub fn strong(tag: &str) -> Result<Self, VersionError> {
        Self::of(false, tag)
    }

    fn of(weak: bool, tag: &str) -> Result<Self, VersionError> {
        let visible = tag.bytes().all(|byte| byte != b'"' && byte.is_ascii_graphic());
        if tag.len() > TAG_BYTES_MAX || !visible {
            return Err(VersionError);
        }
        Ok(Self { weak, tag: tag.to_owned() })
    }

    /// What stands between the quotes.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Whether it promises the same bytes, and not only the same meaning.
    #[must_use]
    pub fn is_strong(&self) -> bool {
        !self.weak
    }

    /// Whether both promise the same bytes; needed to join parts (RFC 9110, 8.8.3.2).
    #[must_use]
    pub fn same_bytes(&self, other: &Self) -> bool {
        self == other && self.is_strong()
    }

    /// Whether both promise the same meaning; enough to keep a whole copy.
    #[must_use]
    pub fn same_meaning(&self, other: &Self) -> bool {
        self.tag == other.tag
    }

    /// The version with `prefix` before its tag, so that tags of different origins never meet.
    ///
    /// # Errors
    /// When the result would be no tag.
    pub fn under(&self, prefix: &str) -> Result<Self, VersionError> {
        Self::of(self.weak, &format!("{prefix}{}", self.tag))
    }

    /// The version as it was before [`Version::under`] the same prefix; nothing for a stranger's.
    #[must_use]
    pub fn without(&self, prefix: &str) -> Option<Self> {
        let tag = self.tag.strip_prefix(prefix)?;
        Some(Self { weak: self.weak, tag: tag.to_owned() })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\"{}\"", if self.weak { "W/" } else { "" }, self.tag)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_tags_are_read() {
        for text in ["\"a\"", "W/\"a-b/c\"", "\"\""] {
            assert_eq!(Version::parse(text).unwrap().to_string(), text);
        }
        let long = format!("\"{}\"", "x".repeat(TAG_BYTES_MAX + 1));
        for text in
            ["", "a", "\"", "\"a", "w/\"a\"", "\"a\"b\"", "\"a b\"", "\"\r\n\"", "\"ä\"", &long]
        {
            assert_eq!(Version::parse(text), Err(VersionError), "{text:?}");
        }
    }

    #[test]
    fn a_weak_tag_never_promises_the_same_bytes() {
        let (weak, strong) = (Version::parse("W/\"a\"").unwrap(), Version::parse("\"a\"").unwrap());
        assert!(strong.same_bytes(&strong) && !weak.same_bytes(&weak));
        assert!(strong.same_meaning(&weak));
    }
}
