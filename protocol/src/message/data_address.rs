//! `DataAddress`: where data is to be had or put, and with which token.
//!
//! What an `endpointType` demands is a matter of profiles outside the standard. Values may be
//! secrets: they are serialised for the peer and the store, and never shown by `Debug`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::node::Node;

use super::MessageError;
use super::envelope::{Body, Envelope, note_unknown, required_text, text};

/// The name of the property that carries a token.
pub const AUTHORIZATION: &str = "authorization";
/// The name of the property that says what kind of token it is, such as `bearer`.
pub const AUTH_TYPE: &str = "authType";

/// An endpoint of the data plane (DSP 2025-1, Lower Level Type Definitions).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DataAddress {
    /// `endpointType`, such as `https://w3id.org/idsa/v4.1/HTTP`.
    pub endpoint_type: String,
    /// `endpoint`, usually a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// `endpointProperties`, in the order written; empty where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<EndpointProperty>,
}

/// A named text of a data address.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
pub struct EndpointProperty {
    /// `name`.
    pub name: String,
    /// `value`: nested data is flattened by whoever writes it.
    pub value: String,
}

impl DataAddress {
    /// The value of the property `name`, the first one if it is there twice.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        let property = self.properties.iter().find(|property| property.name == name)?;
        Some(&property.value)
    }

    /// The address as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let properties = self.properties.iter().map(|property| {
            Body::new()
                .with("@type", "EndpointProperty")
                .with("name", property.name.as_str())
                .with("value", property.value.as_str())
                .into_value()
        });
        Body::new()
            .with("@type", "DataAddress")
            .with("endpointType", self.endpoint_type.as_str())
            .with_some("endpoint", self.endpoint.clone())
            .with_any("endpointProperties", properties.collect())
            .into_value()
    }

    /// Reads the member `dataAddress` of a message, if it is there.
    pub(crate) fn parse_in(envelope: &mut Envelope<'_>) -> Result<Option<Self>, MessageError> {
        let Some(node) = envelope.members().optional("dataAddress") else { return Ok(None) };
        let members = node.object()?;
        members.required("@type")?.literal("DataAddress")?;
        let known = ["@type", "@id", "endpointType", "endpoint", "endpointProperties"];
        note_unknown(&members, &[&known], envelope.ignored())?;
        let mut properties = Vec::new();
        if let Some(list) = members.optional("endpointProperties") {
            for property in list.non_empty_array()? {
                properties.push(EndpointProperty::parse(&property, envelope)?);
            }
        }
        Ok(Some(Self {
            endpoint_type: required_text(&members, "endpointType")?,
            endpoint: text(&members, "endpoint")?,
            properties,
        }))
    }
}

impl EndpointProperty {
    fn parse(node: &Node<'_>, envelope: &mut Envelope<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        members.required("@type")?.literal("EndpointProperty")?;
        note_unknown(&members, &[&["@type", "@id", "name", "value"]], envelope.ignored())?;
        Ok(Self {
            name: required_text(&members, "name")?,
            value: required_text(&members, "value")?,
        })
    }
}

impl fmt::Debug for EndpointProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointProperty").field("name", &self.name).finish_non_exhaustive()
    }
}
