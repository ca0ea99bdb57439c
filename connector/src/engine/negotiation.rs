//! Contract negotiation, both roles: messages that arrive, commands of people, answers to our own
//! messages. Each is one load, one or more steps, one commit.

mod act;
mod answer;
mod check;
mod command;
mod decide;
mod early;
mod flow;
mod load;
mod offer;
mod receive;
mod story;
mod weigh;

use serde_json::Value;

pub use super::draft::Errands;

pub use act::Act;
pub use command::{Asked, Ending};
pub use load::Found;
pub use offer::Proposed;
pub use receive::Incoming;

pub(super) use check::callback_of;
pub(super) use flow::why;

/// How often a step is tried again when someone else committed first.
pub(super) const TRIES_MAX: usize = 16;

/// What a peer is answered, and the messages that may leave once the answer is written.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: Value,
    /// Messages that follow from it.
    pub errands: Errands,
    /// The checkpoint that the peer sent along.
    pub checkpoint: Option<String>,
}
