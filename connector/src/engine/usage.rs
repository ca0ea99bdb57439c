//! The meter of an agreement beside its rule: what it reads, what it lends to a delivery that runs,
//! and when it will permit again. Agreements whose rule asks for no meter have none.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use odrl_parser::{Operator, Term};
use policy::{CheckedPolicy, Fact, FactKey, Facts, Interval, Provenance, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use wire::iri::Iri;

use crate::record::usage::{Every, Spent, UsageRecord, stretch_of};
use crate::store::Version;

/// The most bytes that are lent to a delivery at once: so much counts as gone over should the process
/// die over it.
const LEASE_BYTES: u64 = 16 * 1024 * 1024;
/// Over what a rate counts: the vocabulary's unit is `unit/per-second`.
const RATE: Every = Every::Time(SignedDuration::from_secs(1));

/// The operands that our meter answers.
pub(super) const METERED: [Term; 4] = [Term::COUNT, Term::ELAPSED_TIME, Term::RATE, Term::VOLUME];

/// Of which use a rule is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tense {
    /// One more delivery: a meter reads what it would read after its first byte.
    Next,
    /// One more byte of a delivery that runs.
    More,
    /// What runs, or is held, already: a meter reads what it shows.
    Present,
}

/// The meter of one agreement, as it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage {
    /// The version that was read; none where nothing was used yet.
    pub(super) version: Option<Version>,
    pub(super) record: UsageRecord,
}

/// Whether a rule asks for our meter.
pub(super) fn is_metered(rule: &CheckedPolicy) -> bool {
    rule.asked().iter().any(|asked| METERED.contains(&asked.key.operand()))
}

impl Usage {
    /// Adds what the meter reads `now` of what the rule asks for.
    pub(crate) fn read(
        &self,
        mut facts: Facts,
        rule: &CheckedPolicy,
        now: Timestamp,
        tense: Tense,
    ) -> Facts {
        let keys: BTreeSet<FactKey> = rule.asked().iter().map(|asked| asked.key).collect();
        for key in keys {
            if let Some(value) = self.value(key, now, tense) {
                let provenance = Provenance::Meter { reading: self.record.reading };
                let values = BTreeSet::from([value]);
                facts = facts.with(key, Fact::Known { values, provenance, valid_until: None });
            }
        }
        facts.first_exercised(self.record.first)
    }

    fn value(&self, key: FactKey, now: Timestamp, tense: Tense) -> Option<Value> {
        let (next, more) = match tense {
            Tense::Next => (1, 1),
            Tense::More => (0, 1),
            Tense::Present => (0, 0),
        };
        let spent = |over| self.record.spent(over, now);
        let quantity = |number: u64, unit: &str| {
            let unit = Iri::parse(&format!("{}unit/{unit}", policy::PROFILE_V1)).ok()?;
            Some(Value::Quantity { number: number.into(), unit })
        };
        match key.operand() {
            Term::COUNT => {
                Some(Value::Decimal(spent(every(key)).deliveries.saturating_add(next).into()))
            }
            Term::VOLUME => quantity(spent(every(key)).bytes.saturating_add(more), "byte"),
            Term::RATE => quantity(spent(Some(RATE)).requests.saturating_add(next), "per-second"),
            _ => None,
        }
    }

    /// A delivery begins.
    pub(super) fn begin(&mut self, rule: &CheckedPolicy, now: Timestamp) {
        self.record.first.get_or_insert(now);
        let one = Spent { deliveries: 1, requests: 1, bytes: 0 };
        self.record.spend(&stretches(rule), now, one);
    }

    /// Lends bytes to a delivery that runs, of which the rule has just permitted one more: as many as
    /// change no answer of the rule, at most [`LEASE_BYTES`].
    pub(super) fn lend(&mut self, rule: &CheckedPolicy, now: Timestamp) -> u64 {
        let left = |key: FactKey, bound: u64| {
            let spent = self.record.spent(every(key), now).bytes;
            bound.checked_sub(spent).filter(|left| *left > 0)
        };
        let bounds = volume_bounds(rule).into_iter();
        let lent = bounds.filter_map(|(key, bound)| left(key, bound)).min();
        let bytes = lent.map_or(LEASE_BYTES, |left| left.min(LEASE_BYTES));
        self.record.spend(&stretches(rule), now, Spent { bytes, ..Spent::default() });
        bytes
    }

    /// When the stretches that the rule counts over turn next, soonest first.
    pub(super) fn turns(rule: &CheckedPolicy, now: Timestamp) -> BTreeSet<Timestamp> {
        stretches(rule).into_iter().map(|length| stretch_of(length, now).1).collect()
    }
}

/// Over what the meter of a fact counts; none: since the agreement was made.
fn every(key: FactKey) -> Option<Every> {
    key.interval().map(Every::from)
}

/// The lengths of time over which the rule has something counted.
fn stretches(rule: &CheckedPolicy) -> Vec<Every> {
    let keys: BTreeSet<FactKey> = rule.asked().iter().map(|asked| asked.key).collect();
    let metered = keys.into_iter().filter(|key| METERED.contains(&key.operand()));
    let intervals: BTreeSet<Interval> = metered.filter_map(FactKey::interval).collect();
    let mut lengths: Vec<Every> = intervals.into_iter().map(Every::from).collect();
    if rule.asks(Term::RATE) && !lengths.contains(&RATE) {
        lengths.push(RATE);
    }
    lengths
}

