//! Why a peer is not believed: one variant per case, each with a stable code, its cause in words
//! and what can be done about it. Never a free text.

use jiff::Timestamp;
use wire::did::Did;

use crate::x509::CrlFault;

/// The peer's fault unless the text says otherwise: why its certificate is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// One certificate of the chain cannot be read.
    #[error("a certificate of the chain cannot be read")]
    CertificateUnreadable,
    /// One certificate of the chain is longer than we look at.
    #[error("a certificate of the chain has `{bytes}` bytes, more than allowed")]
    CertificateTooLarge {
        /// Its length.
        bytes: usize,
    },
    /// OpenSSL refuses the chain for a reason that we have no own word for.
    #[error("OpenSSL refuses the chain: error `{openssl}` at depth `{depth}`")]
    ChainInvalid {
        /// Its `X509_V_ERR_` number.
        openssl: i32,
        /// 0 for the leaf, counted upwards.
        depth: u32,
    },
    /// Not exactly leaf, issuing authority, root.
    #[error("the chain is not exactly leaf, issuing authority and root")]
    ChainLength,
    /// A critical extension that we do not know.
    #[error("a certificate carries the critical extension `{oid}` that we do not know")]
    CriticalExtension {
        /// Its object identifier.
        oid: String,
    },
    /// A revocation list does not count.
    #[error("{fault}")]
    Crl {
        /// What is wrong with it.
        fault: CrlFault,
    },
    /// No revocation list of one of the authorities in the chain is held.
    #[error("no revocation list of an authority in the chain is held")]
    CrlMissing,
    /// The root is known, but may not speak for this participant in any data space.
    #[error("its root certificate may not speak for `{did}` here")]
    DataspaceScope {
        /// Who was named.
        did: Box<Did>,
    },
    /// More than one URI name.
    #[error("the certificate has `{count}` URI names instead of one")]
    DidAmbiguous {
        /// How many.
        count: usize,
    },
    /// No URI name.
    #[error("the certificate has no URI name and so names no participant")]
    DidMissing,
    /// The URI name is no did:web in its one canonical spelling.
    #[error("the URI name `{name}` is not a did:web in canonical form")]
    DidNotCanonical {
        /// The name as it stands in the certificate.
        name: String,
    },
    /// The certificate is good, but of somebody else than was meant.
    #[error("the certificate belongs to `{found}`, not to `{expected}`")]
    DidOther {
        /// Who was meant.
        expected: Box<Did>,
        /// Who it is.
        found: Box<Did>,
    },
    /// Past its end.
    #[error("the certificate ended at `{not_after}`")]
    Expired {
        /// Its last instant.
        not_after: Timestamp,
    },
    /// Extended key usages other than exactly client and server authentication.
    #[error("the certificate's extended usages are not exactly client and server authentication")]
    ExtendedUsage,
    /// No extended key usage at all.
    #[error("the certificate names no extended usage")]
    ExtendedUsageMissing,
    /// A DNS name is not the host of the DID.
    #[error("the DNS name `{name}` is not the host of `{did}`")]
    HostMismatch {
        /// The DNS name.
        name: String,
        /// The DID beside it.
        did: Box<Did>,
    },
    /// An authority's certificate in the chain is past its end.
    #[error("the certificate of an authority in the chain has ended")]
    IssuerExpired,
    /// The certificate between leaf and root is missing, or not the one that signed.
    #[error("the certificate of the issuing authority is missing or not the one that signed")]
    IssuerMissing,
    /// An authority's certificate in the chain does not hold yet.
    #[error("the certificate of an authority in the chain does not hold yet")]
    IssuerNotYetValid,
    /// The issuing authority was revoked.
    #[error("the issuing authority was revoked by its root")]
    IssuerRevoked,
    /// An elliptic curve other than P-256 and P-384.
    #[error("a key in the chain lies on a curve that is not allowed")]
    KeyCurve,
    /// An RSA exponent other than 65537.
    #[error("an RSA key in the chain has an exponent other than 65537")]
    KeyExponent,
    /// Neither elliptic curve nor RSA.
    #[error("a key in the chain is of a kind that is not allowed")]
    KeyKind,
    /// An RSA key below 2048 or above 8192 bits.
    #[error("an RSA key in the chain has `{bits}` bits; 2048 to 8192 are allowed")]
    KeySize {
        /// Its size.
        bits: usize,
    },
    /// Key usage is not digital signature without certificate signing.
    #[error("the certificate's key usage is not that of a participant")]
    KeyUsage,
    /// The leaf is marked as an authority.
    #[error("the certificate is an authority's, not a participant's")]
    LeafIsAuthority,
    /// A name lies outside of what the issuing authority may name.
    #[error("a name in the certificate lies outside of what its authority may name")]
    NameConstraint,
    /// A kind of name other than URI and DNS.
    #[error("the certificate holds a name that is neither URI nor DNS")]
    NameKind,
    /// A name with a NUL, a space, or signs outside of ASCII.
    #[error("a name in the certificate holds signs that no name may hold")]
    NameMalformed,
    /// No subject alternative name, or no DNS name in it.
    #[error("the certificate has no DNS name in its subject alternative name")]
    NameMissing,
    /// A wildcard.
    #[error("the DNS name `{name}` is a wildcard")]
    NameWildcard {
        /// The name.
        name: String,
    },
    /// No certificate was shown.
    #[error("no certificate was shown")]
    NoCertificate,
    /// Before its beginning.
    #[error("the certificate begins only at `{not_before}`")]
    NotYetValid {
        /// Its first instant.
        not_before: Timestamp,
    },
    /// A certificate signed others without being an authority.
    #[error("a certificate in the chain signed another without being an authority")]
    NotAuthority,
    /// More authorities below each other than the one above allows.
    #[error("the chain is longer than an authority in it allows")]
    PathLength,
    /// Named by its issuer's revocation list.
    #[error("the certificate was revoked by its authority")]
    Revoked,
    /// The chain ends in no root of a data space of ours.
    #[error("the chain ends in no root that this participant trusts")]
    RootUnknown,
    /// SHA-1 or worse.
    #[error("a certificate in the chain is signed with `{oid}`, which is not allowed")]
    SignatureAlgorithm {
        /// Object identifier of the algorithm.
        oid: String,
    },
    /// A signature in the chain does not verify.
    #[error("a signature in the chain does not verify")]
    SignatureInvalid,
}

