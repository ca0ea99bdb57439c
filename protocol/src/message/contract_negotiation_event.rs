//! `ContractNegotiationEventMessage`: the consumer accepts, or the provider finalizes.

use serde_json::Value;
use wire::node::{Expected, Node};

use super::envelope::{Envelope, body};
use super::{MessageError, MessageKind, Parsed};
use crate::id::{ConsumerPid, ProviderPid};
use crate::role::Role;

/// An event (DSP 2025-1, Contract Negotiation Event Message).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContractNegotiationEventMessage {
    /// The consumer's process id.
    pub consumer_pid: ConsumerPid,
    /// The provider's process id.
    pub provider_pid: ProviderPid,
    /// `eventType`.
    pub event: EventType,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum EventType {
    /// The consumer accepts the provider's offer.
    Accepted,
    /// The provider finalizes the verified agreement.
    Finalized,
}

impl EventType {
    /// The value of `eventType`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::Finalized => "FINALIZED",
        }
    }

    /// The only side that may send it; the other combination is an error.
    #[must_use]
    pub const fn sender(self) -> Role {
        match self {
            Self::Accepted => Role::Consumer,
            Self::Finalized => Role::Provider,
        }
    }
}

impl ContractNegotiationEventMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let known = ["consumerPid", "providerPid", "eventType"];
        let kind = MessageKind::ContractNegotiationEventMessage;
        let envelope = Envelope::open(node, kind, &known)?;
        let event = envelope.members().required("eventType")?;
        let message = Self {
            consumer_pid: envelope.consumer_pid()?,
            provider_pid: envelope.provider_pid()?,
            event: match event.string()? {
                "ACCEPTED" => EventType::Accepted,
                "FINALIZED" => EventType::Finalized,
                _ => return Err(event.wrong(Expected::Named("`ACCEPTED` or `FINALIZED`")).into()),
            },
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::ContractNegotiationEventMessage)
            .pids(&self.consumer_pid, &self.provider_pid)
            .with("eventType", self.event.name())
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
