//! The name of a data space: roots, revocation lists and rules belong to it, never to the process.
//!
//! A name is compared byte for byte and never fetched.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::iri::{self, IriError};

/// The longest name of a data space, in bytes.
pub const DATASPACE_BYTES_MAX: usize = 256;

/// The name of a data space: an IRI or a plain word of the same characters, 1 to
/// [`DATASPACE_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DataspaceId(String);

/// Why a text does not name a data space.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DataspaceError {
    /// Nothing was written.
    #[error("the name of a data space is empty")]
    Empty,
    /// Longer than [`DATASPACE_BYTES_MAX`].
    #[error("the name of a data space may have at most {DATASPACE_BYTES_MAX} bytes")]
    TooLong,
    /// Characters that do not belong in an IRI.
    #[error("the name of a data space has a character that does not belong there")]
    Character(#[source] IriError),
}

impl DataspaceId {
    /// Reads the name of a data space.
    ///
    /// # Errors
    /// When the text is empty, too long, or has characters outside RFC 3986.
    pub fn parse(text: &str) -> Result<Self, DataspaceError> {
        if text.is_empty() {
            return Err(DataspaceError::Empty);
        }
        if text.len() > DATASPACE_BYTES_MAX {
            return Err(DataspaceError::TooLong);
        }
        iri::check_characters(text).map_err(DataspaceError::Character)?;
        Ok(Self(text.to_owned()))
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for DataspaceId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DataspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DataspaceId {
    type Err = DataspaceError;

    fn from_str(text: &str) -> Result<Self, DataspaceError> {
        Self::parse(text)
    }
}

impl Serialize for DataspaceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DataspaceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for good in ["https://mobility.example/space", "urn:allmende:demo", "demo"] {
            assert_eq!(DataspaceId::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(DataspaceId::parse(""), Err(DataspaceError::Empty));
        assert_eq!(DataspaceId::parse(&"x".repeat(257)), Err(DataspaceError::TooLong));
        for bad in ["a b", "dem\u{43e}", "a\nb", "a\"b"] {
            assert!(
                matches!(DataspaceId::parse(bad), Err(DataspaceError::Character(_))),
                "{bad:?}"
            );
        }
    }
}
