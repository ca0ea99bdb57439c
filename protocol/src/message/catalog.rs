//! `Catalog`: a provider's datasets and services, and catalogues inside it.

use serde_json::Value;
use wire::node::{Expected, Members, Node};

use super::distribution::distributions;
use super::envelope::{Body, required};
use super::properties::{self, Properties};
use super::{DataService, Dataset, Distribution, MessageError, MessageKind};
use crate::context;
use crate::id::{CatalogId, ParticipantId};

const KNOWN: [&str; 6] = ["@id", "@type", "dataset", "catalog", "service", "distribution"];

/// How deep catalogues inside catalogues are read.
pub const NESTING_MAX: u8 = 8;
/// The most catalogues that one document may hold inside it, at all depths together.
pub const NESTED_MAX: usize = 256;

/// The answer to a catalogue request (DSP 2025-1, ACK - Catalog).
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    /// `participantId`: whose catalogue it is.
    pub participant_id: ParticipantId,
    /// What is in it.
    pub content: NestedCatalog,
}

/// The content of a catalogue, or a catalogue inside another one, which may be no more than a
/// place where to fetch it.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedCatalog {
    /// `@id`.
    pub id: CatalogId,
    /// `dataset`.
    pub datasets: Vec<Dataset>,
    /// `service`. A whole catalogue has at least one.
    pub services: Vec<DataService>,
    /// `distribution`.
    pub distributions: Vec<Distribution>,
    /// `catalog`.
    pub catalogs: Vec<NestedCatalog>,
    /// Descriptive members.
    pub properties: Properties,
}

impl Catalog {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        context::check(&members.required("@context")?)?;
        let participant_id = required(&members, "participantId", "a participant id")?;
        let (known, mut left) = (["@context", "participantId"], NESTED_MAX);
        let mut content = NestedCatalog::read(&members, &known, 0, &mut left)?;
        content.properties.remove("@context");
        content.properties.remove("participantId");
        Ok(Self { participant_id, content })
    }

    /// The catalogue as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.content
            .body()
            .with("@context", vec![context::DSP])
            .with("participantId", self.participant_id.as_str())
            .into_value()
    }
}

impl NestedCatalog {
    /// Reads a catalogue at `depth`; `left` more may stand in the whole document.
    fn read(
        members: &Members<'_>,
        also_known: &[&str],
        depth: u8,
        left: &mut usize,
    ) -> Result<Self, MessageError> {
        members.required("@type")?.literal(MessageKind::Catalog.name())?;
        if let Some(policy) = members.optional("hasPolicy") {
            return Err(policy.wrong(Expected::Nothing).into());
        }
        let known: Vec<&str> = KNOWN.iter().chain(also_known).copied().collect();
        let mut catalogs = Vec::new();
        for node in some_array(members, "catalog")? {
            if depth == NESTING_MAX {
                let words = "no catalogue more than eight deep";
                return Err(node.wrong(Expected::Named(words)).into());
            }
            let few = || node.wrong(Expected::Named("at most 256 nested catalogues"));
            *left = left.checked_sub(1).ok_or_else(few)?;
            catalogs.push(Self::read(&node.object()?, &[], depth + 1, left)?);
        }
        Ok(Self {
            id: required(members, "@id", "a catalogue id")?,
            datasets: each(members, "dataset", Dataset::parse_entry)?,
            services: each(members, "service", DataService::parse)?,
            distributions: distributions(members.optional("distribution"))?,
            catalogs,
            properties: properties::read(members, &known)?,
        })
    }

    fn body(&self) -> Body {
        let datasets = self.datasets.iter().map(Dataset::to_entry_json);
        let services = self.services.iter().map(DataService::to_json);
        let distributions = self.distributions.iter().map(Distribution::to_json);
        let catalogs = self.catalogs.iter().map(|catalog| catalog.body().into_value());
        properties::write(Body::new(), &self.properties)
            .with("@id", self.id.as_str())
            .with("@type", MessageKind::Catalog.name())
            .with_any("dataset", datasets.collect())
            .with_any("service", services.collect())
            .with_any("distribution", distributions.collect())
            .with_any("catalog", catalogs.collect())
    }
}

fn some_array<'a>(members: &Members<'a>, name: &str) -> Result<Vec<Node<'a>>, MessageError> {
    match members.optional(name) {
        Some(node) => Ok(node.non_empty_array()?),
        None => Ok(Vec::new()),
    }
}

fn each<T>(
    members: &Members<'_>,
    name: &str,
    read: fn(&Node<'_>) -> Result<T, MessageError>,
) -> Result<Vec<T>, MessageError> {
    some_array(members, name)?.iter().map(read).collect()
}
