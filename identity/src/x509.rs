//! Certificates as typed values, read with x509-parser. Reading is not trusting: nothing here says
//! that a certificate is genuine, [`crate::chain`] does.

mod crl;
mod key;
mod leaf;
mod serial;
mod view;

pub use crl::{CRL_LEN_MAX, Crl, CrlFault};
pub use leaf::Leaf;
pub use serial::{Serial, SerialError};
pub(crate) use view::{Certificate, extended_usages};

use std::fmt;

use openssl::x509::X509;
use wire::digest::Digest;

/// Longest certificate that is looked at, in bytes of DER.
pub const CERTIFICATE_LEN_MAX: usize = 16 * 1024;

/// Most certificates read from one PEM file.
pub const PEM_CERTIFICATES_MAX: usize = 256;

/// The DER bytes of one certificate; says nothing about what they hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Der(Vec<u8>);

impl Der {
    /// Takes the bytes as they are.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// SHA-256 over the bytes: the fingerprint, `x5t#S256`.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// The PEM form, for files.
    ///
    /// # Errors
    /// If the bytes are no certificate.
    pub fn to_pem(&self) -> Result<String, UnreadableCertificate> {
        let pem = self.to_openssl()?.to_pem().map_err(|_| UnreadableCertificate)?;
        String::from_utf8(pem).map_err(|_| UnreadableCertificate)
    }

    /// Reads all certificates of a PEM file, in order.
    ///
    /// # Errors
    /// If there is none, more than [`PEM_CERTIFICATES_MAX`], or one cannot be read.
    pub fn from_pem(pem: &[u8]) -> Result<Vec<Self>, UnreadableCertificate> {
        let stack = X509::stack_from_pem(pem).map_err(|_| UnreadableCertificate)?;
        if stack.is_empty() || stack.len() > PEM_CERTIFICATES_MAX {
            return Err(UnreadableCertificate);
        }
        stack
            .iter()
            .map(|certificate| certificate.to_der().map(Self).map_err(|_| UnreadableCertificate))
            .collect()
    }

    pub(crate) fn to_openssl(&self) -> Result<X509, UnreadableCertificate> {
        X509::from_der(&self.0).map_err(|_| UnreadableCertificate)
    }
}

impl fmt::Debug for Der {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Der({} bytes, {})", self.0.len(), self.digest())
    }
}

/// Bytes that should have been a certificate and are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not a readable certificate")]
pub struct UnreadableCertificate;
