//! Why a call to a peer got no answer: whose fault it is, in words, and whether to try again.

use identity::tls::Alert;
use protocol::message::NoVersion;

use crate::engine::parts::Unsent;

/// What came between us and an answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The address is not an `https` address with a host.
    #[error("the address is not an https address")]
    BadAddress,
    /// The answer has a content coding that was not asked for, or is not what it says.
    #[error("the answer's content coding cannot be read")]
    Coding,
    /// The guard does not let us call this address.
    #[error("the address may not be called: {reason}")]
    Forbidden {
        /// The guard's reason.
        reason: String,
    },
    /// The peer's certificate is not the intended participant's, or ours was refused.
    #[error("the secure connection was refused: {reason}")]
    Handshake {
        /// The reason code.
        code: &'static str,
        /// The reason in words.
        reason: String,
    },
    /// The connection broke or never came about.
    #[error("the connection broke: {reason}")]
    Broken {
        /// The system's reason.
        reason: String,
    },
    /// The answer has another media type than was asked for.
    #[error("the answer's media type is not {expected}")]
    MediaType {
        /// What was asked for.
        expected: &'static str,
    },
    /// The other side answered with something else than success.
    #[error("the answer was HTTP status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The peer's name has no address.
    #[error("the name has no address: {reason}")]
    Unresolved {
        /// The resolver's reason.
        reason: String,
    },
    /// No answer came in time.
    #[error("no answer came in time")]
    TimedOut,
    /// The answer is larger than an answer may be.
    #[error("the answer is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// The peer's DID document does not say where it can be reached.
    #[error("the participant cannot be found: {reason}")]
    Unknown {
        /// What is missing.
        reason: String,
    },
    /// The peer's version document leads nowhere: a client that finds no version it speaks must
    /// stop (DSP 2025-1, Exposure of Versions).
    #[error("the partner's version document cannot be used: {reason}")]
    Versions {
        /// The reason code.
        code: &'static str,
        /// What it offers instead, or what is wrong with it.
        reason: String,
    },
}

impl Failure {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadAddress => "bad-address",
            Self::Forbidden { .. } => "address-forbidden",
            Self::Handshake { code, .. } => code,
            Self::Broken { .. } => "connection-broken",
            Self::Coding => "answer-coding",
            Self::MediaType { .. } => "answer-media-type",
            Self::Status { .. } => "answer-status",
            Self::Unresolved { .. } => "name-unresolved",
            Self::TimedOut => "answer-timeout",
            Self::TooLarge { .. } => "answer-too-large",
            Self::Unknown { .. } => "participant-not-found",
            Self::Versions { code, .. } => code,
        }
    }

    /// Whether the same call can succeed later without anybody changing a setting.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Broken { .. }
            | Self::Handshake { .. }
            | Self::TimedOut
            | Self::Unknown { .. }
            | Self::Unresolved { .. } => true,
            Self::Status { status } => *status >= 500 || *status == 429,
            Self::BadAddress
            | Self::Coding
            | Self::Forbidden { .. }
            | Self::MediaType { .. }
            | Self::TooLarge { .. }
            | Self::Versions { .. } => false,
        }
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        // In TLS 1.3 a client learns only at its first read that its certificate was refused.
        match Alert::find(&error) {
            Some(alert) => alert.into(),
            None => Self::Broken { reason: chain(&error) },
        }
    }
}

impl From<NoVersion> for Failure {
    fn from(error: NoVersion) -> Self {
        Self::Versions { code: error.code(), reason: error.to_string() }
    }
}

impl From<Alert> for Failure {
    fn from(alert: Alert) -> Self {
        let reason = format!("{alert}; {}", alert.remedy());
        Self::Handshake { code: "handshake-refused", reason }
    }
}

/// An error with all its causes.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        words = format!("{words}: {inner}");
        source = inner.source();
    }
    words
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Broken { reason: error.to_string() }
    }
}

impl From<Failure> for Unsent {
    fn from(failure: Failure) -> Self {
        Self { code: failure.code(), words: failure.to_string(), passing: failure.is_passing() }
    }
}
