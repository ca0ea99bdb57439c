//! A private key as text, on its way to or from a file. Wiped when dropped, never shown by `Debug`.

use std::fmt;
use std::hint::black_box;

/// Bytes of a private key.
pub struct SecretPem(Vec<u8>);

impl SecretPem {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for the one file that holds them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretPem(…)")
    }
}

impl Drop for SecretPem {
    fn drop(&mut self) {
        self.0.fill(0);
        // Keeps the compiler from leaving the wiping out.
        black_box(&self.0);
    }
}
