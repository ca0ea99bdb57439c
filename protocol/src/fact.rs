//! What happened in a step, for the log: one fact per step.

use serde::{Deserialize, Serialize};
use wire::digest::Digest;

use crate::clause::Clause;
use crate::message::MessageKind;

/// What happened in one step, `S` being the states of the process.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Fact<S> {
    /// What happened.
    pub event: Event,
    /// The message that it happened to.
    pub message: MessageKind,
    /// SHA-256 of the received body; absent for what we send or decide.
    pub digest: Option<Digest>,
    /// The state before; absent before the first acknowledgement.
    pub before: Option<S>,
    /// The state after.
    pub after: Option<S>,
    /// Our own message that this one acknowledges by presupposing it.
    pub acknowledges: Option<MessageKind>,
    /// The rule that was followed.
    pub clause: Clause,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The peer acknowledged ours.
    Acknowledged,
    /// The peer was asked for its state, and we followed it.
    Compared,
    /// We gave ours up without the peer.
    GivenUp,
    /// The peer's arrived and was taken.
    Received,
    /// The peer refused ours.
    RefusedByPeer,
    /// Ours is to be sent.
    Sent,
    /// We took ours back, because the process went another way. It may have arrived all the same.
    Withdrawn,
}
