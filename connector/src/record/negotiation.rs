//! A negotiation as we keep it: the state machine's own record, and what people ask about it.

use jiff::Timestamp;
use protocol::Role;
use protocol::message::MessageKind;
use protocol::negotiation::Negotiation;
use serde::{Deserialize, Serialize};
use wire::digest::Digest;

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
    /// Every offer and request so far, the one on the table last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<OfferMade>,
    /// The last step, and why it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastStep>,
    /// Why a person of ours is asked, if one is: a reason code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
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

impl NegotiationRecord {
    /// Our account behind the last terms of ours: who asked or offered, and so does not approve.
    #[must_use]
    pub fn asked_by(&self) -> Option<&str> {
        let role = self.process.role;
        let last = self.offers.iter().rev().find(|made| made.by == role);
        last.and_then(|made| made.account.as_deref()).or(self.opened_by.as_deref())
    }
}

/// Terms that one side put on the table.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct OfferMade {
    /// The digest under which they lie.
    pub digest: Digest,
    /// Which side.
    pub by: Role,
    /// When.
    pub at: Timestamp,
    /// Our account that made them, if a person of ours did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// A step of a negotiation, and why it was made.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LastStep {
    /// The message.
    pub what: MessageKind,
    /// Whose it is.
    pub by: By,
    /// Why, as a reason code.
    pub code: String,
    /// Our account that made it, if a person of ours did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// When.
    pub at: Timestamp,
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
