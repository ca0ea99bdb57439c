//! The transfer process as a pure state machine: exactly the standard's five states.
//!
//! [`step`] says what a message, a command or an answer changes and what is to be done; it does
//! none of it. "Sent, not yet acknowledged" is the field [`Transfer::awaiting`].

mod answer;
mod command;
mod compared;
mod effect;
mod input;
mod open;
mod receive;
mod record;
mod state;
mod step;
#[cfg(test)]
pub(crate) mod tests;
mod transition;

pub use effect::{Effect, Step};
pub use input::{
    Acknowledgement, Begin, Command, Compared, GivenUp, Input, Opening, Received, RefusedByPeer,
};
pub use record::{Flow, Outgoing, Transfer};
pub use state::State;
pub use step::step;
pub use transition::{Move, Side, after};
