//! What can go wrong in the engine. The first axis is whose fault it is.

use identity::Distrust;
use protocol::message::MessageError;
use protocol::status::{self, Problem};
use protocol::{Fault, Refusal};
use wire::json::JsonError;

use super::parts::Unsent;
use crate::store::{BatchError, CommitError, ReadError};

/// Why a peer is not believed, although its handshake was good.
#[derive(Debug, thiserror::Error)]
pub enum Unbelieved {
    /// Its certificate does not hold any more.
    #[error("its certificate does not hold any more")]
    Distrusted(#[source] Distrust),
    /// The authority's list that we hold has expired.
    #[error("the authority's list of members has expired")]
    ListExpired,
    /// We belong to no data space ourselves.
    #[error("this participant has not joined a data space")]
    NotJoined,
    /// The authority's list does not name it.
    #[error("the authority's list does not name it")]
    NotListed,
    /// It was verified for another data space.
    #[error("it belongs to another data space")]
    OtherDataspace,
    /// The authority has suspended it.
    #[error("the authority has suspended it")]
    Suspended,
}

impl Unbelieved {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Distrusted(distrust) => distrust.code(),
            Self::ListExpired => "trust-list-expired",
            Self::NotJoined => "not-joined",
            Self::NotListed => "not-a-member",
            Self::OtherDataspace => "other-dataspace",
            Self::Suspended => "member-suspended",
        }
    }
}

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The peer's or operator's words were understood and refused, with a code and words.
    #[error("{words}")]
    Denied {
        /// Whose fault it is.
        fault: Fault,
        /// The reason code.
        code: &'static str,
        /// What happened.
        words: String,
    },
    /// The state machine refused.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The message cannot be read.
    #[error("the message cannot be read: {0}")]
    Message(Box<MessageError>),
    /// The body is not strict JSON.
    #[error("the body cannot be read: {0}")]
    Json(Box<JsonError>),
    /// There is no such thing, or not for whoever asks.
    #[error("there is no such thing here")]
    NotFound,
    /// Our participant belongs to no data space.
    #[error("this participant has not joined a data space")]
    NotJoined,
    /// Too much is under way, or the log lags behind.
    #[error("not now: {reason}")]
    Busy {
        /// The reason code.
        reason: &'static str,
    },
    /// The store cannot commit.
    #[error("nothing can be committed")]
    Commit(#[source] CommitError),
    /// The store cannot read.
    #[error("the store cannot be read")]
    Read(#[source] ReadError),
    /// A record, a log entry or a signature cannot be made: ours.
    #[error("{what} cannot be made")]
    Internal {
        /// What cannot be made.
        what: &'static str,
    },
    /// A peer was not reached.
    #[error("{0}")]
    Unsent(Unsent),
}

impl EngineError {
    /// A peer's fault, with a code and words.
    pub(crate) fn peer(code: &'static str, words: impl Into<String>) -> Self {
        Self::Denied { fault: Fault::Peer, code, words: words.into() }
    }

    /// An operator's fault, with a code and words.
    pub(crate) fn operator(code: &'static str, words: impl Into<String>) -> Self {
        Self::Denied { fault: Fault::Operator, code, words: words.into() }
    }

    /// The same refusal, of something that our own operator said.
    pub(crate) fn into_operators(self) -> Self {
        if let Self::Denied { code, words, .. } = self { Self::operator(code, words) } else { self }
    }

    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy { reason } => reason,
            Self::Commit(_) => "commits-stopped",
            Self::Denied { code, .. } => code,
            Self::Internal { .. } => "internal",
            Self::Json(_) => "bad-json",
            Self::Message(error) => error.code(),
            Self::NotFound => "not-found",
            Self::NotJoined => "not-joined",
            Self::Read(_) => "store-unreadable",
            Self::Refused(refusal) => refusal.code.name(),
            Self::Unsent(unsent) => unsent.code,
        }
    }

    /// What the peer is told. What is nobody's business and what is unknown look the same.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Busy { reason } => Problem::new(status::UNAVAILABLE, reason),
            Self::Commit(_) | Self::Read(_) => Problem::new(status::UNAVAILABLE, "unavailable"),
            Self::Denied { fault: Fault::Peer, code, words } => {
                Problem { status: status::BAD_REQUEST, code, reason: Some(words.clone()) }
            }
            Self::Denied { fault: Fault::Operator | Fault::Engine, code, .. } => {
                Problem::new(status::CONFLICT, code)
            }
            Self::Internal { .. } => Problem::new(status::INTERNAL, "internal"),
            Self::Json(error) => Problem {
                status: status::BAD_REQUEST,
                code: "bad-json",
                reason: Some(error.to_string()),
            },
            Self::Message(error) => Problem::from(error.as_ref()),
            Self::NotFound | Self::NotJoined => Problem::not_found(),
            Self::Refused(refusal) => Problem::from(refusal.as_ref()),
            Self::Unsent(_) => Problem::new(status::UNAVAILABLE, "unavailable"),
        }
    }

    /// Whether someone else committed first, so that loading and deciding again may succeed.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Commit(CommitError::Lost { .. }))
    }
}

impl From<Refusal> for EngineError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<MessageError> for EngineError {
    fn from(error: MessageError) -> Self {
        Self::Message(Box::new(error))
    }
}

impl From<JsonError> for EngineError {
    fn from(error: JsonError) -> Self {
        Self::Json(Box::new(error))
    }
}

impl From<CommitError> for EngineError {
    fn from(error: CommitError) -> Self {
        Self::Commit(error)
    }
}

impl From<ReadError> for EngineError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<BatchError> for EngineError {
    fn from(_: BatchError) -> Self {
        Self::Internal { what: "a record" }
    }
}

impl From<Unsent> for EngineError {
    fn from(unsent: Unsent) -> Self {
        Self::Unsent(unsent)
    }
}
