//! `Distribution`: a format in which a dataset can be transferred, and the service that does it.

use serde_json::Value;
use wire::node::{Expected, Found, Node};

use super::envelope::{Body, required_text};
use super::properties::{self, Properties};
use super::{CatalogOffer, DataService, MessageError};
use crate::id::ServiceId;

const KNOWN: [&str; 5] = ["@id", "@type", "format", "accessService", "hasPolicy"];

/// A distribution of a dataset or catalogue (DSP 2025-1, ACK - Dataset).
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// `format`, such as `HttpData-PULL`.
    pub format: String,
    /// `accessService`.
    pub access_service: AccessService,
    /// `hasPolicy`: offers of this distribution alone; usually empty.
    pub offers: Vec<CatalogOffer>,
    /// Descriptive members.
    pub properties: Properties,
}

/// A data service by name or in full.
#[derive(Clone, Debug, PartialEq)]
pub enum AccessService {
    /// The service itself.
    Embedded(DataService),
    /// Its `@id` in the same catalogue.
    Reference(ServiceId),
}

impl Distribution {
    /// Reads a distribution.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        if let Some(kind) = members.optional("@type") {
            kind.literal("Distribution")?;
        }
        let mut properties = properties::read(&members, &KNOWN)?;
        if let Some(id) = members.optional("@id") {
            properties.insert("@id".to_owned(), id.string()?.into());
        }
        Ok(Self {
            format: required_text(&members, "format")?,
            access_service: AccessService::parse(&members.required("accessService")?)?,
            offers: offers(members.optional("hasPolicy"))?,
            properties,
        })
    }

    /// The distribution as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        properties::write(Body::new(), &self.properties)
            .with("@type", "Distribution")
            .with("format", self.format.as_str())
            .with("accessService", self.access_service.to_json())
            .with_any("hasPolicy", self.offers.iter().map(|o| o.document().clone()).collect())
            .into_value()
    }
}

impl AccessService {
    fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        match Found::of(node.value()) {
            Found::String => Ok(Self::Reference(node.parse("an id")?)),
            Found::Object => Ok(Self::Embedded(DataService::parse(node)?)),
            Found::Absent
            | Found::Array
            | Found::Boolean
            | Found::EmptyArray
            | Found::Null
            | Found::Number => Err(node.wrong(Expected::Named("a data service or its id")).into()),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Embedded(service) => service.to_json(),
            Self::Reference(id) => id.as_str().into(),
        }
    }
}

/// The offers of `hasPolicy`, which has at least one where it is there.
pub(crate) fn offers(node: Option<Node<'_>>) -> Result<Vec<CatalogOffer>, MessageError> {
    let Some(node) = node else { return Ok(Vec::new()) };
    node.non_empty_array()?.iter().map(CatalogOffer::parse).collect()
}

/// The distributions of an entry, at least one where the member is there.
pub(crate) fn distributions(node: Option<Node<'_>>) -> Result<Vec<Distribution>, MessageError> {
    let Some(node) = node else { return Ok(Vec::new()) };
    node.non_empty_array()?.iter().map(Distribution::parse).collect()
}
