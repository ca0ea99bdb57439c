//! Absolute identifiers: the IRIs of actions, datasets, policies and profiles.
//!
//! Only the ASCII form is taken, so that two identifiers that look alike are alike; comparison is
//! by bytes and nothing is normalised or fetched.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The longest IRI that is read, in bytes.
pub const IRI_BYTES_MAX: usize = 2048;

/// An absolute IRI in its ASCII form (RFC 3986): scheme, `:`, and at least one more character.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Iri(String);

/// Why a text is no IRI that we take.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IriError {
    /// A character outside RFC 3986, among them spaces, controls and everything beyond ASCII.
    #[error("character {character:?} at byte {offset} does not belong in an IRI")]
    Character {
        /// The character.
        character: char,
        /// Its place, in bytes from 0.
        offset: usize,
    },
    /// `%` without two hexadecimal digits after it.
    #[error("`%` at byte {offset} is not followed by two hexadecimal digits")]
    Escape {
        /// The place of the `%`, in bytes from 0.
        offset: usize,
    },
    /// No scheme: a relative reference or a bare word.
    #[error("an absolute IRI with a scheme is needed")]
    NotAbsolute,
    /// Longer than [`IRI_BYTES_MAX`].
    #[error("an IRI may have at most {IRI_BYTES_MAX} bytes")]
    TooLong,
}

impl Iri {
    /// Reads an absolute IRI.
    ///
    /// # Errors
    /// When the text is not an absolute ASCII IRI of at most [`IRI_BYTES_MAX`] bytes.
    pub fn parse(text: &str) -> Result<Self, IriError> {
        if text.len() > IRI_BYTES_MAX {
            return Err(IriError::TooLong);
        }
        check_characters(text)?;
        let (scheme, rest) = text.split_once(':').ok_or(IriError::NotAbsolute)?;
        let mut letters = scheme.bytes();
        let starts = letters.next().is_some_and(|b| b.is_ascii_alphabetic());
        let goes_on = letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        if !starts || !goes_on || rest.is_empty() {
            return Err(IriError::NotAbsolute);
        }
        Ok(Self(text.to_owned()))
    }

    /// The IRI as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first `:`.
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// The IRI as a `String`.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Refuses whatever RFC 3986 does not let stand in a URI.
pub(crate) fn check_characters(text: &str) -> Result<(), IriError> {
    let bytes = text.as_bytes();
    for (offset, character) in text.char_indices() {
        let known =
            character.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(character);
        if !known {
            return Err(IriError::Character { character, offset });
        }
        if character == '%' {
            let digits = bytes.get(offset + 1..offset + 3);
            if !digits.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)) {
                return Err(IriError::Escape { offset });
            }
        }
    }
    Ok(())
}

impl AsRef<str> for Iri {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Iri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Iri {
    type Err = IriError;

    fn from_str(text: &str) -> Result<Self, IriError> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Iri {
    type Error = IriError;

    fn try_from(text: &str) -> Result<Self, IriError> {
        Self::parse(text)
    }
}

impl Serialize for Iri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Iri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_iris_are_taken_as_written() {
        for text in [
            "http://www.w3.org/ns/odrl/2/use",
            "urn:uuid:3dd1add8-4d2d-569e-d634-8394a8836a88",
            "odrl:use",
            "did:web:ulm.localhost%3A8443",
            "https://x.example/a?b=c#d",
        ] {
            assert_eq!(Iri::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn look_alikes_and_half_iris_are_refused() {
        for (text, expected) in [
            ("", IriError::NotAbsolute),
            ("use", IriError::NotAbsolute),
            ("/relative", IriError::NotAbsolute),
            ("1a:b", IriError::NotAbsolute),
            ("urn:", IriError::NotAbsolute),
            (":x", IriError::NotAbsolute),
            ("urn:us\u{435}", IriError::Character { character: '\u{435}', offset: 6 }),
            ("urn:\u{ff55}se", IriError::Character { character: '\u{ff55}', offset: 4 }),
            ("urn:a\u{200d}b", IriError::Character { character: '\u{200d}', offset: 5 }),
            ("urn:a\u{202e}b", IriError::Character { character: '\u{202e}', offset: 5 }),
            ("urn:a\0b", IriError::Character { character: '\0', offset: 5 }),
            ("urn:a b", IriError::Character { character: ' ', offset: 5 }),
            ("urn:a\"b", IriError::Character { character: '"', offset: 5 }),
            ("urn:a%2", IriError::Escape { offset: 5 }),
            ("urn:a%zz", IriError::Escape { offset: 5 }),
        ] {
            assert_eq!(Iri::parse(text), Err(expected), "{text:?}");
        }
        assert_eq!(
            Iri::parse(&format!("urn:{}", "x".repeat(IRI_BYTES_MAX))),
            Err(IriError::TooLong)
        );
    }
}
