//! Constraints and refinements, typed: each operand known to the profile, each operator with a
//! meaning for it, each value of its type and unit.

use std::sync::Arc;

use odrl_parser::{
    Constraint, Literal, LiteralTag, LogicalOperator, Namespace, Operand, Operator, Term,
};
use wire::iri::Iri;
use wire::pointer::Pointer;

use super::CONDITION_DEPTH_MAX;
use super::error::{PolicyError, PolicyProblem};
use crate::badge::ConstraintBadge;
use crate::fact::{About, FactKey, Interval, Source, is_clock};
use crate::profile::{OperandSpec, Profile};
use crate::value::{Value, ValueType};

/// A typed constraint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Atom {
        spec: Arc<OperandSpec>,
        /// Which fact is read.
        key: FactKey,
        operator: Operator,
        demanded: Arc<[Value]>,
        pointer: Pointer,
    },
    Joined {
        operator: LogicalOperator,
        members: Vec<Condition>,
        pointer: Pointer,
    },
}

/// Whether a `timeInterval` without a meter beside it has a meaning: a duty then recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recurrence {
    Allowed,
    Refused,
}

/// Checks constraints that must all hold.
pub(super) fn conjunction<'a>(
    constraints: impl IntoIterator<Item = &'a Constraint>,
    profile: &Profile,
    about: About,
    depth: usize,
    recurrence: Recurrence,
) -> Result<Vec<Condition>, PolicyError> {
    let members = members(constraints, profile, about, depth)?;
    counted_over(members, recurrence)
}

fn members<'a>(
    constraints: impl IntoIterator<Item = &'a Constraint>,
    profile: &Profile,
    about: About,
    depth: usize,
) -> Result<Vec<Condition>, PolicyError> {
    let each = constraints.into_iter();
    each.map(|constraint| condition(constraint, profile, about, depth)).collect()
}

fn condition(
    constraint: &Constraint,
    profile: &Profile,
    about: About,
    depth: usize,
) -> Result<Condition, PolicyError> {
    if depth > CONDITION_DEPTH_MAX {
        return Err(PolicyError::at(constraint.pointer(), PolicyProblem::TooDeep));
    }
    match constraint {
        Constraint::Atomic { left, operator, right, unit, data_type, pointer, .. } => {
            let spec = spec(*left, *operator, pointer, profile)?;
            let demanded = demanded(&spec, *operator, right, unit.as_ref(), data_type.as_ref())?;
            let key = FactKey::of(spec.term).about(about);
            Ok(Condition::Atom {
                spec,
                key,
                operator: *operator,
                demanded,
                pointer: pointer.clone(),
            })
        }
        Constraint::Logical { operands, pointer, .. } if operands.is_empty() => {
            Err(PolicyError::at(pointer, PolicyProblem::MembersMissing))
        }
        Constraint::Logical { operator, operands, pointer, .. } => {
            let members = match operator {
                LogicalOperator::And => {
                    conjunction(operands, profile, about, depth + 1, Recurrence::Refused)?
                }
                LogicalOperator::AndSequence | LogicalOperator::Or | LogicalOperator::Xone => {
                    let members = members(operands, profile, about, depth + 1)?;
                    if let Some(alone) = members.iter().find(|member| member.is_interval()) {
                        return Err(PolicyError::at(alone.pointer(), PolicyProblem::IntervalAlone));
                    }
                    members
                }
            };
            Ok(Condition::Joined { operator: *operator, members, pointer: pointer.clone() })
        }
    }
}

fn spec(
    operand: Term,
    operator: Operator,
    pointer: &Pointer,
    profile: &Profile,
) -> Result<Arc<OperandSpec>, PolicyError> {
    let Some(spec) = profile.shared_operand(operand) else {
        let reason = profile.unavailable(operand).map(ToOwned::to_owned);
        let problem = PolicyProblem::OperandUnavailable { operand, reason };
        return Err(PolicyError::at(&pointer.member("leftOperand"), problem));
    };
    if !spec.operators.contains(&operator) {
        let possible = spec.operators.iter().copied().collect();
        let problem = PolicyProblem::OperatorMeaningless { operand, operator, possible };
        return Err(PolicyError::at(&pointer.member("operator"), problem));
    }
    Ok(Arc::clone(spec))
}

fn demanded(
    spec: &OperandSpec,
    operator: Operator,
    right: &Operand,
    unit: Option<&Iri>,
    data_type: Option<&Iri>,
) -> Result<Arc<[Value]>, PolicyError> {
    if !right.references.is_empty() {
        return Err(PolicyError::at(&right.pointer, PolicyProblem::Reference));
    }
    if right.values.len() > 1 && !operator.takes_list() {
        return Err(PolicyError::at(&right.pointer, PolicyProblem::List { operator }));
    }
    if right.values.is_empty() {
        return Err(PolicyError::at(&right.pointer, PolicyProblem::ValueMissing));
    }
    let unit = checked_unit(spec, unit, &right.pointer)?;
    let values = right.values.iter().map(|literal| {
        let typed = tagged(literal, data_type);
        let value = Value::read(&typed, spec.value_type).map_err(|error| {
            let (operand, written) = (spec.term, literal.lexical.clone());
            PolicyError::at(&literal.pointer, PolicyProblem::Value { operand, written, error })
        })?;
        Ok(match (value, unit) {
            (Value::Decimal(number), Some(unit)) => Value::Quantity { number, unit: unit.clone() },
            (value, _) => value,
        })
    });
    values.collect()
}

