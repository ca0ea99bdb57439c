//! What the check refuses, what it takes apart, and what it takes only where that is set.

use odrl_parser::{Constraint, LiteralTag, LogicalOperator, PartyFunction, Policy};

use super::build::{
    RuleExt, action, agreed, agreed_in_rules, atom, collection, id, in_unit, joined, operand, rule,
    thing,
};
use super::{facts, iri, judged, request};
use crate::{
    ATOMIC_RULES_MAX, ATOMS_MAX, CONDITION_DEPTH_MAX, Fact, FactKey, Incomplete, Profile,
    Provenance, Settings, Value, Verdict, check, check_with,
};

const FIRM: &str = "did:web:firm.example";

fn pay() -> odrl_parser::Rule {
    let unit = "https://w3id.org/allmende/v1/unit/eur";
    rule("odrl:compensate").refined(in_unit(atom("payAmount", "gteq", "5"), unit))
}

/// Rulings 5 and 17, and cases 1, 4, 6, 23, 50, 61, 66 and 68: what cannot be judged is refused.
#[test]
fn what_nobody_here_can_judge_is_refused() {
    let refused = |policy: &Policy| check(policy).unwrap_err().code();
    let of = |permission| agreed(vec![permission], vec![]);
    let mut inherits = of(rule("use"));
    inherits.inherits = vec![id("urn:parent")];
    assert_eq!(refused(&inherits), "policy-inherits");
    let mut referring = atom("purpose", "isAnyOf", "urn:a");
    if let Constraint::Atomic { right, .. } = &mut referring {
        right.references = vec![iri("http://169.254.169.254/")];
    }
    assert_eq!(refused(&of(rule("use").iff(referring))), "policy-reference-unresolved");
    let empty = joined(LogicalOperator::Or, vec![]);
    assert_eq!(refused(&of(rule("use").iff(empty))), "policy-members-missing");
    let deep = (0..200).fold(atom("dateTime", "lt", "2027-01-01"), |inner, _| {
        joined(LogicalOperator::And, vec![inner])
    });
    assert_eq!(refused(&of(rule("use").iff(deep))), "policy-too-deep");
    let nested = rule("use").and_do(pay().and_do(pay().and_do(pay())));
    assert_eq!(refused(&of(nested)), "policy-duty-nested");
    let remedy = agreed(vec![], vec![rule("use").and_do(pay().and_do(pay()))]);
    assert_eq!(refused(&remedy), "policy-duty-nested");
    let one = thing("urn:d");
    let refined = odrl_parser::Entity { refinements: vec![atom("version", "eq", "1")], ..one };
    assert_eq!(refused(&of(rule("use").on(refined))), "policy-refinement-misplaced");
    let mut unnamed = collection("urn:x", vec![]);
    unnamed.id = None;
    assert_eq!(refused(&of(rule("use").by(unnamed))), "policy-unnamed");
    let mut making = rule("odrl:derive");
    making.outputs = vec![thing("urn:e")];
    assert_eq!(refused(&of(making)), "policy-output-refused");
    let tracked = rule("use").with(PartyFunction::TrackedParty, thing("urn:p"));
    assert_eq!(refused(&of(tracked)), "policy-party-refused");
    let mut nobody = agreed_in_rules(vec![rule("use").on(thing("urn:d"))], vec![]);
    assert_eq!(refused(&nobody), "policy-party-missing");
    nobody.permissions[0] = rule("use").by(thing(FIRM));
    assert_eq!(refused(&nobody), "policy-target-missing");
    let wide = (0..17).fold(rule("use"), |rule, n| rule.on(thing(&format!("urn:t:{n}"))));
    let wide = (0..17).fold(wide, |rule, n| rule.by(thing(&format!("urn:p:{n}"))));
    let wide = (0..16).fold(wide, |rule, _| rule.or_to("odrl:read"));
    assert_eq!(refused(&of(wide)), "policy-too-many-rules");
    let twice = agreed(vec![rule("use").named("urn:r")], vec![rule("use").named("urn:r")]);
    assert_eq!(refused(&twice), "policy-id-taken");
    assert_eq!(refused(&of(rule("use").named("urn:a"))), "policy-id-taken");
}

