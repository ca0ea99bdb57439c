//! SHA-256 digests of documents, written `sha256:<hex>`.
//!
//! A digest says that bytes are the same; it never says who wrote them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::json::{CanonicalError, canonical};

const PREFIX: &str = "sha256:";

/// A SHA-256 digest.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest([u8; 32]);

/// A text that is no digest: only `sha256:` and 64 lower-case hexadecimal digits are taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a digest is written `sha256:` and 64 lower-case hexadecimal digits")]
pub struct DigestError;

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of the RFC 8785 form of `document`: what both parties of an agreement sign.
    ///
    /// # Errors
    /// When the document has no canonical form, see [`CanonicalError`].
    pub fn of_canonical(document: &Value) -> Result<Self, CanonicalError> {
        Ok(Self::of(&canonical(document)?))
    }

    /// A digest that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 lower-case hexadecimal digits without `sha256:`, as used in keys and file names.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

/// The digest of bytes that come one after another.
#[derive(Clone, Debug, Default)]
pub struct Running(Sha256);

impl Running {
    /// Of no bytes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what comes next.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that has come.
    pub fn so_far(&self) -> Digest {
        Digest(self.0.clone().finalize().into())
    }
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.extend(digits.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)));
    text
}

fn nibble(byte: u8) -> Result<u8, DigestError> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(DigestError),
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        f.write_str(&self.hex())
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let digits = text.strip_prefix(PREFIX).ok_or(DigestError)?.as_bytes();
        if digits.len() != 64 {
            return Err(DigestError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let &[high, low] = pair else { return Err(DigestError) };
            *byte = nibble(high)? << 4 | nibble(low)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn bytes_in_pieces_have_the_digest_of_the_whole() {
        let mut running = Running::new();
        assert_eq!(running.so_far(), Digest::of(b""));
        running.update(b"pa");
        running.update(b"rking");
        assert_eq!(running.so_far(), Digest::of(b"parking"));
    }

    #[test]
    fn a_digest_is_read_back_from_its_text() {
        assert_eq!(Digest::of(b"").to_string(), EMPTY);
        assert_eq!(EMPTY.parse(), Ok(Digest::of(b"")));
        assert_eq!(serde_json::to_value(Digest::of(b"")).unwrap(), json!(EMPTY));
        let short = EMPTY.replace("55", "");
        let upper = EMPTY.to_uppercase().replace("SHA256", "sha256");
        for bad in ["", "sha256:", "sha512:00", &short, &format!("{EMPTY}0"), &upper] {
            assert_eq!(bad.parse::<Digest>(), Err(DigestError), "{bad}");
        }
    }

    #[test]
    fn the_order_of_members_does_not_change_the_canonical_digest() {
        let one = Digest::of_canonical(&json!({"b": [1, 2.50], "a": "x"})).unwrap();
        let other = Digest::of_canonical(&json!({"a": "x", "b": [1, 2.5]})).unwrap();
        assert_eq!(one, other);
        assert_ne!(one, Digest::of_canonical(&json!({"a": "x", "b": [2.5, 1]})).unwrap());
    }
}
