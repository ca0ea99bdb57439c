//! What an answer of the compiled evaluator holds besides verdict and next change.

use odrl_parser::{LogicalOperator, Policy};

use super::build::{RuleExt, agreed, atom, joined, rule};
use super::{TRAFFIC, facts, iri, request};
use crate::{Compiled, Facts, Profile, Scratch, Settings, Truth, check_with};

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
