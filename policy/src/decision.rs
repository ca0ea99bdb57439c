//! What was decided and why: plain data, the same bytes for the same inputs, so that it can be
//! logged and replayed.

mod report;
mod write;

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use odrl_parser::{Id, Term};
use serde::{Serialize, Serializer};
use wire::digest::Digest;

use crate::fact::{FactKey, RuleKey};
use crate::reason::{Reason, ReasonCode, Redacted};
pub use report::{
    Activation, AtomReport, Attempt, Conflict, ConstraintReport, Deontic, DutyReport, EntityReport,
    Owed, Performed, RuleReport,
};
use write::{optional_timestamp, term, timestamp};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// What is to be done; for a transfer `use`.
    #[serde(serialize_with = "term")]
    pub action: Term,
    /// Who asks.
    pub assignee: Id,
    /// To which dataset it is to be done.
    pub target: Id,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No.
    Deny,
    /// Yes, until the decision's next change.
    Permit,
}

/// The answer with all that it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// Whether it is about an agreement that does not exist yet.
    pub hypothetical: bool,
    /// What was asked.
    pub request: Request,
    /// When it was decided.
    #[serde(serialize_with = "timestamp")]
    pub at: Timestamp,
    /// The digest of the checked policy.
    pub policy: Digest,
    /// The digest of the snapshot of facts. The same policy, snapshot and program give the same
    /// decision again.
    pub snapshot: Digest,
    /// Why it is a denial; empty for a permit.
    pub reasons: Vec<Reason>,
    /// Every rule with what was seen.
    pub rules: Vec<RuleReport>,
    /// Every obligation with what has become of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub obligations: Vec<DutyReport>,
    /// What is still to be done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<Owed>,
    /// Permissions and prohibitions that applied both.
    pub conflicts: Vec<Conflict>,
    /// The first instant after `at` at which the verdict changes if no fact changes but by time;
    /// beyond [`crate::BOUNDS_TRIED_MAX`] bounds of time, the first at which it may.
    #[serde(serialize_with = "optional_timestamp")]
    pub next_change: Option<Timestamp>,
    /// The facts whose change can change the verdict.
    pub depends_on: BTreeSet<Dependency>,
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dependency {
    /// The fact about an operand. It serialises as [`FactKey`].
    Fact(FactKey),
    /// The order in which things came to hold, as the log says.
    Log,
    /// Who belongs to a collection.
    Members(Id),
    /// What is known of a duty.
    Rule(RuleKey),
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(key) => write!(f, "{key}"),
            Self::Log => f.write_str("log"),
            Self::Members(collection) => write!(f, "members {collection}"),
            Self::Rule(rule) => write!(f, "rule {rule}"),
        }
    }
}

impl Serialize for Dependency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Decision {
    /// Whether it is a denial that says no, and not only that nothing says yes.
    #[must_use]
    pub fn forbids(&self) -> bool {
        self.reasons.iter().any(|reason| match reason.code {
            ReasonCode::BudgetExceeded
            | ReasonCode::PolicyVoid
            | ReasonCode::Prohibited
            | ReasonCode::ProhibitedUnlessKnown => true,
            ReasonCode::ConditionNotMet
            | ReasonCode::DutyNotFulfilled
            | ReasonCode::DutyViolated
            | ReasonCode::FactConflicting
            | ReasonCode::FactStale
            | ReasonCode::FactUnknown
            | ReasonCode::MembershipUnknown
            | ReasonCode::NotExactlyOne
            | ReasonCode::NotInOrder
            | ReasonCode::NotThisPartner
            | ReasonCode::NotVetted
            | ReasonCode::NotYet
            | ReasonCode::NothingPermits
            | ReasonCode::OtherAssignee
            | ReasonCode::OtherPurpose
            | ReasonCode::OtherTarget
            | ReasonCode::PurposeNotStated
            | ReasonCode::TimeOver
            | ReasonCode::VettingUnknown
            | ReasonCode::WrongTime => false,
        })
    }

    /// The codes of the reasons, each once.
    #[must_use]
    pub fn reasons(&self) -> BTreeSet<ReasonCode> {
        self.reasons.iter().map(|reason| reason.code).collect()
    }

    /// What the other party may be told: no values, no names of others, no places.
    #[must_use]
    pub fn redacted(&self) -> Redacted {
        Redacted { verdict: self.verdict, codes: self.reasons() }
    }

    /// Turns a permit of an agreement that exists into the token that the data path demands.
    ///
    /// # Errors
    /// The decision itself, if it is a denial or about an agreement that does not exist yet.
    pub fn into_permit(self) -> Result<Permit, Box<Self>> {
        match self.verdict {
            Verdict::Permit if !self.hypothetical => Ok(Permit { decision: self }),
            Verdict::Permit | Verdict::Deny => Err(Box::new(self)),
        }
    }
}

/// Proof that an agreement was judged and permits what was asked. Nothing but a decision can make
/// one.
#[derive(Debug)]
pub struct Permit {
    decision: Decision,
}

impl Permit {
    /// The decision behind it.
    #[must_use]
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// From this instant on it must be asked for again.
    #[must_use]
    pub const fn expires(&self) -> Option<Timestamp> {
        self.decision.next_change
    }
}
