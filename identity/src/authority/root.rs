//! The root of a data space: P-384, offline. Each operation is a function of its own, so that a
//! ceremony on a machine without network can call them one by one.

use openssl::pkey::PKey;
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use wire::sign::PublicKey;

use super::builder::{Draft, name, raw_extension};
use super::revocation::{RevocationList, sign_list};
use super::{AuthorityError, CaKey, der};
use crate::time::Validity;
use crate::x509::{Der, Serial};

/// The extended key usage of the key that signs trust lists, and nothing else: an OID under 2.25,
/// the arc of UUIDs that needs no registration (04a4b8b5-5c8c-4a39-8f8a-6d1d4a3e2a51).
pub const STATEMENT_USAGE: &str = "2.25.6172195000246083247134478793910921809";

const NAME_CONSTRAINTS: &str = "2.5.29.30";
const CRL_POINTS: &str = "2.5.29.31";

/// What the root puts into an issuing authority's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuingNames {
    /// Its common name.
    pub name: String,
    /// DNS subtrees outside of which it may name nobody; empty means no such limit. Never URI
    /// constraints: OpenSSL refuses every did:web under them.
    pub permitted_hosts: Vec<String>,
    /// Where the root's revocation list lies.
    pub crl_url: Option<String>,
}

/// A root with its key.
#[derive(Debug)]
pub struct Root {
    certificate: Der,
    key: CaKey,
}

impl Root {
    /// Makes the self-signed certificate of a new root.
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
        draft.add(BasicConstraints::new().critical().ca().pathlen(1).build()?)?;
        draft.add(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
        let certificate = draft.self_sign(&subject, &key)?;
        Ok(Self { certificate, key })
    }

    /// A root read back from its files.
    ///
    /// # Errors
    /// If certificate and key do not belong together.
    pub fn load(certificate: Der, key: CaKey) -> Result<Self, AuthorityError> {
        key.check_belongs(&certificate)?;
        Ok(Self { certificate, key })
    }

    /// The root certificate.
    #[must_use]
    pub fn certificate(&self) -> &Der {
        &self.certificate
    }

    /// The root's key.
    #[must_use]
    pub fn key(&self) -> &CaKey {
        &self.key
    }

    /// Signs an issuing authority, which may sign members but no further authorities.
    ///
    /// # Errors
    /// If a name cannot stand in a certificate or OpenSSL fails.
    pub fn sign_issuing(
        &self,
        names: &IssuingNames,
        key: &CaKey,
        serial: &Serial,
        validity: Validity,
    ) -> Result<Der, AuthorityError> {
        let public = PKey::public_key_from_der(&key.pkey().public_key_to_der()?)?;
        let mut draft = Draft::new(&*name(&names.name)?, &*public, serial, validity)?;
        draft.add(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
        draft.add(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
        if !names.permitted_hosts.is_empty() {
            let content = der::permitted_dns(&names.permitted_hosts);
            draft.add(raw_extension(NAME_CONSTRAINTS, true, &content)?)?;
        }
        if let Some(url) = &names.crl_url {
            draft.add(raw_extension(CRL_POINTS, false, &der::crl_point(url))?)?;
        }
        draft.sign(&self.certificate.to_openssl()?, &self.key)
    }

    /// Signs the key that signs the authority's trust lists. Its certificate has the usage
    /// [`STATEMENT_USAGE`] alone, so it is good for nothing else, and the root's revocation list
    /// can withdraw it.
    ///
    /// # Errors
    /// If the key is no P-256 point or OpenSSL fails.
    pub fn sign_statement_key(
        &self,
        common_name: &str,
        key: &PublicKey,
        serial: &Serial,
        validity: Validity,
    ) -> Result<Der, AuthorityError> {
        let public = crate::keys::to_openssl(key)?;
        let mut draft = Draft::new(&*name(common_name)?, &*public, serial, validity)?;
        draft.add(BasicConstraints::new().critical().build()?)?;
        draft.add(KeyUsage::new().critical().digital_signature().build()?)?;
        draft.add(ExtendedKeyUsage::new().critical().other(STATEMENT_USAGE).build()?)?;
        draft.sign(&self.certificate.to_openssl()?, &self.key)
    }

    /// Signs the root's revocation list: issuing authorities and statement keys.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn sign_crl(&self, list: &RevocationList) -> Result<Vec<u8>, AuthorityError> {
        sign_list(list, &self.certificate.to_openssl()?, &self.key)
    }
}
