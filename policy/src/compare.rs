//! The twelve operators over typed values, in the words of the ODRL vocabulary and the rulings of
//! a.4 in the policy reference. What cannot be compared is unknown, never true and never false.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use odrl_parser::{LogicalOperator, Operator};

use crate::profile::Profile;
use crate::truth::Truth;
use crate::value::Value;

/// Whether `left operator right` holds. A single left value is a set of one.
#[must_use]
pub fn compare(
    profile: &Profile,
    left: &BTreeSet<Value>,
    operator: Operator,
    right: &[Value],
) -> Truth {
    match operator {
        Operator::Eq => equal(left, right),
        Operator::Neq => equal(left, right).negated(),
        Operator::Lt => ordered(left, right, Ordering::is_lt),
        Operator::Lteq => ordered(left, right, Ordering::is_le),
        Operator::Gt => ordered(left, right, Ordering::is_gt),
        Operator::Gteq => ordered(left, right, Ordering::is_ge),
        Operator::IsAnyOf => intersects(left, right),
        Operator::IsNoneOf => intersects(left, right).negated(),
        Operator::HasPart | Operator::IsAllOf => contains_all(left, right),
        Operator::IsA => is_a(profile, left, right),
        Operator::IsPartOf => is_part_of(profile, left, right),
    }
}

fn single<'a>(left: &'a BTreeSet<Value>, right: &'a [Value]) -> Option<(&'a Value, &'a Value)> {
    match (left.len(), left.first(), right) {
        (1, Some(left), [right]) => Some((left, right)),
        (_, _, _) => None,
    }
}

fn equal(left: &BTreeSet<Value>, right: &[Value]) -> Truth {
    Truth::of(single(left, right).and_then(|(left, right)| left.equals(right)))
}

fn ordered(left: &BTreeSet<Value>, right: &[Value], holds: fn(Ordering) -> bool) -> Truth {
    Truth::of(single(left, right).and_then(|(left, right)| left.order(right)).map(holds))
}

/// Left set ∩ right set ≠ ∅.
fn intersects(left: &BTreeSet<Value>, right: &[Value]) -> Truth {
    let pairs = left.iter().flat_map(|left| right.iter().map(|right| left.equals(right)));
    Truth::join(LogicalOperator::Or, pairs.map(Truth::of))
}

/// Right set ⊆ left set.
fn contains_all(left: &BTreeSet<Value>, right: &[Value]) -> Truth {
    let each = right.iter().map(|right| intersects(left, std::slice::from_ref(right)));
    Truth::join(LogicalOperator::And, each)
}

/// Some member of the left is the right, or a kind of it.
fn is_a(profile: &Profile, left: &BTreeSet<Value>, right: &[Value]) -> Truth {
    let pairs =
        left.iter().flat_map(|left| right.iter().map(|right| kind_of(profile, left, right)));
    Truth::join(LogicalOperator::Or, pairs)
}

/// Each member of the left is one of the right, or a kind of one. An empty left is part of nothing.
fn is_part_of(profile: &Profile, left: &BTreeSet<Value>, right: &[Value]) -> Truth {
    if left.is_empty() {
        return Truth::Unsatisfied;
    }
    let each = left.iter().map(|left| {
        let some = right.iter().map(|right| kind_of(profile, left, right));
        Truth::join(LogicalOperator::Or, some)
    });
    Truth::join(LogicalOperator::And, each)
}

fn kind_of(profile: &Profile, left: &Value, right: &Value) -> Truth {
    let answer =
        left.iri().zip(right.iri()).and_then(|(left, right)| profile.is_kind_of(left, right));
    Truth::of(answer)
}
