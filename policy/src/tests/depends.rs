//! On what a decision rests, and when the order of things turns it.

use odrl_parser::{LogicalOperator, Policy};

use super::build::{RuleExt, agreed, atom, collection, id, joined, operand, place, rule};
use super::{at, facts, iri, judged, request};
use crate::{
    Decision, Dependency, Event, EventLog, FactKey, Facts, Provenance, RuleKey, Verdict, check,
};

fn decide(policy: &Policy, facts: &Facts) -> Decision {
    judged(&check(policy).unwrap(), &request(), facts)
}

fn steps(operator: LogicalOperator) -> Policy {
    let steps = vec![atom("dateTime", "gt", "2026-11-01"), atom("event", "gt", "urn:a")];
    agreed(vec![rule("use").iff(joined(operator, steps))], vec![])
}

fn log(first: &str, second: &str, valid_until: Option<&str>) -> Facts {
    let event =
        Event { since: at("2026-11-02T00:00:00Z"), until: Some(at("2026-11-03T00:00:00Z")) };
    let places = ["0", "1"].map(|n| place(&format!("/permission/0/constraint/0/andSequence/{n}")));
    let [one, other] = places;
    facts().with_log(EventLog {
        events: [(iri("urn:a"), event)].into(),
        first_held: [(one, at(first)), (other, at(second))].into(),
        provenance: Provenance::Log { size: 2 },
        valid_until: valid_until.map(at),
    })
}

const EARLY: &str = "2026-11-02T00:00:00Z";

/// A step that is known to come to hold, and a log that grows old, turn a sequence.
#[test]
fn a_sequence_turns_with_its_steps_and_its_log() {
    let sequence = steps(LogicalOperator::AndSequence);
    let soon = decide(&sequence, &log(EARLY, "2026-11-25T00:00:00Z", None));
    assert_eq!((soon.verdict, soon.next_change), (Verdict::Deny, Some(at("2026-11-25T00:00:00Z"))));
    let until = Some("2026-11-26T00:00:00Z");
    let held = decide(&sequence, &log(EARLY, "2026-11-03T00:00:00Z", until));
    assert_eq!((held.verdict, held.next_change), (Verdict::Permit, until.map(at)));
    // A sequence inside another condition turns like any.
    let inner = steps(LogicalOperator::AndSequence).permissions[0].constraints[0].clone();
    let inside = agreed(vec![rule("use").iff(joined(LogicalOperator::Or, vec![inner]))], vec![]);
    let [one, other] =
        ["0", "1"].map(|n| place(&format!("/permission/0/constraint/0/or/0/andSequence/{n}")));
    let mut log = log(EARLY, EARLY, None).log().cloned().unwrap();
    log.first_held = [(one, at(EARLY)), (other, at("2026-11-25T00:00:00Z"))].into();
    let soon = decide(&inside, &facts().with_log(log));
    assert_eq!(soon.next_change, Some(at("2026-11-25T00:00:00Z")));
}

/// Of events a log says something only as long as it is fresh.
#[test]
fn an_old_log_knows_of_no_event() {
    let event = steps(LogicalOperator::And);
    let known = |until: &str| decide(&event, &log(EARLY, EARLY, Some(until)));
    let fresh = known("2026-11-26T00:00:00Z");
    assert_eq!(
        (fresh.verdict, fresh.next_change),
        (Verdict::Permit, Some(at("2026-11-26T00:00:00Z")))
    );
    assert_eq!(known("2026-11-20T00:00:00Z").verdict, Verdict::Deny);
    assert_eq!(known(super::NOW).verdict, Verdict::Deny);
}

#[test]
fn a_decision_rests_on_what_it_reads_and_on_nothing_else() {
    let fact = |name: &str| Dependency::Fact(FactKey::of(operand(name)));
    let of = |name: &str| Dependency::Rule(RuleKey::Id(id(name)));
    let read = [fact("dateTime"), fact("event")];
    let ordered = decide(&steps(LogicalOperator::AndSequence), &facts()).depends_on;
    assert_eq!(ordered, read.iter().cloned().chain([Dependency::Log]).collect());
    for operator in [LogicalOperator::And, LogicalOperator::Or, LogicalOperator::Xone] {
        let found = decide(&steps(operator), &facts()).depends_on;
        assert_eq!(found, read.iter().cloned().collect(), "{operator:?}");
    }
    let duty = rule("odrl:inform").named("urn:tell").iff(atom("purpose", "eq", "urn:a"));
    let policy = agreed(vec![rule("use").and_do(duty)], vec![]);
    assert_eq!(decide(&policy, &facts()).depends_on, [fact("purpose"), of("urn:tell")].into());
    // A remedy gives and takes nothing, and another action's rules are not looked at.
    let remedy = rule("odrl:delete").named("urn:undo").iff(atom("purpose", "eq", "urn:a"));
    let members = rule("use").by(collection("urn:firms", vec![]));
    let other = rule("odrl:sell").iff(atom("version", "eq", "1"));
    let policy = agreed(vec![rule("use"), other], vec![members.and_do(remedy)]);
    assert_eq!(decide(&policy, &facts()).depends_on, [Dependency::Members(id("urn:firms"))].into());
}
