//! By whom, to what and until when a duty is done, and what a rule is about.

use odrl_parser::{LogicalOperator, PolicyKind, Rule};
use wire::digest::Digest;

use super::build::{
    RuleExt, action, agreed, agreed_in_rules, atom, collection, id, joined, put_places, rule, thing,
};
use super::whole::settled;
use super::{at, facts, judged, request};
use crate::{DutyState, Facts, Performance, Provenance, RuleKey, Settings, Verdict, check};

const FIRM: &str = "did:web:firm.example";
const OTHER: &str = "did:web:other.example";

fn told() -> Rule {
    rule("odrl:inform").named("urn:tell")
}

fn done(by: &str, to: Option<&str>, when: &str) -> Facts {
    let performance = Performance {
        action: action("odrl:inform"),
        assignee: id(by),
        target: to.map(id),
        at: at(when),
        values: Default::default(),
        evidence: Digest::of(b"mail"),
        provenance: Provenance::Operator,
    };
    facts().with_performance(RuleKey::Id(id("urn:tell")), performance)
}

const EARLY: &str = "2026-11-20T00:00:00Z";

#[test]
fn a_duty_is_done_by_its_own_party_its_rules_or_the_policys() {
    let own = agreed(vec![rule("use").and_do(told().by(thing(OTHER)))], vec![]);
    let of_rule = rule("use").on(thing("urn:d")).by(thing(FIRM)).and_do(told());
    let of_rule = agreed_in_rules(vec![of_rule], vec![]);
    let of_policy = agreed(vec![rule("use").and_do(told())], vec![]);
    let mut of_request = of_policy.clone();
    of_request.kind = PolicyKind::Set;
    of_request.assignee = None;
    for (what, policy, by, other) in [
        ("its own", own, OTHER, FIRM),
        ("its rule's", of_rule, FIRM, OTHER),
        ("the policy's", of_policy, FIRM, OTHER),
        ("whoever asks", of_request, request().assignee.as_str(), OTHER),
    ] {
        let state = |by| {
            let found = settled(&policy, Settings::default(), &done(by, None, EARLY));
            found.rules[0].duties[0].state
        };
        assert_eq!(state(by), DutyState::Fulfilled, "{what}");
        assert_eq!(state(other), DutyState::Pending, "{what}");
    }
}

/// How a duty is done is judged at the time at which it was.
#[test]
fn what_refines_a_duty_holds_when_it_is_done() {
    let soon = told().refined(atom("dateTime", "lt", "2026-11-21"));
    let policy = agreed(vec![rule("use").and_do(soon)], vec![]);
    for (when, expected) in
        [(EARLY, DutyState::Fulfilled), ("2026-11-22T00:00:00Z", DutyState::Pending)]
    {
        let found = settled(&policy, Settings::default(), &done(FIRM, None, when));
        assert_eq!(found.rules[0].duties[0].state, expected, "{when}");
    }
}

/// Of what is one thing it is always known whether it is meant, and a collection is itself.
#[test]
fn a_thing_is_itself_and_no_other_whatever_nobody_says_of_members() {
    let mut ask = request();
    let forbid = agreed_in_rules(
        vec![rule("use").on(thing("urn:d")).by(thing(FIRM))],
        vec![rule("use").on(thing("urn:e")).by(thing(FIRM))],
    );
    assert_eq!(judged(&check(&forbid).unwrap(), &ask, &facts()).verdict, Verdict::Permit);
    let whole = collection("urn:assets", vec![]);
    let whole = agreed_in_rules(vec![rule("use").on(whole).by(thing(FIRM))], vec![]);
    let whole = check(&whole).unwrap();
    assert_eq!(judged(&whole, &ask, &facts()).verdict, Verdict::Deny);
    ask.target = id("urn:assets");
    assert_eq!(judged(&whole, &ask, &facts()).verdict, Verdict::Permit);
}

#[test]
fn a_duty_about_a_thing_is_done_to_it() {
    let policy = agreed(vec![rule("use").and_do(told().on(thing("urn:report")))], vec![]);
    for (to, expected) in [
        (Some("urn:report"), DutyState::Fulfilled),
        (Some("urn:other"), DutyState::Pending),
        (None, DutyState::Pending),
    ] {
        let found = settled(&policy, Settings::default(), &done(FIRM, to, EARLY));
        assert_eq!(found.rules[0].duties[0].state, expected, "{to:?}");
    }
}

/// Only a deadline that has passed breaks an obligation: what does not hold yet, or for another
/// reason, asks for nothing.
#[test]
fn an_obligation_is_broken_by_a_deadline_alone() {
    let and = |members| joined(LogicalOperator::And, members);
    let past = || atom("dateTime", "lt", "2026-11-01");
    let later = || atom("dateTime", "gt", "2026-12-01");
    let other = || atom("purpose", "eq", "urn:ads");
    let this = || atom("purpose", "eq", super::TRAFFIC);
    for (what, constraint, expected) in [
        ("passed", past(), DutyState::Violated),
        ("passed up to a day", atom("dateTime", "lteq", "2026-11-01"), DutyState::Violated),
        ("passed since", atom("sinceAgreement", "lteq", "P7D"), DutyState::Violated),
        ("not yet", later(), DutyState::Inactive),
        ("another day", atom("dateTime", "eq", "2026-11-01"), DutyState::Inactive),
        ("another purpose", other(), DutyState::Inactive),
        ("passed, and its purpose", and(vec![past(), this()]), DutyState::Violated),
        ("passed, and another", and(vec![past(), other()]), DutyState::Inactive),
        ("passed, and not yet", and(vec![past(), later()]), DutyState::Inactive),
        ("either", joined(LogicalOperator::Or, vec![past(), past()]), DutyState::Inactive),
        ("still", atom("dateTime", "lt", "2026-12-01"), DutyState::Pending),
    ] {
        let mut policy = agreed(vec![rule("use")], vec![]);
        policy.obligations = vec![told().iff(constraint)];
        put_places(&mut policy);
        let found = settled(&policy, Settings::default(), &facts());
        assert_eq!(found.obligations[0].state, expected, "{what}");
    }
    // A meter that is over its bound is no deadline.
    let mut policy = agreed(vec![rule("use")], vec![]);
    policy.obligations = vec![told().iff(atom("count", "lt", "5"))];
    put_places(&mut policy);
    let values = [crate::Value::Decimal(7.into())].into();
    let provenance = Provenance::Meter { reading: 1 };
    let fact = crate::Fact::Known { values, provenance, valid_until: None };
    let counted = facts().with(crate::FactKey::of(super::build::operand("count")), fact);
    let found = settled(&policy, Settings::default(), &counted);
    assert_eq!(found.obligations[0].state, DutyState::Inactive);
}
