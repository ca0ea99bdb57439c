//! Meters over intervals, duties that recur, and what must be paid.

use odrl_parser::LogicalOperator;
use wire::digest::Digest;

use super::build::{RuleExt, agreed, atom, id, in_unit, joined, operand, put_places, rule};
use super::whole::{EUR, check_that, codes, known, paid, settled};
use super::{at, facts, iri};
use crate::{
    DutyFact, DutyState, Fact, FactKey, Facts, Interval, Provenance, RuleKey, Settings, Told,
    Value, check,
};

#[test]
fn a_meter_counts_over_its_interval() {
    let daily = [atom("count", "lteq", "1000"), atom("timeInterval", "eq", "P1D")];
    let policy = agreed(vec![daily.into_iter().fold(rule("use"), RuleExt::iff)], vec![]);
    let key = FactKey::of(operand("count"));
    let day = key.over(Interval::DayTime(jiff::SignedDuration::from_hours(24)));
    let read = |count: i64| Fact::Known {
        values: [Value::Decimal(count.into())].into(),
        provenance: Provenance::Meter { reading: 3 },
        valid_until: Some(at("2026-11-24T00:00:00Z")),
    };
    check_that(&policy, &facts().with(day, read(1000)), "permit");
    check_that(&policy, &facts().with(day, read(1001)), "condition-not-met");
    // The count of all time says nothing about a day.
    check_that(&policy, &facts().with(key, read(5)), "fact-unknown");
    let change = settled(&policy, Settings::default(), &facts().with(day, read(7))).next_change;
    assert_eq!(change, Some(at("2026-11-24T00:00:00Z")));
    let alone = agreed(vec![rule("use").iff(atom("timeInterval", "eq", "P1D"))], vec![]);
    assert_eq!(check(&alone).unwrap_err().code(), "policy-interval-alone");
}

/// Ruling 11: months are counted by the calendar, and have no order with days.
#[test]
fn a_meter_counts_over_months_of_the_calendar() {
    let over = |interval: &str| {
        let quota = [atom("count", "lteq", "100"), atom("timeInterval", "eq", interval)];
        agreed(vec![quota.into_iter().fold(rule("use"), RuleExt::iff)], vec![])
    };
    let key = FactKey::of(operand("count"));
    let read = |count: i64| Fact::Known {
        values: [Value::Decimal(count.into())].into(),
        provenance: Provenance::Meter { reading: 3 },
        valid_until: Some(at("2026-12-01T00:00:00Z")),
    };
    let month = |count| facts().with(key.over(Interval::Months(1)), read(count));
    check_that(&over("P1M"), &month(100), "permit");
    check_that(&over("P1M"), &month(101), "condition-not-met");
    let days = Interval::DayTime(jiff::SignedDuration::from_hours(24 * 30));
    check_that(&over("P1M"), &facts().with(key.over(days), read(1)), "fact-unknown");
    check_that(&over("P30D"), &month(1), "fact-unknown");
    check_that(&over("P12M"), &facts().with(key.over(Interval::Months(12)), read(1)), "permit");
    check_that(&over("P1Y"), &facts().with(key.over(Interval::Months(12)), read(1)), "permit");
    let change = settled(&over("P1M"), Settings::default(), &month(7)).next_change;
    assert_eq!(change, Some(at("2026-12-01T00:00:00Z")));
    for none in ["P0M", "P0D", "PT0S"] {
        assert_eq!(check(over(none)).unwrap_err().code(), "policy-interval-alone", "{none}");
    }
    assert_eq!(check(over("P1M1D")).unwrap_err().code(), "policy-value-refused");
    let text = month(7).to_json();
    assert_eq!(Facts::from_json(&text).unwrap(), month(7));
}

/// What recurs is owed until somebody who is believed says that it was done, and until when that
/// holds; done once, it is not done for good.
#[test]
fn a_duty_that_recurs_is_not_fulfilled_by_being_done_once() {
    let monthly = |interval: &str| {
        let pay = rule("odrl:compensate").named("urn:pay");
        pay.iff(in_unit(atom("payAmount", "eq", "5"), EUR)).iff(atom(
            "timeInterval",
            "eq",
            interval,
        ))
    };
    let mut policy = agreed(vec![rule("use")], vec![]);
    let key = RuleKey::Id(id("urn:pay"));
    let told = |valid_until: &str| {
        let valid_until = Some(at(valid_until));
        let fact =
            DutyFact { told: Told::Fulfilled, provenance: Provenance::Operator, valid_until };
        facts().with_duty(key.clone(), fact)
    };
    let once = facts().with_performance(key.clone(), paid(5, "2026-11-20T00:00:00Z", "x"));
    for interval in ["P1M", "P3M", "P7D"] {
        policy.obligations = vec![monthly(interval)];
        put_places(&mut policy);
        let state =
            |facts: &Facts| settled(&policy, Settings::default(), facts).obligations[0].state;
        assert_eq!(state(&facts()), DutyState::Pending, "{interval}");
        assert_eq!(state(&once), DutyState::Pending, "{interval}");
        assert_eq!(state(&told("2026-12-01T00:00:00Z")), DutyState::Fulfilled, "{interval}");
        assert_eq!(state(&told("2026-11-01T00:00:00Z")), DutyState::Unknown, "{interval}");
    }
    // Hung on a permission, it opens it until then.
    let hung = agreed(vec![rule("use").and_do(monthly("P1M"))], vec![]);
    check_that(&hung, &once, "duty-not-fulfilled");
    let open = settled(&hung, Settings::default(), &told("2026-12-01T00:00:00Z"));
    assert_eq!(codes(&open), "permit");
    assert_eq!(open.next_change, Some(at("2026-12-01T00:00:00Z")));
    // Nothing but a duty recurs, and an interval deeper down belongs to a meter.
    let alone = agreed(vec![], vec![rule("use").iff(atom("timeInterval", "eq", "P1M"))]);
    assert_eq!(check(&alone).unwrap_err().code(), "policy-interval-alone");
    let deep = joined(LogicalOperator::And, vec![atom("timeInterval", "eq", "P1M")]);
    policy.obligations = vec![rule("odrl:inform").iff(deep)];
    assert_eq!(check(&policy).unwrap_err().code(), "policy-interval-alone");
}

/// Of a duty, the amount says how it is done: another amount leaves it owed, and does not take it
/// away.
#[test]
fn an_amount_beside_a_duty_is_what_must_be_paid() {
    let five = in_unit(atom("payAmount", "eq", "5"), EUR);
    let pay = rule("odrl:compensate").named("urn:pay").iff(five);
    let policy = agreed(vec![rule("use").and_do(pay)], vec![]);
    let key = RuleKey::Id(id("urn:pay"));
    let done =
        |amount| facts().with_performance(key.clone(), paid(amount, "2026-11-20T00:00:00Z", "x"));
    check_that(&policy, &done(5), "permit");
    check_that(&policy, &done(4), "duty-not-fulfilled");
    let digest = Digest::of(b"receipt");
    let four = Value::Quantity { number: 4.into(), unit: iri(EUR) };
    let receipt = known(four, Provenance::Credential { digest });
    let receipt = facts().with(FactKey::of(operand("payAmount")), receipt);
    check_that(&policy, &receipt, "duty-not-fulfilled");
}
