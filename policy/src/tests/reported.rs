//! What a report says of a rule: whether it was tried, kept or broken, and what is owed for it.

use odrl_parser::Policy;
use wire::digest::Digest;

use super::build::{RuleExt, action, agreed, atom, id, rule};
use super::{TRAFFIC, at, facts, judged, request};
use crate::{
    Attempt, Decision, Deontic, DutyMode, Facts, Performance, Profile, Provenance, RuleKey,
    Settings, check_with,
};

fn decide(policy: &Policy, facts: &Facts) -> Decision {
    let settings = Settings { duties: DutyMode::Promise, ..Settings::default() };
    judged(&check_with(policy, &Profile::v1(), &settings).unwrap(), &request(), facts)
}

#[test]
fn an_attempt_is_of_the_action_and_in_the_way_that_a_rule_is_about() {
    let refined = |purpose: &str| rule("use").refined(atom("purpose", "eq", purpose));
    let other = rule("odrl:sell").refined(atom("purpose", "eq", TRAFFIC));
    for (what, rule, expected) in [
        ("this action", rule("use"), Attempt::Attempted),
        ("this action, so", refined(TRAFFIC), Attempt::Attempted),
        ("this action, otherwise", refined("urn:ads"), Attempt::NotAttempted),
        ("another action", other, Attempt::NotAttempted),
    ] {
        let found = decide(&agreed(vec![rule], vec![]), &facts());
        assert_eq!(found.rules[0].attempt, expected, "{what}");
    }
}

#[test]
fn what_was_done_is_judged_by_what_held_then() {
    let late = rule("use").named("urn:use").iff(atom("dateTime", "gteq", "2026-11-20"));
    let policy = agreed(vec![late], vec![]);
    for (when, expected) in
        [("2026-11-10T00:00:00Z", Deontic::Violated), ("2026-11-21T00:00:00Z", Deontic::Fulfilled)]
    {
        let done = Performance {
            action: action("use"),
            assignee: id("did:web:firm.example"),
            target: Some(id("urn:d")),
            at: at(when),
            values: Default::default(),
            evidence: Digest::of(b"delivery"),
            provenance: Provenance::Log { size: 3 },
        };
        let done = facts().with_performance(RuleKey::Id(id("urn:use")), done);
        assert_eq!(decide(&policy, &done).rules[0].deontic, expected, "{when}");
    }
}

/// Owed is what a permission that is made use of demands, once for each place where it stands.
#[test]
fn what_is_owed_is_named_once_at_its_place() {
    let tell = || rule("odrl:inform").named("urn:tell");
    let never = atom("dateTime", "lt", "2026-01-01");
    let owed = |permissions| decide(&agreed(permissions, vec![]), &facts()).owed.len();
    assert_eq!(owed(vec![rule("use").and_do(tell())]), 1);
    assert_eq!(owed(vec![rule("use").and_do(tell()).or_to("use")]), 1);
    assert_eq!(owed(vec![rule("use").and_do(tell()).and_do(rule("odrl:delete"))]), 2);
    assert_eq!(owed(vec![rule("use").and_do(tell()), rule("use").and_do(tell())]), 2);
    assert_eq!(owed(vec![rule("use"), rule("odrl:sell").and_do(tell())]), 0);
    assert_eq!(owed(vec![rule("use"), rule("use").iff(never).and_do(tell())]), 0);
}
