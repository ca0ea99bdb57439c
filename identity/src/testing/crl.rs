//! Revocation lists that must not be taken, and the good ones beside them.

use openssl::bn::BigNum;
use openssl::pkey::{PKeyRef, Private};
use openssl::x509::extension::{AuthorityKeyIdentifier, CrlNumber};
use openssl::x509::{X509, X509Builder, X509CrlBuilder};

use super::forge::{ec, raw};
use super::{DAY, TestError, World, span};
use crate::Crls;
use crate::authority::RevocationList;
use crate::authority::der::{sequence, tlv};
use crate::time::{Validity, to_asn1};

/// A revocation list of the issuing authority that must be refused, though the list number 5 is
/// held already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCrl {
    /// Past its `nextUpdate`.
    Stale,
    /// Begins tomorrow.
    Future,
    /// No DER.
    Unreadable,
    /// Whole, with bytes after its end.
    TrailingBytes,
    /// Signed by another key under our name.
    OtherAuthority,
    /// Signed by the root, which issues other certificates.
    OtherIssuer,
    /// The number 4.
    LowerNumber,
    /// Another list with the number 5.
    SameNumber,
    /// An indirect list.
    Indirect,
    /// Only for authorities' certificates.
    Partial,
    /// A delta list.
    Delta,
    /// An unknown critical extension.
    CriticalExtension,
}

impl BadCrl {
    /// Every case.
    pub const ALL: &'static [Self] = &[
        Self::Stale,
        Self::Future,
        Self::Unreadable,
        Self::TrailingBytes,
        Self::OtherAuthority,
        Self::OtherIssuer,
        Self::LowerNumber,
        Self::SameNumber,
        Self::Indirect,
        Self::Partial,
        Self::Delta,
        Self::CriticalExtension,
    ];

    /// The reason code with which it must be refused.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Stale => "crl-stale",
            Self::Future => "crl-future",
            Self::Unreadable | Self::TrailingBytes => "crl-unreadable",
            Self::OtherAuthority => "crl-signature",
            Self::OtherIssuer => "crl-other-issuer",
            Self::LowerNumber => "crl-rollback",
            Self::SameNumber => "crl-number-reused",
            Self::Indirect => "crl-indirect",
            Self::Partial => "crl-partial",
            Self::Delta => "crl-delta",
            Self::CriticalExtension => "crl-critical-extension",
        }
    }
}

/// A list and what the receiver held before it came.
#[derive(Debug)]
pub struct OfferedCrl {
    /// The bytes.
    pub crl: Vec<u8>,
    /// What is held: both authorities' lists number 5.
    pub held: Crls,
}

impl World {
    /// Makes one bad list of the issuing authority.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn bad_crl(&self, case: BadCrl) -> Result<OfferedCrl, TestError> {
        let issuing = self.issuing.certificate().to_openssl()?;
        let key = self.issuing.key().pkey();
        let week = span(self.now, -3600, 7 * DAY)?;
        let usual = List { number: 6, validity: week, extension: None };
        let crl = match case {
            BadCrl::Stale => {
                List { validity: span(self.now, -9 * DAY, -60)?, ..usual }.sign(&issuing, key)?
            }
            BadCrl::Future => {
                List { validity: span(self.now, DAY, 7 * DAY)?, ..usual }.sign(&issuing, key)?
            }
            BadCrl::Unreadable => b"not a revocation list".to_vec(),
            BadCrl::TrailingBytes => [usual.sign(&issuing, key)?, vec![0]].concat(),
            BadCrl::OtherAuthority => {
                let other = ec(openssl::nid::Nid::X9_62_PRIME256V1)?;
                usual.sign(&issuing, &other)?
            }
            BadCrl::OtherIssuer => {
                let root = self.root.certificate().to_openssl()?;
                usual.sign(&root, self.root.key().pkey())?
            }
            BadCrl::LowerNumber => List { number: 4, ..usual }.sign(&issuing, key)?,
            BadCrl::SameNumber => {
                let validity = span(self.now, -3500, 7 * DAY)?;
                List { number: 5, validity, extension: None }.sign(&issuing, key)?
            }
            BadCrl::Indirect => {
                usual.with("2.5.29.28", &sequence(&tlv(0x84, &[0xff]))).sign(&issuing, key)?
            }
            BadCrl::Partial => {
                usual.with("2.5.29.28", &sequence(&tlv(0x82, &[0xff]))).sign(&issuing, key)?
            }
            BadCrl::Delta => usual.with("2.5.29.27", &tlv(0x02, &[5])).sign(&issuing, key)?,
            BadCrl::CriticalExtension => {
                usual.with("1.3.6.1.4.1.99999.1", &[0x05, 0x00]).sign(&issuing, key)?
            }
        };
        Ok(OfferedCrl { crl, held: self.crls(5, &[], &[])? })
    }

    /// The root's list alone.
    pub(super) fn root_crl_only(&self) -> Result<Crls, TestError> {
        let Validity { not_before, not_after } = span(self.now, -3600, 7 * DAY)?;
        let crl = self.root.sign_crl(&RevocationList {
            number: 1,
            this_update: not_before,
            next_update: not_after,
            revoked: Vec::new(),
        })?;
        Ok(Crls::empty().update(&crl, self.root.certificate(), self.now)?)
    }
}

struct List {
    number: u32,
    validity: Validity,
    extension: Option<(&'static str, Vec<u8>)>,
}

impl List {
    fn with(self, identifier: &'static str, content: &[u8]) -> Self {
        Self { extension: Some((identifier, content.to_vec())), ..self }
    }

    fn sign(&self, issuer: &X509, key: &PKeyRef<Private>) -> Result<Vec<u8>, TestError> {
        let mut builder = X509CrlBuilder::new()?;
        builder.set_issuer_name(issuer.subject_name())?;
        builder.set_last_update(&*to_asn1(self.validity.not_before)?)?;
        builder.set_next_update(&*to_asn1(self.validity.not_after)?)?;
        let holder = X509Builder::new()?;
        let context = holder.x509v3_context(Some(issuer), None);
        builder.append_extension(AuthorityKeyIdentifier::new().keyid(true).build(&context)?)?;
        builder.append_extension(CrlNumber::new(BigNum::from_u32(self.number)?)?.build()?)?;
        if let Some((identifier, content)) = &self.extension {
            builder.append_extension(raw(identifier, true, content)?)?;
        }
        builder.sign(key, openssl::hash::MessageDigest::sha256())?;
        Ok(builder.build()?.to_der()?)
    }
}
