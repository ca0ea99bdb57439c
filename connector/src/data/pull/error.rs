//! Why a pull brought no whole copy, with what to do about it.

use crate::data::held::HeldError;
use crate::data::refusal::DataRefusal;
use crate::engine::live::Cut;

use super::client::ClientError;

/// Why a pull brought no whole copy. Fault: ours (`Cut`, `Held`, `Interrupted`), the provider's
/// (`Inconsistent`, `Refused`), or the network's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PullError {
    /// The connection broke in the middle of the body.
    #[error("the delivery broke off after `{bytes}` bytes")]
    Broken {
        /// Bytes that are there.
        bytes: u64,
        /// How the connection ended; absent when the body was merely too short.
        #[source]
        source: Option<ClientError>,
    },
    /// We learnt ourselves that it may not go on.
    #[error("the pull was cut: {}", .reason.code())]
    Cut {
        /// Why.
        reason: Cut,
    },
    /// The copy cannot be written.
    #[error("the held copy cannot be written")]
    Held {
        /// Why.
        #[source]
        source: HeldError,
    },
    /// The provider's answer contradicts the request or itself.
    #[error("the provider's answer makes no sense: {what}")]
    Inconsistent {
        /// In which way.
        what: &'static str,
    },
    /// The process is stopping.
    #[error("the pull was interrupted")]
    Interrupted,
    /// The provider does not deliver.
    #[error("the provider refused: {}", .refusal.reason)]
    Refused {
        /// Its status, reason and remedy.
        refusal: DataRefusal,
    },
    /// Nothing came for too long.
    #[error("nothing came for `{seconds}` seconds, after `{bytes}` bytes")]
    Stalled {
        /// How long we waited.
        seconds: i64,
        /// Bytes that are there.
        bytes: u64,
    },
    /// There is no connection to the provider, or none that can be trusted.
    #[error("the provider cannot be reached")]
    Unreachable {
        /// Why.
        #[source]
        source: ClientError,
    },
}

impl PullError {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Broken { .. } => "delivery-broken",
            Self::Cut { reason } => reason.code(),
            Self::Held { source } => source.code(),
            Self::Inconsistent { .. } => "answer-inconsistent",
            Self::Interrupted => "pull-interrupted",
            Self::Refused { refusal } => &refusal.code,
            Self::Stalled { .. } => "delivery-stalled",
            Self::Unreachable { source } => source.code,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn remedy(&self) -> &str {
        match self {
            Self::Broken { .. } | Self::Stalled { .. } => {
                "pull again: it goes on where it broke off"
            }
            Self::Cut { .. } => "look at the contract: `allmende contract show` says why",
            Self::Held { source } => source.remedy(),
            Self::Inconsistent { .. } => "tell the provider; pulling again begins anew",
            Self::Interrupted => "start the connector and pull again",
            Self::Refused { refusal } => &refusal.remedy,
            Self::Unreachable { source } if source.passing => {
                "check the network and whether the provider is up, then pull again"
            }
            Self::Unreachable { .. } => "ask the provider to look at its certificate and address",
        }
    }
}
