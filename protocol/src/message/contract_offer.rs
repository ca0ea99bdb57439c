//! `ContractOfferMessage`: the provider offers, first or in answer to a request.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, address, body};
use super::{MessageError, MessageKind, MessageOffer, Parsed};
use crate::address::CallbackAddress;
use crate::id::{ConsumerPid, ProviderPid};

/// An offer of the provider (DSP 2025-1, Contract Offer Message).
#[derive(Clone, Debug, PartialEq)]
pub struct ContractOfferMessage {
    /// The provider's process id.
    pub provider_pid: ProviderPid,
    /// First offer or counter-offer.
    pub form: OfferForm,
    /// What the provider offers; it names its target.
    pub offer: MessageOffer,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

/// Exactly one of `callbackAddress` and `consumerPid`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OfferForm {
    /// A first offer.
    Initial {
        /// Where messages to the provider go.
        callback_address: CallbackAddress,
    },
    /// An answer to a request.
    Counter {
        /// The consumer's process id.
        consumer_pid: ConsumerPid,
    },
}

impl ContractOfferMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid", "callbackAddress", "offer"];
        let envelope = Envelope::open(node, MessageKind::ContractOfferMessage, &known)?;
        let members = envelope.members();
        let form = match (members.optional("callbackAddress"), members.has("consumerPid")) {
            (Some(callback), false) => OfferForm::Initial { callback_address: address(&callback)? },
            (None, true) => OfferForm::Counter { consumer_pid: envelope.consumer_pid()? },
            (Some(_), true) | (None, false) => {
                return Err(MessageError::ExactlyOne {
                    pointer: members.pointer().clone(),
                    one: "callbackAddress",
                    other: "consumerPid",
                });
            }
        };
        let message = Self {
            provider_pid: envelope.provider_pid()?,
            form,
            offer: MessageOffer::parse(&members.required("offer")?)?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let body = body(MessageKind::ContractOfferMessage)
            .with("providerPid", self.provider_pid.as_str())
            .with("offer", self.offer.document().clone())
            .checkpoint(self.checkpoint.as_ref());
        match &self.form {
            OfferForm::Initial { callback_address } => {
                body.with("callbackAddress", callback_address.as_str())
            }
            OfferForm::Counter { consumer_pid } => body.with("consumerPid", consumer_pid.as_str()),
        }
        .into_value()
    }
}
