//! The token of one contract's local hand-over: shown once, stored as a hash.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use wire::digest::Digest;

use crate::ids::{Ids, random};

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;
/// Stands before each token, so that a leaked one is recognised.
const PREFIX: &str = "alh_";
/// The longest text that is looked at as a token, in bytes.
const TEXT_BYTES_MAX: usize = 128;

/// A token. Not shown by `Debug`.
pub struct Token {
    text: String,
}

/// What is kept of a token. The token has 256 random bits, so a plain hash cannot be guessed back.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct TokenHash {
    digest: Digest,
}

impl Token {
    /// A fresh token.
    #[must_use]
    pub fn fresh(ids: &impl Ids) -> Self {
        let bytes: [u8; TOKEN_BYTES] = random(ids);
        Self { text: format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)) }
    }

    /// A token as a reader sends it; nothing when it cannot be one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let fits = text.len() <= TEXT_BYTES_MAX && text.starts_with(PREFIX);
        fits.then(|| Self { text: text.to_owned() })
    }

    /// What is to be kept of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash { digest: Digest::of(self.text.as_bytes()) }
    }

    /// The token itself, to be shown to its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl TokenHash {
    /// Whether both are of the same token, in a time that does not depend on where they differ.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        openssl::memcmp::eq(self.digest.as_bytes(), other.digest.as_bytes())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{CountedIds, SystemIds};

    #[test]
    fn a_token_is_known_again_by_its_hash_alone() {
        let (one, other) = (Token::fresh(&SystemIds), Token::fresh(&SystemIds));
        assert!(one.hash().is_same(&Token::read(one.reveal()).unwrap().hash()));
        assert!(!one.hash().is_same(&other.hash()));
        assert!(!format!("{one:?}").contains(one.reveal()));
        assert_eq!(Token::fresh(&CountedIds::default()).reveal().len(), PREFIX.len() + 43);
    }
}
