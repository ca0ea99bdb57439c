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
}

impl TimerRow {
    /// The key's id: due time first, so that a range read finds the next one.
    #[must_use]
    pub fn id(&self) -> String {
        let TimerErrand::Reconsider { process } = &self.errand;
        format!("{:020}/{}", self.due.as_nanosecond().max(0), process.outbox_id(0))
    }
}
