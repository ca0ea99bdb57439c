//! From source model to checked policy: each operand is known to the profile, each operator means
//! something for it, each value has its type. A policy that is not checked cannot be evaluated.

use std::fmt;

use odrl_parser::{Constraint, LogicalOperator, Operand, Operator, Policy, PolicyKind, Rule, Term};
use serde::Serialize;
use wire::pointer::Pointer;
use wire::text::shown;

use crate::badge::{Badge, ConstraintBadge, RuleBadge};
use crate::profile::{OperandSpec, Profile};
use crate::value::{Value, ValueError};

/// A policy that can be evaluated: only [`check`] and [`check_against`] make one.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedPolicy {
    source: Policy,
    profile: Profile,
    rules: Vec<CheckedRule>,
}

/// A rule with typed conditions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CheckedRule {
    pub(crate) modality: Modality,
    pub(crate) action: Term,
    /// All of them must hold.
    pub(crate) conditions: Vec<Condition>,
    pub(crate) pointer: Pointer,
}

/// Whether a rule grants or forbids. Obligations have their place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modality {
    /// It grants.
    Permission,
    /// It forbids.
    Prohibition,
}

/// A typed constraint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Atom { spec: OperandSpec, operator: Operator, demanded: Vec<Value>, pointer: Pointer },
    Joined { operator: LogicalOperator, members: Vec<Condition>, pointer: Pointer },
}

/// Why a policy cannot be evaluated, and where. The fault is the policy's author's.
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
    /// The operator takes one value.
    #[error("`{operator}` takes one value, not a list")]
    List {
        /// The operator.
        operator: Operator,
    },
    /// Obligations cannot be kept yet.
    #[error("an obligation is not supported")]
    Obligation,
    /// No source here can know the operand.
    #[error("no source here knows `{operand}`")]
    OperandUnavailable {
        /// The operand.
        operand: Term,
    },
    /// A part of ODRL that is read and cannot be judged yet: it is refused, never passed over.
    #[error("this part of ODRL cannot be judged")]
    Part,
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

impl PolicyError {
    /// A stable kebab-case code of the refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.problem {
            PolicyProblem::List { .. } => "policy-list-refused",
            PolicyProblem::Obligation => "policy-obligation-unsupported",
            PolicyProblem::OperandUnavailable { .. } => "policy-operand-unavailable",
            PolicyProblem::OperatorMeaningless { .. } => "policy-operator-meaningless",
            PolicyProblem::Part => "policy-unsupported",
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

/// Checks a policy against the Allmende profile version 1.
///
/// # Errors
/// [`PolicyError`] with the first place that cannot be judged.
pub fn check(policy: &Policy) -> Result<CheckedPolicy, PolicyError> {
    check_against(policy, &Profile::v1())
}

/// Checks a policy against a profile.
///
/// # Errors
/// [`PolicyError`] with the first place that cannot be judged.
pub fn check_against(policy: &Policy, profile: &Profile) -> Result<CheckedPolicy, PolicyError> {
    if let Some(rule) = policy.obligations.first() {
        let pointer = rule.pointer.clone();
        return Err(PolicyError { pointer, problem: PolicyProblem::Obligation });
    }
    if let Some(pointer) = unjudged(policy) {
        return Err(PolicyError { pointer, problem: PolicyProblem::Part });
    }
    let permissions = policy.permissions.iter().map(|rule| (Modality::Permission, rule));
    let prohibitions = policy.prohibitions.iter().map(|rule| (Modality::Prohibition, rule));
    let each = permissions.chain(prohibitions);
    let each =
        each.flat_map(|(modality, rule)| rule.actions.iter().map(move |it| (modality, rule, it)));
    let rules = each.map(|(modality, rule, action)| {
        let conditions = check_conditions(&rule.constraints, profile)?;
        let Rule { pointer, .. } = rule;
        Ok(CheckedRule { modality, action: action.term, conditions, pointer: pointer.clone() })
    });
    let rules = rules.collect::<Result<_, _>>()?;
    Ok(CheckedPolicy { source: policy.clone(), profile: profile.clone(), rules })
}

/// The first part that the evaluator would pass over.
fn unjudged(policy: &Policy) -> Option<Pointer> {
    if policy.conflict.is_some() || !policy.inherits.is_empty() {
        return Some(Pointer::root());
    }
    let rules = policy.permissions.iter().chain(&policy.prohibitions);
    rules
        .flat_map(|rule| {
            let bound = rule.targets.iter().chain(&rule.outputs);
            let bound = bound.chain(rule.parties.iter().map(|role| &role.party));
            let refined = rule.actions.iter().filter(|action| !action.refinements.is_empty());
            let duties = rule.duties.iter().map(|duty| &duty.pointer);
            duties
                .chain(bound.map(|entity| &entity.pointer))
                .chain(refined.map(|action| &action.pointer))
                .chain(rule.constraints.iter().filter_map(unjudged_constraint))
        })
        .next()
        .cloned()
}

fn unjudged_constraint(constraint: &Constraint) -> Option<&Pointer> {
    match constraint {
        Constraint::Atomic { right, unit, data_type, pointer, .. } => {
            let plain = right.references.is_empty() && unit.is_none() && data_type.is_none();
            (!plain).then_some(pointer)
        }
        Constraint::Logical { operator: LogicalOperator::AndSequence, pointer, .. } => {
            Some(pointer)
        }
        Constraint::Logical { operands, .. } => operands.iter().find_map(unjudged_constraint),
    }
}

fn check_conditions(
    constraints: &[Constraint],
    profile: &Profile,
) -> Result<Vec<Condition>, PolicyError> {
    constraints.iter().map(|constraint| check_condition(constraint, profile)).collect()
}

fn check_condition(constraint: &Constraint, profile: &Profile) -> Result<Condition, PolicyError> {
    match constraint {
        Constraint::Atomic { left, operator, right, pointer, .. } => {
            check_atom(*left, *operator, right, pointer, profile)
        }
        Constraint::Logical { operator, operands, pointer, .. } => Ok(Condition::Joined {
            operator: *operator,
            members: check_conditions(operands, profile)?,
            pointer: pointer.clone(),
        }),
    }
}

fn check_atom(
    operand: Term,
    operator: Operator,
    right: &Operand,
    pointer: &Pointer,
    profile: &Profile,
) -> Result<Condition, PolicyError> {
    let refuse = |at: &Pointer, problem| PolicyError { pointer: at.clone(), problem };
    let Some(spec) = profile.operand(operand) else {
        let at = pointer.member("leftOperand");
        return Err(refuse(&at, PolicyProblem::OperandUnavailable { operand }));
    };
    if !spec.operators.contains(&operator) {
        let possible = spec.operators.iter().copied().collect();
        let problem = PolicyProblem::OperatorMeaningless { operand, operator, possible };
        return Err(refuse(&pointer.member("operator"), problem));
    }
    if right.values.len() > 1 && !operator.takes_list() {
        return Err(refuse(&right.pointer, PolicyProblem::List { operator }));
    }
    if right.values.is_empty() {
        return Err(refuse(&right.pointer, PolicyProblem::ValueMissing));
    }
    let demanded = right.values.iter().map(|literal| {
        Value::read(literal, spec.value_type).map_err(|error| {
            let written = literal.lexical.clone();
            refuse(&literal.pointer, PolicyProblem::Value { operand, written, error })
        })
    });
    let demanded = demanded.collect::<Result<_, _>>()?;
    Ok(Condition::Atom { spec: spec.clone(), operator, demanded, pointer: pointer.clone() })
}

impl CheckedPolicy {
    /// The policy as it was parsed.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.source
    }

