//! `CatalogRequestMessage`: a participant asks for the catalogue.

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Envelope, body, values};
use super::{MessageError, MessageKind, Parsed};

/// A request for the catalogue (DSP 2025-1, Catalog Request Message).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CatalogRequestMessage {
    /// `filter`, in any shape; empty where there is none, since the standard's own example sends an
    /// empty one. Whoever supports no filter answers a non-empty one with 400.
    pub filter: Vec<Value>,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl CatalogRequestMessage {
    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let envelope = Envelope::open(node, MessageKind::CatalogRequestMessage, &["filter"])?;
        let filter = match envelope.members().optional("filter") {
            Some(filter) => values(&filter.array()?),
            None => Vec::new(),
        };
        let message = Self { filter, checkpoint: envelope.checkpoint()? };
        Ok(envelope.finish(message))
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::CatalogRequestMessage)
            .with_any("filter", self.filter.clone())
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}
