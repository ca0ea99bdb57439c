//! The seven states of a contract negotiation, spelt as the standard does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A state of a contract negotiation (DSP 2025-1, contract-negotiation-states).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// The consumer has asked.
    Requested,
    /// The provider has offered.
    Offered,
    /// The consumer has accepted the offer.
    Accepted,
    /// The provider has agreed.
    Agreed,
    /// The consumer has confirmed the agreement.
    Verified,
    /// The agreement is in force.
    Finalized,
    /// The negotiation has ended without an agreement.
    Terminated,
}

/// A text that is no state of a contract negotiation.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a state of a contract negotiation")]
pub struct StateError;

impl State {
    /// All states, in the standard's order.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Offered,
        Self::Accepted,
        Self::Agreed,
        Self::Verified,
        Self::Finalized,
        Self::Terminated,
    ];

    /// The state as messages spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Offered => "OFFERED",
            Self::Accepted => "ACCEPTED",
            Self::Agreed => "AGREED",
            Self::Verified => "VERIFIED",
            Self::Finalized => "FINALIZED",
            Self::Terminated => "TERMINATED",
        }
    }

    /// Whether nothing follows.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Finalized | Self::Terminated => true,
            Self::Requested | Self::Offered | Self::Accepted | Self::Agreed | Self::Verified => {
                false
            }
        }
    }

    /// Whether a peer that we expect in `self` may honestly report `reported`: the same state, or
    /// one that its own next messages lead to.
    pub(crate) const fn may_be_reported_as(self, reported: Self) -> bool {
        reported.progress() >= self.progress()
    }

    const fn progress(self) -> u8 {
        match self {
            // Requests and offers alternate.
            Self::Requested | Self::Offered => 0,
            Self::Accepted => 1,
            Self::Agreed => 2,
            Self::Verified => 3,
            Self::Finalized => 4,
            Self::Terminated => 5,
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
