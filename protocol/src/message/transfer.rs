//! Any message of a transfer process.

use serde_json::Value;
use wire::node::{Expected, Node};

use super::{
    MessageError, MessageKind, Parsed, TransferCompletionMessage, TransferRequestMessage,
    TransferStartMessage, TransferSuspensionMessage, TransferTerminationMessage,
};
use crate::id::{ConsumerPid, ProviderPid};

/// One of the five messages of a transfer process.
#[derive(Clone, Debug, PartialEq)]
pub enum TransferMessage {
    /// The consumer asks.
    Request(TransferRequestMessage),
    /// The provider starts, or either side resumes.
    Start(TransferStartMessage),
    /// All data has come over.
    Completion(TransferCompletionMessage),
    /// Either side pauses.
    Suspension(TransferSuspensionMessage),
    /// Either side ends it.
    Termination(TransferTerminationMessage),
}

impl TransferMessage {
    /// Reads whichever message `@type` names. A handler that expects one kind compares
    /// [`Self::kind`] with it.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let kind = node.object()?.required("@type")?;
        match kind.string()? {
            "TransferRequestMessage" => Ok(TransferRequestMessage::parse(node)?.map(Self::Request)),
            "TransferStartMessage" => Ok(TransferStartMessage::parse(node)?.map(Self::Start)),
            "TransferCompletionMessage" => {
                Ok(TransferCompletionMessage::parse(node)?.map(Self::Completion))
            }
            "TransferSuspensionMessage" => {
                Ok(TransferSuspensionMessage::parse(node)?.map(Self::Suspension))
            }
            "TransferTerminationMessage" => {
                Ok(TransferTerminationMessage::parse(node)?.map(Self::Termination))
            }
            _ => Err(kind.wrong(Expected::Named("a message of a transfer process")).into()),
        }
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Request(message) => message.to_json(),
            Self::Start(message) => message.to_json(),
            Self::Completion(message) => message.to_json(),
            Self::Suspension(message) => message.to_json(),
            Self::Termination(message) => message.to_json(),
        }
    }

    /// Its `@type`.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::Request(_) => MessageKind::TransferRequestMessage,
            Self::Start(_) => MessageKind::TransferStartMessage,
            Self::Completion(_) => MessageKind::TransferCompletionMessage,
            Self::Suspension(_) => MessageKind::TransferSuspensionMessage,
            Self::Termination(_) => MessageKind::TransferTerminationMessage,
        }
    }

    /// The consumer's process id.
    #[must_use]
    pub const fn consumer_pid(&self) -> &ConsumerPid {
        match self {
            Self::Request(message) => &message.consumer_pid,
            Self::Start(message) => &message.consumer_pid,
            Self::Completion(message) => &message.consumer_pid,
            Self::Suspension(message) => &message.consumer_pid,
            Self::Termination(message) => &message.consumer_pid,
        }
    }

    /// The provider's process id, absent only in a request.
    #[must_use]
    pub const fn provider_pid(&self) -> Option<&ProviderPid> {
        match self {
            Self::Request(_) => None,
            Self::Start(message) => Some(&message.provider_pid),
            Self::Completion(message) => Some(&message.provider_pid),
            Self::Suspension(message) => Some(&message.provider_pid),
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
            Self::Start(message) => message.checkpoint.as_deref(),
            Self::Completion(message) => message.checkpoint.as_deref(),
            Self::Suspension(message) => message.checkpoint.as_deref(),
            Self::Termination(message) => message.checkpoint.as_deref(),
        }
    }

    fn checkpoint_slot(&mut self) -> &mut Option<String> {
        match self {
            Self::Request(message) => &mut message.checkpoint,
            Self::Start(message) => &mut message.checkpoint,
            Self::Completion(message) => &mut message.checkpoint,
            Self::Suspension(message) => &mut message.checkpoint,
            Self::Termination(message) => &mut message.checkpoint,
        }
    }
}
