//! What a step asks the engine to do, as data. All of it commits with the new state.

use super::{State, Transfer};
use crate::clause::Clause;
use crate::fact::Fact;
use crate::message::TransferMessage;

/// A step that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The transfer after it.
    pub next: Transfer,
    /// What is to be done, in this order.
    pub effects: Vec<Effect>,
    /// The rule that it obeys.
    pub clause: Clause,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Stop the flow of data. It stands first, and need not wait for the commit.
    CloseDataPath,
    /// Write this to the log.
    Record(Fact<State>),
    /// Take a message of ours out of the outbox if it is still there; its answer no longer matters.
    Withdraw {
        /// The number of the message.
        number: u32,
    },
    /// Let data flow under a `Permit`, at [`Transfer::data_address`] of the next state.
    OpenDataPath,
    /// Put a message into the outbox, after those that are there.
    Send {
        /// Its number; every answer names it.
        number: u32,
        /// The message.
        message: Box<TransferMessage>,
    },
    /// It is our turn: ask the decider (to start, or to resume what the peer asks for).
    Decide,
    /// It is the peer's turn: watch the time.
    AwaitPeer,
    /// The transfer is over: drop its timers, addresses and tokens.
    Close,
}

impl Step {
    /// Whether nothing has changed: a replay or a late answer. There is nothing to commit.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.effects.is_empty()
    }

    pub(crate) fn idle(now: &Transfer, clause: Clause) -> Self {
        Self { next: now.clone(), effects: Vec::new(), clause }
    }
}
