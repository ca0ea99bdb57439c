//! One certificate revocation list, checked against the certificate of its issuer. Never fetches,
//! never asks a clock; whether it is fresh is asked with an instant.

use std::collections::BTreeSet;

use jiff::Timestamp;
use openssl::x509::X509Crl;
use wire::digest::Digest;
use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

use super::view::{Certificate, SIGNATURES_ALLOWED, authority_key_id};
use super::{Der, Serial};
use crate::time::from_unix;

/// Longest CRL that is looked at, in bytes of DER: about 25,000 revocations.
pub const CRL_LEN_MAX: usize = 1024 * 1024;

/// OID of the delta CRL indicator (RFC 5280, 5.2.4).
const DELTA_CRL_INDICATOR: &str = "2.5.29.27";

/// A complete, direct CRL whose signature by its issuer was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crl {
    pub(crate) issuer_spki: Digest,
    pub(crate) number: u128,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    pub(crate) revoked: BTreeSet<Serial>,
    pub(crate) digest: Digest,
}

impl Crl {
    /// Reads a CRL and checks that `issuer` signed it.
    ///
    /// # Errors
    /// [`CrlFault`] for anything but a complete, direct, correctly signed list of version 2.
    pub fn read(der: &[u8], issuer: &Der) -> Result<Self, CrlFault> {
        if der.len() > CRL_LEN_MAX {
            return Err(CrlFault::TooLarge { bytes: der.len() });
        }
        let (rest, parsed) =
            CertificateRevocationList::from_der(der).map_err(|_| CrlFault::Unreadable)?;
        if !rest.is_empty() || parsed.version().is_none_or(|version| version.0 != 1) {
            return Err(CrlFault::Unreadable);
        }
        let authority = Certificate::read(issuer).map_err(|_| CrlFault::IssuerUnreadable)?;
        check_issuer(&parsed, &authority)?;
        check_extensions(parsed.extensions())?;
        check_signature(der, &parsed, issuer)?;
        let next_update = parsed.next_update().ok_or(CrlFault::Unreadable)?;
        Ok(Self {
            issuer_spki: authority.spki,
            number: number(parsed.extensions())?,
            this_update: instant(parsed.last_update().timestamp())?,
            next_update: instant(next_update.timestamp())?,
            revoked: revoked(&parsed)?,
            digest: Digest::of(der),
        })
    }

    /// The list's number, which only ever grows.
    #[must_use]
    pub fn number(&self) -> u128 {
        self.number
    }

    /// When the next list is promised; after it, this one no longer counts.
    #[must_use]
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// Whether the list names this serial number.
    #[must_use]
    pub fn revokes(&self, serial: &Serial) -> bool {
        self.revoked.contains(serial)
    }

    /// The serial numbers that it names.
    pub fn revoked(&self) -> impl Iterator<Item = &Serial> {
        self.revoked.iter()
    }
}

fn check_issuer(
    parsed: &CertificateRevocationList<'_>,
    authority: &Certificate,
) -> Result<(), CrlFault> {
    let key_id = authority_key_id(parsed.extensions());
    let same_name = parsed.issuer().as_raw() == authority.subject;
    let same_key = key_id.is_some() && key_id == authority.subject_key_id;
    if same_name && same_key && authority.ca && authority.signs_crls {
        Ok(())
    } else {
        Err(CrlFault::OtherIssuer)
    }
}

