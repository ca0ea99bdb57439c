//! `TransferProcess`: the acknowledgement of a transfer.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, body, required};
use super::{MessageError, MessageKind, Parsed};
use crate::id::{ConsumerPid, ProviderPid};
use crate::transfer::State;

/// The acknowledgement (DSP 2025-1, ACK - Transfer Process), also the answer to `GET`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TransferProcess {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// The provider's process id.
    pub provider_pid: ProviderPid,
    /// The state that the sender is in.
    pub state: State,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl TransferProcess {
    /// Reads the acknowledgement.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid", "state"];
        let envelope = Envelope::open(node, MessageKind::TransferProcess, &known)?;
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            provider_pid: envelope.provider_pid()?,
            state: required(envelope.members(), "state", "a state of the protocol")?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The acknowledgement as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::TransferProcess)
            .pids(&self.consumer_pid, &self.provider_pid)
            .with("state", self.state.name())
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
