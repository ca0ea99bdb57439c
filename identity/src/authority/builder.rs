//! What all certificates of an authority share: version, serial, names, validity, key identifiers.

use openssl::asn1::Asn1Object;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, PKeyRef};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, SubjectAlternativeName, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name, X509NameRef};

use super::{AuthorityError, CaKey};
use crate::time::{Validity, to_asn1};
use crate::x509::{Der, Serial};

/// Longest common name (X.520, `ub-common-name`).
const COMMON_NAME_LEN_MAX: usize = 64;

/// A certificate in the making.
pub(super) struct Draft(X509Builder);

impl Draft {
    pub(super) fn new<T: HasPublic>(
        subject: &X509NameRef,
        public_key: &PKeyRef<T>,
        serial: &Serial,
        validity: Validity,
    ) -> Result<Self, AuthorityError> {
        let mut builder = X509Builder::new()?;
        builder.set_version(2)?;
        builder.set_serial_number(&*serial.to_asn1()?)?;
        builder.set_subject_name(subject)?;
        builder.set_pubkey(public_key)?;
        builder.set_not_before(&*to_asn1(validity.not_before)?)?;
        builder.set_not_after(&*to_asn1(validity.not_after)?)?;
        Ok(Self(builder))
    }

    pub(super) fn add(&mut self, extension: X509Extension) -> Result<(), AuthorityError> {
        Ok(self.0.append_extension(extension)?)
    }

    /// The extension with these alternative names.
    pub(super) fn alternative_names(
        &self,
        names: &SubjectAlternativeName,
    ) -> Result<X509Extension, AuthorityError> {
        Ok(names.build(&self.0.x509v3_context(None, None))?)
    }

    /// Signs with the key of `issuer`.
    pub(super) fn sign(mut self, issuer: &X509, key: &CaKey) -> Result<Der, AuthorityError> {
        self.0.set_issuer_name(issuer.subject_name())?;
        let context = self.0.x509v3_context(Some(issuer), None);
        let subject_id = SubjectKeyIdentifier::new().build(&context)?;
        let authority_id = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
        self.0.append_extension(subject_id)?;
        self.0.append_extension(authority_id)?;
        self.finish(key)
    }

    /// Signs with its own key; `subject` is issuer as well.
    pub(super) fn self_sign(
        mut self,
        subject: &X509NameRef,
        key: &CaKey,
    ) -> Result<Der, AuthorityError> {
        self.0.set_issuer_name(subject)?;
        let context = self.0.x509v3_context(None, None);
        let subject_id = SubjectKeyIdentifier::new().build(&context)?;
        self.0.append_extension(subject_id)?;
        self.finish(key)
    }

    fn finish(mut self, key: &CaKey) -> Result<Der, AuthorityError> {
        self.0.sign(key.pkey(), key.hash())?;
        Ok(Der::new(self.0.build().to_der()?))
    }
}

/// A distinguished name with nothing but a common name.
pub(super) fn name(common: &str) -> Result<X509Name, AuthorityError> {
    let plain = common.chars().all(|sign| !sign.is_control());
    if common.is_empty() || common.len() > COMMON_NAME_LEN_MAX || !plain {
        return Err(AuthorityError::Name);
    }
    let mut builder = X509Name::builder()?;
    builder.append_entry_by_nid(Nid::COMMONNAME, common)?;
    Ok(builder.build())
}

/// `host` where it fits into a common name; it is informative, the alternative names count.
pub(super) fn host_name(host: &str) -> Result<X509Name, AuthorityError> {
    name(if host.len() <= COMMON_NAME_LEN_MAX { host } else { "participant" })
}

/// An extension from its DER content.
pub(super) fn raw_extension(
    oid: &str,
    critical: bool,
    content: &[u8],
) -> Result<X509Extension, AuthorityError> {
    let oid = Asn1Object::from_str(oid)?;
    let content = openssl::asn1::Asn1OctetString::new_from_bytes(content)?;
    Ok(X509Extension::new_from_der(&oid, critical, &content)?)
}
