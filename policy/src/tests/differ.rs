//! The compiled evaluator beside the plain one, over generated worlds.

use super::generate::{Dice, any_facts, any_policy, any_request, any_settings};
use crate::evaluate::Judge;
use crate::{
    Compiled, Facts, Modality, Profile, Request, Scratch, Truth, Verdict, check_with, evaluate,
};

/// How the worlds came out: what never happens proves nothing.
#[derive(Debug, Default)]
struct Tally {
    permitted: u64,
    denied: u64,
    changing: u64,
    refused: u64,
}

/// Asks both `asked` questions, beginning with the seed.
fn ask(seed: u64, asked: u64) -> Tally {
    let mut tally = Tally::default();
    let mut done = 0;
    let mut dice = Dice(seed);
    while done < asked {
        let settings = any_settings(&mut dice);
        let policy = any_policy(&mut dice);
        let Ok(policy) = check_with(&policy, &Profile::v1(), &settings) else {
            tally.refused += 1;
            continue;
        };
        let compiled = Compiled::new(&policy);
        let mut scratch = compiled.scratch();
        for _ in 0..4 {
            let facts = any_facts(&mut dice);
            let request = any_request(&mut dice);
            let is_whole = done % 64 == 0;
            let (verdict, changes) =
                compare(&compiled, &request, &facts, &mut scratch, is_whole, seed, done);
            match verdict {
                Verdict::Permit => tally.permitted += 1,
                Verdict::Deny => tally.denied += 1,
            }
            tally.changing += u64::from(changes);
            done += 1;
        }
    }
    tally
}

fn compare(
    compiled: &Compiled,
    request: &Request,
    facts: &Facts,
    scratch: &mut Scratch,
    is_whole: bool,
    seed: u64,
    done: u64,
) -> (Verdict, bool) {
    let policy = compiled.policy();
    let answer = compiled.decide(request, facts, scratch);
    let judge = Judge::new(policy, request, facts);
    let verdict = judge.verdict();
    let context = || format!("seed {seed}, question {done}:\n{policy:?}\n{request:?}\n{facts:?}");
    assert_eq!(answer.verdict, verdict, "{}", context());
    assert_eq!(answer.next_change, judge.next_change(verdict), "{}", context());
    for (index, rule) in policy.rules().iter().enumerate() {
        if let Some(truth) = scratch.rule(index) {
            assert_eq!(truth, judge.whole(rule), "rule {index}, {}", context());
        }
    }
    if is_whole {
        let decision = evaluate(policy, request, facts);
        assert_eq!(compiled.render(request, facts, answer), decision, "{}", context());
        let restored = Facts::from_json(&facts.to_json()).unwrap();
        assert_eq!(restored, *facts);
        assert_eq!(restored.digest(), decision.snapshot);
        let again = evaluate(policy, request, &restored);
        assert_eq!(serde_json::to_vec(&again).unwrap(), serde_json::to_vec(&decision).unwrap());
        covers_what_was_seen(&decision.rules, scratch);
    }
    (verdict, answer.next_change.is_some())
}

/// The bits of an answer say what the report says.
fn covers_what_was_seen(rules: &[crate::RuleReport], scratch: &Scratch) {
    for (index, report) in rules.iter().enumerate() {
        let Some(truth) = scratch.rule(index) else { continue };
        let unknown_counts = report.modality == Modality::Prohibition;
        let applies = truth == Truth::Satisfied || (unknown_counts && truth == Truth::Unknown);
        assert_eq!(applies, report.applies);
    }
}

#[test]
fn both_evaluators_answer_alike() {
    let tally = ask(1, 4_000);
    // No side of the question is left out.
    assert!(tally.permitted > 300 && tally.denied > 300 && tally.changing > 100, "{tally:?}");
}

/// `cargo test --release -p allmende-policy -- --ignored both_evaluators_answer_a_million_alike`
#[test]
#[ignore = "takes minutes; run it in a release build"]
fn both_evaluators_answer_a_million_alike() {
    let tally = ask(2, 1_000_000);
    println!("{tally:?}");
    assert_eq!(tally.permitted + tally.denied, 1_000_000);
}
