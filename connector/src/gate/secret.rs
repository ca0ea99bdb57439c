//! The gate's secret: 128 random bits that whoever calls partners through the gate must know. It
//! lies in a file of its owner alone, and is never printed.

use std::fmt;
use std::path::Path;

use crate::home::write_secret;
use crate::ids::{Ids, random};

/// Bytes of randomness.
const RANDOM_BYTES: usize = 16;

/// The secret, in hexadecimal digits of lower case.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret in the file at `path`, which is made if it is not there.
    ///
    /// # Errors
    /// The system's reason, or what stands in the file is none.
    pub fn read_or_make(path: &Path, ids: &impl Ids) -> std::io::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::of(text.trim()).ok_or_else(|| {
                std::io::Error::new(std::io::ErrorKind::InvalidData, "no secret stands in it")
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let bits: [u8; RANDOM_BYTES] = random(ids);
                let text: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
                write_secret(path, format!("{text}\n").as_bytes())?;
                Ok(Self(text))
            }
            Err(error) => Err(error),
        }
    }

    fn of(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (text.len() == 2 * RANDOM_BYTES && digits).then(|| Self(text.to_owned()))
    }

    /// Whether this is the secret; takes as long for a wrong one as for the right one.
    #[must_use]
    pub fn is(&self, shown: &[u8]) -> bool {
        let ours = self.0.as_bytes();
        shown.len() == ours.len() && openssl::memcmp::eq(shown, ours)
    }

    /// The secret in clear, for files of mode 0600.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::ids::SystemIds;

    #[test]
    fn a_secret_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gate").join("secret");
        let made = Secret::read_or_make(&path, &SystemIds).unwrap();
        let read = Secret::read_or_make(&path, &SystemIds).unwrap();
        assert_eq!(made.reveal(), read.reveal());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{made:?}").contains(made.reveal()));
    }

    #[test]
    fn only_the_whole_secret_opens() {
        let secret = Secret::of("0123456789abcdef0123456789abcdef").unwrap();
        assert!(secret.is(b"0123456789abcdef0123456789abcdef"));
        for wrong in
            ["", "0", "0123456789abcdef0123456789abcdee", "0123456789ABCDEF0123456789ABCDEF"]
        {
            assert!(!secret.is(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn a_damaged_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for text in ["", "0123", "0123456789abcdef0123456789abcdeg"] {
            std::fs::write(&path, text).unwrap();
            assert!(Secret::read_or_make(&path, &SystemIds).is_err(), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
