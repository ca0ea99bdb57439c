//! The names and public halves of note keys (C2SP signed-note, "Verifier keys").
//!
//! Only Ed25519 is known: type `0x01` signs a log's own head, type `0x04` countersigns another's.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};
use wire::{
    digest::hex,
    sign::{Algorithm, PublicKey},
};

use crate::entry::Shard;

/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 255;

/// The name of a note key, which is also the origin of a log: printable ASCII without spaces and
/// `+`, at most 255 bytes, and usable as a relative path (no empty, `.` or `..` segment).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyName(String);

/// A text that names no key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a log or witness name is a host name and a path, without spaces and `+`")]
pub struct KeyNameError;

/// What a note key signs, by its signature type byte.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum KeyKind {
    /// `0x04`: countersignatures with a time.
    Cosigner,
    /// `0x01`: the heads of the log of the same name.
    Log,
}

/// A known note key: its name, what it signs, and its public half.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct VerifierKey {
    name: KeyName,
    kind: KeyKind,
    key: PublicKey,
}

/// Why a text or key is no verifier key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifierKeyError {
    /// Only Ed25519 keys of 32 bytes are taken.
    #[error("a verifier key must be an Ed25519 key")]
    Algorithm,
    /// The third part is not the padded base64 of a type byte and a key.
    #[error("a verifier key must end in base64")]
    Base64,
    /// The key id in the text is not the one of its name, type and key.
    #[error("the id of the verifier key does not belong to it")]
    KeyId,
    /// The signature type is neither `0x01` nor `0x04`.
    #[error("the signature type {kind} is not known")]
    Kind {
        /// The type byte.
        kind: u8,
    },
    /// The name is malformed.
    #[error("a verifier key must begin with its name")]
    Name,
    /// There are not three parts separated by `+`.
    #[error("a verifier key is written `name+id+key`")]
    Shape,
}

impl KeyName {
    /// Reads a name.
    ///
    /// # Errors
    /// When it is empty, too long, or has characters or segments that do not belong there.
    pub fn parse(text: &str) -> Result<Self, KeyNameError> {
        let plain = |b: u8| b.is_ascii_graphic() && b != b'+' && b != b'\\';
        let segment = |s: &str| !s.is_empty() && s != "." && s != "..";
        if text.len() > NAME_BYTES_MAX || !text.bytes().all(plain) || !text.split('/').all(segment)
        {
            return Err(KeyNameError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn of_parts(prefix: &str, shard: Shard) -> Self {
        Self(format!("{prefix}/{shard}"))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyName {
    type Err = KeyNameError;

    fn from_str(text: &str) -> Result<Self, KeyNameError> {
        Self::parse(text)
    }
}

impl Serialize for KeyName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for KeyName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl KeyKind {
    /// The signature type byte.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Cosigner => 0x04,
            Self::Log => 0x01,
        }
    }

    const fn of_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Log),
            0x04 => Some(Self::Cosigner),
            _ => None,
        }
    }
}

impl VerifierKey {
    /// A key under its name.
    ///
    /// # Errors
    /// When it is not Ed25519.
    pub fn new(name: KeyName, kind: KeyKind, key: PublicKey) -> Result<Self, VerifierKeyError> {
        match key.algorithm() {
            Algorithm::Ed25519 => Ok(Self { name, kind, key }),
            Algorithm::Es256 => Err(VerifierKeyError::Algorithm),
        }
    }

    /// Its name.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// What it signs.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its public half.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Its id: the first four bytes of the hash of name, line feed, type byte and key.
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(self.name.as_str())
            .chain_update([b'\n', self.kind.byte()])
            .chain_update(self.key.bytes())
            .finalize();
        let mut id = [0; 4];
        id.iter_mut().zip(hash).for_each(|(byte, from)| *byte = from);
        id
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.key.bytes());
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError::Shape);
        };
        let name = KeyName::parse(name).map_err(|_| VerifierKeyError::Name)?;
        let bytes = STANDARD.decode(key).map_err(|_| VerifierKeyError::Base64)?;
        let (kind, key) = bytes.split_first().ok_or(VerifierKeyError::Base64)?;
        let kind = KeyKind::of_byte(*kind).ok_or(VerifierKeyError::Kind { kind: *kind })?;
        let key = PublicKey::new(Algorithm::Ed25519, key.to_vec());
        let key = Self::new(name, kind, key.map_err(|_| VerifierKeyError::Algorithm)?)?;
        if hex(&key.id()) == id { Ok(key) } else { Err(VerifierKeyError::KeyId) }
    }
}

impl Serialize for VerifierKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VerifierKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
