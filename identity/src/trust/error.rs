//! Why a trust list is not taken. The authority's fault, or of whoever served it.

use jiff::Timestamp;
use wire::dataspace::DataspaceId;
use wire::node::ShapeError;

use crate::Distrust;
use crate::jws::JwsError;
use crate::keys::JwkError;

/// Why a trust list does not count. The one held so far stays in force until it expires.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrustError {
    /// It speaks for another authority than the list held.
    #[error("the trust list is by another authority")]
    Authority,
    /// It speaks of another data space.
    #[error("the trust list is of the data space `{found}`")]
    Dataspace {
        /// Of which.
        found: DataspaceId,
    },
    /// It ended.
    #[error("the trust list ended at `{expires}`")]
    Expired {
        /// When.
        expires: Timestamp,
    },
    /// It begins in the future.
    #[error("the trust list is dated `{issued}`, in the future")]
    Future {
        /// When.
        issued: Timestamp,
    },
    /// A registered key is none.
    #[error("a key in the trust list cannot be used: {source}")]
    Jwk {
        /// Why.
        #[from]
        source: JwkError,
    },
    /// The signed statement itself is bad.
    #[error("the trust list's signature does not count: {source}")]
    Jws {
        /// Why.
        #[from]
        source: JwsError,
    },
    /// Another list with the same number is held.
    #[error("another trust list with the number `{number}` is already held")]
    NumberReused {
        /// The number.
        number: u64,
    },
    /// It is older than the list held.
    #[error("the trust list's number `{number}` is lower than `{seen}`, the one held")]
    Rollback {
        /// The number offered.
        number: u64,
        /// The number held.
        seen: u64,
    },
    /// A member is missing, unknown, or of the wrong form.
    #[error("the trust list is malformed: {source}")]
    Shape {
        /// Where and what.
        #[from]
        source: ShapeError,
    },
    /// The signer's certificate is not believed.
    #[error("the trust list's signer is not believed: {source}")]
    Signer {
        /// Why.
        #[from]
        source: Distrust,
    },
    /// The signer's certificate, or its root's, does not hold now.
    #[error("the certificate of the trust list's signer, or its root, does not hold now")]
    SignerEnded {
        /// Whether it is the root.
        authority: bool,
    },
    /// No certificate in the header.
    #[error("the trust list does not carry its signer's certificate")]
    SignerMissing,
    /// The signer's certificate was made for something else.
    #[error("the certificate of the trust list's signer was not made for statements")]
    SignerUsage,
}

impl TrustError {
    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Authority => "trust-list-authority",
            Self::Dataspace { .. } => "trust-list-dataspace",
            Self::Expired { .. } => "trust-list-expired",
            Self::Future { .. } => "trust-list-future",
            Self::Jwk { .. } => "trust-list-key",
            Self::Jws { source } => source.code(),
            Self::NumberReused { .. } => "trust-list-number-reused",
            Self::Rollback { .. } => "trust-list-rollback",
            Self::Shape { .. } => "trust-list-shape",
            Self::Signer { source } => source.code(),
            Self::SignerEnded { .. } => "trust-list-signer-ended",
            Self::SignerMissing => "trust-list-signer-missing",
            Self::SignerUsage => "trust-list-signer-usage",
        }
    }

    /// What the operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "ask the authority to publish a new trust list",
            Self::Future { .. } | Self::SignerEnded { .. } => {
                "compare this machine's clock with the authority's"
            }
            Self::Signer { source } => source.remedy(),
            Self::Authority
            | Self::Dataspace { .. }
            | Self::Jwk { .. }
            | Self::Jws { .. }
            | Self::NumberReused { .. }
            | Self::Rollback { .. }
            | Self::Shape { .. }
            | Self::SignerMissing
            | Self::SignerUsage => {
                "report it to the authority; the list held so far stays in force until it ends"
            }
        }
    }
}

impl From<crate::x509::CrlFault> for TrustError {
    fn from(fault: crate::x509::CrlFault) -> Self {
        Self::Signer { source: fault.into() }
    }
}
