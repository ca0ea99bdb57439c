//! Where permissions and prohibitions meet, in one policy and in several, and what an action
//! implies.

use odrl_parser::ConflictStrategy::{Invalid, Perm, Prohibit};

use super::build::{RuleExt, action, agreed, atom, put_places, rule};
use super::whole::{codes, settled};
use super::{facts, judged, request};
use crate::{ConflictDefault, Profile, Settings, Verdict, check_with};

/// Cases 56 and 57 and ruling 7.
#[test]
fn conflicts_are_settled_by_the_strategy() {
    let with = |conflict, prohibited: odrl_parser::Rule| {
        let mut policy = agreed(vec![rule("use")], vec![prohibited]);
        policy.conflict = conflict;
        policy
    };
    let strict = Settings { conflict: ConflictDefault::Strict, ..Settings::default() };
    let never = || rule("use").iff(atom("dateTime", "lt", "2026-01-01"));
    let after = |operator, prohibited: &str| {
        let mut policy = with(Some(Invalid), rule("use").iff(atom("dateTime", "gteq", prohibited)));
        policy.permissions[0] = rule("use").iff(atom("dateTime", operator, "2027-01-01T00:00:00Z"));
        put_places(&mut policy);
        policy
    };

    for (what, policy, default, strictly) in [
        ("perm", with(Some(Perm), rule("use")), "permit", "permit"),
        ("prohibit", with(Some(Prohibit), rule("use")), "prohibited", "prohibited"),
        (
            "invalid",
            with(Some(Invalid), rule("use")),
            "policy-void prohibited",
            "policy-void prohibited",
        ),
        ("absent", with(None, rule("use")), "prohibited", "policy-void prohibited"),
        ("below", with(None, rule("odrl:distribute")), "permit", "permit"),
        (
            "below, invalid",
            with(Some(Invalid), rule("odrl:distribute")),
            "policy-void",
            "policy-void",
        ),
        ("other root", with(Some(Invalid), rule("odrl:sell")), "permit", "permit"),
        ("possible", with(None, never()), "permit", "policy-void"),
        ("touching", after("lteq", "2027-01-01T00:00:00Z"), "policy-void", "policy-void"),
        ("apart", after("lt", "2027-01-01T00:00:00Z"), "permit", "permit"),
        ("apart by a day", after("lt", "2027-01-02"), "permit", "permit"),
    ] {
        assert_eq!(codes(&settled(&policy, Settings::default(), &facts())), default, "{what}");
        assert_eq!(codes(&settled(&policy, strict, &facts())), strictly, "{what}, strict");
    }
}

#[test]
fn an_implied_action_may_not_be_prohibited() {
    let profile = Profile::v1().with_implied(action("odrl:print"), action("odrl:reproduce"));
    let policy = agreed(vec![rule("use")], vec![rule("odrl:reproduce")]);
    let mut ask = request();
    for (name, expected) in [
        ("odrl:print", Verdict::Deny),
        ("odrl:read", Verdict::Permit),
        ("odrl:extract", Verdict::Deny),
    ] {
        ask.action = action(name);
        let policy = check_with(&policy, &profile, &Settings::default()).unwrap();
        assert_eq!(judged(&policy, &ask, &facts()).verdict, expected, "{name}");
    }
    // Implying grants nothing.
    let narrow = agreed(vec![rule("odrl:reproduce")], vec![]);
    ask.action = action("odrl:print");
    let narrow = check_with(&narrow, &profile, &Settings::default()).unwrap();
    assert_eq!(judged(&narrow, &ask, &facts()).verdict, Verdict::Deny);
}
