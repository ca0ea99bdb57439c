//! What happened: events, what was done for duties, who belongs to a collection.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use odrl_parser::{Id, Term};
use serde::{Serialize, Serializer};
use wire::digest::Digest;
use wire::iri::Iri;
use wire::pointer::Pointer;

use super::Provenance;
use crate::value::{Phase, Value};

/// Which rule of a policy is meant. Duties of the same id are one duty, to be done once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleKey {
    /// The rule with this id.
    Id(Id),
    /// The rule without an id at this place.
    Place(Pointer),
}

impl fmt::Display for RuleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "id {id}"),
            Self::Place(pointer) => write!(f, "place {}", pointer.as_str()),
        }
    }
}

impl Serialize for RuleKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl RuleKey {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.split_once(' ')? {
            ("id", id) => Id::parse(id).ok().map(Self::Id),
            ("place", pointer) => Pointer::parse(pointer).ok().map(Self::Place),
            _ => None,
        }
    }
}

/// What a source says of a duty without showing how it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// It was done as demanded.
    Fulfilled,
    /// It can no longer be done as demanded, and was not.
    Violated,
    /// Whoever may demand it has let it go.
    Waived,
}

impl Told {
    pub(super) const ALL: [Self; 3] = [Self::Fulfilled, Self::Violated, Self::Waived];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Fulfilled => "fulfilled",
            Self::Violated => "violated",
            Self::Waived => "waived",
        }
    }
}

/// The state of a duty, as a source tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutyFact {
    /// The state.
    pub told: Told,
    /// Who says so.
    pub provenance: Provenance,
    /// From this instant on the fact is stale.
    pub valid_until: Option<Timestamp>,
}

/// An action that was performed for a duty, or in use of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performance {
    /// What was done.
    pub action: Term,
    /// Who did it.
    pub assignee: Id,
    /// To what.
    pub target: Option<Id>,
    /// When.
    pub at: Timestamp,
    /// How: the values of left operands, such as the amount paid.
    pub values: BTreeMap<Term, BTreeSet<Value>>,
    /// The digest of the evidence. The same evidence proves nothing for a second duty.
    pub evidence: Digest,
    /// Who says so.
    pub provenance: Provenance,
}

/// When an event began and ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its beginning.
    pub since: Timestamp,
    /// Its end, if it has one.
    pub until: Option<Timestamp>,
}

impl Event {
    pub(crate) fn phase(&self, now: Timestamp) -> Phase {
        if now < self.since {
            Phase::Before
        } else if self.until.is_some_and(|until| now >= until) {
            Phase::After
        } else {
            Phase::During
        }
    }
}

/// What the enforcing party has written down. An event that is not in it has not begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLog {
    /// The events.
    pub events: BTreeMap<Iri, Event>,
    /// When a constraint at a place of the policy first came to hold.
    pub first_held: BTreeMap<Pointer, Timestamp>,
    /// Who says so.
    pub provenance: Provenance,
    /// From this instant on the log is stale.
    pub valid_until: Option<Timestamp>,
}

/// All members of a collection, as a source knew them at one time (ruling 21).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The members; whoever is not among them is none. Members of members are not looked for.
    pub members: BTreeSet<Id>,
    /// Who says so.
    pub provenance: Provenance,
    /// From this instant on the list is stale.
    pub valid_until: Option<Timestamp>,
}
