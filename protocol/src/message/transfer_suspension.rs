//! `TransferSuspensionMessage`: either side pauses the transfer.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, body};
use super::{MessageError, MessageKind, Parsed};
use crate::id::{ConsumerPid, ProviderPid};

/// A pause (DSP 2025-1, Transfer Suspension Message).
#[derive(Clone, Debug, PartialEq)]
pub struct TransferSuspensionMessage {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// The provider's process id.
    pub provider_pid: ProviderPid,
    /// A code that the sender chose.
    pub code: Option<String>,
    /// Reasons in any shape; empty where none were given.
    pub reason: Vec<Value>,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl TransferSuspensionMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid", "code", "reason"];
        let envelope = Envelope::open(node, MessageKind::TransferSuspensionMessage, &known)?;
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            provider_pid: envelope.provider_pid()?,
            code: envelope.code()?,
            reason: envelope.reason()?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::TransferSuspensionMessage)
            .pids(&self.consumer_pid, &self.provider_pid)
            .with_some("code", self.code.clone())
            .with_any("reason", self.reason.clone())
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
