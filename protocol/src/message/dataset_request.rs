//! `DatasetRequestMessage`: abstract, since the HTTPS binding asks by `GET`; kept for other bindings.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, body, required};
use super::{MessageError, MessageKind, Parsed};
use crate::id::DatasetId;

/// A request for one dataset (DSP 2025-1, Dataset Request Message).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DatasetRequestMessage {
    /// `dataset`: its `@id`.
    pub dataset: DatasetId,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl DatasetRequestMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let envelope = Envelope::open(node, MessageKind::DatasetRequestMessage, &["dataset"])?;
        let message = Self {
            dataset: required(envelope.members(), "dataset", "a dataset id")?,
            checkpoint: envelope.checkpoint()?,
        };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::DatasetRequestMessage)
            .with("dataset", self.dataset.as_str())
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
