//! `TransferRequestMessage`: the consumer asks for data under an agreement.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, address, body, required, required_text};
use super::{DataAddress, MessageError, MessageKind, Parsed};
use crate::address::CallbackAddress;
use crate::id::{AgreementId, ConsumerPid};

/// A request for data (DSP 2025-1, Transfer Request Message).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TransferRequestMessage {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// The agreement that allows it.
    pub agreement_id: AgreementId,
    /// The format of one of the dataset's distributions, such as `HttpData-PULL`.
    pub format: String,
    /// Where the data is to be put: only for push.
    pub data_address: Option<DataAddress>,
    /// Where messages to the consumer go.
    pub callback_address: CallbackAddress,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl TransferRequestMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "agreementId", "format", "dataAddress", "callbackAddress"];
        let mut envelope = Envelope::open(node, MessageKind::TransferRequestMessage, &known)?;
        let members = envelope.members().clone();
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            agreement_id: required(&members, "agreementId", "an agreement id")?,
            format: required_text(&members, "format")?,
            data_address: DataAddress::parse_in(&mut envelope)?,
            callback_address: address(&members.required("callbackAddress")?)?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::TransferRequestMessage)
            .with("consumerPid", self.consumer_pid.as_str())
            .with("agreementId", self.agreement_id.as_str())
            .with("format", self.format.as_str())
            .with("callbackAddress", self.callback_address.as_str())
            .with_some("dataAddress", self.data_address.as_ref().map(DataAddress::to_json))
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
