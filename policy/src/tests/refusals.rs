//! What the check refuses, what it takes apart, and what it takes only where that is set.

use odrl_parser::{LogicalOperator, PartyFunction, Policy};

use super::build::{
    RuleExt, action, agreed, agreed_in_rules, atom, collection, id, in_unit, joined, operand, rule,
    thing,
};
use super::{facts, iri, judged, request};
use crate::{
    Fact, FactKey, Incomplete, Profile, Provenance, Settings, Value, Verdict, check, check_with,
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
    if let odrl_parser::Constraint::Atomic { right, .. } = &mut referring {
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
    let once = check(&agreed(vec![rule("use").iff(atom("count", "lt", "1"))], vec![])).unwrap();
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
