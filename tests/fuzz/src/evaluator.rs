//! Policies that can be judged, and facts and a request that are about them, against both
//! evaluators: they answer alike, within their fuel, and the answer can be made again.

use odrl_parser::rdf::{Rules, policies, read_turtle};
use odrl_parser::{Policy, parse_agreement, parse_message_offer, parse_offer, parse_policy};
use policy::{
    Compiled, ConflictDefault, DutyMode, Facts, Incomplete, Profile, Settings, Verdict, check_with,
    evaluate, explain,
};
use wire::node::Node;

use crate::corpus::Corpus;
use crate::dice::Dice;
use crate::mutate::{change_tokens, change_tree};
use crate::run::Told;
use crate::world;

/// A policy that a reader takes, changed until it is another one; none where no change was taken.
pub(crate) fn input(corpus: &Corpus, dice: &mut Dice) -> Option<Policy> {
    if dice.chance(15) {
        let text = dice.one(&corpus.turtle)?;
        let other = dice.one(&corpus.turtle).map_or("", String::as_str);
        let text = if dice.chance(50) { change_tokens(text, other, dice) } else { text.clone() };
        let graph = read_turtle(text.as_bytes()).ok()?;
        let found = policies(&graph, Rules::Bare).ok()?;
        return dice.one(&found).cloned();
    }
    let mut document = dice.one(&corpus.json)?.clone();
    let mut taken = read(&document);
    for _ in 0..=dice.below(6) {
        let mut changed = document.clone();
        change_tree(&mut changed, corpus, dice);
        if let Some(policy) = read(&changed) {
            taken = Some(policy);
            document = changed;
        }
    }
    taken
}

fn read(document: &serde_json::Value) -> Option<Policy> {
    let node = Node::root(document);
    let readers = [parse_agreement, parse_message_offer, parse_offer, parse_policy];
    readers.into_iter().find_map(|read| read(&node).ok())
}

fn settings(dice: &mut Dice) -> Settings {
    Settings {
        conflict: if dice.chance(70) { ConflictDefault::Prohibit } else { ConflictDefault::Strict },
        duties: if dice.chance(70) { DutyMode::Precondition } else { DutyMode::Promise },
        incomplete: if dice.chance(70) { Incomplete::Any } else { Settings::default().incomplete },
        ..Settings::default()
    }
}

/// Judges it with facts that are about it.
pub(crate) fn check(policy: &Policy, dice: &mut Dice) -> Told {
    let Ok(policy) = check_with(policy, &Profile::v1(), &settings(dice)) else {
        return Told::Refused;
    };
    let compiled = Compiled::new(&policy);
    let mut scratch = compiled.scratch();
    let mut told = Told::Denied;
    for _ in 0..3 {
        let facts = world::facts(policy.policy(), dice);
        let request = world::request(policy.policy(), dice);
        let decision = evaluate(&policy, &request, &facts);
        let answer = compiled.decide(&request, &facts, &mut scratch);
        assert_eq!(answer.verdict, decision.verdict, "{request:?} {facts:?}");
        assert_eq!(answer.next_change, decision.next_change, "{request:?} {facts:?}");
        assert_eq!(compiled.render(&request, &facts, answer), decision);
        let bytes = serde_json::to_vec(&decision).expect("a decision is written");
        let restored = Facts::from_json(&facts.to_json()).expect("a snapshot is read back");
        assert_eq!((&restored, restored.digest()), (&facts, decision.snapshot));
        let again = evaluate(&policy, &request, &restored);
        assert_eq!(serde_json::to_vec(&again).expect("a decision is written"), bytes);
        assert_eq!(decision.reasons.is_empty(), decision.verdict == Verdict::Permit);
        // What is missing was missing: with none of it, nothing is to be explained.
        let explanation = explain(&policy, &request, &facts);
        if decision.verdict == Verdict::Permit {
            assert_eq!(explanation.missing.map(|missing| missing.len()), Some(0));
            told = Told::Permitted;
        }
    }
    told
}
