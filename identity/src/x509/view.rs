//! One certificate of a chain, whoever's: the checks that hold for leaf, issuing CA and root alike,
//! and the few members that the chain check compares. Never trusts.

use jiff::Timestamp;
use wire::digest::Digest;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{ExtendedKeyUsage, ParsedExtension, X509Extension};
use x509_parser::oid_registry::{
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA,
    OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512,
    OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_CRL_DISTRIBUTION_POINTS, OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_SUBJECT_ALT_NAME,
    OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, Oid,
};
use x509_parser::prelude::FromDer;

use super::{CERTIFICATE_LEN_MAX, Der, Serial, key};
use crate::Distrust;
use crate::time::{Validity, from_unix};

/// Signature algorithms that a certificate or a CRL may carry: SHA-256 and above.
pub(crate) const SIGNATURES_ALLOWED: [Oid<'static>; 6] = [
    OID_SIG_ECDSA_WITH_SHA256,
    OID_SIG_ECDSA_WITH_SHA384,
    OID_SIG_ECDSA_WITH_SHA512,
    OID_PKCS1_SHA256WITHRSA,
    OID_PKCS1_SHA384WITHRSA,
    OID_PKCS1_SHA512WITHRSA,
];

const CRITICAL_UNDERSTOOD: [Oid<'static>; 8] = [
    OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
    OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
    OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_NAME_CONSTRAINTS,
    OID_X509_EXT_SUBJECT_ALT_NAME,
    OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
];

/// A certificate that was read: form, key and signature algorithm are acceptable.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) fingerprint: Digest,
    pub(crate) spki: Digest,
    pub(crate) serial: Serial,
    pub(crate) validity: Validity,
    pub(crate) subject: Vec<u8>,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
    pub(crate) ca: bool,
    pub(crate) signs_crls: bool,
}

impl Certificate {
    /// Reads what every certificate of a chain must fulfil.
    pub(crate) fn read(der: &Der) -> Result<Self, Distrust> {
        parse(der, |parsed| Self::of(der, parsed))
    }

    pub(super) fn of(der: &Der, parsed: &X509Certificate<'_>) -> Result<Self, Distrust> {
        if parsed.version().0 != 2 {
            return Err(Distrust::CertificateUnreadable);
        }
        check_extensions(parsed.extensions())?;
        check_signature_algorithm(parsed)?;
        key::check(parsed.public_key())?;
        let serial = Serial::from_der_integer(parsed.raw_serial())
            .map_err(|_| Distrust::CertificateUnreadable)?;
        let usage = parsed.key_usage().map_err(unreadable)?;
        let constraints = parsed.basic_constraints().map_err(unreadable)?;
        Ok(Self {
            fingerprint: der.digest(),
            spki: Digest::of(parsed.public_key().raw),
            serial,
            validity: Validity {
                not_before: instant(parsed.validity().not_before.timestamp())?,
                not_after: instant(parsed.validity().not_after.timestamp())?,
            },
            subject: parsed.subject().as_raw().to_vec(),
            subject_key_id: subject_key_id(parsed.extensions()),
            authority_key_id: authority_key_id(parsed.extensions()),
            ca: constraints.is_some_and(|extension| extension.value.ca),
            signs_crls: usage.is_some_and(|extension| extension.value.crl_sign()),
        })
    }
}

/// Parses the bytes whole and hands the borrowed form to `read`.
pub(super) fn parse<T>(
    der: &Der,
    read: impl FnOnce(&X509Certificate<'_>) -> Result<T, Distrust>,
) -> Result<T, Distrust> {
    if der.as_bytes().len() > CERTIFICATE_LEN_MAX {
        return Err(Distrust::CertificateTooLarge { bytes: der.as_bytes().len() });
    }
    let (rest, parsed) =
        X509Certificate::from_der(der.as_bytes()).map_err(|_| Distrust::CertificateUnreadable)?;
    if !rest.is_empty() {
        return Err(Distrust::CertificateUnreadable);
    }
    read(&parsed)
}

fn check_extensions(extensions: &[X509Extension<'_>]) -> Result<(), Distrust> {
    for (position, extension) in extensions.iter().enumerate() {
        let again = extensions.iter().skip(position + 1).any(|other| other.oid == extension.oid);
        if again || matches!(extension.parsed_extension(), ParsedExtension::ParseError { .. }) {
            return Err(Distrust::CertificateUnreadable);
        }
        if extension.critical && !CRITICAL_UNDERSTOOD.contains(&extension.oid) {
            return Err(Distrust::CriticalExtension { oid: extension.oid.to_id_string() });
        }
    }
    Ok(())
}

fn check_signature_algorithm(parsed: &X509Certificate<'_>) -> Result<(), Distrust> {
    let outer = &parsed.signature_algorithm.algorithm;
    let inner = &parsed.tbs_certificate.signature.algorithm;
    if outer != inner || !SIGNATURES_ALLOWED.contains(outer) {
        return Err(Distrust::SignatureAlgorithm { oid: outer.to_id_string() });
    }
    Ok(())
}

pub(super) fn subject_key_id(extensions: &[X509Extension<'_>]) -> Option<Vec<u8>> {
    extensions.iter().find_map(|extension| {
        if let ParsedExtension::SubjectKeyIdentifier(id) = extension.parsed_extension() {
            Some(id.0.to_vec())
        } else {
            None
        }
    })
}

pub(super) fn authority_key_id(extensions: &[X509Extension<'_>]) -> Option<Vec<u8>> {
    extensions.iter().find_map(|extension| {
        if let ParsedExtension::AuthorityKeyIdentifier(id) = extension.parsed_extension() {
            id.key_identifier.as_ref().map(|key| key.0.to_vec())
        } else {
            None
        }
    })
}

pub(super) fn instant(seconds: i64) -> Result<Timestamp, Distrust> {
    from_unix(seconds).ok_or(Distrust::CertificateUnreadable)
}

pub(super) fn unreadable<E>(_: E) -> Distrust {
    Distrust::CertificateUnreadable
}

/// Asks a question of the extended key usages; a certificate without any answers no.
pub(crate) fn extended_usages(
    der: &Der,
    ask: impl FnOnce(&ExtendedKeyUsage<'_>) -> bool,
) -> Result<bool, Distrust> {
    parse(der, |parsed| {
        let usage = parsed.extended_key_usage().map_err(unreadable)?;
        Ok(usage.is_some_and(|extension| ask(extension.value)))
    })
}
