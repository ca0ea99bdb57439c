//! What became of each rule, constraint, duty, asset and party, in the words of the Compliance
//! Report Model 0.9.

use std::sync::Arc;

use jiff::Timestamp;
use odrl_parser::{Id, LogicalOperator, Operator, Term};
use serde::Serialize;
use wire::pointer::Pointer;

use super::write::{logical, operator, optional_term, optional_timestamp, values};
use crate::badge::Badge;
use crate::check::Modality;
use crate::evaluate::DutyState;
use crate::fact::{FactKey, Provenance, RuleKey, Seen};
use crate::truth::Truth;
use crate::value::Value;

/// A permission and a prohibition that both applied: the prohibition won, unless the policy says
/// `perm`.
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
    /// Its action; none where it is about all of them.
    #[serde(serialize_with = "optional_term")]
    pub action: Option<Term>,
    /// Whether it regulates what was asked.
    pub regulates: bool,
    /// The asset that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<EntityReport>,
    /// The party that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<EntityReport>,
    /// Whether its constraints hold together.
    pub truth: Truth,
    /// Whether it applied: a permission when satisfied, a prohibition when satisfied or unknown.
    pub applies: bool,
    /// The badge of the rule.
    pub badge: Badge,
    /// What refines its action.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refinements: Vec<ConstraintReport>,
    /// Its constraints.
    pub constraints: Vec<ConstraintReport>,
    /// The duties or remedies that hang on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duties: Vec<DutyReport>,
    /// Whether it is in force for what was asked.
    pub activation: Activation,
    /// Whether what was asked is an attempt to make use of it.
    pub attempt: Attempt,
    /// Whether it was made use of.
    pub performance: Performed,
    /// What that means.
    pub deontic: Deontic,
}

/// Whether a rule is in force (Compliance Report Model 0.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// It is, also where that cannot be excluded for a prohibition or duty.
    Active,
    /// It is not.
    Inactive,
}

/// Whether somebody tries to make use of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attempt {
    /// The request is about it.
    Attempted,
    /// It is not.
    NotAttempted,
}

/// Whether what a rule is about was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Performed {
    /// It was.
    Performed,
    /// It cannot be said.
    Unknown,
    /// It was not, and no longer can be.
    Unperformed,
}

/// What the performance means for the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deontic {
    /// It was kept.
    Fulfilled,
    /// Nothing can be said.
    NotSet,
    /// It was broken.
    Violated,
}

impl Deontic {
    /// The table of the Compliance Report Model 0.9.
    #[must_use]
    pub const fn of(modality: Modality, activation: Activation, performed: Performed) -> Self {
        match (activation, performed) {
            (Activation::Active, Performed::Performed) => match modality {
                Modality::Prohibition => Self::Violated,
                Modality::Permission
                | Modality::Obligation
                | Modality::Duty
                | Modality::Remedy
                | Modality::Consequence => Self::Fulfilled,
            },
            (Activation::Active, Performed::Unperformed) => match modality {
                Modality::Permission => Self::NotSet,
                Modality::Prohibition => Self::Fulfilled,
                Modality::Obligation
                | Modality::Duty
                | Modality::Remedy
                | Modality::Consequence => Self::Violated,
            },
            (Activation::Inactive, Performed::Performed) => match modality {
                Modality::Permission => Self::Violated,
                Modality::Prohibition
                | Modality::Obligation
                | Modality::Duty
                | Modality::Remedy
                | Modality::Consequence => Self::NotSet,
            },
            (Activation::Active | Activation::Inactive, Performed::Unknown)
            | (Activation::Inactive, Performed::Unperformed) => Self::NotSet,
        }
    }
}

/// What became of the asset or party that a rule names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntityReport {
    /// Where it is named.
    pub pointer: Pointer,
    /// Its id.
    pub id: Id,
    /// Whether what was asked is it, or a member of it that is meant.
    pub truth: Truth,
    /// Who said which members it has, if that was believed.
    pub members_from: Option<Provenance>,
    /// Which members are meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refinements: Vec<ConstraintReport>,
}

/// What became of a duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutyReport {
    /// The duty.
    pub pointer: Pointer,
    /// The name under which facts about it are kept.
    pub key: RuleKey,
    /// In which place it stands.
    pub modality: Modality,
    /// What is to be done.
    #[serde(serialize_with = "optional_term")]
    pub action: Option<Term>,
    /// What has become of it.
    pub state: DutyState,
    /// The first instant at which it is too late.
    #[serde(serialize_with = "optional_timestamp")]
    pub deadline: Option<Timestamp>,
    /// Its constraints.
    pub constraints: Vec<ConstraintReport>,
    /// What follows when it is not done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub consequences: Vec<DutyReport>,
    /// Whether it counts.
    pub activation: Activation,
    /// Whether it was done.
    pub performance: Performed,
    /// What that means.
    pub deontic: Deontic,
}

/// Something that is still to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owed {
    /// The duty.
    pub pointer: Pointer,
    /// The name under which facts about it are kept.
    pub key: RuleKey,
    /// In which place it stands.
    pub modality: Modality,
    /// What has become of it.
    pub state: DutyState,
    /// The first instant at which it is too late.
    #[serde(serialize_with = "optional_timestamp")]
    pub deadline: Option<Timestamp>,
}

impl RuleReport {
    /// Whether nothing that is unknown had a say in it.
    pub(crate) fn is_sure(&self) -> bool {
        let entities = [&self.target, &self.assignee].into_iter().flatten();
        self.truth == Truth::Satisfied
            && entities.map(|entity| entity.truth).all(|truth| truth == Truth::Satisfied)
            && self.refinements.iter().all(|it| it.truth() == Truth::Satisfied)
    }
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
    #[serde(serialize_with = "values")]
    pub demanded: Arc<[Value]>,
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