fn check_extensions(extensions: &[X509Extension<'_>]) -> Result<(), CrlFault> {
    for (position, extension) in extensions.iter().enumerate() {
        if extensions.iter().skip(position + 1).any(|other| other.oid == extension.oid) {
            return Err(CrlFault::Unreadable);
        }
        if extension.oid.to_id_string() == DELTA_CRL_INDICATOR {
            return Err(CrlFault::Delta);
        }
        if let ParsedExtension::IssuingDistributionPoint(point) = extension.parsed_extension() {
            return Err(if point.indirect_crl { CrlFault::Indirect } else { CrlFault::Partial });
        }
        if extension.critical {
            return Err(CrlFault::CriticalExtension);
        }
    }
    Ok(())
}

fn check_signature(
    der: &[u8],
    parsed: &CertificateRevocationList<'_>,
    issuer: &Der,
) -> Result<(), CrlFault> {
    let outer = &parsed.signature_algorithm.algorithm;
    if *outer != parsed.tbs_cert_list.signature.algorithm || !SIGNATURES_ALLOWED.contains(outer) {
        return Err(CrlFault::SignatureAlgorithm);
    }
    let key = issuer
        .to_openssl()
        .ok()
        .and_then(|certificate| certificate.public_key().ok())
        .ok_or(CrlFault::IssuerUnreadable)?;
    let crl = X509Crl::from_der(der).map_err(|_| CrlFault::Unreadable)?;
    if matches!(crl.verify(&key), Ok(true)) { Ok(()) } else { Err(CrlFault::Signature) }
}

fn number(extensions: &[X509Extension<'_>]) -> Result<u128, CrlFault> {
    extensions
        .iter()
        .find_map(|extension| {
            if let ParsedExtension::CRLNumber(number) = extension.parsed_extension() {
                Some(u128::try_from(number).map_err(|_| CrlFault::Unreadable))
            } else {
                None
            }
        })
        .unwrap_or(Err(CrlFault::Unreadable))
}

fn revoked(parsed: &CertificateRevocationList<'_>) -> Result<BTreeSet<Serial>, CrlFault> {
    parsed
        .iter_revoked_certificates()
        .map(|entry| {
            if entry.extensions().iter().any(|extension| extension.critical) {
                return Err(CrlFault::CriticalExtension);
            }
            Serial::from_der_integer(entry.raw_serial()).map_err(|_| CrlFault::Unreadable)
        })
        .collect()
}

fn instant(seconds: i64) -> Result<Timestamp, CrlFault> {
    from_unix(seconds).ok_or(CrlFault::Unreadable)
}

/// Why a revocation list is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrlFault {
    /// A critical extension, of the list or of an entry, that we do not know.
    #[error("the revocation list carries a critical extension that we do not know")]
    CriticalExtension,
    /// A delta CRL.
    #[error("the revocation list is a delta; only complete lists are taken")]
    Delta,
    /// `thisUpdate` lies in the future.
    #[error("the revocation list begins only at `{this_update}`")]
    Future {
        /// When it begins.
        this_update: Timestamp,
    },
    /// An indirect CRL, which speaks for other issuers.
    #[error("the revocation list is indirect; each issuer speaks for itself")]
    Indirect,
    /// The issuer's certificate itself cannot be read.
    #[error("the certificate of the list's issuer cannot be read")]
    IssuerUnreadable,
    /// Another list with the same number was already taken.
    #[error("another revocation list with the number `{number}` was already taken")]
    NumberReused {
        /// The number that both carry.
        number: u128,
    },
    /// Name or key identifier differ from the certificate that it was compared with.
    #[error("the revocation list was not issued by this authority")]
    OtherIssuer,
    /// Limited to a part of the certificates or of the reasons.
    #[error("the revocation list covers only a part of the certificates")]
    Partial,
    /// Its number is lower than the one last taken.
    #[error("the revocation list's number `{number}` is lower than `{seen}`, the last one taken")]
    Rollback {
        /// The number offered.
        number: u128,
        /// The number held.
        seen: u128,
    },
    /// The signature does not verify.
    #[error("the signature of the revocation list is not its issuer's")]
    Signature,
    /// Signed with SHA-1 or worse.
    #[error("the revocation list is signed with an algorithm that is not allowed")]
    SignatureAlgorithm,
    /// Past its `nextUpdate`.
    #[error("the revocation list was to be replaced by `{next_update}`")]
    Stale {
        /// When the next one was due.
        next_update: Timestamp,
    },
    /// Longer than [`CRL_LEN_MAX`].
    #[error("the revocation list has `{bytes}` bytes, more than allowed")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// No DER, trailing bytes, not version 2, or a required member missing.
    #[error("the revocation list cannot be read")]
    Unreadable,
}

impl CrlFault {
    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CriticalExtension => "crl-critical-extension",
            Self::Delta => "crl-delta",
            Self::Future { .. } => "crl-future",
            Self::Indirect => "crl-indirect",
            Self::IssuerUnreadable => "crl-issuer-unreadable",
            Self::NumberReused { .. } => "crl-number-reused",
            Self::OtherIssuer => "crl-other-issuer",
            Self::Partial => "crl-partial",
            Self::Rollback { .. } => "crl-rollback",
            Self::Signature => "crl-signature",
            Self::SignatureAlgorithm => "crl-signature-algorithm",
            Self::Stale { .. } => "crl-stale",
            Self::TooLarge { .. } => "crl-too-large",
            Self::Unreadable => "crl-unreadable",
        }
    }

    /// What the operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Stale { .. } => {
                "ask the authority to publish a new revocation list and check that it can be reached"
            }
            Self::Future { .. } => "compare this machine's clock with the authority's",
            Self::Rollback { .. } | Self::NumberReused { .. } => {
                "ask the authority why an older list is served; the newer one stays in force"
            }
            Self::CriticalExtension
            | Self::Delta
            | Self::Indirect
            | Self::IssuerUnreadable
            | Self::OtherIssuer
            | Self::Partial
            | Self::Signature
            | Self::SignatureAlgorithm
            | Self::TooLarge { .. }
            | Self::Unreadable => {
                "report it to the authority of the data space; the list held so far stays in force"
            }
        }
    }
}
