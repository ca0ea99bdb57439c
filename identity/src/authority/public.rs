//! A small authority for the public listener of a demo or a closed data space (`public.roots`).
//! Its certificates are for servers only and mean nothing on the mutual listener.

use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
};

use super::builder::{Draft, host_name, name};
use super::issuing::check_life;
use super::{AuthorityError, CaCurve, CaKey};
use crate::keys::SecretPem;
use crate::time::Validity;
use crate::x509::{Der, Serial};

/// Longest life of a public listener's certificate here, in days.
const PUBLIC_DAYS_MAX: u32 = 400;

/// Longest host name (RFC 1035).
const HOST_LEN_MAX: usize = 253;

/// A self-made authority for public listeners.
#[derive(Debug)]
pub struct PublicAuthority {
    certificate: Der,
    key: CaKey,
}

/// A server certificate and its key.
#[derive(Debug)]
pub struct PublicCertificate {
    /// The certificate; its chain is this one alone, since the authority is the root.
    pub certificate: Der,
    /// Its key in PKCS#8 PEM.
    pub key: SecretPem,
}

impl PublicAuthority {
    /// Makes the self-signed certificate.
    ///
    /// # Errors
    /// If the name cannot stand in a certificate or OpenSSL fails.
    pub fn create(
        common_name: &str,
        key: CaKey,
        serial: &Serial,
        validity: Validity,
    ) -> Result<Self, AuthorityError> {
        let subject = name(common_name)?;
        let mut draft = Draft::new(&subject, key.pkey(), serial, validity)?;
        draft.add(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
        draft.add(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
        let certificate = draft.self_sign(&subject, &key)?;
        Ok(Self { certificate, key })
    }

    /// One read back from its files.
    ///
    /// # Errors
    /// If certificate and key do not belong together.
    pub fn load(certificate: Der, key: CaKey) -> Result<Self, AuthorityError> {
        key.check_belongs(&certificate)?;
        Ok(Self { certificate, key })
    }

    /// The root that `public.roots` names.
    #[must_use]
    pub fn certificate(&self) -> &Der {
        &self.certificate
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &CaKey {
        &self.key
    }

    /// Makes a key and a server certificate for one host.
    ///
    /// # Errors
    /// If the host or the life cannot be, or OpenSSL fails.
    pub fn issue(
        &self,
        host: &str,
        serial: &Serial,
        validity: Validity,
    ) -> Result<PublicCertificate, AuthorityError> {
        check_life(validity, PUBLIC_DAYS_MAX)?;
        let plain = host.bytes().all(|sign| {
            sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'.' || sign == b'-'
        });
        if !plain || host.is_empty() || host.len() > HOST_LEN_MAX {
            return Err(AuthorityError::Name);
        }
        let key = CaKey::generate(CaCurve::P256)?;
        let mut draft = Draft::new(&*host_name(host)?, key.pkey(), serial, validity)?;
        draft.add(BasicConstraints::new().critical().build()?)?;
        draft.add(KeyUsage::new().critical().digital_signature().build()?)?;
        draft.add(ExtendedKeyUsage::new().server_auth().build()?)?;
        draft.add(draft.alternative_names(SubjectAlternativeName::new().dns(host))?)?;
        let certificate = draft.sign(&self.certificate.to_openssl()?, &self.key)?;
        Ok(PublicCertificate { certificate, key: key.to_pem()? })
    }
}
