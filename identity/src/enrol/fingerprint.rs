//! The fingerprint of the root, as it goes from person to person beside the code.

use std::fmt;
use std::str::FromStr;

use openssl::memcmp;
use wire::digest::Digest;

use crate::x509::Der;

/// SHA-256 over the root certificate, shown in sixteen groups of four hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(Digest);

impl Fingerprint {
    /// The fingerprint of a certificate.
    #[must_use]
    pub fn of(root: &Der) -> Self {
        Self(root.digest())
    }

    /// Whether a certificate that was fetched is the one meant.
    #[must_use]
    pub fn matches(&self, root: &Der) -> bool {
        memcmp::eq(self.0.as_bytes(), root.digest().as_bytes())
    }

    /// The digest itself.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, digit) in self.0.hex().chars().enumerate() {
            if position > 0 && position % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// Reads 64 hexadecimal digits in either case, with spaces, hyphens or colons anywhere, and
    /// with or without `sha256:` before them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        let digits: String = lower
            .strip_prefix("sha256:")
            .unwrap_or(&lower)
            .chars()
            .filter(|sign| !sign.is_whitespace() && *sign != '-' && *sign != ':')
            .collect();
        let digest = format!("sha256:{digits}").parse().map_err(|_| FingerprintError)?;
        Ok(Self(digest))
    }
}

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 64 hexadecimal digits")]
pub struct FingerprintError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_it_is_shown() {
        let fingerprint = Fingerprint::of(&Der::new(b"root".to_vec()));
        let text = fingerprint.to_string();
        assert_eq!(text.len(), 64 + 15);
        for typed in [
            text.clone(),
            text.to_uppercase(),
            text.replace('-', ":"),
            format!("sha256:{}", text.replace('-', "")),
        ] {
            assert_eq!(typed.parse(), Ok(fingerprint), "{typed}");
        }
        assert_eq!("".parse::<Fingerprint>(), Err(FingerprintError));
        assert_eq!(format!("{text}0").parse::<Fingerprint>(), Err(FingerprintError));
        assert!(!fingerprint.matches(&Der::new(b"other".to_vec())));
    }
}
