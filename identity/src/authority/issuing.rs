//! The issuing authority: signs members' certificates and its revocation list. It takes the names
//! from the enrolment, never from the request.

use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
};
use wire::did::Did;

use super::builder::{Draft, host_name, raw_extension};
use super::revocation::{RevocationList, sign_list};
use super::{AuthorityError, CaKey, CheckedRequest, der};
use crate::time::Validity;
use crate::x509::{Der, Serial};

/// Longest life of a member's certificate, in days, and two more for a beginning in the past.
pub const LEAF_DAYS_MAX: u32 = 92;

const CRL_POINTS: &str = "2.5.29.31";

/// What stands in a member's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafNames {
    /// The member: its URI name, and its host as the DNS name.
    pub did: Did,
    /// Where the issuing authority's revocation list lies.
    pub crl_url: Option<String>,
}

/// An issuing authority with its key.
#[derive(Debug)]
pub struct Issuing {
    certificate: Der,
    key: CaKey,
}

impl Issuing {
    /// Takes certificate and key.
    ///
    /// # Errors
    /// If they do not belong together.
    pub fn load(certificate: Der, key: CaKey) -> Result<Self, AuthorityError> {
        key.check_belongs(&certificate)?;
        Ok(Self { certificate, key })
    }

    /// The issuing authority's certificate, which members send along with their own.
    #[must_use]
    pub fn certificate(&self) -> &Der {
        &self.certificate
    }

    /// The issuing authority's key.
    #[must_use]
    pub fn key(&self) -> &CaKey {
        &self.key
    }

    /// Signs a member's certificate for the key of a checked request.
    ///
    /// # Errors
    /// If the life is longer than [`LEAF_DAYS_MAX`] or OpenSSL fails.
    pub fn sign_leaf(
        &self,
        request: &CheckedRequest,
        names: &LeafNames,
        serial: &Serial,
        validity: Validity,
    ) -> Result<Der, AuthorityError> {
        check_life(validity, LEAF_DAYS_MAX)?;
        let subject = host_name(names.did.host())?;
        let mut draft = Draft::new(&subject, request.public_key(), serial, validity)?;
        draft.add(BasicConstraints::new().critical().build()?)?;
        draft.add(KeyUsage::new().critical().digital_signature().build()?)?;
        draft.add(ExtendedKeyUsage::new().client_auth().server_auth().build()?)?;
        let issuer = self.certificate.to_openssl()?;
        let mut alternative = SubjectAlternativeName::new();
        alternative.uri(names.did.as_str()).dns(names.did.host());
        draft.add(draft.alternative_names(&alternative)?)?;
        if let Some(url) = &names.crl_url {
            draft.add(raw_extension(CRL_POINTS, false, &der::crl_point(url))?)?;
        }
        draft.sign(&issuer, &self.key)
    }

    /// Signs a certificate for the public listener of the participant that the request was checked
    /// for: its host name, server authentication alone. It means nothing on the mutual listener,
    /// and lets a closed data space read its members' public documents without the web's roots.
    ///
    /// # Errors
    /// If the life is longer than [`LEAF_DAYS_MAX`] or OpenSSL fails.
    pub fn sign_public(
        &self,
        request: &CheckedRequest,
        serial: &Serial,
        validity: Validity,
    ) -> Result<Der, AuthorityError> {
        check_life(validity, LEAF_DAYS_MAX)?;
        let host = request.did().host();
        let mut draft = Draft::new(&*host_name(host)?, request.public_key(), serial, validity)?;
        draft.add(BasicConstraints::new().critical().build()?)?;
        draft.add(KeyUsage::new().critical().digital_signature().build()?)?;
        draft.add(ExtendedKeyUsage::new().server_auth().build()?)?;
        draft.add(draft.alternative_names(SubjectAlternativeName::new().dns(host))?)?;
        draft.sign(&self.certificate.to_openssl()?, &self.key)
    }

    /// Signs the issuing authority's revocation list: members.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn sign_crl(&self, list: &RevocationList) -> Result<Vec<u8>, AuthorityError> {
        sign_list(list, &self.certificate.to_openssl()?, &self.key)
    }
}

pub(super) fn check_life(validity: Validity, days_max: u32) -> Result<(), AuthorityError> {
    let seconds = validity.not_after.as_second().saturating_sub(validity.not_before.as_second());
    if seconds > 0 && seconds <= i64::from(days_max) * 86_400 {
        Ok(())
    } else {
        Err(AuthorityError::Life { days_max })
    }
}
