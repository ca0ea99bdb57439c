//! Why a policy cannot be evaluated, and where. The fault is the policy's author's.

use std::fmt;

use odrl_parser::{Id, Operator, PartyFunction, Term};
use wire::iri::Iri;
use wire::pointer::Pointer;
use wire::text::shown;

use super::{ATOMIC_RULES_MAX, ATOMS_MAX, CONDITION_DEPTH_MAX};
use crate::value::ValueError;

/// Why a policy cannot be evaluated, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// The place in the policy's document.
    pub pointer: Pointer,
    /// What is wrong there.
    pub problem: PolicyProblem,
}

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// A rule about nothing.
    #[error("a rule needs an action")]
    ActionMissing,
    /// A duty where ODRL has none.
    #[error("a consequence or remedy cannot have a consequence of its own")]
    DutyNested,
    /// Two rules that differ have the same id.
    #[error("`{}` names two different rules", shown(.0.as_str()))]
    IdTaken(Id),
    /// Rules of other policies are taken over.
    #[error("the policy inherits from `{}`; put its rules in place before it is signed", shown(.0.as_str()))]
    Inherits(Id),
    /// `timeInterval` without the one meter that it is about.
    #[error(
        "`timeInterval` says over what a meter counts, or that a duty recurs: it stands once, beside the meter's constraint or on the duty"
    )]
    IntervalAlone,
    /// The operator takes one value.
    #[error("`{operator}` takes one value, not a list")]
    List {
        /// The operator.
        operator: Operator,
    },
    /// A logical constraint without members.
    #[error("a logical constraint needs members")]
    MembersMissing,
    /// No source here can know the operand.
    #[error("no source here knows `{operand}`{}", .reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default())]
    OperandUnavailable {
        /// The operand.
        operand: Term,
        /// Why not, if the profile says.
        reason: Option<String>,
    },
    /// The operator means nothing for the operand.
    #[error("`{operator}` means nothing for `{operand}`; use one of {}", Names(.possible))]
    OperatorMeaningless {
        /// The operand.
        operand: Term,
        /// The operator.
        operator: Operator,
        /// The operators that mean something.
        possible: Vec<Operator>,
    },
    /// Nobody here sees what an action makes.
    #[error("`output` cannot be judged here")]
    Output,
    /// A party that is in no request.
    #[error("`{}` cannot be judged in a permission or prohibition", .0.name())]
    PartyFunction(PartyFunction),
    /// An agreement does not say for whom it is.
    #[error("an agreement names an {} for each rule", .0.name())]
    PartyMissing(PartyFunction),
    /// Values that stand elsewhere.
    #[error(
        "`rightOperandReference` is never fetched; put the values in its place before it is signed"
    )]
    Reference,
    /// A refinement of what is no collection.
    #[error("only a collection and an action can have a refinement")]
    RefinementMisplaced,
    /// A rule that is about no asset.
    #[error("a permission or prohibition needs a target")]
    TargetMissing,
    /// Constraints in constraints without end.
    #[error("constraints are nested more than {CONDITION_DEPTH_MAX} deep")]
    TooDeep,
    /// Too many rules when each stands alone.
    #[error(
        "more than {ATOMIC_RULES_MAX} rules of one action, target and assignee, or {ATOMS_MAX} constraints in them"
    )]
    TooMany,
    /// A unit that the operand has not, or none where it needs one.
    #[error("`{operand}` needs one of the units {}, written as an IRI", Units(.possible))]
    Unit {
        /// The operand.
        operand: Term,
        /// The units that are taken.
        possible: Vec<Iri>,
    },
    /// A unit where there is none.
    #[error("`{operand}` has no unit")]
    UnitMeaningless {
        /// The operand.
        operand: Term,
    },
    /// A collection or single thing without a name.
    #[error("what a rule is about needs an id")]
    Unnamed,
    /// The value is not of the operand's type.
    #[error("`{}` is no value for `{operand}`: {error}", shown(.written))]
    Value {
        /// The operand.
        operand: Term,
        /// The value as it was written.
        written: String,
        /// Why it is none.
        error: ValueError,
    },
    /// No value at all.
    #[error("a constraint needs a value")]
    ValueMissing,
}

struct Names<'a>(&'a [Operator]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, operator) in self.0.iter().enumerate() {
            write!(f, "{}`{operator}`", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

struct Units<'a>(&'a [Iri]);

impl fmt::Display for Units<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, unit) in self.0.iter().enumerate() {
            write!(f, "{}`{}`", if at == 0 { "" } else { ", " }, unit.as_str())?;
        }
        Ok(())
    }
}

impl PolicyError {
    pub(crate) fn at(pointer: &Pointer, problem: PolicyProblem) -> Self {
        Self { pointer: pointer.clone(), problem }
    }

    /// A stable kebab-case code of the refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.problem {
            PolicyProblem::ActionMissing => "policy-action-missing",
            PolicyProblem::DutyNested => "policy-duty-nested",
            PolicyProblem::IdTaken(_) => "policy-id-taken",
            PolicyProblem::Inherits(_) => "policy-inherits",
            PolicyProblem::IntervalAlone => "policy-interval-alone",
            PolicyProblem::List { .. } => "policy-list-refused",
            PolicyProblem::MembersMissing => "policy-members-missing",
            PolicyProblem::OperandUnavailable { .. } => "policy-operand-unavailable",
            PolicyProblem::OperatorMeaningless { .. } => "policy-operator-meaningless",
            PolicyProblem::Output => "policy-output-refused",
            PolicyProblem::PartyFunction(_) => "policy-party-refused",
            PolicyProblem::PartyMissing(_) => "policy-party-missing",
            PolicyProblem::Reference => "policy-reference-unresolved",
            PolicyProblem::RefinementMisplaced => "policy-refinement-misplaced",
            PolicyProblem::TargetMissing => "policy-target-missing",
            PolicyProblem::TooDeep => "policy-too-deep",
            PolicyProblem::TooMany => "policy-too-many-rules",
            PolicyProblem::Unit { .. } => "policy-unit-refused",
            PolicyProblem::UnitMeaningless { .. } => "policy-unit-meaningless",
            PolicyProblem::Unnamed => "policy-unnamed",
            PolicyProblem::Value { .. } => "policy-value-refused",
            PolicyProblem::ValueMissing => "policy-value-missing",
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.problem, self.pointer.place())
    }
}

impl std::error::Error for PolicyError {}
