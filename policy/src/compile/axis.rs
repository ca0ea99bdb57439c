//! Which conditions are about one line, and where on it they hold.

use odrl_parser::{LogicalOperator, Operator};
use wire::iri::Iri;
use wire::pointer::Pointer;

use super::line::Intervals;
use super::node::Set;
use crate::check::{Atom, Condition};
use crate::fact::{FactKey, Source};
use crate::value::Value;

/// What is compared with one line: a key and, of a quantity, its unit.
pub(super) type AxisKey = (FactKey, Option<Iri>);

pub(super) fn atom_of(condition: &Condition) -> Option<Atom<'_>> {
    let mut found = None;
    condition.for_each_atom(&mut |atom| found = Some(atom));
    found
}

pub(super) fn source_of(condition: &Condition) -> Option<Source> {
    atom_of(condition).map(|atom| atom.spec.source)
}

/// Members about one line become one member.
pub(super) fn merge(operator: LogicalOperator, members: &[Condition]) -> Vec<Condition> {
    let mut groups: Vec<(Option<AxisKey>, Vec<Condition>)> = Vec::new();
    for member in members {
        let key = axis(member).map(|(key, _)| key);
        let group = groups.iter_mut().find(|(of, _)| of.is_some() && *of == key);
        match group {
            Some((_, group)) => group.push(member.clone()),
            None => groups.push((key, vec![member.clone()])),
        }
    }
    let merged = groups.into_iter().map(|(_, mut group)| match (group.len(), group.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            group.extend(last);
            Condition::Joined { operator, members: group, pointer: Pointer::root() }
        }
    });
    merged.collect()
}

pub(super) fn whole_axis(
    operator: LogicalOperator,
    members: &[Condition],
    pointer: &Pointer,
) -> Option<Condition> {
    let whole = Condition::Joined { operator, members: members.to_vec(), pointer: pointer.clone() };
    axis(&whole).map(|_| whole)
}

/// The line that the whole condition is about, and where on it the condition holds; none where it
/// is about more than one.
pub(super) fn axis(condition: &Condition) -> Option<(AxisKey, Set)> {
    match condition {
        Condition::Atom { .. } => axis_of_atom(&atom_of(condition)?),
        Condition::Joined { operator, members, .. } => {
            let each: Vec<(AxisKey, Set)> = members.iter().map(axis).collect::<Option<_>>()?;
            let (key, first) = each.first()?;
            if each.iter().any(|(other, _)| other != key) {
                return None;
            }
            let set = match first {
                Set::Nanoseconds(_) => {
                    let sets = each.iter().map(|(_, set)| match set {
                        Set::Nanoseconds(set) => Some(set.clone()),
                        Set::Numbers(..) => None,
                    });
                    let sets: Vec<_> = sets.collect::<Option<_>>()?;
                    Set::Nanoseconds(Intervals::join(*operator, &sets)?)
                }
                Set::Numbers(_, unit) => {
                    let sets = each.iter().map(|(_, set)| match set {
                        Set::Numbers(set, _) => Some(set.clone()),
                        Set::Nanoseconds(_) => None,
                    });
                    let sets: Vec<_> = sets.collect::<Option<_>>()?;
                    Set::Numbers(Intervals::join(*operator, &sets)?, unit.clone())
                }
            };
            Some((key.clone(), set))
        }
    }
}

fn axis_of_atom(atom: &Atom<'_>) -> Option<(AxisKey, Set)> {
    let mut sets = Vec::new();
    let mut unit = None;
    for value in atom.demanded {
        let set = match value {
            Value::Instant(at) => nanoseconds(atom.operator, at.as_nanosecond())?,
            Value::DayTime(span) => nanoseconds(atom.operator, span.as_nanos())?,
            Value::Day { start, end, .. } => {
                let end = (end.as_nanosecond(), false);
                let set = Intervals::beside(atom.operator, start.as_nanosecond(), end)?;
                Set::Nanoseconds(set)
            }
            Value::Decimal(number) => {
                Set::Numbers(Intervals::beside(atom.operator, *number, (*number, true))?, None)
            }
            Value::Quantity { number, unit: of } => {
                unit = Some(of.clone());
                let set = Intervals::beside(atom.operator, *number, (*number, true))?;
                Set::Numbers(set, unit.clone())
            }
            Value::Event { .. } | Value::Iri(_) | Value::Text { .. } | Value::YearMonth(_) => {
                return None;
            }
        };
        sets.push(set);
    }
    let join = if atom.operator == Operator::IsNoneOf {
        LogicalOperator::And
    } else {
        LogicalOperator::Or
    };
    let mut points = Vec::new();
    let mut numbers = Vec::new();
    for set in sets {
        match set {
            Set::Nanoseconds(set) => points.push(set),
            Set::Numbers(set, _) => numbers.push(set),
        }
    }
    let set = match (points.is_empty(), numbers.is_empty()) {
        (false, true) => Set::Nanoseconds(Intervals::join(join, &points)?),
        (true, false) => Set::Numbers(Intervals::join(join, &numbers)?, unit.clone()),
        (_, _) => return None,
    };
    Some(((atom.key, unit), set))
}

fn nanoseconds(operator: Operator, at: i128) -> Option<Set> {
    Intervals::beside(operator, at, (at, true)).map(Set::Nanoseconds)
}