    /// The profile that it was checked against.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    pub(crate) fn rules(&self) -> &[CheckedRule] {
        &self.rules
    }

    /// Whether a decision about it is about an agreement that does not exist yet.
    #[must_use]
    pub fn is_hypothetical(&self) -> bool {
        self.source.kind != PolicyKind::Agreement
    }

    /// The badge of each rule, permissions first, in the document's order.
    #[must_use]
    pub fn badges(&self) -> Vec<RuleBadge> {
        self.rules.iter().map(CheckedRule::badge).collect()
    }

    /// Pairs of a permission and a prohibition that regulate a common action, worth a warning when
    /// a policy is written: where both apply, the prohibition wins.
    #[must_use]
    pub fn overlaps(&self) -> Vec<Overlap> {
        let of = |modality| self.rules.iter().filter(move |rule| rule.modality == modality);
        let pairs = of(Modality::Permission)
            .flat_map(|permission| of(Modality::Prohibition).map(move |other| (permission, other)));
        let overlaps = pairs.filter_map(|(permission, prohibition)| {
            let whole = prohibition.action.covers(permission.action);
            let part = permission.action.covers(prohibition.action);
            (whole || part).then(|| Overlap {
                permission: permission.pointer.clone(),
                prohibition: prohibition.pointer.clone(),
                void: whole && prohibition.forbids_whatever(permission),
            })
        });
        overlaps.collect()
    }
}

/// A permission and a prohibition about a common action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// The permission.
    pub permission: Pointer,
    /// The prohibition.
    pub prohibition: Pointer,
    /// Whether the prohibition takes away all that the permission grants, whatever the facts are:
    /// the two are contradictory, and the permission is void.
    pub void: bool,
}

impl CheckedRule {
    /// Whether each condition of this prohibition is also one of the permission, so that it applies
    /// whenever that does.
    fn forbids_whatever(&self, permission: &Self) -> bool {
        self.conditions.iter().all(|mine| permission.conditions.iter().any(|its| mine.says(its)))
    }

    /// What stands behind the rule. `use` passes our own gate; any other action happens at the
    /// consumer.
    pub(crate) fn badge(&self) -> RuleBadge {
        let mut constraints = Vec::new();
        for condition in &self.conditions {
            condition.collect_badges(&mut constraints);
        }
        let action = if self.action == Term::USE { Badge::Enforced } else { Badge::Promised };
        let weakest = constraints.iter().map(|constraint| constraint.badge).chain([action]).max();
        let badge = weakest.unwrap_or(action);
        RuleBadge { pointer: self.pointer.clone(), badge, constraints }
    }
}

impl Condition {
    /// Whether two conditions say the same, wherever they stand.
    pub(crate) fn says(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Atom { spec, operator, demanded, .. },
                Self::Atom { spec: spec_2, operator: operator_2, demanded: demanded_2, .. },
            ) => spec == spec_2 && operator == operator_2 && demanded == demanded_2,
            (
                Self::Joined { operator, members, .. },
                Self::Joined { operator: operator_2, members: members_2, .. },
            ) => {
                operator == operator_2
                    && members.len() == members_2.len()
                    && members.iter().zip(members_2).all(|(mine, its)| mine.says(its))
            }
            (Self::Atom { .. }, Self::Joined { .. }) | (Self::Joined { .. }, Self::Atom { .. }) => {
                false
            }
        }
    }

    fn collect_badges(&self, badges: &mut Vec<ConstraintBadge>) {
        match self {
            Self::Atom { spec, pointer, .. } => {
                badges.push(ConstraintBadge { pointer: pointer.clone(), badge: spec.badge });
            }
            Self::Joined { members, .. } => {
                for member in members {
                    member.collect_badges(badges);
                }
            }
        }
    }
}
