//! `TransferStartMessage`: the provider starts; either side resumes.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, body};
use super::{DataAddress, MessageError, MessageKind, Parsed};
use crate::id::{ConsumerPid, ProviderPid};

/// A start (DSP 2025-1, Transfer Start Message).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TransferStartMessage {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// The provider's process id.
    pub provider_pid: ProviderPid,
    /// Where the data is to be had (pull) or put (push, on resumption by the consumer).
    pub data_address: Option<DataAddress>,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl TransferStartMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid", "dataAddress"];
        let mut envelope = Envelope::open(node, MessageKind::TransferStartMessage, &known)?;
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            provider_pid: envelope.provider_pid()?,
            data_address: DataAddress::parse_in(&mut envelope)?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::TransferStartMessage)
            .pids(&self.consumer_pid, &self.provider_pid)
            .with_some("dataAddress", self.data_address.as_ref().map(DataAddress::to_json))
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
