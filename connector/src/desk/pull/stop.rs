//! Why no data came, as it is kept, and as a local reader is told.

use std::sync::Arc;

use crate::data::pull::PullError;
use crate::data::refusal::DataRefusal;
use crate::engine::agreement::AGREEMENT_ENDED;
use crate::engine::error::EngineError;
use crate::engine::live::Cut;
use crate::record::delivery::PullResult;
use crate::record::negotiation::Why;

/// Why no data came.
#[derive(Debug)]
pub(in crate::desk) enum Stop {
    /// The engine did not permit it, or cannot go on.
    Engine(EngineError),
    /// The provider started the transfer and did not say where the data lies.
    NoAddress,
    /// The transfer ended before data came.
    Over { why: Option<Why> },
    /// The pull itself.
    Pull(Arc<PullError>),
    /// The provider did not answer in time.
    Silent,
    /// The provider has suspended the transfer.
    Suspended,
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Stop {
    /// Whether our own process is stopping.
    pub(super) fn is_shutdown(&self) -> bool {
        match self {
            Self::Pull(error) => match error.as_ref() {
                PullError::Interrupted => true,
                PullError::Cut { reason } => *reason == Cut::ShuttingDown,
                PullError::Broken { .. }
                | PullError::Held { .. }
                | PullError::Inconsistent { .. }
                | PullError::Refused { .. }
                | PullError::Stalled { .. }
                | PullError::Unreachable { .. } => false,
            },
            Self::Engine(_)
            | Self::NoAddress
            | Self::Over { .. }
            | Self::Silent
            | Self::Suspended => false,
        }
    }

    /// Whether the provider does not know the transfer, or not any more.
    pub(in crate::desk) fn is_stale(&self) -> bool {
        match self {
            Self::Pull(error) => match error.as_ref() {
                PullError::Refused { refusal } => {
                    refusal.status == 404 || refusal.code == "transfer-not-started"
                }
                PullError::Broken { .. }
                | PullError::Cut { .. }
                | PullError::Held { .. }
                | PullError::Inconsistent { .. }
                | PullError::Interrupted
                | PullError::Stalled { .. }
                | PullError::Unreachable { .. } => false,
            },
            Self::Engine(_)
            | Self::NoAddress
            | Self::Over { .. }
            | Self::Silent
            | Self::Suspended => false,
        }
    }

    /// Bytes that are there all the same.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Pull(error) => match error.as_ref() {
                PullError::Broken { bytes, .. } | PullError::Stalled { bytes, .. } => *bytes,
                PullError::Cut { .. }
                | PullError::Held { .. }
                | PullError::Inconsistent { .. }
                | PullError::Interrupted
                | PullError::Refused { .. }
                | PullError::Unreachable { .. } => 0,
            },
            Self::Engine(_)
            | Self::NoAddress
            | Self::Over { .. }
            | Self::Silent
            | Self::Suspended => 0,
        }
    }

    /// What is kept of it.
    pub(super) fn result(&self) -> PullResult {
        if let Self::Pull(error) = self
            && let PullError::Cut { reason } = error.as_ref()
        {
            return PullResult::Cut { code: reason.code().to_owned() };
        }
        let DataRefusal { status, code, reason, remedy, .. } = self.refusal();
        if matches!(status, 403 | 404 | 410) {
            PullResult::Refused { code, reason, remedy }
        } else {
            PullResult::Failed { code, reason, remedy }
        }
    }

    /// What a local reader is told.
    pub(in crate::desk) fn refusal(&self) -> DataRefusal {
        match self {
            Self::Engine(error) => refused_by_engine(error),
            Self::NoAddress => DataRefusal::new(
                502,
                "no-data-address",
                "the provider started the transfer without saying where the data lies",
                "tell the provider",
            ),
            Self::Over { why } => over(why.as_ref()),
            Self::Pull(error) => DataRefusal::pull(error),
            Self::Silent => DataRefusal::new(
                503,
                "provider-silent",
                "the provider has not started the transfer yet",
                "check the network and whether the provider is up; the request is repeated",
            )
            .retry_after(10),
            Self::Suspended => DataRefusal::new(
                403,
                "transfer-suspended",
                "the provider has suspended the transfer",
                "ask the provider when it goes on",
            ),
        }
    }
}

/// The engine's no, as a local reader is told it.
pub(in crate::desk) fn refused_by_engine(error: &EngineError) -> DataRefusal {
    let (code, words) = (error.code(), error.to_string());
    match error {
        EngineError::Denied { code: AGREEMENT_ENDED, .. } => {
            DataRefusal::new(410, code, &words, "request a new contract")
        }
        EngineError::Denied { .. } => DataRefusal::new(
            403,
            code,
            &words,
            "`allmende contract show` says what the rule demands",
        ),
        EngineError::NotFound => {
            DataRefusal::new(404, code, "there is no such contract", "ask for another one")
        }
        EngineError::NotJoined => DataRefusal::new(403, code, &words, "join a data space"),
        EngineError::Refused(_) => DataRefusal::new(503, code, &words, "try again").retry_after(5),
        EngineError::Message(_) | EngineError::Json(_) => {
            DataRefusal::new(502, code, &words, "tell the provider")
        }
        EngineError::Busy { .. } | EngineError::Commit(_) | EngineError::Read(_) => {
            DataRefusal::new(503, code, &words, "`allmende doctor` says what is wrong")
                .retry_after(10)
        }
        EngineError::Internal { .. } => {
            DataRefusal::new(500, code, &words, "read the connector's journal")
        }
        EngineError::Unsent(unsent) => {
            let remedy = "check the network and whether the provider is up";
            let refusal = DataRefusal::new(503, code, &unsent.words, remedy);
            refusal.retry_after(10)
        }
    }
}

/// A transfer that ended before data came.
fn over(why: Option<&Why>) -> DataRefusal {
    let Some(why) = why else {
        let reason = "the transfer ended before any data came";
        return DataRefusal::new(403, "transfer-over", reason, "ask the provider for the reason");
    };
    let words = why.words.join(" ");
    if why.code == AGREEMENT_ENDED {
        return DataRefusal::new(410, &why.code, &words, "request a new contract");
    }
    let remedy = "look at the contract's rule, or ask the provider";
    DataRefusal::new(403, &why.code, &words, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::negotiation::By;

    #[test]
    fn a_local_reader_is_told_plainly_by_status_and_code() {
        let why = |code: &str| Stop::Over {
            why: Some(Why { code: code.into(), words: vec!["x".into()], by: By::Peer }),
        };
        let unsent = crate::engine::parts::Unsent {
            code: "answer-timeout",
            words: "no answer".into(),
            passing: true,
        };
        for (stop, status, code) in [
            (Stop::Engine(EngineError::peer(AGREEMENT_ENDED, "x")), 410, AGREEMENT_ENDED),
            (Stop::Engine(EngineError::peer("time-over", "x")), 403, "time-over"),
            (Stop::Engine(EngineError::Unsent(unsent)), 503, "answer-timeout"),
            (Stop::Engine(EngineError::Busy { reason: "log-lags" }), 503, "log-lags"),
            (why(AGREEMENT_ENDED), 410, AGREEMENT_ENDED),
            (why("not-vetted"), 403, "not-vetted"),
            (Stop::Silent, 503, "provider-silent"),
        ] {
            let refusal = stop.refusal();
            assert_eq!((refusal.status, refusal.code.as_str()), (status, code));
            assert!(!refusal.remedy.is_empty());
        }
    }
}
