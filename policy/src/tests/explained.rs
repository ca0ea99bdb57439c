//! What would have to be otherwise, and that the other party is told none of it.

use odrl_parser::{LogicalOperator, Policy};

use super::build::{
    RuleExt, action, agreed, agreed_in_rules, atom, collection, id, joined, operand, rule, thing,
};
use super::generate::{Dice, any_facts, any_policy, any_request, any_settings};
use super::{MOBILITY, TRAFFIC, at, facts, iri, request};
use crate::{
    Change, FactKey, Facts, Membership, Profile, Provenance, RuleKey, Truth, Value, Verdict, check,
    check_with, evaluate, explain,
};

fn missing(policy: &Policy, facts: &Facts) -> Option<Vec<String>> {
    let found = explain(&check(policy).unwrap(), &request(), facts).missing?;
    Some(found.into_iter().map(|it| it.pointer.as_str().to_owned()).collect())
}

fn changes(policy: &Policy, facts: &Facts) -> Vec<Change> {
    explain(&check(policy).unwrap(), &request(), facts).otherwise
}

fn past() -> odrl_parser::Constraint {
    atom("dateTime", "lt", "2026-01-01")
}

#[test]
fn the_missing_set_is_the_smallest() {
    let some = |of: &[&str]| Some(of.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
    let of = |rules| agreed(rules, vec![]);
    let not_vetted = || atom("vettedAs", "isAnyOf", "urn:x");
    let two = of(vec![rule("use").iff(past()).iff(not_vetted()).iff(atom(
        "dateTime",
        "gt",
        "2026-01-01",
    ))]);
    let expected = some(&["/permission/0/constraint/0", "/permission/0/constraint/1"]);
    assert_eq!(missing(&two, &facts()), expected);
    // The rule that lacks least counts.
    let other = of(vec![rule("use").iff(past()).iff(not_vetted()), rule("use").iff(past())]);
    assert_eq!(missing(&other, &facts()), some(&["/permission/1/constraint/0"]));
    // One of several alternatives is enough.
    let either = joined(LogicalOperator::Or, vec![past(), not_vetted()]);
    let either = of(vec![rule("use").iff(either)]);
    assert_eq!(missing(&either, &facts()).map(|it| it.len()), Some(1));
    // Of two that hold where one may, one must go.
    let now = || atom("dateTime", "gt", "2026-01-01");
    let one = joined(LogicalOperator::Xone, vec![now(), now()]);
    let one = of(vec![rule("use").iff(one)]);
    assert_eq!(missing(&one, &facts()), some(&["/permission/0/constraint/0/xone/1"]));
    // A prohibition must fail in one of its conditions.
    let forbidden =
        agreed(vec![rule("use")], vec![rule("use").iff(now()).iff(atom("purpose", "eq", TRAFFIC))]);
    let found = explain(&check(&forbidden).unwrap(), &request(), &facts()).missing.unwrap();
    assert_eq!((found.len(), found[0].must_be), (1, Truth::Unsatisfied));
    // What no fact can change.
    let never = agreed(vec![rule("use")], vec![rule("use")]);
    assert_eq!(missing(&never, &facts()), None);
    assert_eq!(missing(&of(vec![rule("odrl:sell")]), &facts()), None);
    assert_eq!(missing(&of(vec![rule("use")]), &facts()), some(&[]));
}

#[test]
fn changes_name_time_kind_purpose_duty() {
    let of = |rule| agreed(vec![rule], vec![]);
    let before = of(rule("use").iff(past()));
    let time = |from: Option<&str>, until: Option<&str>| Change::Time {
        from: from.map(at),
        until: until.map(at),
    };
    assert_eq!(changes(&before, &facts()), [time(None, Some("2026-01-01T00:00:00Z"))]);
    let window = joined(
        LogicalOperator::And,
        vec![atom("dateTime", "gteq", "2027-01-01"), atom("dateTime", "lt", "2027-03-01")],
    );
    let window = of(rule("use").iff(window));
    let expected = time(Some("2027-01-01T00:00:00Z"), Some("2027-03-01T00:00:00Z"));
    assert_eq!(changes(&window, &facts()), [expected]);
    let passed = joined(
        LogicalOperator::And,
        vec![atom("dateTime", "gteq", "2026-01-01"), atom("dateTime", "lt", "2026-03-01")],
    );
    let expected = time(Some("2026-01-01T00:00:00Z"), Some("2026-03-01T00:00:00Z"));
    assert_eq!(changes(&of(rule("use").iff(passed)), &facts()), [expected]);
    // Now alone is the wrong time.
    let ever_else = of(rule("use").iff(atom("dateTime", "neq", super::NOW)));
    let after = time(Some("2026-11-23T12:00:00.000000001Z"), None);
    assert_eq!(changes(&ever_else, &facts()), [after, time(None, Some(super::NOW))]);
    let value = |name: &str, value: &str| Change::Value {
        operand: FactKey::of(operand(name)),
        value: Value::Iri(iri(value)),
    };
    let kind = of(rule("use").iff(atom("vettedAs", "isAnyOf", "urn:x urn:y")));
    assert_eq!(changes(&kind, &facts()), [value("vettedAs", "urn:x"), value("vettedAs", "urn:y")]);
    let purpose = of(rule("use").iff(atom("purpose", "eq", "urn:p")));
    assert_eq!(changes(&purpose, &facts()), [value("purpose", "urn:p")]);
    // Firm stays what it is already.
    let has = |kind| atom("vettedAs", "hasPart", kind);
    let both_kinds = of(rule("use").iff(has(MOBILITY)).iff(has("urn:x")));
    assert_eq!(changes(&both_kinds, &facts()), [value("vettedAs", "urn:x")]);
    let firms = rule("use").on(thing("urn:d")).by(collection("urn:firms", vec![]));
    let expected = Change::Member { collection: id("urn:firms") };
    assert_eq!(changes(&agreed_in_rules(vec![firms], vec![]), &facts()), [expected]);
    // Two things are missing: no single change helps.
    let both = of(rule("use").iff(past()).iff(atom("purpose", "eq", "urn:p")));
    assert_eq!(changes(&both, &facts()), []);
    let duty = of(rule("use").and_do(rule("odrl:inform").named("urn:tell")));
    let expected = Change::Duty { duty: RuleKey::Id(id("urn:tell")) };
    assert_eq!(changes(&duty, &facts()), [expected]);
}

#[test]
fn members_duties_and_the_one_of_many_can_be_missing() {
    let only = |pointer: &str| Some(vec![pointer.to_owned()]);
    let firms = rule("use").on(thing("urn:d")).by(collection("urn:firms", vec![]));
    let policy = agreed_in_rules(vec![firms], vec![]);
    assert_eq!(missing(&policy, &facts()), only("/permission/0/assignee/0"));
    let policy = agreed(vec![rule("use").and_do(rule("odrl:inform"))], vec![]);
    assert_eq!(missing(&policy, &facts()), only("/permission/0/duty/0"));
    let until = |day: &str| atom("dateTime", "lt", day);
    let one_of = |members| rule("use").iff(joined(LogicalOperator::Xone, members));
    let three = one_of(vec![past(), until("2027-01-01"), until("2027-01-02")]);
    let policy = agreed(vec![three], vec![]);
    assert_eq!(missing(&policy, &facts()), only("/permission/0/constraint/0/xone/2"));
    let policy = agreed(vec![rule("use")], vec![one_of(vec![until("2027-01-01"), past()])]);
    assert_eq!(missing(&policy, &facts()), only("/prohibition/0/constraint/0/xone/0"));
}

/// Each supposition costs a verdict, so that a wide policy would cost the square of its width.
#[test]
fn what_stands_in_the_way_is_tried_so_often_and_no_more() {
    let missing = |count: usize| {
        let never = joined(LogicalOperator::Or, (0..count).map(|_| past()).collect());
        let policy = check(agreed(vec![rule("use").iff(never)], vec![])).unwrap();
        explain(&policy, &request(), &facts()).missing.unwrap().len()
    };
    assert_eq!(missing(200), 1);
    assert_eq!(missing(400), 401 - crate::BOUNDS_TRIED_MAX);
    // Of many permissions, the first ones are looked at.
    let rules = |count: usize| {
        let never = (0..count).map(|_| rule("use").iff(past()).iff(past()));
        let policy = agreed(never.chain([rule("use").iff(past())]).collect(), vec![]);
        explain(&check(&policy).unwrap(), &request(), &facts()).missing.unwrap().len()
    };
    assert_eq!((rules(50), rules(300)), (1, 2));
}

/// Each change that is tried costs a verdict.
#[test]
fn changes_are_tried_so_often_and_no_more() {
    let facts = Facts::at(at(super::NOW));
    let names: Vec<String> = (0..300).map(|n| format!("urn:p:{n}")).collect();
    let purpose = atom("purpose", "isAnyOf", &names.join(" "));
    let values = changes(&agreed(vec![rule("use").iff(purpose)], vec![]), &facts);
    assert_eq!(values.len(), crate::CHANGES_TRIED_MAX);
    // Nobody can state another time, so that it costs no try.
    let days = (0..300).map(|n| facts.now() + jiff::SignedDuration::from_hours(24 * (n + 1)));
    let clock = days.map(|day| atom("dateTime", "lt", &day.to_string()));
    let stated = clock.fold(rule("use"), RuleExt::iff).iff(atom("purpose", "eq", "urn:p"));
    assert_eq!(changes(&agreed(vec![stated], vec![]), &facts).len(), 1);
    // An instant and the moment after it are two tries, of 32 in each direction.
    let times = |operator: &str, step: i64, count: i64| {
        let hour = |n: i64| facts.now() + jiff::SignedDuration::from_hours(n * step);
        let passing = (1..count).map(|n| atom("dateTime", "neq", &hour(n).to_string()));
        let last = atom("dateTime", operator, &hour(count).to_string());
        let rule = passing.chain([last]).fold(rule("use"), RuleExt::iff);
        changes(&agreed(vec![rule], vec![]), &facts).len()
    };
    for (operator, step) in [("gt", 1), ("lt", -1)] {
        let found = (times(operator, step, 16), times(operator, step, 17));
        assert_eq!(found, (1, 0), "{operator}");
    }
}

/// Over generated worlds: what is missing is missing, and what is offered helps.
#[test]
fn every_explanation_is_true() {
    let mut dice = Dice(9);
    let (mut sets, mut offers) = (0, 0);
    for _ in 0..500 {
        let settings = any_settings(&mut dice);
        let policy = any_policy(&mut dice);
        let policy = check_with(&policy, &Profile::v1(), &settings).unwrap();
        let (facts, request) = (any_facts(&mut dice), any_request(&mut dice));
        let found = explain(&policy, &request, &facts);
        let denied = evaluate(&policy, &request, &facts).verdict == Verdict::Deny;
        assert_eq!(found.missing == Some(vec![]), !denied);
        sets += usize::from(found.missing.is_some_and(|it| !it.is_empty()));
        for change in &found.otherwise {
            let told = crate::DutyFact {
                told: crate::Told::Fulfilled,
                provenance: Provenance::Operator,
                valid_until: None,
            };
            let moment = jiff::SignedDuration::from_nanos(1);
            let changed = match change {
                Change::Duty { duty } => facts.clone().with_duty(duty.clone(), told),
                Change::Member { collection } => {
                    let provenance = Provenance::Operator;
                    let old = facts.members(collection).map(|it| it.members.clone());
                    let mut members = old.unwrap_or_default();
                    // Either the asset or the party was meant.
                    let name = if collection.as_str() == "urn:assets"
                        || collection.as_str() == "urn:d"
                        || collection.as_str() == "urn:e"
                    {
                        request.target.clone()
                    } else {
                        request.assignee.clone()
                    };
                    members.insert(name);
                    let list = Membership { members, provenance, valid_until: None };
                    facts.clone().with_members(collection.clone(), list)
                }
                Change::Time { from: Some(from), .. } => facts.clone().moved_to(*from),
                Change::Time { until: Some(until), .. } => facts.clone().moved_to(*until - moment),
                // Which source and which further values it takes is the explanation's own business.
                Change::Time { .. } | Change::Value { .. } => continue,
            };
            offers += 1;
            assert_eq!(
                evaluate(&policy, &request, &changed).verdict,
                Verdict::Permit,
                "{change:?}"
            );
        }
    }
    assert!(sets > 60 && offers > 15, "{sets} {offers}");
}

/// Case 82: the other party learns kinds of reasons, never names, values or places.
#[test]
fn what_is_told_names_nobody_and_no_threshold() {
    let partner = rule("use")
        .iff(atom("participant", "isAnyOf", "did:web:secret.example"))
        .iff(atom("count", "lteq", "4711"))
        .iff(atom("vettedAs", "isAnyOf", MOBILITY))
        .and_do(rule("odrl:inform").named("urn:secret-duty"));
    let policy = agreed(vec![partner], vec![]);
    let mut ask = request();
    ask.action = action("odrl:read");
    let decision = evaluate(&check(&policy).unwrap(), &ask, &facts());
    let told = serde_json::to_string(&decision.redacted()).unwrap();
    assert!(told.contains("not-this-partner") && told.contains("duty-not-fulfilled"), "{told}");
    for secret in ["secret", "4711", "kind/", "permission", "sha256", "urn:", "did:"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}
