//! Identifiers of policies, rules, parties and assets: opaque texts, compared byte for byte.
//! Nothing here resolves or normalises; what looks like an IRI may as well be a plain name, since
//! peers write both.

use std::fmt;

use serde::{Serialize, Serializer};

/// Longest identifier accepted, in bytes.
pub const ID_BYTES_MAX: usize = 1024;

/// An opaque identifier: printable ASCII without spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

/// Why a text is no [`Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// A blank node label: it names nothing outside its document.
    #[error("a blank node label names nothing")]
    Blank,
    /// A character that is not allowed; look-alike letters and invisible characters are among them.
    #[error("only printable ASCII without spaces is allowed; percent-encode the rest")]
    Character,
    /// No text at all.
    #[error("it is empty")]
    Empty,
    /// More than [`ID_BYTES_MAX`] bytes.
    #[error("it is longer than {ID_BYTES_MAX} bytes")]
    TooLong,
}

impl Id {
    /// Takes a text as an identifier.
    ///
    /// # Errors
    /// [`IdError`] for an empty, over-long, blank or non-ASCII text.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() > ID_BYTES_MAX {
            return Err(IdError::TooLong);
        }
        if text.starts_with("_:") {
            return Err(IdError::Blank);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(IdError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The identifier as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_be_relative_but_not_invisible() {
        for good in ["urn:uuid:1", "asset-1", "MQ==:YXNzZXQ=:8e9b", "did:web:ulm.example"] {
            assert_eq!(Id::parse(good).unwrap().as_str(), good);
        }
        for (bad, why) in [
            ("", IdError::Empty),
            ("_:b0", IdError::Blank),
            ("a b", IdError::Character),
            ("a\u{0}", IdError::Character),
            ("a\u{200d}b", IdError::Character),
            ("stra\u{df}e", IdError::Character),
            ("\u{430}sset", IdError::Character),
        ] {
            assert_eq!(Id::parse(bad), Err(why), "{bad:?}");
        }
        assert_eq!(Id::parse(&"a".repeat(ID_BYTES_MAX + 1)), Err(IdError::TooLong));
    }
}
