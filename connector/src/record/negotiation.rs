//! A negotiation as we keep it: the state machine's own record, and what people ask about it.

use jiff::Timestamp;
use protocol::negotiation::Negotiation;
use serde::{Deserialize, Serialize};

/// One negotiation.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NegotiationRecord {
    /// What the state machine knows.
    pub process: Negotiation,
    /// When it was opened.
    pub opened: Timestamp,
    /// The account that opened it, if it was one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
    /// The version of our dataset that its terms stand beside, where we provide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset_version: Option<u32>,
    /// Whether it waits for a person of ours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_person: bool,
    /// Why the last step happened, where there is more to say than its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// The provider's signature over the agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_signature: Option<String>,
    /// The consumer's signature over the agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer_signature: Option<String>,
}

/// A reason that was given.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Why {
    /// The reason code.
    pub code: String,
    /// The reason in words, as it was given.
    pub words: Vec<String>,
    /// Who gave it.
    pub by: By,
}

/// Who did something.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Ourselves.
    Us,
    /// The other party.
    Peer,
}
