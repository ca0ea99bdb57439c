//! Offers as documents: the one of a catalogue, which has no target, and the one of a message, which
//! has one. The document is kept as it was written; its rules are read by `odrl_parser`.

use serde_json::Value;
use wire::digest::Digest;
use wire::node::Node;

use super::envelope::{Body, required};
use super::{MessageError, rules};
use crate::id::{DatasetId, OfferId};

/// An Offer inside a Dataset of a catalogue. The dataset around it is its target.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogOffer {
    id: OfferId,
    document: Value,
}

/// An Offer inside a negotiation message (`MessageOffer` of the contract schema), with its target.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageOffer {
    id: OfferId,
    target: DatasetId,
    digest: Digest,
    document: Value,
}

impl CatalogOffer {
    /// Reads an offer of a catalogue.
    ///
    /// # Errors
    /// When it has another shape, a target, or neither permission nor prohibition.
    pub fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        if let Some(kind) = members.optional("@type") {
            kind.literal("Offer")?;
        }
        if let Some(target) = members.optional("target") {
            return Err(MessageError::TargetForbidden { pointer: target.pointer().clone() });
        }
        rules::check(&members)?;
        let id = required(&members, "@id", "an offer id")?;
        Ok(Self { id, document: node.value().clone() })
    }

    /// `@id`.
    #[must_use]
    pub const fn id(&self) -> &OfferId {
        &self.id
    }

    /// The document as it was written.
    #[must_use]
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// The rules, every term resolved.
    ///
    /// # Errors
    /// With the place, from the document's root, of what is not understood.
    pub fn policy(&self) -> Result<odrl_parser::Policy, odrl_parser::ParseError> {
        odrl_parser::parse_offer(&Node::root(&self.document))
    }

    /// The same offer as a request names it: the catalogue's document with its target.
    ///
    /// # Errors
    /// When the document has no canonical form.
    pub fn to_message_offer(&self, target: &DatasetId) -> Result<MessageOffer, MessageError> {
        let mut document = self.document.clone();
        if let Value::Object(members) = &mut document {
            members.insert("@type".to_owned(), "Offer".into());
            members.insert("target".to_owned(), target.as_str().into());
        }
        MessageOffer::parse(&Node::root(&document))
    }
}

impl MessageOffer {
    /// Reads an offer of a message.
    ///
    /// # Errors
    /// When it has another shape, no target, a target inside a rule, or neither permission nor
    /// prohibition.
    pub fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        members.required("@type")?.literal("Offer")?;
        rules::check(&members)?;
        Ok(Self {
            id: required(&members, "@id", "an offer id")?,
            target: required(&members, "target", "a dataset id")?,
            digest: digest(node)?,
            document: node.value().clone(),
        })
    }

    /// `@id`.
    #[must_use]
    pub const fn id(&self) -> &OfferId {
        &self.id
    }

    /// `target`.
    #[must_use]
    pub const fn target(&self) -> &DatasetId {
        &self.target
    }

    /// SHA-256 of the document's RFC 8785 form.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The document as it was written.
    #[must_use]
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// The rules, every term resolved.
    ///
    /// # Errors
    /// With the place, from the document's root, of what is not understood.
    pub fn policy(&self) -> Result<odrl_parser::Policy, odrl_parser::ParseError> {
        odrl_parser::parse_message_offer(&Node::root(&self.document))
    }

    /// Whether this offer has the same rules and profiles as an offer of a catalogue.
    #[must_use]
    pub fn has_rules_of(&self, offer: &CatalogOffer) -> bool {
        rules::same(&self.document, &offer.document)
    }

    /// An offer with the rules of `document`, which may be any policy document.
    ///
    /// # Errors
    /// When the rules break the text's demands.
    pub fn build(id: &OfferId, target: &DatasetId, document: &Value) -> Result<Self, MessageError> {
        let mut offer = Body::new()
            .with("@type", "Offer")
            .with("@id", id.as_str())
            .with("target", target.as_str());
        for (name, value) in rules::of(document) {
            offer = offer.with(&name, value);
        }
        Self::parse(&Node::root(&offer.into_value()))
    }
}

pub(crate) fn digest(node: &Node<'_>) -> Result<Digest, MessageError> {
    Digest::of_canonical(node.value())
        .map_err(|_| MessageError::NotCanonical { pointer: node.pointer().clone() })
}
