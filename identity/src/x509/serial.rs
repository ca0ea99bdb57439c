//! Serial numbers of certificates. Never drawn here: they come as arguments.

use std::fmt;

use openssl::asn1::Asn1Integer;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;

/// A certificate's serial number: positive, at most 20 octets (RFC 5280, 4.1.2.2), big-endian
/// without leading zeros.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Serial(Vec<u8>);

impl Serial {
    /// A serial from 128 random bits. The number 0 becomes 1, since it must be positive.
    #[must_use]
    pub fn from_random(bits: [u8; 16]) -> Self {
        Self::from_der_integer(&bits).unwrap_or_else(|_| Self(vec![1]))
    }

    /// A serial from the content octets of a DER integer.
    ///
    /// # Errors
    /// If it is zero or longer than 20 octets.
    pub fn from_der_integer(octets: &[u8]) -> Result<Self, SerialError> {
        let digits: Vec<u8> = octets.iter().copied().skip_while(|octet| *octet == 0).collect();
        if digits.is_empty() || digits.len() > 20 {
            return Err(SerialError { octets: digits.len() });
        }
        Ok(Self(digits))
    }

    pub(crate) fn to_asn1(&self) -> Result<Asn1Integer, ErrorStack> {
        Asn1Integer::from_bn(&*BigNum::from_slice(&self.0)?)
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

impl std::str::FromStr for Serial {
    type Err = SerialError;

    /// Reads what `Display` writes: an even number of lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = SerialError { octets: text.len() / 2 };
        if !text.len().is_multiple_of(2) || text.len() > 40 {
            return Err(bad);
        }
        let digits: Option<Vec<u8>> =
            text.bytes().map(|digit| char::from(digit).to_digit(16).and_then(narrow)).collect();
        let octets: Vec<u8> = digits
            .ok_or(bad)?
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |octet: u8, digit| (octet << 4) | digit))
            .collect();
        Self::from_der_integer(&octets)
    }
}

fn narrow(digit: u32) -> Option<u8> {
    u8::try_from(digit).ok()
}

/// A serial number that RFC 5280 does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a serial number is positive and has at most 20 octets, this one has `{octets}`")]
pub struct SerialError {
    /// Octets without leading zeros.
    pub octets: usize,
}
