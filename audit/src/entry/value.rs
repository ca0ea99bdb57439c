//! Small values of entries, each read in one spelling only.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const CODE_BYTES_MAX: usize = 64;
const DELIVERY_BYTES_MAX: usize = 128;

/// 128 random bits of an entry, written as base64url.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Random([u8; 16]);

/// A reason or action: lower-case words joined by `-`, at most 64 bytes.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Code(String);

/// The name that both sides have for one delivery under a transfer: printable ASCII, at most 128
/// bytes. The provider gives it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct DeliveryId(String);

/// A text that is not 128 bits in base64url.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the random bits of an entry are 16 bytes in base64url")]
pub struct RandomError;

/// A text that is no code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a code is made of lower-case words joined by `-`")]
pub struct CodeError;

/// A text that names no delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the name of a delivery is 1 to {DELIVERY_BYTES_MAX} printable ASCII characters")]
pub struct DeliveryIdError;

impl Random {
    /// 128 bits of the injected random source.
    pub const fn new(bits: [u8; 16]) -> Self {
        Self(bits)
    }

    /// The bits.
    pub const fn bits(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Code {
    /// Reads a code.
    ///
    /// # Errors
    /// When it is not in kebab-case, empty, or longer than 64 bytes.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let word = |word: &str| !word.is_empty() && word.bytes().all(plain);
        if text.len() > CODE_BYTES_MAX || !text.split('-').all(word) {
            return Err(CodeError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The code as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DeliveryId {
    /// Reads the name of a delivery.
    ///
    /// # Errors
    /// When it is empty, too long, or has spaces, controls or characters beyond ASCII.
    pub fn parse(text: &str) -> Result<Self, DeliveryIdError> {
        let plain = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > DELIVERY_BYTES_MAX || !plain {
            return Err(DeliveryIdError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Random {
    type Err = RandomError;

    fn from_str(text: &str) -> Result<Self, RandomError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| RandomError)?;
        Ok(Self(bytes.try_into().map_err(|_| RandomError)?))
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

impl FromStr for DeliveryId {
    type Err = DeliveryIdError;

    fn from_str(text: &str) -> Result<Self, DeliveryIdError> {
        Self::parse(text)
    }
}

macro_rules! as_string {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

as_string!(Random, Code, DeliveryId);