/// 79: a count is the meter's of whoever enforces it; what connectors share is counted there. Where
/// nobody counts, nothing is granted.
#[test]
fn what_only_a_meter_knows_is_denied_without_one() {
    let once = check(agreed(vec![rule("use").iff(atom("count", "lt", "1"))], vec![])).unwrap();
    let read = |count: i64, provenance| {
        let values = [Value::Decimal(count.into())].into();
        let fact = Fact::Known { values, provenance, valid_until: None };
        let facts = facts().with(FactKey::of(operand("count")), fact);
        judged(&once, &request(), &facts).verdict
    };
    assert_eq!(judged(&once, &request(), &facts()).verdict, Verdict::Deny);
    assert_eq!(read(0, Provenance::Statement), Verdict::Deny);
    assert_eq!(read(1, Provenance::Meter { reading: 1 }), Verdict::Deny);
    assert_eq!(read(0, Provenance::Meter { reading: 1 }), Verdict::Permit);
}

#[test]
fn plural_actions_targets_and_parties_are_so_many_rules() {
    let wide = rule("odrl:read").or_to("odrl:print").on(thing("urn:d")).on(thing("urn:e"));
    let policy = agreed_in_rules(vec![wide.by(thing(FIRM)).by(thing("urn:other"))], vec![]);
    let checked = check(&policy).unwrap();
    assert_eq!(checked.badges().len(), 8);
    let mut ask = request();
    for (name, expected) in
        [("odrl:read", Verdict::Permit), ("odrl:print", Verdict::Permit), ("use", Verdict::Deny)]
    {
        ask.action = action(name);
        assert_eq!(judged(&checked, &ask, &facts()).verdict, expected, "{name}");
    }
}

/// Ruling 5: suites of test cases have rules about everything.
#[test]
fn incomplete_rules_are_about_everything_where_that_is_set() {
    let mut policy = agreed_in_rules(vec![rule("use")], vec![]);
    policy.permissions[0].actions.clear();
    assert_eq!(check(&policy).unwrap_err().code(), "policy-action-missing");
    let lenient = Settings { incomplete: Incomplete::Any, ..Settings::default() };
    let checked = check_with(&policy, &Profile::v1(), &lenient).unwrap();
    let mut ask = request();
    ask.action = action("odrl:sell");
    assert_eq!(judged(&checked, &ask, &facts()).verdict, Verdict::Permit);
}

/// Up to each limit a policy is taken, and one more is refused.
#[test]
fn what_is_too_much_is_refused_and_no_less() {
    let code = |permission| check(agreed(vec![permission], vec![])).err().map(|it| it.code());
    let date = || atom("dateTime", "lt", "2027-01-01");
    for operator in [LogicalOperator::And, LogicalOperator::Or] {
        let deep = |depth| (1..depth).fold(date(), |inner, _| joined(operator, vec![inner]));
        assert_eq!(code(rule("use").iff(deep(CONDITION_DEPTH_MAX))), None);
        assert_eq!(code(rule("use").iff(deep(CONDITION_DEPTH_MAX + 1))), Some("policy-too-deep"));
    }
    let targets =
        |count| (0..count).fold(rule("use"), |rule, n| rule.on(thing(&format!("urn:t:{n}"))));
    assert_eq!(code(targets(ATOMIC_RULES_MAX)), None);
    assert_eq!(code(targets(ATOMIC_RULES_MAX + 1)), Some("policy-too-many-rules"));
    // All that is compared counts, and what joins it, for each of 64 targets; 64 comparisons of a
    // duty count once more by themselves.
    let own = ATOMS_MAX / 64 - 64 - 1 - 2 - 3;
    let of = |own: usize, action: usize, party: usize, duty: usize| {
        let some = |count: usize| (0..count).map(|_| date()).collect::<Vec<_>>();
        let many = targets(64).iff(joined(LogicalOperator::Or, some(own - 1)));
        let many = some(action).into_iter().fold(many, RuleExt::refined);
        let told = some(duty).into_iter().fold(rule("odrl:inform"), RuleExt::iff);
        code(many.by(collection("urn:firms", some(party))).and_do(told))
    };
    assert_eq!(of(own, 2, 3, 64), None);
    for (own, action, party, duty) in
        [(own + 1, 2, 3, 64), (own, 3, 3, 64), (own, 2, 4, 64), (own, 2, 3, 65)]
    {
        assert_eq!(of(own, action, party, duty), Some("policy-too-many-rules"));
    }
}

