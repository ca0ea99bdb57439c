//! The arrows of the state machine: one table for both sides, for what is sent and what arrives.

use serde::{Deserialize, Serialize};

use super::State;
use crate::clause::Clause;
use crate::message::{MessageKind, TransferMessage};
use crate::role::Role;

/// What a message after the request does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Move {
    /// The consumer asks; only ever first.
    Request,
    /// Start, resume, or ask to be resumed.
    Start,
    /// Pause.
    Suspend,
    /// Say that all data has come over.
    Complete,
    /// End.
    Terminate,
}

/// Who moves: the role, and whether the data address is this side's to give (the provider's on
/// pull, the consumer's on push).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Side {
    /// The role.
    pub role: Role,
    /// Whether this side gives the data address.
    pub owns_address: bool,
}

/// Where a message of `sender` leads from `from`, and by which clause; nothing where the standard
/// has no arrow. A start of the side without the address asks to be resumed: the state stays.
#[must_use]
pub fn after(sender: Side, from: State, what: Move) -> Option<(State, Clause)> {
    use Move::{Complete, Start, Suspend, Terminate};
    use State::{Completed, Requested, Started, Suspended, Terminated};
    Some(match (sender.role, from, what) {
        (Role::Provider, Requested, Start) => (Started, Clause::TransferStart),
        (_, Requested, Terminate) => (Terminated, Clause::TransferTermination),

        (_, Started, Complete) => (Completed, Clause::TransferCompletion),
        (_, Started, Suspend) => (Suspended, Clause::TransferSuspension),
        (_, Started, Terminate) => (Terminated, Clause::TransferTermination),

        (_, Suspended, Start) if sender.owns_address => (Started, Clause::TransferResumption),
        (_, Suspended, Start) => (Suspended, Clause::TransferResumption),
        (_, Suspended, Terminate) => (Terminated, Clause::TransferTermination),

        _ => return None,
    })
}

impl Move {
    /// All moves after the request.
    pub const ALL: [Self; 4] = [Self::Start, Self::Suspend, Self::Complete, Self::Terminate];

    /// What a message does.
    #[must_use]
    pub const fn of(message: &TransferMessage) -> Self {
        match message {
            TransferMessage::Request(_) => Self::Request,
            TransferMessage::Start(_) => Self::Start,
            TransferMessage::Completion(_) => Self::Complete,
            TransferMessage::Suspension(_) => Self::Suspend,
            TransferMessage::Termination(_) => Self::Terminate,
        }
    }

    /// The message that does it.
    #[must_use]
    pub const fn message(self) -> MessageKind {
        match self {
            Self::Request => MessageKind::TransferRequestMessage,
            Self::Start => MessageKind::TransferStartMessage,
            Self::Suspend => MessageKind::TransferSuspensionMessage,
            Self::Complete => MessageKind::TransferCompletionMessage,
            Self::Terminate => MessageKind::TransferTerminationMessage,
        }
    }

    /// The clause to name where it is refused in `state`.
    #[must_use]
    pub const fn clause(self, state: Option<State>) -> Clause {
        match (self, state) {
            (Self::Request, _) => Clause::TransferRequest,
            (Self::Start, Some(State::Suspended)) => Clause::TransferResumption,
            (Self::Start, _) => Clause::TransferStart,
            (Self::Suspend, _) => Clause::TransferSuspension,
            (Self::Complete, _) => Clause::TransferCompletion,
            (Self::Terminate, _) => Clause::TransferTermination,
        }
    }

    /// How final it is: of two messages that cross, the more final one wins.
    pub(crate) const fn finality(self) -> u8 {
        match self {
            Self::Request | Self::Start => 0,
            Self::Suspend => 1,
            Self::Complete => 2,
            Self::Terminate => 3,
        }
    }
}
