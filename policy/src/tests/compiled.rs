//! What an answer of the compiled evaluator holds besides verdict and next change, and what both
//! evaluators say where generated worlds seldom come.

use odrl_parser::{LogicalOperator, Policy};

use super::build::{RuleExt, agreed, atom, joined, operand, rule};
use super::whole::known;
use super::{TRAFFIC, facts, iri, judged, request};
use crate::{
    Compiled, Fact, FactKey, Facts, Profile, Provenance, Scratch, Settings, Truth, Value, Verdict,
    check, check_with,
};

/// What became of each condition, in the order of their numbers: yes, no, unknown, not looked at.
fn became(compiled: &Compiled, facts: &Facts, scratch: &mut Scratch) -> String {
    let _ = compiled.decide(&request(), facts, scratch);
    let each = (0..compiled.size()).map(|node| match scratch.condition(node) {
        Some(Truth::Satisfied) => 'y',
        Some(Truth::Unsatisfied) => 'n',
        Some(Truth::Unknown) => '?',
        None => '-',
    });
    each.collect()
}

fn compiled(policy: &Policy) -> Compiled {
    let settings = Settings { fuel: 50, ..Settings::default() };
    Compiled::new(&check_with(policy, &Profile::v1(), &settings).unwrap())
}

#[test]
fn an_answer_holds_what_became_of_each_condition() {
    let purpose = |name: &str| atom("purpose", "eq", name);
    let members = vec![
        purpose("urn:x"),
        atom("version", "eq", "1"),
        purpose("urn:y"),
        atom("version", "eq", "2"),
        purpose("urn:z"),
        purpose(TRAFFIC),
        purpose("urn:w"),
    ];
    let any = joined(LogicalOperator::Or, members);
    let policy = compiled(&agreed(vec![rule("use").iff(any)], vec![]));
    let mut scratch = policy.scratch();
    assert_eq!(became(&policy, &facts(), &mut scratch), "n?n?ny-y");
    assert_eq!(scratch.rule(0), Some(Truth::Satisfied));
    // Nothing is left of the question before.
    assert_eq!(became(&policy, &facts().purpose(iri("urn:x")), &mut scratch), "y------y");
    // Nor where facts are so many that nothing is looked at.
    let many = facts().vetted_as((0..9).map(|n| iri(&format!("urn:k:{n}"))), 7, None);
    assert_eq!(became(&policy, &many, &mut scratch), "--------");
    assert_eq!((scratch.condition(8), scratch.rule(0)), (None, None));
}

/// Of a duty for which nothing was done, the condition tells whether it counts.
#[test]
fn an_answer_holds_what_became_of_the_condition_of_a_duty() {
    let inform = |purpose: &str| rule("odrl:inform").iff(atom("purpose", "eq", purpose));
    for (purpose, expected) in [(TRAFFIC, "y"), ("urn:x", "n")] {
        let policy = compiled(&agreed(vec![rule("use").and_do(inform(purpose))], vec![]));
        let found = became(&policy, &facts(), &mut policy.scratch());
        assert!(found.ends_with(expected), "{found}");
    }
}

/// What was not tried is named by both, and what ends the trying is the same.
#[test]
fn beyond_so_many_bounds_the_first_that_was_not_tried_is_named() {
    let day = |n: i64| facts().now() + jiff::SignedDuration::from_hours(24 * n);
    // Each day and the moment after it are two bounds.
    let tried = i64::try_from(crate::BOUNDS_TRIED_MAX / 2).unwrap();
    for (days, ends, expected) in [
        (tried, true, Some(tried)),
        (200, true, Some(tried + 1)),
        (200, false, Some(tried + 1)),
        (100, false, None),
    ] {
        let until = |n| atom("dateTime", "lt", &day(n).to_string());
        let mut members: Vec<_> = (1..=days).map(until).collect();
        if !ends {
            members.push(atom("dateTime", "gteq", &day(1).to_string()));
        }
        let policy = agreed(vec![rule("use").iff(joined(LogicalOperator::Or, members))], vec![]);
        let found = judged(&check(&policy).unwrap(), &request(), &facts()).next_change;
        assert_eq!(found, expected.map(day), "{days} {ends}");
    }
}

/// A name is no text, so that it is not another one either.
#[test]
fn a_fact_of_another_type_is_neither_the_same_nor_different() {
    for operator in ["eq", "neq", "isNoneOf"] {
        let policy = agreed(vec![rule("use").iff(atom("version", operator, "1"))], vec![]);
        let name = known(Value::Iri(iri("urn:v:2")), Provenance::Catalogue);
        let facts = facts().with(FactKey::of(operand("version")), name);
        let found = judged(&check(&policy).unwrap(), &request(), &facts).verdict;
        assert_eq!(found, Verdict::Deny, "{operator}");
    }
}

/// Two are not one that is different, and of nobody nothing is part.
#[test]
fn names_are_compared_as_many_as_there_are() {
    let two = ["urn:p", "urn:q"].map(|name| Value::Iri(iri(name)));
    let two =
        Fact::Known { values: two.into(), provenance: Provenance::Statement, valid_until: None };
    let two = facts().with(FactKey::of(operand("purpose")), two);
    let none = facts().vetted_as([], 7, None);
    for (constraint, facts) in
        [(atom("purpose", "neq", "urn:x"), two), (atom("vettedAs", "isPartOf", "urn:k"), none)]
    {
        let policy = check(agreed(vec![rule("use").iff(constraint)], vec![])).unwrap();
        assert_eq!(judged(&policy, &request(), &facts).verdict, Verdict::Deny);
    }
}
