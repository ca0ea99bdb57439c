//! `Dataset`: what is offered, under which offers, in which formats.

use serde_json::Value;
use wire::node::{Members, Node};

use super::distribution::{distributions, offers};
use super::envelope::{Body, required};
use super::properties::{self, Properties};
use super::{CatalogOffer, Distribution, MessageError, MessageKind};
use crate::context;
use crate::id::DatasetId;

const KNOWN: [&str; 4] = ["@id", "@type", "hasPolicy", "distribution"];

/// A dataset of a catalogue, or the answer to a dataset request (DSP 2025-1, ACK - Dataset).
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// `@id`.
    pub id: DatasetId,
    /// `hasPolicy`: at least one offer.
    pub offers: Vec<CatalogOffer>,
    /// `distribution`: at least one.
    pub distributions: Vec<Distribution>,
    /// Descriptive members, such as titles and keywords.
    pub properties: Properties,
}

impl Dataset {
    /// Reads the answer to a dataset request.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        context::check(&members.required("@context")?)?;
        let mut dataset = Self::read(&members, &["@context"])?;
        dataset.properties.remove("@context");
        Ok(dataset)
    }

    /// Reads a dataset inside a catalogue.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse_entry(node: &Node<'_>) -> Result<Self, MessageError> {
        Self::read(&node.object()?, &[])
    }

    fn read(members: &Members<'_>, also_known: &[&str]) -> Result<Self, MessageError> {
        if let Some(kind) = members.optional("@type") {
            kind.literal(MessageKind::Dataset.name())?;
        }
        let known: Vec<&str> = KNOWN.iter().chain(also_known).copied().collect();
        Ok(Self {
            id: required(members, "@id", "a dataset id")?,
            offers: offers(Some(members.required("hasPolicy")?))?,
            distributions: distributions(Some(members.required("distribution")?))?,
            properties: properties::read(members, &known)?,
        })
    }

    /// The answer to a dataset request as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.body().with("@context", vec![context::DSP]).into_value()
    }

    /// The entry of a catalogue as it goes over the wire, without `@context`.
    #[must_use]
    pub fn to_entry_json(&self) -> Value {
        self.body().into_value()
    }

    fn body(&self) -> Body {
        properties::write(Body::new(), &self.properties)
            .with("@id", self.id.as_str())
            .with("@type", MessageKind::Dataset.name())
            .with("hasPolicy", self.offers.iter().map(|o| o.document().clone()).collect::<Vec<_>>())
            .with(
                "distribution",
                self.distributions.iter().map(Distribution::to_json).collect::<Vec<_>>(),
            )
    }
}
