//! Bearer tokens of accounts: 256 random bits, shown once and kept as a hash.
//!
//! Never stored, logged or printed by `Debug` as they are.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::digest::Digest;

/// The bytes of randomness in a token.
pub const TOKEN_RANDOM_BYTES: usize = 32;

/// The longest text that is looked at as a token, in bytes.
pub const TOKEN_BYTES_MAX: usize = 128;

/// A bearer token in clear.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// A token of fresh random bytes.
    #[must_use]
    pub fn of(random: [u8; TOKEN_RANDOM_BYTES]) -> Self {
        Self(format!("allmende_{}", URL_SAFE_NO_PAD.encode(random)))
    }

    /// A token that somebody presented.
    #[must_use]
    pub fn presented(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && text.len() <= TOKEN_BYTES_MAX).then(|| Self(text.to_owned()))
    }

    /// The token in clear: to hand it to its owner, once, and to send it to our own connector.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it. The token has 256 random bits, so a plain hash cannot be searched.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Digest::of(self.0.as_bytes()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The SHA-256 of a token. Tokens are looked up by it, so that comparing takes no time that
/// depends on a secret.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct TokenHash(Digest);

impl TokenHash {
    /// The digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown_by_accident_and_hashes_alike() {
        let token = Token::of([7; 32]);
        assert_eq!(format!("{token:?}"), "Token(…)");
        let presented = Token::presented(&format!(" {}\n", token.reveal())).unwrap();
        assert_eq!(presented.hash(), token.hash());
        assert_eq!(Token::presented(""), None);
        assert_eq!(Token::presented(&"x".repeat(129)), None);
    }
}
