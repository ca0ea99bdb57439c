//! Salted commitments: an entry says that a value was there without saying which.
//!
//! Whoever has salt and value can show one field and no other; who lacks the salt can neither open
//! nor guess. The salt is the secret: it never stands in an entry, and erasing it erases the value.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};
use wire::digest::Digest;

const DOMAIN: &[u8] = b"allmende commitment v1\0";
const PREFIX: &str = "commitment:";

/// 256 random bits, fresh for each field of each entry.
#[derive(Clone, Eq, PartialEq)]
pub struct Salt([u8; 32]);

/// A commitment to one value of one field, written `commitment:<hex>`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Commitment(Digest);

/// A text that is no commitment.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a commitment is written `commitment:` and 64 lower-case hexadecimal digits")]
pub struct CommitmentError;

impl Salt {
    /// A salt from 256 bits of the injected random source.
    pub const fn new(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// The bits, to be kept beside the value and outside the log.
    pub const fn bits(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(secret)")
    }
}

impl Commitment {
    /// Commits to `value` as the content of the field `field`: SHA-256 over a domain tag, the salt, the
    /// length of the field's name (64 bits, big-endian), the name, and the value.
    pub fn new(field: &str, salt: &Salt, value: &[u8]) -> Self {
        let hash = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(salt.0)
            .chain_update((field.len() as u64).to_be_bytes())
            .chain_update(field)
            .chain_update(value)
            .finalize();
        Self(Digest::from_bytes(hash.into()))
    }

    /// Whether salt and value open this commitment for the field `field`.
    pub fn opens(&self, field: &str, salt: &Salt, value: &[u8]) -> bool {
        Self::new(field, salt, value) == *self
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0.hex())
    }
}

impl FromStr for Commitment {
    type Err = CommitmentError;

    fn from_str(text: &str) -> Result<Self, CommitmentError> {
        let digits = text.strip_prefix(PREFIX).ok_or(CommitmentError)?;
        let digest = format!("sha256:{digits}").parse().map_err(|_| CommitmentError)?;
        Ok(Self(digest))
    }
}

impl Serialize for Commitment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Commitment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_opens_for_its_field_salt_and_value_only() {
        let salt = Salt::new([7; 32]);
        let made = Commitment::new("actor", &salt, b"e.muster");
        assert!(made.opens("actor", &salt, b"e.muster"));
        assert!(!made.opens("actor", &salt, b"e.muste"));
        assert!(!made.opens("actor", &Salt::new([8; 32]), b"e.muster"));
        assert!(!made.opens("acto", &salt, b"re.muster"));
        assert_eq!(made.to_string().parse(), Ok(made));
        for bad in ["", "commitment:", &made.to_string().replace("commitment", "sha256")] {
            assert_eq!(bad.parse::<Commitment>(), Err(CommitmentError));
        }
    }

    #[test]
    fn without_the_salt_a_guess_cannot_be_confirmed() {
        let names = ["a.weber", "e.muster", "k.schulz"];
        let secret = Salt::new([0x5a; 32]);
        let made = Commitment::new("actor", &secret, names[1].as_bytes());
        // The guesser knows every name and the form, and tries the salts that come to mind.
        let own = *Digest::of(names[1].as_bytes()).as_bytes();
        let salts = (0..=255).map(|byte| [byte; 32]).filter(|bits| bits != secret.bits());
        for salt in salts.chain([own]).map(Salt::new) {
            assert!(names.iter().all(|name| !made.opens("actor", &salt, name.as_bytes())));
        }
        assert!(names.iter().all(|name| Digest::of(name.as_bytes()).hex() != made.0.hex()));
    }

    #[test]
    fn two_commitments_to_the_same_value_look_unlike() {
        let make = |bits| Commitment::new("actor", &Salt::new([bits; 32]), b"e.muster");
        assert_ne!(make(1), make(2));
        assert_eq!(format!("{:?}", Salt::new([1; 32])), "Salt(secret)");
    }
}
