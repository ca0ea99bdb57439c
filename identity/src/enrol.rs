//! How a participant comes to its certificate: a one-time code that went another way, a signing
//! request, and a statement by its DID key over that request. Renewal needs the old certificate
//! and such a statement. Which codes are open, and that each is used once, is the caller's store.

mod code;
mod fingerprint;
mod renewal;
mod request;
mod statement;

pub use code::{Code, CodeError, CodeHash};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use renewal::{RENEWAL_TYP, Renewal, RenewalRequest};
pub use request::{ENROLMENT_TYP, Enrolment, EnrolmentRequest, Invitation};
pub use statement::Office;

use wire::json::JsonError;
use wire::node::ShapeError;

use crate::authority::RequestError;
use crate::jws::JwsError;
use crate::keys::JwkError;

/// Longest body of an enrolment or renewal, in bytes.
pub const BODY_LEN_MAX: usize = 128 * 1024;

/// How long a statement over a request may live, in seconds.
pub const STATEMENT_SECONDS_MAX: i64 = 15 * 60;

/// Why nobody is enrolled. The asker's fault.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EnrolError {
    /// The code is not the one that was handed out for this participant.
    #[error("the enrolment code is not the one that was handed out for this participant")]
    Code,
    /// The body is not strict JSON.
    #[error("the request holds bad JSON: {source}")]
    Json {
        /// Where and what.
        #[from]
        source: JsonError,
    },
    /// A key that is to be registered is none.
    #[error("a key in the request cannot be used: {source}")]
    Jwk {
        /// Why.
        #[from]
        source: JwkError,
    },
    /// The statement is bad.
    #[error("the statement over the request does not count: {source}")]
    Jws {
        /// Why.
        #[from]
        source: JwsError,
    },
    /// The statement's key is not the DID's.
    #[error("the statement is not signed with the key in the participant's DID document")]
    OtherKey,
    /// The statement is about another participant, authority, data space, request or certificate.
    #[error("the statement's `{claim}` is about something else")]
    OtherMatter {
        /// Which claim differs.
        claim: &'static str,
    },
    /// The certificate signing request is bad.
    #[error("{source}")]
    Request {
        /// Why.
        #[from]
        source: RequestError,
    },
    /// The new key is the old one.
    #[error("a renewed certificate needs a new key")]
    SameKey,
    /// A member is missing, unknown or of the wrong type.
    #[error("the request is malformed: {source}")]
    Shape {
        /// Where and what.
        #[from]
        source: ShapeError,
    },
}

impl EnrolError {
    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Code => "enrol-code",
            Self::Json { .. } => "enrol-json",
            Self::Jwk { .. } => "enrol-key",
            Self::Jws { source } => source.code(),
            Self::OtherKey => "enrol-other-key",
            Self::OtherMatter { .. } => "enrol-other-matter",
            Self::Request { source } => source.code(),
            Self::SameKey => "enrol-same-key",
            Self::Shape { .. } => "enrol-shape",
        }
    }

    /// What the asker can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Code => "ask the authority for a new code; each works once and for one day",
            Self::OtherKey => {
                "check that the participant's public listener serves its current DID document"
            }
            Self::Jws { .. } => "compare this machine's clock with the authority's and join again",
            Self::Json { .. }
            | Self::Jwk { .. }
            | Self::OtherMatter { .. }
            | Self::Request { .. }
            | Self::SameKey
            | Self::Shape { .. } => "join again with a current version of allmende",
        }
    }
}

#[cfg(test)]
mod tests;
