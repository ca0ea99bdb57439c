//! How signatures pass between crates that name no signature library: two small traits and the
//! values they speak of.
//!
//! Nothing is signed or verified here; `identity` implements both traits on OpenSSL. A private key
//! never appears in this crate.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The longest key id, in bytes.
pub const KEY_ID_BYTES_MAX: usize = 1024;

/// Signs with one private key, which stays behind the trait.
pub trait Sign: Send + Sync {
    /// Which key signs, as a verifier finds it: a verification method's DID URL or a log key's name.
    fn key_id(&self) -> KeyId;

    /// What it signs with.
    fn algorithm(&self) -> Algorithm;

    /// The public half of the key.
    fn public_key(&self) -> PublicKey;

    /// The raw signature over `message`: 64 bytes for both algorithms (ES256 as `r‖s`, RFC 7518
    /// section 3.4; Ed25519 as in RFC 8032).
    ///
    /// # Errors
    /// When the key cannot be used.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Checks signatures.
pub trait Verify: Send + Sync {
    /// Whether `signature` over `message` was made with the private half of `key`. The algorithm is
    /// the key's, never one that came with the signature.
    ///
    /// # Errors
    /// When it was not, or the key or signature cannot be read.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), VerifyError>;
}

/// The signature algorithms that are spoken.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032); JOSE name `EdDSA`.
    Ed25519,
    /// ECDSA on P-256 with SHA-256; JOSE name `ES256`.
    Es256,
}

impl Algorithm {
    /// The name in a JOSE header's `alg`.
    pub const fn jose_name(self) -> &'static str {
        match self {
            Self::Ed25519 => "EdDSA",
            Self::Es256 => "ES256",
        }
    }

    /// The algorithm of a JOSE `alg`, if it is one of ours.
    pub fn from_jose_name(name: &str) -> Option<Self> {
        match name {
            "EdDSA" => Some(Self::Ed25519),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }

    /// The length of a public key, in bytes.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::Ed25519 => 32,
            Self::Es256 => 65,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Es256 => "Es256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A public key: 32 raw bytes for Ed25519, the 65-byte SEC1 uncompressed point for P-256.
///
/// Its text form is `Ed25519:<base64url>` or `Es256:<base64url>`. Whether the point lies on the
/// curve is found out by who uses it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PublicKey {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

/// Why bytes or a text are no public key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PublicKeyError {
    /// The text names no algorithm that is spoken.
    #[error("a public key is written `Ed25519:` or `Es256:` and base64url")]
    Algorithm,
    /// The part after the colon is not unpadded base64url.
    #[error("a public key must be unpadded base64url")]
    Base64,
    /// An elliptic-curve point that is not in the uncompressed form.
    #[error("a P-256 public key must be an uncompressed point")]
    Compressed,
    /// Another length than the algorithm's.
    #[error("a public key for {algorithm} has {bytes} bytes")]
    Length {
        /// The algorithm.
        algorithm: Algorithm,
        /// The length found, in bytes.
        bytes: usize,
    },
}

impl PublicKey {
    /// A public key of the right length and form.
    ///
    /// # Errors
    /// When the length is not the algorithm's, or a point is not uncompressed.
    pub fn new(algorithm: Algorithm, bytes: Vec<u8>) -> Result<Self, PublicKeyError> {
        if bytes.len() != algorithm.key_bytes() {
            return Err(PublicKeyError::Length { algorithm, bytes: bytes.len() });
        }
        if algorithm == Algorithm::Es256 && bytes.first() != Some(&4) {
            return Err(PublicKeyError::Compressed);
        }
        Ok(Self { algorithm, bytes })
    }

    /// What the key verifies.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The raw bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, URL_SAFE_NO_PAD.encode(&self.bytes))
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let (name, encoded) = text.split_once(':').ok_or(PublicKeyError::Algorithm)?;
        let algorithm = [Algorithm::Ed25519, Algorithm::Es256]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or(PublicKeyError::Algorithm)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| PublicKeyError::Base64)?;
        Self::new(algorithm, bytes)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The name of a key: printable ASCII without spaces, 1 to [`KEY_ID_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(String);

/// A text that names no key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a key id is 1 to {KEY_ID_BYTES_MAX} printable ASCII characters without spaces")]
pub struct KeyIdError;

impl KeyId {
    /// Reads a key id.
    ///
    /// # Errors
    /// When the text is empty, too long, or has spaces, controls or characters beyond ASCII.
    pub fn parse(text: &str) -> Result<Self, KeyIdError> {
        let plain = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > KEY_ID_BYTES_MAX || !plain {
            return Err(KeyIdError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = KeyIdError;

    fn from_str(text: &str) -> Result<Self, KeyIdError> {
        Self::parse(text)
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A signature together with the key that made it. It claims; only [`Verify`] proves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signature {
    /// Which key signed.
    pub key: KeyId,
    /// What it says it was made with; it must equal the key's own.
    pub algorithm: Algorithm,
    /// The raw signature, as [`Sign::sign`] describes it.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// Signs `message`.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn make(signer: &dyn Sign, message: &[u8]) -> Result<Self, SignError> {
        let bytes = signer.sign(message)?;
        Ok(Self { key: signer.key_id(), algorithm: signer.algorithm(), bytes })
    }
}

/// Why nothing was signed. Ours, never a peer's fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignError {
    /// The library behind the trait failed.
    #[error("the key `{key}` could not sign")]
    Failed {
        /// The key that was to sign.
        key: KeyId,
    },
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifyError {
    /// The signature was not made over these bytes with this key.
    #[error("the signature does not match")]
    Mismatch,
    /// The public key cannot be read, for example a point that is not on the curve.
    #[error("the public key cannot be used")]
    UnusableKey,
    /// The signature has another length than its algorithm's.
    #[error("the signature is malformed")]
    UnusableSignature,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_is_read_back_from_its_text() {
        let mut point = vec![7; 65];
        point[0] = 4;
        for (algorithm, bytes) in [(Algorithm::Ed25519, vec![9; 32]), (Algorithm::Es256, point)] {
            let key = PublicKey::new(algorithm, bytes).unwrap();
            assert_eq!(key.to_string().parse(), Ok(key));
            assert_eq!(Algorithm::from_jose_name(algorithm.jose_name()), Some(algorithm));
        }
        assert_eq!(Algorithm::from_jose_name("none"), None);
    }

    #[test]
    fn keys_of_the_wrong_form_are_refused() {
        let length = |algorithm, bytes| Err(PublicKeyError::Length { algorithm, bytes });
        for (algorithm, bytes, expected) in [
            (Algorithm::Ed25519, vec![0; 31], length(Algorithm::Ed25519, 31)),
            (Algorithm::Es256, vec![2; 33], length(Algorithm::Es256, 33)),
            (Algorithm::Es256, vec![2; 65], Err(PublicKeyError::Compressed)),
        ] {
            assert_eq!(PublicKey::new(algorithm, bytes), expected);
        }
        assert_eq!("RSA:AAAA".parse::<PublicKey>(), Err(PublicKeyError::Algorithm));
        assert_eq!("Ed25519:A=".parse::<PublicKey>(), Err(PublicKeyError::Base64));
    }

    #[test]
    fn a_key_id_is_plain() {
        assert!(KeyId::parse("did:web:ulm.example#agreement").is_ok());
        for bad in ["", "a b", "a\n", "\u{435}", &"x".repeat(KEY_ID_BYTES_MAX + 1)] {
            assert_eq!(KeyId::parse(bad), Err(KeyIdError), "{bad:?}");
        }
    }
}
