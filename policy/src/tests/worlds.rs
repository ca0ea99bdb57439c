//! The laws over generated worlds of the whole model.

use odrl_parser::{ConflictStrategy, Policy};

use super::build::{id, operand, put_places, rule, thing};
use super::generate::{Dice, any_facts, any_policy, any_request, any_settings};
use crate::evaluate::Judge;
use crate::{
    About, CheckedPolicy, Dependency, DutyMode, Fact, FactKey, Facts, Interval, Profile, Request,
    Settings, Told, Verdict, check_with, evaluate,
};

struct World {
    source: Policy,
    settings: Settings,
    policy: CheckedPolicy,
    facts: Facts,
    request: Request,
}

fn read(policy: &Policy, settings: &Settings) -> CheckedPolicy {
    check_with(policy, &Profile::v1(), settings).unwrap()
}

/// Worlds whose answer is yes: there a law can break.
fn permitted(seed: u64, count: usize) -> Vec<World> {
    let mut dice = Dice(seed);
    let mut worlds = Vec::new();
    while worlds.len() < count {
        let settings = any_settings(&mut dice);
        let source = any_policy(&mut dice);
        let policy = read(&source, &settings);
        for _ in 0..4 {
            let (facts, request) = (any_facts(&mut dice), any_request(&mut dice));
            if Judge::new(&policy, &request, &facts).verdict() == Verdict::Permit {
                let (source, policy) = (source.clone(), policy.clone());
                worlds.push(World { source, settings, policy, facts, request });
            }
        }
    }
    worlds
}

fn keys() -> Vec<FactKey> {
    let names = [
        "count",
        "payAmount",
        "vettedAs",
        "purpose",
        "spatial",
        "version",
        "event",
        "sinceAgreement",
        "elapsedTime",
    ];
    let each = names.into_iter().flat_map(|name| {
        let key = FactKey::of(operand(name));
        let day = key.over(Interval::DayTime(jiff::SignedDuration::from_hours(24)));
        let month = key.over(Interval::Months(1));
        [key, key.about(About::Party), key.about(About::Asset), day, month]
    });
    each.collect()
}

fn permits(world: &World, facts: &Facts) -> bool {
    Judge::new(&world.policy, &world.request, facts).verdict() == Verdict::Permit
}

/// The other side of the law: where the answer is no, less knowledge never makes it yes.
#[test]
fn losing_a_fact_never_permits_more() {
    let mut dice = Dice(5);
    let mut denied = 0;
    while denied < 120 {
        let settings = Settings { duties: DutyMode::Precondition, ..any_settings(&mut dice) };
        let policy = read(&any_policy(&mut dice), &settings);
        let (facts, request) = (any_facts(&mut dice), any_request(&mut dice));
        let says = |facts: &Facts| Judge::new(&policy, &request, facts).verdict();
        if says(&facts) == Verdict::Permit {
            continue;
        }
        denied += 1;
        for key in keys() {
            assert_eq!(says(&facts.clone().without(key)), Verdict::Deny, "{key}");
            let unclear = facts.clone().with(key, Fact::Conflicting);
            assert_eq!(says(&unclear), Verdict::Deny, "{key}");
        }
        for name in ["urn:firms", "urn:assets"] {
            assert_eq!(says(&facts.clone().without_members(&id(name))), Verdict::Deny, "{name}");
        }
        for dependency in evaluate(&policy, &request, &facts).depends_on {
            // That a duty was violated is knowledge against its permission.
            if let Dependency::Rule(key) = dependency
                && facts.duty(&key).is_none_or(|fact| fact.told != Told::Violated)
                && facts
                    .duty(&key)
                    .is_none_or(|fact| fact.provenance.source() == crate::Source::Operator)
                && facts.performances(&key).iter().all(|done| !facts.is_reused(done.evidence))
            {
                assert_eq!(says(&facts.clone().without_duty(&key)), Verdict::Deny, "{key}");
            }
        }
    }
}

