//! A decision made again: it is recorded with what it was made with, and an audit makes it anew
//! from what was recorded and nothing else. The same inputs give the same bytes, or it is flagged.
//!
//! It never looks anything up: whoever replays brings the documents.

mod differ;
mod made;

use std::fmt;

use odrl_parser::{ParseError, Policy, parse_agreement, parse_message_offer, parse_offer};
use serde_json::{Value as Json, json};
use wire::digest::Digest;
use wire::node::Node;

pub use differ::{DIFFERENCES_MAX, Difference};
pub use made::{NotReplayed, Recorded, Replayed};

use crate::check::CheckedPolicy;
use crate::decision::Decision;
use crate::settings::{ConflictDefault, DutyMode, Incomplete, Settings};

/// The version of the evaluator: two programs with the same one give the same bytes for the same
/// policy, profile, settings and facts. A change after which some decision has other bytes raises it.
pub const ENGINE_VERSION: &str = "allmende-policy/2";

/// Which shape of policy a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// An agreement.
    Agreement,
    /// An offer of a catalogue, without a target.
    Offer,
    /// An offer of a negotiation, with its target.
    Request,
}

impl Shape {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 3] = [Self::Agreement, Self::Offer, Self::Request];

    /// The name, as it is recorded.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Offer => "offer",
            Self::Request => "request",
        }
    }

    /// Reads a document of this shape.
    ///
    /// # Errors
    /// [`ParseError`] with the first place that is not of it.
    pub fn parse(self, document: &Json) -> Result<Policy, ParseError> {
        let node = Node::root(document);
        match self {
            Self::Agreement => parse_agreement(&node),
            Self::Offer => parse_offer(&node),
            Self::Request => parse_message_offer(&node),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a decision was made with, beside the facts and the request: enough to make it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The version of the evaluator.
    pub engine: String,
    /// The digest of the profile.
    pub profile: Digest,
    /// How the policy was judged where ODRL leaves that open.
    pub settings: Settings,
    /// The digest of the policy's canonical document.
    pub document: Digest,
    /// The shape of that document.
    pub shape: Shape,
}

impl Basis {
    /// What this program decides with about a policy that was read from the document of this digest.
    #[must_use]
    pub fn of(policy: &CheckedPolicy, shape: Shape, document: Digest) -> Self {
        Self {
            engine: ENGINE_VERSION.to_owned(),
            profile: policy.profile().digest(),
            settings: *policy.settings(),
            document,
            shape,
        }
    }

    /// The decision as it is recorded: its own members, and `basis`. The snapshot of facts that its
    /// member `snapshot` names is a document of its own.
    ///
    /// # Errors
    /// None that is known of: a decision has texts, lists and objects only.
    pub fn record(&self, decision: &Decision) -> Result<Json, serde_json::Error> {
        let mut recorded = serde_json::to_value(decision)?;
        if let Some(members) = recorded.as_object_mut() {
            members.insert("basis".to_owned(), self.to_json());
        }
        Ok(recorded)
    }

    fn to_json(&self) -> Json {
        json!({
            "document": self.document,
            "engine": self.engine,
            "profile": self.profile,
            "settings": self.settings,
            "shape": self.shape.name(),
        })
    }
}

/// The settings by their names, to be read back.
const CONFLICTS: [(&str, ConflictDefault); 2] =
    [("prohibit", ConflictDefault::Prohibit), ("strict", ConflictDefault::Strict)];
const DUTIES: [(&str, DutyMode); 2] =
    [("precondition", DutyMode::Precondition), ("promise", DutyMode::Promise)];
const INCOMPLETE: [(&str, Incomplete); 2] =
    [("any", Incomplete::Any), ("refuse", Incomplete::Refuse)];