impl From<CrlFault> for Distrust {
    fn from(fault: CrlFault) -> Self {
        Self::Crl { fault }
    }
}

impl Distrust {
    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CertificateTooLarge { .. } => "certificate-too-large",
            Self::CertificateUnreadable => "certificate-unreadable",
            Self::ChainInvalid { .. } => "chain-invalid",
            Self::ChainLength => "chain-length",
            Self::CriticalExtension { .. } => "critical-extension",
            Self::Crl { fault } => fault.code(),
            Self::CrlMissing => "crl-missing",
            Self::DataspaceScope { .. } => "dataspace-scope",
            Self::DidAmbiguous { .. } => "did-ambiguous",
            Self::DidMissing => "did-missing",
            Self::DidNotCanonical { .. } => "did-not-canonical",
            Self::DidOther { .. } => "did-other",
            Self::Expired { .. } => "certificate-expired",
            Self::ExtendedUsage => "extended-usage",
            Self::ExtendedUsageMissing => "extended-usage-missing",
            Self::HostMismatch { .. } => "host-mismatch",
            Self::IssuerExpired => "issuer-expired",
            Self::IssuerMissing => "issuer-missing",
            Self::IssuerNotYetValid => "issuer-not-yet-valid",
            Self::IssuerRevoked => "issuer-revoked",
            Self::KeyCurve => "key-curve",
            Self::KeyExponent => "key-exponent",
            Self::KeyKind => "key-kind",
            Self::KeySize { .. } => "key-size",
            Self::KeyUsage => "key-usage",
            Self::LeafIsAuthority => "leaf-is-authority",
            Self::NameConstraint => "name-constraint",
            Self::NameKind => "name-kind",
            Self::NameMalformed => "name-malformed",
            Self::NameMissing => "name-missing",
            Self::NameWildcard { .. } => "name-wildcard",
            Self::NoCertificate => "no-certificate",
            Self::NotAuthority => "not-authority",
            Self::NotYetValid { .. } => "certificate-not-yet-valid",
            Self::PathLength => "path-length",
            Self::Revoked => "certificate-revoked",
            Self::RootUnknown => "root-unknown",
            Self::SignatureAlgorithm { .. } => "signature-algorithm",
            Self::SignatureInvalid => "signature-invalid",
        }
    }

    /// What can be done about it, for the operator of the refusing side.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Crl { fault } => fault.remedy(),
            Self::CrlMissing => {
                "fetch the revocation lists of the data space's root and issuing authority"
            }
            Self::DataspaceScope { .. } => {
                "add the participant or its host suffix to the root's scope, if it shall belong"
            }
            Self::DidOther { .. } => {
                "check the address; if it is right, ask the partner which name its listener serves"
            }
            Self::Expired { .. } => "the peer must renew its certificate",
            Self::IssuerExpired => "the authority must renew its issuing certificate",
            Self::NotYetValid { .. } | Self::IssuerNotYetValid => {
                "compare the clocks of both machines"
            }
            Self::Revoked => "the peer must ask its authority why; a new enrolment is needed",
            Self::IssuerRevoked => "the authority must issue new certificates to its members",
            Self::RootUnknown => {
                "check that both belong to the same data space, or add its root with a scope"
            }
            Self::IssuerMissing | Self::ChainLength => {
                "the peer must send its certificate together with that of the issuing authority"
            }
            Self::NoCertificate => "the peer must show its participant certificate",
            Self::CertificateTooLarge { .. }
            | Self::CertificateUnreadable
            | Self::ChainInvalid { .. }
            | Self::CriticalExtension { .. }
            | Self::DidAmbiguous { .. }
            | Self::DidMissing
            | Self::DidNotCanonical { .. }
            | Self::ExtendedUsage
            | Self::ExtendedUsageMissing
            | Self::HostMismatch { .. }
            | Self::KeyCurve
            | Self::KeyExponent
            | Self::KeyKind
            | Self::KeySize { .. }
            | Self::KeyUsage
            | Self::LeafIsAuthority
            | Self::NameConstraint
            | Self::NameKind
            | Self::NameMalformed
            | Self::NameMissing
            | Self::NameWildcard { .. }
            | Self::NotAuthority
            | Self::PathLength
            | Self::SignatureAlgorithm { .. }
            | Self::SignatureInvalid => {
                "the peer needs a certificate that follows the data space's profile; enrol it anew"
            }
        }
    }
}
