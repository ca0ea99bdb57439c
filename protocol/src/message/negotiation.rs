//! Any message of a contract negotiation.

use serde_json::Value;
use wire::node::{Expected, Node};

use super::{
    ContractAgreementMessage, ContractAgreementVerificationMessage,
    ContractNegotiationEventMessage, ContractNegotiationTerminationMessage, ContractOfferMessage,
    ContractRequestMessage, MessageError, MessageKind, OfferForm, Parsed, RequestForm,
};
use crate::id::{ConsumerPid, ProviderPid};

/// One of the six messages of a contract negotiation.
#[derive(Clone, Debug, PartialEq)]
pub enum NegotiationMessage {
    /// The consumer asks.
    Request(ContractRequestMessage),
    /// The provider offers.
    Offer(ContractOfferMessage),
    /// The provider agrees.
    Agreement(ContractAgreementMessage),
    /// The consumer confirms.
    Verification(ContractAgreementVerificationMessage),
    /// The consumer accepts or the provider finalizes.
    Event(ContractNegotiationEventMessage),
    /// Either side ends it.
    Termination(ContractNegotiationTerminationMessage),
}

impl NegotiationMessage {
    /// Reads whichever message `@type` names. A handler that expects one kind compares
    /// [`Self::kind`] with it.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let kind = node.object()?.required("@type")?;
        match kind.string()? {
            "ContractRequestMessage" => Ok(ContractRequestMessage::parse(node)?.map(Self::Request)),
            "ContractOfferMessage" => Ok(ContractOfferMessage::parse(node)?.map(Self::Offer)),
            "ContractAgreementMessage" => {
                Ok(ContractAgreementMessage::parse(node)?.map(Self::Agreement))
            }
            "ContractAgreementVerificationMessage" => {
                Ok(ContractAgreementVerificationMessage::parse(node)?.map(Self::Verification))
            }
            "ContractNegotiationEventMessage" => {
                Ok(ContractNegotiationEventMessage::parse(node)?.map(Self::Event))
            }
            "ContractNegotiationTerminationMessage" => {
                Ok(ContractNegotiationTerminationMessage::parse(node)?.map(Self::Termination))
            }
            _ => Err(kind.wrong(Expected::Named("a message of a contract negotiation")).into()),
        }
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Request(message) => message.to_json(),
            Self::Offer(message) => message.to_json(),
            Self::Agreement(message) => message.to_json(),
            Self::Verification(message) => message.to_json(),
            Self::Event(message) => message.to_json(),
            Self::Termination(message) => message.to_json(),
        }
    }

    /// Its `@type`.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::Request(_) => MessageKind::ContractRequestMessage,
            Self::Offer(_) => MessageKind::ContractOfferMessage,
            Self::Agreement(_) => MessageKind::ContractAgreementMessage,
            Self::Verification(_) => MessageKind::ContractAgreementVerificationMessage,
            Self::Event(_) => MessageKind::ContractNegotiationEventMessage,
            Self::Termination(_) => MessageKind::ContractNegotiationTerminationMessage,
        }
    }

    /// The consumer's process id, absent only in a first offer.
    #[must_use]
    pub const fn consumer_pid(&self) -> Option<&ConsumerPid> {
        match self {
            Self::Request(message) => Some(&message.consumer_pid),
            Self::Offer(message) => match &message.form {
                OfferForm::Initial { .. } => None,
                OfferForm::Counter { consumer_pid } => Some(consumer_pid),
            },
            Self::Agreement(message) => Some(&message.consumer_pid),
            Self::Verification(message) => Some(&message.consumer_pid),
            Self::Event(message) => Some(&message.consumer_pid),
            Self::Termination(message) => Some(&message.consumer_pid),
        }
    }

    /// The provider's process id, absent only in a first request.
    #[must_use]
    pub const fn provider_pid(&self) -> Option<&ProviderPid> {
        match self {
            Self::Request(message) => match &message.form {
                RequestForm::Initial { .. } => None,
                RequestForm::Counter { provider_pid } => Some(provider_pid),
            },
            Self::Offer(message) => Some(&message.provider_pid),
            Self::Agreement(message) => Some(&message.provider_pid),
            Self::Verification(message) => Some(&message.provider_pid),
            Self::Event(message) => Some(&message.provider_pid),
            Self::Termination(message) => Some(&message.provider_pid),
        }
    }

    /// The same message with the sender's log checkpoint.
    #[must_use]
    pub fn with_checkpoint(mut self, checkpoint: String) -> Self {
        *self.checkpoint_slot() = Some(checkpoint);
        self
    }

    /// The sender's log checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&str> {
        match self {
            Self::Request(message) => message.checkpoint.as_deref(),
            Self::Offer(message) => message.checkpoint.as_deref(),
            Self::Agreement(message) => message.checkpoint.as_deref(),
            Self::Verification(message) => message.checkpoint.as_deref(),
            Self::Event(message) => message.checkpoint.as_deref(),
            Self::Termination(message) => message.checkpoint.as_deref(),
        }
    }

    fn checkpoint_slot(&mut self) -> &mut Option<String> {
        match self {
            Self::Request(message) => &mut message.checkpoint,
            Self::Offer(message) => &mut message.checkpoint,
            Self::Agreement(message) => &mut message.checkpoint,
            Self::Verification(message) => &mut message.checkpoint,
            Self::Event(message) => &mut message.checkpoint,
            Self::Termination(message) => &mut message.checkpoint,
        }
    }
}