/// `dataType` says of which type an untagged value is; it cannot contradict the value's own.
#[test]
fn a_data_type_is_the_type_of_the_value() {
    let xsd = |name: &str| iri(&format!("http://www.w3.org/2001/XMLSchema#{name}"));
    let of = |own: Option<&str>, told: &str| {
        let mut date = atom("dateTime", "lt", "2027-01-01");
        if let Constraint::Atomic { right, data_type, .. } = &mut date {
            *data_type = Some(xsd(told));
            right.values[0].tag =
                own.map_or(LiteralTag::Plain, |own| LiteralTag::Datatype(xsd(own)));
        }
        check(agreed(vec![rule("use").iff(date)], vec![])).err().map(|it| it.code())
    };
    for (own, told, expected) in [
        (None, "date", None),
        (None, "boolean", Some("policy-value-refused")),
        (Some("date"), "date", None),
        (Some("date"), "boolean", Some("policy-value-refused")),
        (Some("boolean"), "date", Some("policy-value-refused")),
    ] {
        assert_eq!(of(own, told), expected, "{own:?} {told}");
    }
}

/// One id, one duty: what two rules share says the same in both.
#[test]
fn a_duty_that_two_rules_share_says_the_same_in_both() {
    let tell = || rule("odrl:inform").named("urn:tell");
    let until = |day| atom("dateTime", "lt", day);
    let both = |operator| joined(operator, vec![until("2027-01-01"), until("2027-01-02")]);
    let firms = |day| collection("urn:firms", vec![until(day)]);
    let variants = [
        tell(),
        tell().iff(until("2027-01-01")),
        tell().iff(until("2027-01-02")),
        tell().iff(until("2027-01-01")).iff(until("2027-01-02")),
        tell().iff(both(LogicalOperator::And)),
        tell().iff(both(LogicalOperator::Or)),
        tell().refined(until("2027-01-01")),
        tell().on(thing("urn:firms")),
        tell().on(thing("urn:other")),
        tell().on(collection("urn:firms", vec![])),
        tell().on(firms("2027-01-01")),
        tell().on(firms("2027-01-02")),
        tell().by(thing("urn:firms")),
        tell().and_do(rule("odrl:delete")),
        tell().and_do(rule("odrl:inform")),
    ];
    for (at, one) in variants.iter().enumerate() {
        for (other_at, other) in variants.iter().enumerate() {
            let rules = [one, other].map(|duty| rule("use").and_do(duty.clone()));
            let found = check(agreed(rules.to_vec(), vec![])).is_ok();
            assert_eq!(found, at == other_at, "{at} {other_at}");
        }
    }
}

/// The log knows the steps of a sequence by their places.
#[test]
fn a_duty_with_a_sequence_is_shared_at_one_place_only() {
    let steps = vec![atom("dateTime", "gt", "2026-11-01"), atom("dateTime", "gt", "2026-11-02")];
    let steps = joined(LogicalOperator::AndSequence, steps);
    let tell = || rule("use").and_do(rule("odrl:inform").named("urn:tell").iff(steps.clone()));
    let mut policy = agreed(vec![tell(), tell()], vec![]);
    assert_eq!(check(&policy).unwrap_err().code(), "policy-id-taken");
    policy.permissions[1].duties[0].constraints =
        policy.permissions[0].duties[0].constraints.clone();
    assert!(check(&policy).is_ok());
}

#[test]
fn a_refusal_names_the_units_that_are_taken() {
    let amount = agreed(vec![rule("use").iff(atom("payAmount", "lteq", "5"))], vec![]);
    let told = check(&amount).unwrap_err().to_string();
    assert!(told.contains("one of the units `http"), "{told}");
    assert!(told.contains("`, `https://w3id.org/allmende/v1/unit/eur`"), "{told}");
}

#[test]
fn a_badge_is_told_of_each_constraint() {
    let day = |day| atom("dateTime", "lt", day);
    let policy = agreed(vec![rule("use").iff(day("2027-01-01")).iff(day("2027-01-02"))], vec![]);
    let badges = check(&policy).unwrap().badges();
    let places: Vec<&str> = badges[0].constraints.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(places, ["/permission/0/constraint/0", "/permission/0/constraint/1"]);
}
