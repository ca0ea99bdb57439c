//! The Agreement as a document: what both parties sign. Built from an offer's rules word for word,
//! and compared with it on arrival.

use jiff::Timestamp;
use serde_json::Value;
use wire::digest::Digest;
use wire::node::{Expected, Node};

use super::envelope::{Body, required};
use super::{MessageError, MessageOffer, offer, rules};
use crate::id::{AgreementId, DatasetId, ParticipantId};

/// The two parties of an agreement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parties {
    /// `assigner`: the provider.
    pub assigner: ParticipantId,
    /// `assignee`: the consumer.
    pub assignee: ParticipantId,
}

/// An Agreement of the contract schema, with the members that only the text demands.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    id: AgreementId,
    target: DatasetId,
    parties: Parties,
    timestamp: Timestamp,
    digest: Digest,
    document: Value,
}

/// Why an agreement does not hold what was negotiated. The fault is the provider's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AgreementMismatch {
    /// `assignee` is not the consumer.
    #[error("the agreement names another assignee")]
    Assignee,
    /// `assigner` is not the provider that speaks.
    #[error("the agreement names another assigner")]
    Assigner,
    /// The rules or profiles differ from those of the offer.
    #[error("the agreement has other rules than the offer")]
    Rules,
    /// `target` differs from that of the offer.
    #[error("the agreement is about another dataset")]
    Target,
}

impl AgreementMismatch {
    /// The reason code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Assignee => "agreement-other-assignee",
            Self::Assigner => "agreement-other-assigner",
            Self::Rules => "agreement-other-rules",
            Self::Target => "agreement-other-target",
        }
    }
}

impl Agreement {
    /// Reads an agreement. `timestamp` is demanded, with a zone: without one it names no instant.
    ///
    /// # Errors
    /// When it has another shape, no timestamp, a target inside a rule, or neither permission nor
    /// prohibition.
    pub fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        members.required("@type")?.literal("Agreement")?;
        rules::check(&members)?;
        Ok(Self {
            id: required(&members, "@id", "an agreement id")?,
            target: required(&members, "target", "a dataset id")?,
            parties: Parties {
                assigner: required(&members, "assigner", "a participant id")?,
                assignee: required(&members, "assignee", "a participant id")?,
            },
            timestamp: timestamp(&members.required("timestamp")?)?,
            digest: offer::digest(node)?,
            document: node.value().clone(),
        })
    }

    /// The agreement on `offer`: its rules word for word, the time in UTC and whole seconds.
    ///
    /// # Errors
    /// When the result would not be read back, which a parsed offer excludes.
    pub fn of_offer(
        offer: &MessageOffer,
        id: &AgreementId,
        parties: &Parties,
        at: Timestamp,
    ) -> Result<Self, MessageError> {
        let mut agreement = Body::new()
            .with("@type", "Agreement")
            .with("@id", id.as_str())
            .with("target", offer.target().as_str())
            .with("assigner", parties.assigner.as_str())
            .with("assignee", parties.assignee.as_str())
            .with("timestamp", at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        for (name, value) in rules::of(offer.document()) {
            agreement = agreement.with(&name, value);
        }
        Self::parse(&Node::root(&agreement.into_value()))
    }

    /// Checks that the agreement says what was negotiated, between these parties.
    ///
    /// # Errors
    /// The first [`AgreementMismatch`].
    pub fn check(&self, offer: &MessageOffer, parties: &Parties) -> Result<(), AgreementMismatch> {
        if self.parties.assigner != parties.assigner {
            return Err(AgreementMismatch::Assigner);
        }
        if self.parties.assignee != parties.assignee {
            return Err(AgreementMismatch::Assignee);
        }
        if self.target != *offer.target() {
            return Err(AgreementMismatch::Target);
        }
        if !rules::same(&self.document, offer.document()) {
            return Err(AgreementMismatch::Rules);
        }
        Ok(())
    }

    /// The rules, every term resolved.
    ///
    /// # Errors
    /// With the place, from the document's root, of what is not understood.
    pub fn policy(&self) -> Result<odrl_parser::Policy, odrl_parser::ParseError> {
        odrl_parser::parse_agreement(&Node::root(&self.document))
    }

    /// `@id`.
    #[must_use]
    pub const fn id(&self) -> &AgreementId {
        &self.id
    }

    /// `target`.
    #[must_use]
    pub const fn target(&self) -> &DatasetId {
        &self.target
    }

    /// `assigner` and `assignee`.
    #[must_use]
    pub const fn parties(&self) -> &Parties {
        &self.parties
    }

    /// `timestamp`.
    #[must_use]
    pub const fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// SHA-256 of the document's RFC 8785 form: what both parties sign.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The document as it was written.
    #[must_use]
    pub const fn document(&self) -> &Value {
        &self.document
    }
}

fn timestamp(node: &Node<'_>) -> Result<Timestamp, MessageError> {
    let text = node.string()?;
    // `jiff` reads more than xsd:dateTime: a blank or a lower-case letter between date and time,
    // and names of zones in brackets.
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"-:.TZ+".contains(&b));
    let time = if plain { text.parse().ok() } else { None };
    time.ok_or_else(|| node.wrong(Expected::Named("a dateTime with a zone")).into())
}
