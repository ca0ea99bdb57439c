//! The five states of a transfer process, spelt as the standard does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A state of a transfer process (DSP 2025-1, transfer-process-states).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// The consumer has asked.
    Requested,
    /// Data may flow.
    Started,
    /// All data has come over.
    Completed,
    /// Data may not flow for now.
    Suspended,
    /// The transfer has ended early.
    Terminated,
}

/// A text that is no state of a transfer process.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a state of a transfer process")]
pub struct StateError;

impl State {
    /// All states, in the standard's order.
    pub const ALL: [Self; 5] =
        [Self::Requested, Self::Started, Self::Completed, Self::Suspended, Self::Terminated];

    /// The state as messages spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Started => "STARTED",
            Self::Completed => "COMPLETED",
            Self::Suspended => "SUSPENDED",
            Self::Terminated => "TERMINATED",
        }
    }

    /// Whether nothing follows.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Completed | Self::Terminated => true,
            Self::Requested | Self::Started | Self::Suspended => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for State {
    type Err = StateError;

    fn from_str(text: &str) -> Result<Self, StateError> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(StateError)
    }
}
