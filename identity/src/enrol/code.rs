//! The one-time code: 128 random bits that a person can read out and type. Stored only as a hash;
//! never on a command line, never in a log (`Debug` does not show it).

use std::fmt;
use std::str::FromStr;

use openssl::memcmp;
use serde::{Deserialize, Serialize};
use wire::digest::Digest;

/// Crockford's base32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 26 signs hold 130 bits, two more are the check.
const SIGNS: usize = 28;
const GROUP: usize = 4;

/// A one-time enrolment code.
#[derive(Clone)]
pub struct Code([u8; 16]);

impl Code {
    /// A code from 128 random bits.
    #[must_use]
    pub fn from_random(bits: [u8; 16]) -> Self {
        Self(bits)
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> CodeHash {
        let mut bytes = b"allmende enrolment code\n".to_vec();
        bytes.extend_from_slice(&self.0);
        CodeHash(Digest::of(&bytes))
    }

    /// The text for a person: seven groups of four signs.
    #[must_use]
    pub fn to_text(&self) -> String {
        let signs = self.signs();
        let groups: Vec<String> =
            signs.chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        groups.join("-")
    }

    fn signs(&self) -> Vec<u8> {
        let number = u128::from_be_bytes(self.0);
        let mut signs: Vec<u8> = (0..26_u32)
            .map(|position| sign(number.checked_shr(125 - 5 * position.min(25)).unwrap_or(0)))
            .collect();
        let [high, low, ..] = *Digest::of(&self.0).as_bytes();
        signs.push(sign(u128::from(high)));
        signs.push(sign(u128::from(low)));
        signs
    }
}

/// The sign of the low five bits.
fn sign(bits: u128) -> u8 {
    let position = usize::try_from(bits & 31).unwrap_or(0);
    ALPHABET.get(position).copied().unwrap_or(b'0')
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl FromStr for Code {
    type Err = CodeError;

    /// Reads the text in either case, with spaces or hyphens anywhere, and O, I, L for 0, 1, 1.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 4 * SIGNS {
            return Err(CodeError::Length);
        }
        let mut values = Vec::new();
        for sign in text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-') {
            let plain = match sign.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|known| char::from(*known) == plain);
            values.push(value.ok_or(CodeError::Sign)?);
        }
        if values.len() != SIGNS {
            return Err(CodeError::Length);
        }
        let mut number = 0_u128;
        for (position, value) in values.iter().take(26).enumerate() {
            let value = u128::try_from(*value).map_err(|_| CodeError::Sign)?;
            // 26 signs hold two bits more than the code; they must be zero.
            if position == 0 && value > 7 {
                return Err(CodeError::Check);
            }
            number = (number << 5) | value;
        }
        let code = Self(number.to_be_bytes());
        let same = code
            .signs()
            .iter()
            .zip(&values)
            .all(|(sign, value)| ALPHABET.get(*value).is_some_and(|known| known == sign));
        if same { Ok(code) } else { Err(CodeError::Check) }
    }
}

/// The stored form of a code. 128 random bits need no salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeHash(Digest);

impl CodeHash {
    /// Whether this is the code, in time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, code: &Code) -> bool {
        memcmp::eq(self.0.as_bytes(), code.hash().0.as_bytes())
    }
}

impl fmt::Display for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// One or more signs were mistyped.
    #[error("the code has a typing error")]
    Check,
    /// Too few or too many signs.
    #[error("a code has {SIGNS} signs in groups of {GROUP}")]
    Length,
    /// A sign that no code holds.
    #[error("a code holds digits and letters without U")]
    Sign,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_code_is_read_back() {
        let code = Code::from_random([0xa5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        let text = code.to_text();
        assert_eq!(text.len(), 34, "{text}");
        for typed in [
            text.clone(),
            text.to_lowercase(),
            text.replace('-', " "),
            text.replace('0', "o").replace('1', "l"),
        ] {
            assert!(code.hash().matches(&typed.parse().unwrap()), "{typed}");
        }
        assert_eq!(format!("{code:?}"), "Code(…)");
    }

    #[test]
    fn a_typing_error_is_noticed() {
        let code = Code::from_random([7; 16]);
        let text = code.to_text();
        let mut swapped: Vec<char> = text.chars().collect();
        swapped.swap(1, 2);
        let swapped: String = swapped.into_iter().collect();
        assert_eq!(swapped.parse::<Code>().unwrap_err(), CodeError::Check);
        assert_eq!("".parse::<Code>().unwrap_err(), CodeError::Length);
        assert_eq!(text.replace('-', "U").parse::<Code>().unwrap_err(), CodeError::Sign);
        assert_eq!(format!("{text}0").parse::<Code>().unwrap_err(), CodeError::Length);
        assert!(!code.hash().matches(&Code::from_random([8; 16])));
    }
}
