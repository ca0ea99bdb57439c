//! `ContractAgreementMessage`: the provider agrees, and signs if the data space asks for it.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, body, extension};
use super::extension::SIGNATURE;
use super::{Agreement, MessageError, MessageKind, Parsed};
use crate::id::{ConsumerPid, ProviderPid};

/// The provider's agreement (DSP 2025-1, Contract Agreement Message).
#[derive(Clone, Debug, PartialEq)]
pub struct ContractAgreementMessage {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// The provider's process id.
    pub provider_pid: ProviderPid,
    /// What is agreed.
    pub agreement: Agreement,
    /// The provider's detached JWS over the agreement's digest; not part of the digest.
    pub signature: Option<String>,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl ContractAgreementMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid", "agreement", SIGNATURE];
        let envelope = Envelope::open(node, MessageKind::ContractAgreementMessage, &known)?;
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            provider_pid: envelope.provider_pid()?,
            agreement: Agreement::parse(&envelope.members().required("agreement")?)?,
            signature: extension(envelope.members(), SIGNATURE)?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::ContractAgreementMessage)
            .pids(&self.consumer_pid, &self.provider_pid)
            .with("agreement", self.agreement.document().clone())
            .with_some(SIGNATURE, self.signature.clone())
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
