//! One condition as it is asked: a set of intervals, names, an event, or others joined.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use odrl_parser::{LogicalOperator, Operator};
use rust_decimal::Decimal;
use wire::iri::Iri;
use wire::pointer::Pointer;

use super::line::Intervals;
use crate::check::Condition;
use crate::compare::compare;
use crate::fact::{EventLook, FactKey, Facts, Line, Look, Source};
use crate::profile::Profile;
use crate::truth::Truth;
use crate::value::{Phase, Value};

#[derive(Clone, Debug)]
pub(super) enum Node {
    Axis(Axis),
    Event { event: Iri, source: Source, phase: Phase },
    Joined { operator: LogicalOperator, children: Range<usize> },
    Names(Names),
    Sequence { children: Range<usize>, places: Vec<Pointer> },
}

impl Node {
    /// One of nothing.
    pub(super) const NEVER: Self =
        Self::Joined { operator: LogicalOperator::Or, children: Range { start: 0, end: 0 } };
}

/// Comparisons of one operand with points of its line, all merged.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) key: FactKey,
    pub(super) source: Source,
    pub(super) set: Set,
    /// As it was written: for facts that are no single point of the line.
    pub(super) written: Arc<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Set {
    Nanoseconds(Intervals<i128>),
    Numbers(Intervals<Decimal>, Option<Iri>),
}

/// A comparison with names or texts.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) key: FactKey,
    pub(super) source: Source,
    pub(super) operator: Operator,
    /// What is demanded, in its order; for kinds, everything below it too.
    pub(super) named: Vec<Value>,
    /// As it was written.
    pub(super) demanded: Vec<Value>,
    /// Whether the taxonomy knows all that is demanded.
    pub(super) is_known: bool,
}

impl Axis {
    pub(super) fn truth(&self, facts: &Facts, profile: &Profile, now: Timestamp) -> Truth {
        match facts.look(self.key, self.source, now) {
            Look::Clock(Line::Instant(at), _) => self.nanoseconds(at.as_nanosecond()),
            Look::Clock(Line::Span(span), _) => self.nanoseconds(span.as_nanos()),
            // Months are no stretch of a line.
            Look::Clock(Line::Months(_), _) => Truth::Unknown,
            Look::Known(values, _) => match (values.len(), values.first(), &self.set) {
                (1, Some(Value::DayTime(span)), Set::Nanoseconds(set)) => {
                    Truth::of(Some(set.contains(span.as_nanos())))
                }
                (1, Some(Value::Decimal(number)), Set::Numbers(set, None)) => {
                    Truth::of(Some(set.contains(*number)))
                }
                (1, Some(Value::Quantity { number, unit }), Set::Numbers(set, Some(of)))
                    if unit == of =>
                {
                    Truth::of(Some(set.contains(*number)))
                }
                (_, _, _) => as_written(&self.written, values, profile),
            },
            Look::Absent | Look::Conflicting | Look::Stale(_) | Look::Untrusted(_) => {
                Truth::Unknown
            }
        }
    }

    fn nanoseconds(&self, point: i128) -> Truth {
        match &self.set {
            Set::Nanoseconds(set) => Truth::of(Some(set.contains(point))),
            Set::Numbers(..) => Truth::Unknown,
        }
    }
}

/// What the conditions say of one operand's values, one by one.
fn as_written(condition: &Condition, values: &BTreeSet<Value>, profile: &Profile) -> Truth {
    match condition {
        Condition::Atom { operator, demanded, .. } => compare(profile, values, *operator, demanded),
        Condition::Joined { operator, members, .. } => {
            Truth::join(*operator, members.iter().map(|it| as_written(it, values, profile)))
        }
    }
}

impl Names {
    pub(super) fn truth(&self, facts: &Facts, profile: &Profile, now: Timestamp) -> Truth {
        let left = match facts.look(self.key, self.source, now) {
            Look::Known(left, _) => left,
            // Over which months a meter counts: asked once a month at most, so a copy does no harm.
            Look::Clock(line, _) => {
                let left = BTreeSet::from([line.value()]);
                return compare(profile, &left, self.operator, &self.demanded);
            }
            Look::Absent | Look::Conflicting | Look::Stale(_) | Look::Untrusted(_) => {
                return Truth::Unknown;
            }
        };
        let is_alike = |value: &Value| {
            self.demanded.first().is_some_and(|it| it.type_name() == value.type_name())
        };
        if !left.iter().all(is_alike) {
            return compare(profile, left, self.operator, &self.demanded);
        }
        let is_named = |value: &Value| self.named.binary_search(value).is_ok();
        match self.operator {
            Operator::Eq | Operator::Neq if left.len() != 1 => Truth::Unknown,
            Operator::Eq | Operator::IsAnyOf => Truth::of(Some(left.iter().any(is_named))),
            Operator::Neq | Operator::IsNoneOf => Truth::of(Some(!left.iter().any(is_named))),
            Operator::HasPart | Operator::IsAllOf => {
                Truth::of(Some(self.demanded.iter().all(|value| left.contains(value))))
            }
            Operator::IsA => {
                let kinds = left.iter().map(|value| self.kind(value, profile));
                Truth::join(LogicalOperator::Or, kinds)
            }
            Operator::IsPartOf if left.is_empty() => Truth::Unsatisfied,
            Operator::IsPartOf => {
                let kinds = left.iter().map(|value| self.kind(value, profile));
                Truth::join(LogicalOperator::And, kinds)
            }
            Operator::Gt | Operator::Gteq | Operator::Lt | Operator::Lteq => {
                compare(profile, left, self.operator, &self.demanded)
            }
        }
    }

    fn kind(&self, value: &Value, profile: &Profile) -> Truth {
        if self.named.binary_search(value).is_ok() {
            return Truth::Satisfied;
        }
        let is_known = value.iri().is_some_and(|iri| profile.knows(iri));
        Truth::of((is_known && self.is_known).then_some(false))
    }
}

pub(super) fn event_truth(
    facts: &Facts,
    event: &Iri,
    source: Source,
    phase: Phase,
    now: Timestamp,
) -> Truth {
    match facts.phase(event, source, now) {
        EventLook::Known(found, _) => Truth::of(Some(found == phase)),
        EventLook::Absent | EventLook::Stale(_) | EventLook::Untrusted(_) => Truth::Unknown,
    }
}
