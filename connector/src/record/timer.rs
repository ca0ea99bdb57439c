//! Deadlines that must outlive a restart: ordinary keys in the order of their due time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::outbox::ProcessRef;

/// One deadline.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct TimerRow {
    /// When it is due.
    pub due: Timestamp,
    /// What is to be done then.
    pub errand: TimerErrand,
}

/// What a due timer does.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TimerErrand {
    /// The rule of a running transfer may say something else from now on.
    Reconsider {
        /// The transfer.
        process: ProcessRef,
    },
    /// If nothing has happened in a process since, its peer is asked for its state.
    Compare {
        /// The process.
        process: ProcessRef,
        /// The pause after this question, in seconds.
        pause_seconds: u32,
    },
}

impl TimerRow {
    /// The key's id: due time first, so that a range read finds the next one.
    #[must_use]
    pub fn id(&self) -> String {
        let what = match &self.errand {
            TimerErrand::Reconsider { process } => process.outbox_id(0),
            TimerErrand::Compare { process, .. } => process.outbox_id(1),
        };
        format!("{:020}/{what}", self.due.as_nanosecond().max(0))
    }
}
