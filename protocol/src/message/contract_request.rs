//! `ContractRequestMessage`: the consumer asks for an agreement, first or in answer to an offer.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, address, body};
use super::{MessageError, MessageKind, MessageOffer, Parsed};
use crate::address::CallbackAddress;
use crate::id::{ConsumerPid, ProviderPid};

/// A request of the consumer (DSP 2025-1, Contract Request Message).
#[derive(Clone, Debug, PartialEq)]
pub struct ContractRequestMessage {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// First request or counter-request.
    pub form: RequestForm,
    /// What the consumer asks for; it names its target.
    pub offer: MessageOffer,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

/// Exactly one of `callbackAddress` and `providerPid`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RequestForm {
    /// A first request.
    Initial {
        /// Where messages to the consumer go.
        callback_address: CallbackAddress,
    },
    /// An answer to an offer.
    Counter {
        /// The provider's process id.
        provider_pid: ProviderPid,
    },
}

impl ContractRequestMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid", "callbackAddress", "offer"];
        let envelope = Envelope::open(node, MessageKind::ContractRequestMessage, &known)?;
        let members = envelope.members();
        let form = match (members.optional("callbackAddress"), members.has("providerPid")) {
            (Some(callback), false) => {
                RequestForm::Initial { callback_address: address(&callback)? }
            }
            (None, true) => RequestForm::Counter { provider_pid: envelope.provider_pid()? },
            (Some(_), true) | (None, false) => {
                return Err(MessageError::ExactlyOne {
                    pointer: members.pointer().clone(),
                    one: "callbackAddress",
                    other: "providerPid",
                });
            }
        };
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            form,
            offer: MessageOffer::parse(&members.required("offer")?)?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let body = body(MessageKind::ContractRequestMessage)
            .with("consumerPid", self.consumer_pid.as_str())
            .with("offer", self.offer.document().clone())
            .checkpoint(self.checkpoint.as_ref());
        match &self.form {
            RequestForm::Initial { callback_address } => {
                body.with("callbackAddress", callback_address.as_str())
            }
            RequestForm::Counter { provider_pid } => {
                body.with("providerPid", provider_pid.as_str())
            }
        }
        .into_value()
    }
}
