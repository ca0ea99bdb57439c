//! `DataService`: the `<base>` at which datasets are negotiated and transferred.

use serde_json::Value;
use wire::node::Node;

use super::MessageError;
use super::envelope::{Body, required, required_text};
use super::properties::{self, Properties};
use crate::id::ServiceId;

const KNOWN: [&str; 3] = ["@id", "@type", "endpointURL"];

/// A data service of a catalogue (DSP 2025-1, ACK - Catalog).
#[derive(Clone, Debug, PartialEq)]
pub struct DataService {
    /// `@id`.
    pub id: ServiceId,
    /// `endpointURL`: the `<base>`. Not yet an address: it may be another protocol's.
    pub endpoint_url: String,
    /// Descriptive members, `servesDataset` among them.
    pub properties: Properties,
}

impl DataService {
    /// Reads a data service.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        members.required("@type")?.literal("DataService")?;
        Ok(Self {
            id: required(&members, "@id", "an id")?,
            endpoint_url: required_text(&members, "endpointURL")?,
            properties: properties::read(&members, &KNOWN)?,
        })
    }

    /// The service as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        properties::write(Body::new(), &self.properties)
            .with("@id", self.id.as_str())
            .with("@type", "DataService")
            .with("endpointURL", self.endpoint_url.as_str())
            .into_value()
    }
}
