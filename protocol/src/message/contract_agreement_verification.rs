//! `ContractAgreementVerificationMessage`: the consumer confirms the agreement, and signs it too if
//! the data space asks for it.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, body, extension};
use super::extension::SIGNATURE;
use super::{MessageError, MessageKind, Parsed};
use crate::id::{ConsumerPid, ProviderPid};

/// The consumer's confirmation (DSP 2025-1, Contract Agreement Verification Message).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContractAgreementVerificationMessage {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// The provider's process id.
    pub provider_pid: ProviderPid,
    /// The consumer's detached JWS over the agreement's digest.
    pub signature: Option<String>,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl ContractAgreementVerificationMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid", SIGNATURE];
        let kind = MessageKind::ContractAgreementVerificationMessage;
        let envelope = Envelope::open(node, kind, &known)?;
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            provider_pid: envelope.provider_pid()?,
            signature: extension(envelope.members(), SIGNATURE)?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::ContractAgreementVerificationMessage)
            .pids(&self.consumer_pid, &self.provider_pid)
            .with_some(SIGNATURE, self.signature.clone())
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