#[test]
fn adding_a_prohibition_never_permits_more() {
    let mut dice = Dice(6);
    let mut denied = 0;
    while denied < 120 {
        let settings = any_settings(&mut dice);
        let mut source = any_policy(&mut dice);
        let (facts, request) = (any_facts(&mut dice), any_request(&mut dice));
        if Judge::new(&read(&source, &settings), &request, &facts).verdict() == Verdict::Permit {
            continue;
        }
        denied += 1;
        source.prohibitions.extend(any_policy(&mut dice).prohibitions);
        source.prohibitions.push(rule("odrl:distribute"));
        for rule in source.prohibitions.iter_mut().filter(|rule| rule.targets.is_empty()) {
            rule.targets.push(thing("urn:d"));
        }
        put_places(&mut source);
        let found = evaluate(&read(&source, &settings), &request, &facts).verdict;
        assert_eq!(found, Verdict::Deny);
    }
}

#[test]
fn what_is_not_depended_on_does_not_count() {
    let log = FactKey::of(operand("event"));
    for world in permitted(7, 60) {
        let named = evaluate(&world.policy, &world.request, &world.facts).depends_on;
        let mut facts = world.facts.clone();
        for key in keys().into_iter().filter(|key| !named.contains(&Dependency::Fact(*key))) {
            let is_log = key.operand() == log.operand();
            let needs_log = named.contains(&Dependency::Log)
                || named.iter().any(
                    |it| matches!(it, Dependency::Fact(key) if key.operand() == log.operand()),
                );
            let counted = ["sinceAgreement", "elapsedTime"].contains(&key.operand().name())
                && named.iter().any(
                    |it| matches!(it, Dependency::Fact(other) if other.operand() == key.operand()),
                );
            if !(is_log && needs_log || counted) {
                facts = facts.without(key);
            }
        }
        for name in ["urn:firms", "urn:assets"] {
            if !named.contains(&Dependency::Members(id(name))) {
                facts = facts.without_members(&id(name));
            }
        }
        assert!(permits(&world, &facts));
    }
}

#[test]
fn nothing_changes_before_the_next_change() {
    let moment = jiff::SignedDuration::from_nanos(1);
    let mut changes = 0;
    for world in permitted(8, 80) {
        let next = evaluate(&world.policy, &world.request, &world.facts).next_change;
        let at = |when| permits(&world, &world.facts.clone().moved_to(when));
        for step in 0..40 {
            let when = world.facts.now() + jiff::SignedDuration::from_hours(step * 19);
            if next.is_none_or(|next| when < next) {
                assert!(at(when), "{when}");
            }
        }
        if let Some(next) = next {
            changes += 1;
            assert!(at(next - moment) && !at(next));
        }
    }
    assert!(changes > 5, "{changes}");
}

/// Renaming rules and turning lists round changes nothing; nor does `perm` where nothing is
/// forbidden.
#[test]
fn order_and_remarks_do_not_count() {
    for world in permitted(9, 60) {
        let mut turned = world.source.clone();
        turned.permissions.reverse();
        turned.prohibitions.reverse();
        for rule in turned.permissions.iter_mut().chain(&mut turned.prohibitions) {
            rule.constraints.reverse();
            rule.informative.insert("rdfs:label".to_owned(), serde_json::json!("turned"));
        }
        // Places stay as they were: facts about duties and steps are kept under them.
        let turned = read(&turned, &world.settings);
        assert_eq!(evaluate(&turned, &world.request, &world.facts).verdict, Verdict::Permit);
        if world.source.prohibitions.is_empty() {
            let perm = Policy { conflict: Some(ConflictStrategy::Perm), ..world.source.clone() };
            let perm = read(&perm, &world.settings);
            assert_eq!(evaluate(&perm, &world.request, &world.facts).verdict, Verdict::Permit);
        }
    }
}
