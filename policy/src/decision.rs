//! What was decided and why: plain data, the same bytes for the same inputs, so that it can be
//! logged and replayed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use odrl_parser::{Id, LogicalOperator, Operator, Term};
use serde::{Serialize, Serializer};
use wire::pointer::Pointer;

use crate::badge::Badge;
use crate::check::Modality;
use crate::fact::{FactKey, Seen};
use crate::reason::{Reason, ReasonCode, Redacted};
use crate::truth::Truth;
use crate::value::Value;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is to be done; for a transfer `use`.
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
    /// When it was decided.
    #[serde(serialize_with = "timestamp")]
    pub at: Timestamp,
    /// Why it is a denial; empty for a permit.
    pub reasons: Vec<Reason>,
    /// Every rule with what was seen.
    pub rules: Vec<RuleReport>,
    /// Permissions that were granted and taken away by a prohibition.
    pub conflicts: Vec<Conflict>,
    /// The first instant after `at` at which the verdict changes if no fact changes but by time;
    /// beyond [`crate::BOUNDS_TRIED_MAX`] bounds of time, the first at which it may.
    #[serde(serialize_with = "optional_timestamp")]
    pub next_change: Option<Timestamp>,
    /// The facts whose change can change the verdict.
    pub depends_on: BTreeSet<FactKey>,
}

/// A permission and a prohibition that both applied: the prohibition won.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The permission.
    pub permission: Pointer,
    /// The prohibition.
    pub prohibition: Pointer,
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleReport {
    /// The rule.
    pub pointer: Pointer,
    /// Whether it grants or forbids.
    pub modality: Modality,
    /// Its action.
    #[serde(serialize_with = "term")]
    pub action: Term,
    /// Whether it regulates what was asked.
    pub regulates: bool,
    /// Whether its constraints hold together.
    pub truth: Truth,
    /// Whether it applied: a permission when satisfied, a prohibition when satisfied or unknown.
    pub applies: bool,
    /// The badge of the rule.
    pub badge: Badge,
    /// Its constraints.
    pub constraints: Vec<ConstraintReport>,
}

/// What became of a constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ConstraintReport {
    /// An atomic one.
    Atom(AtomReport),
    /// A logical one.
    Joined {
        /// The constraint.
        pointer: Pointer,
        /// The logical operator.
        #[serde(serialize_with = "logical")]
        operator: LogicalOperator,
        /// Whether it holds.
        truth: Truth,
        /// Its members.
        members: Vec<ConstraintReport>,
    },
}

/// What became of an atomic constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AtomReport {
    /// The constraint.
    pub pointer: Pointer,
    /// Its left operand.
    pub operand: FactKey,
    /// Its operator.
    #[serde(serialize_with = "operator")]
    pub operator: Operator,
    /// Its right operand.
    pub demanded: Vec<Value>,
    /// The fact that was seen.
    pub seen: Seen,
    /// Whether it holds.
    pub truth: Truth,
    /// What stands behind it.
    pub badge: Badge,
}

impl ConstraintReport {
    /// Whether the constraint holds.
    #[must_use]
    pub const fn truth(&self) -> Truth {
        match self {
            Self::Atom(AtomReport { truth, .. }) | Self::Joined { truth, .. } => *truth,
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn pointer(&self) -> &Pointer {
        match self {
            Self::Atom(AtomReport { pointer, .. }) | Self::Joined { pointer, .. } => pointer,
        }
    }
}

impl Decision {
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

// The shapes below are given by serde's `serialize_with`: values by reference.

fn timestamp<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[expect(clippy::ref_option, reason = "serde passes a field by reference")]
fn optional_timestamp<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}

fn term<S: Serializer>(term: &Term, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&term.iri())
}

fn logical<S: Serializer>(operator: &LogicalOperator, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(operator.name())
}

fn operator<S: Serializer>(operator: &Operator, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(operator.name())
}