fn checked_unit<'a>(
    spec: &OperandSpec,
    unit: Option<&'a Iri>,
    pointer: &Pointer,
) -> Result<Option<&'a Iri>, PolicyError> {
    let operand = spec.term;
    match (unit, spec.value_type == ValueType::Quantity) {
        (None, false) => Ok(None),
        (Some(unit), true) if spec.units.contains(unit) => Ok(Some(unit)),
        (Some(_), false) => {
            Err(PolicyError::at(pointer, PolicyProblem::UnitMeaningless { operand }))
        }
        (Some(_) | None, true) => {
            let possible = spec.units.iter().cloned().collect();
            Err(PolicyError::at(pointer, PolicyProblem::Unit { operand, possible }))
        }
    }
}

/// `dataType` says of which type an untagged text or number is. Against a tag of its own it is a
/// second opinion that must be the same.
fn tagged(literal: &Literal, data_type: Option<&Iri>) -> Literal {
    let Some(data_type) = data_type else { return literal.clone() };
    let tag = match &literal.tag {
        LiteralTag::Plain | LiteralTag::Number => LiteralTag::Datatype(data_type.clone()),
        LiteralTag::Datatype(own) if own == data_type => literal.tag.clone(),
        // No type accepts it: the two contradict each other.
        LiteralTag::Boolean
        | LiteralTag::Datatype(_)
        | LiteralTag::Iri
        | LiteralTag::Language(_) => LiteralTag::Boolean,
    };
    Literal { tag, ..literal.clone() }
}

/// `timeInterval` beside meters says over which interval they count.
fn counted_over(
    mut members: Vec<Condition>,
    recurrence: Recurrence,
) -> Result<Vec<Condition>, PolicyError> {
    let mut intervals = members.iter().filter(|member| member.is_interval());
    let Some(first) = intervals.next() else { return Ok(members) };
    let alone = PolicyError::at(first.pointer(), PolicyProblem::IntervalAlone);
    let Condition::Atom { demanded, .. } = first else { return Err(alone) };
    let [interval] = &**demanded else { return Err(alone) };
    let Some(interval) = Interval::of(interval) else { return Err(alone) };
    if intervals.next().is_some() {
        return Err(alone);
    }
    if recurrence == Recurrence::Refused && !members.iter().any(Condition::is_meter) {
        return Err(alone);
    }
    for member in &mut members {
        let is_counted = member.is_interval() || member.is_meter();
        if let Condition::Atom { key, .. } = member
            && is_counted
        {
            *key = key.over(interval);
        }
    }
    Ok(members)
}

/// Whether conditions that must all hold say that something recurs: an interval that no meter
/// beside it counts over.
pub(crate) fn recurs(members: &[Condition]) -> bool {
    members.iter().any(Condition::is_interval) && !members.iter().any(Condition::is_meter)
}

impl Condition {
    /// Where it stands.
    pub(crate) const fn pointer(&self) -> &Pointer {
        match self {
            Self::Atom { pointer, .. } | Self::Joined { pointer, .. } => pointer,
        }
    }

    fn is_interval(&self) -> bool {
        match self {
            Self::Atom { spec, .. } => {
                spec.term.namespace() == Namespace::Odrl && spec.term.name() == "timeInterval"
            }
            Self::Joined { .. } => false,
        }
    }

    /// Whether it is about what a meter counts.
    fn is_meter(&self) -> bool {
        match self {
            Self::Atom { spec, .. } => {
                spec.source == Source::Meter && !is_clock(spec.term) && !self.is_interval()
            }
            Self::Joined { .. } => false,
        }
    }

    /// Whether two conditions say the same, wherever they stand.
    pub(crate) fn says(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Atom { key, operator, demanded, .. },
                Self::Atom { key: key_2, operator: operator_2, demanded: demanded_2, .. },
            ) => key == key_2 && operator == operator_2 && demanded == demanded_2,
            (
                Self::Joined { operator, members, .. },
                Self::Joined { operator: operator_2, members: members_2, .. },
            ) => {
                // The order in which things came to hold is known by their places.
                let in_place = |mine: &Self, its: &Self| mine.pointer() == its.pointer();
                operator == operator_2
                    && all_say(members, members_2)
                    && (*operator != LogicalOperator::AndSequence
                        || members.iter().zip(members_2).all(|(mine, its)| in_place(mine, its)))
            }
            (Self::Atom { .. }, Self::Joined { .. }) | (Self::Joined { .. }, Self::Atom { .. }) => {
                false
            }
        }
    }

    pub(super) fn collect_badges(&self, badges: &mut Vec<ConstraintBadge>) {
        self.for_each_atom(&mut |atom| {
            badges.push(ConstraintBadge { pointer: atom.pointer.clone(), badge: atom.spec.badge });
        });
    }

    /// Visits each atomic constraint in the document's order.
    pub(crate) fn for_each_atom<'a>(&'a self, visit: &mut impl FnMut(Atom<'a>)) {
        match self {
            Self::Atom { spec, key, operator, demanded, pointer } => {
                visit(Atom { spec, key: *key, operator: *operator, demanded, pointer });
            }
            Self::Joined { members, .. } => {
                for member in members {
                    member.for_each_atom(visit);
                }
            }
        }
    }
}

/// An atomic constraint.
#[derive(Clone, Copy)]
pub(crate) struct Atom<'a> {
    pub(crate) spec: &'a Arc<OperandSpec>,
    pub(crate) key: FactKey,
    pub(crate) operator: Operator,
    pub(crate) demanded: &'a [Value],
    pub(crate) pointer: &'a Pointer,
}

/// Whether two lists of conditions say the same in the same order.
pub(crate) fn all_say(some: &[Condition], others: &[Condition]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(mine, its)| mine.says(its))
}
