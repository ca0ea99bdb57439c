//! Which conditions are about one line, and where on it they hold.

use std::borrow::Cow;

use odrl_parser::{LogicalOperator, Operator};
use rust_decimal::Decimal;
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

/// A condition and, where it is about one line alone, where on it the condition holds.
pub(super) struct Member<'a> {
    pub(super) condition: Cow<'a, Condition>,
    pub(super) line: Option<(AxisKey, Set)>,
}

impl<'a> Member<'a> {
    pub(super) fn of(condition: &'a Condition) -> Self {
        Self { condition: Cow::Borrowed(condition), line: axis(condition) }
    }

    /// Members about one line, as one; none where that has no meaning.
    fn joined(operator: LogicalOperator, group: &[Self], pointer: &Pointer) -> Option<Self> {
        let lines: Option<Vec<_>> = group.iter().map(|it| it.line.as_ref()).collect();
        let line = joined_lines(operator, &lines?)?;
        let members = group.iter().map(|it| it.condition.clone().into_owned()).collect();
        let condition = Condition::Joined { operator, members, pointer: pointer.clone() };
        Some(Self { condition: Cow::Owned(condition), line: Some(line) })
    }
}

/// Members about one line become one member.
pub(super) fn merge<'a>(
    operator: LogicalOperator,
    members: impl Iterator<Item = &'a Condition>,
) -> Vec<Member<'a>> {
    let mut groups: Vec<Vec<Member<'a>>> = Vec::new();
    for member in members.map(Member::of) {
        let key = |of: &Member<'_>| of.line.as_ref().map(|(key, _)| key.clone());
        let own = key(&member);
        let is_own = |group: &&mut Vec<Member<'a>>| group.first().is_some_and(|it| key(it) == own);
        match groups.iter_mut().find(|group| own.is_some() && is_own(group)) {
            Some(group) => group.push(member),
            None => groups.push(vec![member]),
        }
    }
    let merged = groups.into_iter().flat_map(|group| {
        Member::joined(operator, &group, &Pointer::root()).map_or(group, |it| vec![it])
    });
    merged.collect()
}

/// Exactly one of the members: they become one where all are about one line.
pub(super) fn exactly_one<'a>(
    members: impl Iterator<Item = &'a Condition>,
    pointer: &Pointer,
) -> Vec<Member<'a>> {
    let members: Vec<Member<'a>> = members.map(Member::of).collect();
    Member::joined(LogicalOperator::Xone, &members, pointer).map_or(members, |it| vec![it])
}

/// The line that the whole condition is about, and where on it the condition holds; none where it
/// is about more than one.
pub(super) fn axis(condition: &Condition) -> Option<(AxisKey, Set)> {
    match condition {
        Condition::Atom { .. } => axis_of_atom(&atom_of(condition)?),
        Condition::Joined { operator, members, .. } => {
            let each: Vec<_> = members.iter().map(axis).collect::<Option<_>>()?;
            joined_lines(*operator, &each.iter().collect::<Vec<_>>())
        }
    }
}

fn joined_lines(operator: LogicalOperator, each: &[&(AxisKey, Set)]) -> Option<(AxisKey, Set)> {
    let (key, _) = each.first()?;
    if each.iter().any(|(other, _)| other != key) {
        return None;
    }
    let sets: Vec<&Set> = each.iter().map(|(_, set)| set).collect();
    Some((key.clone(), joined_sets(operator, &sets)?))
}

fn joined_sets(operator: LogicalOperator, sets: &[&Set]) -> Option<Set> {
    match sets.first()? {
        Set::Nanoseconds(_) => {
            let sets = sets.iter().map(|set| match set {
                Set::Nanoseconds(set) => Some(set),
                Set::Numbers(..) => None,
            });
            let sets: Vec<_> = sets.collect::<Option<_>>()?;
            Some(Set::Nanoseconds(Intervals::join(operator, &sets)?))
        }
        Set::Numbers(_, unit) => {
            let sets = sets.iter().map(|set| match set {
                // What has one key has one unit.
                Set::Numbers(set, _) => Some(set),
                Set::Nanoseconds(_) => None,
            });
            let sets: Vec<_> = sets.collect::<Option<_>>()?;
            Some(Set::Numbers(Intervals::join(operator, &sets)?, unit.clone()))
        }
    }
}

fn axis_of_atom(atom: &Atom<'_>) -> Option<(AxisKey, Set)> {
    let sets = atom.demanded.iter().map(|value| beside(atom.operator, value));
    let sets: Vec<Set> = sets.collect::<Option<_>>()?;
    let join = match atom.operator {
        Operator::IsNoneOf => LogicalOperator::And,
        Operator::Eq
        | Operator::Gt
        | Operator::Gteq
        | Operator::HasPart
        | Operator::IsA
        | Operator::IsAllOf
        | Operator::IsAnyOf
        | Operator::IsPartOf
        | Operator::Lt
        | Operator::Lteq
        | Operator::Neq => LogicalOperator::Or,
    };
    let set = joined_sets(join, &sets.iter().collect::<Vec<_>>())?;
    let unit = match &set {
        Set::Nanoseconds(_) => None,
        Set::Numbers(_, unit) => unit.clone(),
    };
    Some(((atom.key, unit), set))
}

/// What an operator lets through beside one value.
fn beside(operator: Operator, value: &Value) -> Option<Set> {
    match value {
        Value::Instant(at) => nanoseconds(operator, at.as_nanosecond()),
        Value::DayTime(span) => nanoseconds(operator, span.as_nanos()),
        Value::Day { start, end, .. } => {
            let end = (end.as_nanosecond(), false);
            Intervals::beside(operator, start.as_nanosecond(), end).map(Set::Nanoseconds)
        }
        Value::Decimal(number) => numbers(operator, *number, None),
        Value::Quantity { number, unit } => numbers(operator, *number, Some(unit)),
        Value::Event { .. } | Value::Iri(_) | Value::Text { .. } | Value::YearMonth(_) => None,
    }
}

fn numbers(operator: Operator, number: Decimal, unit: Option<&Iri>) -> Option<Set> {
    let set = Intervals::beside(operator, number, (number, true))?;
    Some(Set::Numbers(set, unit.cloned()))
}

fn nanoseconds(operator: Operator, at: i128) -> Option<Set> {
    Intervals::beside(operator, at, (at, true)).map(Set::Nanoseconds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Compiled;
    use crate::tests::{agreement, atom, checked, to_use};

    #[test]
    fn comparisons_of_one_line_are_one_node() {
        let from = atom("dateTime", "gteq", "2026-11-01T00:00:00Z");
        let until = atom("dateTime", "lt", "2027-01-01T00:00:00Z");
        let purpose = atom("purpose", "eq", "urn:p");
        let often = atom("count", "lteq", 5);
        for (constraints, nodes) in [
            (json!([from, until]), 1),
            (json!([from, purpose, until]), 3),
            (json!([purpose, from, until]), 3),
            (json!([from, often]), 3),
            (json!([atom("count", "gteq", 1), often]), 1),
            (json!([{"or": [from, until]}]), 1),
            (json!([{"xone": [from, until]}]), 1),
            (json!([{"xone": [from, often]}]), 3),
        ] {
            let policy = checked(&agreement(json!([to_use(constraints.clone())]), json!([])));
            assert_eq!(Compiled::new(&policy).size(), nodes, "{constraints}");
        }
    }
}
