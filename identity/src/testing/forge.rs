//! Certificates with every rule bendable: what the real authority would never sign.

use openssl::asn1::{Asn1Object, Asn1OctetString};
use openssl::hash::MessageDigest;
use openssl::pkey::{HasPublic, PKey, PKeyRef, Private};
use openssl::x509::extension::{AuthorityKeyIdentifier, SubjectKeyIdentifier};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name};

use super::TestError;
use crate::authority::der::{sequence, tlv};
use crate::time::{Validity, to_asn1};
use crate::x509::{Der, Serial};

pub(super) const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
pub(super) const SERVER: &str = "1.3.6.1.5.5.7.3.1";
pub(super) const ANY: &str = "2.5.29.37.0";

/// A certificate in the making; fields are what the profile fixes.
pub(super) struct Forgery {
    pub(super) common_name: String,
    pub(super) serial: Serial,
    pub(super) validity: Validity,
    /// Tag of the general name and its bytes.
    pub(super) names: Vec<(u8, Vec<u8>)>,
    /// Object identifiers; empty for no extension.
    pub(super) usages: Vec<&'static str>,
    /// Path length, for an authority.
    pub(super) authority: Option<u8>,
    /// Further extensions: identifier, critical, content.
    pub(super) others: Vec<(&'static str, bool, Vec<u8>)>,
    pub(super) hash: MessageDigest,
}

/// Who signs: a certificate and a key that need not belong together.
pub(super) struct Signer<'a> {
    pub(super) certificate: Option<&'a X509>,
    pub(super) key: &'a PKeyRef<Private>,
}

impl Forgery {
    pub(super) fn sign<T: HasPublic>(
        &self,
        public: &PKeyRef<T>,
        signer: &Signer<'_>,
    ) -> Result<Der, TestError> {
        let mut builder = X509Builder::new()?;
        builder.set_version(2)?;
        builder.set_serial_number(&*self.serial.to_asn1()?)?;
        let mut name = X509Name::builder()?;
        name.append_entry_by_text("CN", &self.common_name)?;
        let name = name.build();
        builder.set_subject_name(&name)?;
        builder.set_pubkey(public)?;
        builder.set_not_before(&*to_asn1(self.validity.not_before)?)?;
        builder.set_not_after(&*to_asn1(self.validity.not_after)?)?;
        for extension in self.extensions()? {
            builder.append_extension(extension)?;
        }
        match signer.certificate {
            Some(issuer) => builder.set_issuer_name(issuer.subject_name())?,
            None => builder.set_issuer_name(&name)?,
        }
        let context = builder.x509v3_context(signer.certificate.map(AsRef::as_ref), None);
        let subject_id = SubjectKeyIdentifier::new().build(&context)?;
        let authority_id = match signer.certificate {
            Some(_) => Some(AuthorityKeyIdentifier::new().keyid(true).build(&context)?),
            None => None,
        };
        builder.append_extension(subject_id)?;
        if let Some(extension) = authority_id {
            builder.append_extension(extension)?;
        }
        builder.sign(signer.key, self.hash)?;
        Ok(Der::new(builder.build().to_der()?))
    }

    fn extensions(&self) -> Result<Vec<X509Extension>, TestError> {
        // Basic constraints and key usage: certSign and cRLSign, or digitalSignature.
        let (constraints, usage) = match self.authority {
            Some(path) => {
                let content = [tlv(0x01, &[0xff]), tlv(0x02, &[path])].concat();
                (sequence(&content), tlv(0x03, &[0x01, 0x06]))
            }
            None => (sequence(&[]), tlv(0x03, &[0x07, 0x80])),
        };
        let mut extensions =
            vec![raw("2.5.29.19", true, &constraints)?, raw("2.5.29.15", true, &usage)?];
        if !self.names.is_empty() {
            let names: Vec<u8> =
                self.names.iter().flat_map(|(tag, bytes)| tlv(*tag, bytes)).collect();
            extensions.push(raw("2.5.29.17", false, &sequence(&names))?);
        }
        if !self.usages.is_empty() {
            let mut content = Vec::new();
            for usage in &self.usages {
                content.extend(tlv(0x06, Asn1Object::from_str(usage)?.as_slice()));
            }
            extensions.push(raw("2.5.29.37", false, &sequence(&content))?);
        }
        for (identifier, critical, content) in &self.others {
            extensions.push(raw(identifier, *critical, content)?);
        }
        Ok(extensions)
    }
}

pub(super) fn raw(
    identifier: &str,
    critical: bool,
    content: &[u8],
) -> Result<X509Extension, TestError> {
    let identifier = Asn1Object::from_str(identifier)?;
    let content = Asn1OctetString::new_from_bytes(content)?;
    Ok(X509Extension::new_from_der(&identifier, critical, &content)?)
}

pub(super) fn ec(curve: openssl::nid::Nid) -> Result<PKey<Private>, TestError> {
    Ok(crate::keys::generate_ec(curve)?)
}