/// Up to which numbers of bytes the rule says the same.
fn volume_bounds(rule: &CheckedPolicy) -> Vec<(FactKey, u64)> {
    let asked = rule.asked();
    let volumes = asked.iter().filter(|asked| asked.key.operand() == Term::VOLUME);
    let bounds = volumes.flat_map(|asked| {
        let numbers = asked.demanded.iter().filter_map(number);
        numbers.flat_map(|number| bounds_at(asked.operator, number)).map(|bound| (asked.key, bound))
    });
    bounds.collect()
}

/// The last numbers of bytes before the answer of a comparison with `number` may change. What is too
/// large to be reached bounds nothing.
fn bounds_at(operator: Operator, number: Decimal) -> Vec<u64> {
    let (below, reached) = (number.ceil() - Decimal::ONE, number.floor());
    let bounds = match operator {
        Operator::Lt | Operator::Gteq => vec![below],
        Operator::Lteq | Operator::Gt => vec![reached],
        Operator::Eq
        | Operator::HasPart
        | Operator::IsA
        | Operator::IsAllOf
        | Operator::IsAnyOf
        | Operator::IsNoneOf
        | Operator::IsPartOf
        | Operator::Neq => vec![below, reached],
    };
    bounds.iter().filter_map(Decimal::to_u64).collect()
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(number) | Value::Quantity { number, .. } => Some(*number),
        Value::Day { .. }
        | Value::DayTime(_)
        | Value::Event { .. }
        | Value::Instant(_)
        | Value::Iri(_)
        | Value::Text { .. }
        | Value::YearMonth(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use policy::{Verdict, evaluate};
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::engine::rule::{Shape, read};

    fn rule(constraints: Json) -> CheckedPolicy {
        let offer = json!({
            "@id": "urn:o", "@type": "Offer",
            "permission": [{ "action": "use", "constraint": constraints }],
        });
        read(&offer, Shape::Offer).unwrap()
    }

    fn bytes(operator: &str, number: &str) -> Json {
        let unit = format!("{}unit/byte", policy::PROFILE_V1);
        json!({
            "leftOperand": format!("{}volume", policy::PROFILE_V1), "operator": operator,
            "rightOperand": { "@value": number, "@type": "xsd:decimal" }, "odrl:unit": { "@id": unit },
        })
    }

    fn now() -> Timestamp {
        "2026-11-28T12:00:00Z".parse().unwrap()
    }

    fn permits(rule: &CheckedPolicy, usage: &Usage, tense: Tense) -> bool {
        let request = policy::Request {
            action: Term::USE,
            assignee: odrl_parser::Id::parse("did:web:a.example").unwrap(),
            target: odrl_parser::Id::parse("urn:d").unwrap(),
        };
        let facts = usage.read(Facts::at(now()), rule, now(), tense);
        evaluate(rule, &request, &facts).verdict == Verdict::Permit
    }

    /// How many bytes go over until the rule says no, lent piece by piece as a delivery would.
    fn flows(rule: &CheckedPolicy, most: u64) -> u64 {
        let mut usage = Usage::default();
        while permits(rule, &usage, Tense::Next) && usage.record.whole.bytes < most {
            usage.lend(rule, now());
            assert!(permits(rule, &usage, Tense::Present), "what was lent is permitted");
        }
        usage.record.whole.bytes
    }

    #[test]
    fn a_delivery_is_lent_exactly_what_the_rule_permits() {
        let lease = LEASE_BYTES;
        for (constraints, expected) in [
            (json!([bytes("lteq", "1000")]), 1000),
            (json!([bytes("lt", "1000")]), 999),
            (json!([bytes("lteq", "1000.5")]), 1000),
            (json!([bytes("lt", "1000.5")]), 1000),
            (json!([bytes("lteq", "40000000")]), 40_000_000),
            (json!([{ "or": [bytes("lteq", "10"), bytes("eq", "11")] }]), 11),
            (json!([bytes("lteq", "0")]), 0),
            // Too far to be reached here.
            (json!([bytes("lteq", "99999999999999999999999")]), 4 * lease),
        ] {
            assert_eq!(flows(&rule(constraints.clone()), 4 * lease), expected, "{constraints}");
        }
    }

    #[test]
    fn deliveries_are_counted_before_they_begin_and_a_day_at_a_time() {
        let number = json!({ "@value": "2", "@type": "xsd:integer" });
        let count =
            json!({ "leftOperand": "odrl:count", "operator": "lteq", "rightOperand": number });
        let day = json!({ "@value": "P1D", "@type": "xsd:duration" });
        let daily =
            json!({ "leftOperand": "odrl:timeInterval", "operator": "eq", "rightOperand": day });
        let (ever, a_day) = (rule(json!([count.clone()])), rule(json!([count, daily])));
        let mut usage = Usage::default();
        for begun in 0..3 {
            for rule in [&ever, &a_day] {
                assert_eq!(permits(rule, &usage, Tense::Next), begun < 2, "{begun}");
                assert_eq!(permits(rule, &usage, Tense::Present), begun < 3, "{begun}");
            }
            usage.begin(&a_day, now());
        }
        let midnight = "2026-11-29T00:00:00Z".parse().unwrap();
        assert_eq!(Usage::turns(&a_day, now()), BTreeSet::from([midnight]));
        assert_eq!(
            usage.value(
                FactKey::of(Term::COUNT).over(Interval::DayTime(SignedDuration::from_hours(24))),
                midnight,
                Tense::Next
            ),
            Some(Value::Decimal(1.into()))
        );
        assert_eq!(
            usage.value(FactKey::of(Term::COUNT), midnight, Tense::Next),
            Some(Value::Decimal(4.into()))
        );
    }
}
