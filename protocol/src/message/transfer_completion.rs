//! `TransferCompletionMessage`: all data has come over.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, body};
use super::{MessageError, MessageKind, Parsed};
use crate::id::{ConsumerPid, ProviderPid};

/// The completion of a transfer (DSP 2025-1, Transfer Completion Message).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TransferCompletionMessage {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// The provider's process id.
    pub provider_pid: ProviderPid,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl TransferCompletionMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid"];
        let envelope = Envelope::open(node, MessageKind::TransferCompletionMessage, &known)?;
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            provider_pid: envelope.provider_pid()?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::TransferCompletionMessage)
            .pids(&self.consumer_pid, &self.provider_pid)
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
