//! A participant's certificate, read strictly: exactly one URI name that is a canonical did:web,
//! DNS names exactly its host, exactly the two TLS usages. Reading is not trusting.

use jiff::Timestamp;
use wire::did::Did;
use wire::digest::Digest;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};

use super::view::{Certificate, parse, unreadable};
use super::{Der, Serial};
use crate::Distrust;
use crate::time::Validity;

/// Longest name in a certificate, in bytes.
const NAME_LEN_MAX: usize = 1024;

/// What a participant's certificate says. Holding one proves nothing: only
/// [`crate::chain::verify`] does.
#[derive(Clone, Debug)]
pub struct Leaf {
    did: Did,
    crl_points: Vec<String>,
    certificate: Certificate,
}

impl Leaf {
    /// Reads and checks one participant certificate.
    ///
    /// # Errors
    /// Each departure from the profile has its own [`Distrust`].
    pub fn read(der: &Der) -> Result<Self, Distrust> {
        parse(der, |parsed| {
            let certificate = Certificate::of(der, parsed)?;
            if certificate.ca {
                return Err(Distrust::LeafIsAuthority);
            }
            check_key_usage(parsed)?;
            check_extended_usage(parsed)?;
            let did = names(parsed)?;
            Ok(Self { did, crl_points: crl_points(parsed), certificate })
        })
    }

    /// The participant that the certificate names.
    #[must_use]
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// The serial number.
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.certificate.serial
    }

    /// SHA-256 over the DER bytes.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        self.certificate.fingerprint
    }

    /// SHA-256 over the SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> Digest {
        self.certificate.spki
    }

    /// From when to when it claims to hold.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.certificate.validity
    }

    /// When two thirds of its life are over: time to renew.
    #[must_use]
    pub fn renew_at(&self) -> Timestamp {
        let begin = self.certificate.validity.not_before.as_second();
        let life = self.certificate.validity.not_after.as_second().saturating_sub(begin);
        crate::time::from_unix(begin.saturating_add(life / 3 * 2))
            .unwrap_or(self.certificate.validity.not_after)
    }

    /// The subject key identifier, if there is one.
    #[must_use]
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.certificate.subject_key_id.as_deref()
    }

    /// The authority key identifier, if there is one.
    #[must_use]
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.certificate.authority_key_id.as_deref()
    }

    /// Where its issuer says that the CRL lies; informative, never fetched on this word alone.
    #[must_use]
    pub fn crl_points(&self) -> &[String] {
        &self.crl_points
    }
}

fn check_key_usage(parsed: &X509Certificate<'_>) -> Result<(), Distrust> {
    let usage = parsed.key_usage().map_err(unreadable)?.ok_or(Distrust::KeyUsage)?;
    let right =
        usage.value.digital_signature() && !usage.value.key_cert_sign() && !usage.value.crl_sign();
    if right { Ok(()) } else { Err(Distrust::KeyUsage) }
}

fn check_extended_usage(parsed: &X509Certificate<'_>) -> Result<(), Distrust> {
    let usage = parsed
        .extended_key_usage()
        .map_err(unreadable)?
        .ok_or(Distrust::ExtendedUsageMissing)?
        .value;
    let exact = usage.client_auth
        && usage.server_auth
        && !usage.any
        && !usage.code_signing
        && !usage.email_protection
        && !usage.time_stamping
        && !usage.ocsp_signing
        && usage.other.is_empty();
    if exact { Ok(()) } else { Err(Distrust::ExtendedUsage) }
}

/// The DID of the one URI name, after comparing every DNS name with its host.
fn names(parsed: &X509Certificate<'_>) -> Result<Did, Distrust> {
    let names =
        parsed.subject_alternative_name().map_err(unreadable)?.ok_or(Distrust::NameMissing)?;
    let mut uris = Vec::new();
    let mut hosts = Vec::new();
    for name in &names.value.general_names {
        if let GeneralName::URI(uri) = name {
            uris.push(clean(uri)?);
        } else if let GeneralName::DNSName(host) = name {
            hosts.push(clean(host)?);
        } else if matches!(name, GeneralName::Invalid(..)) {
            return Err(Distrust::NameMalformed);
        } else {
            return Err(Distrust::NameKind);
        }
    }
    let did = match uris.as_slice() {
        [] => return Err(Distrust::DidMissing),
        [uri] => canonical_did(uri)?,
        [_, _, ..] => return Err(Distrust::DidAmbiguous { count: uris.len() }),
    };
    if hosts.is_empty() {
        return Err(Distrust::NameMissing);
    }
    for host in hosts {
        if host.contains('*') {
            return Err(Distrust::NameWildcard { name: host.to_owned() });
        }
        if host != did.host() {
            return Err(Distrust::HostMismatch { name: host.to_owned(), did: Box::new(did) });
        }
    }
    Ok(did)
}

/// Printable ASCII without spaces, bounded; anything else is an attempt.
fn clean(name: &str) -> Result<&str, Distrust> {
    let printable = name.bytes().all(|byte| byte.is_ascii_graphic());
    if printable && !name.is_empty() && name.len() <= NAME_LEN_MAX {
        Ok(name)
    } else {
        Err(Distrust::NameMalformed)
    }
}

fn canonical_did(uri: &str) -> Result<Did, Distrust> {
    let did: Did = uri.parse().map_err(|_| Distrust::DidNotCanonical { name: uri.to_owned() })?;
    if did.as_str() == uri {
        Ok(did)
    } else {
        Err(Distrust::DidNotCanonical { name: uri.to_owned() })
    }
}

fn crl_points(parsed: &X509Certificate<'_>) -> Vec<String> {
    let mut points = Vec::new();
    for extension in parsed.extensions() {
        let ParsedExtension::CRLDistributionPoints(list) = extension.parsed_extension() else {
            continue;
        };
        for point in list.iter() {
            let Some(DistributionPointName::FullName(names)) = &point.distribution_point else {
                continue;
            };
            points.extend(names.iter().filter_map(|name| {
                if let GeneralName::URI(uri) = name { Some((*uri).to_owned()) } else { None }
            }));
        }
    }
    points
}
