//! The private key of an authority: P-384 for roots, P-256 for issuing. Signs certificates and
//! lists only, never messages; dropped, OpenSSL wipes it.

use std::fmt;

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};

use super::AuthorityError;
use crate::keys::{KeyError, SecretPem, generate_ec};
use crate::x509::Der;

/// The curve of an authority's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaCurve {
    /// For issuing authorities and the public listener's authority.
    P256,
    /// For roots.
    P384,
}

/// An authority's private key.
pub struct CaKey(PKey<Private>);

impl fmt::Debug for CaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaKey(…)")
    }
}

impl CaKey {
    /// A new key; the randomness is OpenSSL's.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn generate(curve: CaCurve) -> Result<Self, AuthorityError> {
        Ok(Self(generate_ec(match curve {
            CaCurve::P256 => Nid::X9_62_PRIME256V1,
            CaCurve::P384 => Nid::SECP384R1,
        })?))
    }

    /// Reads an unencrypted PKCS#8 key on P-256 or P-384.
    ///
    /// # Errors
    /// If it cannot be read or lies on another curve.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let key = PKey::private_key_from_pem(pem).map_err(|_| KeyError::Unreadable)?;
        let curve = key.ec_key().map_err(|_| KeyError::Kind)?.group().curve_name();
        if curve == Some(Nid::X9_62_PRIME256V1) || curve == Some(Nid::SECP384R1) {
            Ok(Self(key))
        } else {
            Err(KeyError::Kind)
        }
    }

    /// The PKCS#8 PEM form, for a file of mode 0600.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn to_pem(&self) -> Result<SecretPem, AuthorityError> {
        Ok(SecretPem::new(self.0.private_key_to_pem_pkcs8()?))
    }

    pub(crate) fn pkey(&self) -> &PKey<Private> {
        &self.0
    }

    /// SHA-384 with P-384, SHA-256 with P-256.
    pub(crate) fn hash(&self) -> MessageDigest {
        if self.0.bits() > 256 { MessageDigest::sha384() } else { MessageDigest::sha256() }
    }

    /// Refuses a certificate that is not this key's.
    pub(super) fn check_belongs(&self, certificate: &Der) -> Result<(), AuthorityError> {
        let public = certificate.to_openssl()?.public_key()?;
        if public.public_eq(&self.0) { Ok(()) } else { Err(AuthorityError::KeyMismatch) }
    }
}
