//! Laws over generated policies and facts.

use odrl_parser::{Policy, Term};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{MOBILITY, TRAFFIC, agreement, at, atom, iri, parsed, request, to_use};
use crate::{Fact, FactKey, Facts, Provenance, Verdict, check, evaluate};

const KINDS: [&str; 3] = [MOBILITY, "urn:k:1", "urn:k:2"];
const PURPOSES: [&str; 3] = [TRAFFIC, "urn:p:1", "urn:p:2"];
const TIMES: [&str; 4] =
    ["2026-11-01", "2026-11-23T12:00:00Z", "2026-11-23+01:00", "2026-12-24T00:00:00Z"];

fn one_of(items: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(items)
}

fn atoms() -> impl Strategy<Value = Json> {
    let timed = one_of(&["eq", "neq", "lt", "lteq", "gt", "gteq"]);
    let since = (one_of(&["lt", "lteq", "gt", "gteq"]), one_of(&["P0D", "P22DT12H", "P30D"]));
    let sets = one_of(&["hasPart", "isAllOf", "isAnyOf", "isNoneOf", "isPartOf"]);
    let ones = one_of(&["eq", "neq", "isA"]);
    let lists = one_of(&["isAnyOf", "isNoneOf", "isPartOf"]);
    prop_oneof![
        (timed, one_of(&TIMES)).prop_map(|(op, right)| atom("dateTime", op, right)),
        since.prop_map(|(op, right)| atom("sinceAgreement", op, right)),
        (sets, proptest::sample::subsequence(KINDS.to_vec(), 1..=3))
            .prop_map(|(op, right)| atom("vettedAs", op, right)),
        (ones, one_of(&PURPOSES)).prop_map(|(op, right)| atom("purpose", op, right)),
        (lists, proptest::sample::subsequence(PURPOSES.to_vec(), 1..=3))
            .prop_map(|(op, right)| atom("purpose", op, right)),
        one_of(&["did:web:firm.example", "did:web:b.example"]).prop_map(|right| atom(
            "participant",
            "eq",
            right
        )),
    ]
}

fn constraints() -> impl Strategy<Value = Json> {
    atoms().prop_recursive(3, 12, 3, |inner| {
        let members = proptest::collection::vec(inner, 1..4);
        (one_of(&["and", "or", "xone"]), members).prop_map(|(name, members)| json!({name: members}))
    })
}

fn rule() -> impl Strategy<Value = Json> {
    let action = one_of(&["use", "use", "use", "odrl:transfer", "odrl:distribute"]);
    let constraints = proptest::collection::vec(constraints(), 0..3);
    (action, constraints).prop_map(|(action, constraints)| {
        let mut rule = to_use(json!(constraints));
        rule["action"] = json!(action);
        rule
    })
}

fn policy() -> impl Strategy<Value = Json> {
    let rules = |least| proptest::collection::vec(rule(), least..4);
    (rules(1), rules(0)).prop_map(|(some, others)| agreement(json!(some), json!(others)))
}

const KEYS: [Term; 4] = [Term::PARTICIPANT, Term::PURPOSE, Term::SINCE_AGREEMENT, Term::VETTED_AS];

fn some_facts() -> impl Strategy<Value = Facts> {
    let kinds = proptest::sample::subsequence(KINDS.to_vec(), 0..=3);
    let until = proptest::option::of(one_of(&["2026-11-20T00:00:00Z", "2026-12-01T00:00:00Z"]));
    (kinds, until, one_of(&PURPOSES), proptest::collection::vec(any::<bool>(), 4)).prop_map(
        |(kinds, until, purpose, missing)| {
            let whole = super::facts()
                .vetted_as(kinds.into_iter().map(iri), 7, until.map(at))
                .purpose(iri(purpose));
            let gone = KEYS.iter().zip(missing).filter(|(_, missing)| *missing);
            gone.fold(whole, |facts, (term, _)| facts.without(FactKey::of(*term)))
        },
    )
}

fn verdict(policy: &Policy, facts: &Facts) -> Verdict {
    evaluate(&check(policy).unwrap(), &request(), facts).verdict
}

fn permits(policy: &Policy, facts: &Facts) -> bool {
    verdict(policy, facts) == Verdict::Permit
}

/// All arrays turned round, and fresh ids for the rules.
fn shuffled(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().rev().map(shuffled).collect(),
        Json::Object(members) => {
            let mut members: serde_json::Map<String, Json> =
                members.iter().map(|(name, value)| (name.clone(), shuffled(value))).collect();
            if members.contains_key("action") {
                let id = json!(members).to_string().len();
                members.insert("rdfs:label".to_owned(), json!(format!("rule {id}")));
            }
            Json::Object(members)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_said_to_grant_no_more_never_permits_more(json in policy(), drop in any::<u8>(), more in constraints(), other in policy(), facts in some_facts()) {
        let whole = check(parsed(&json)).unwrap();
        // The policy with one condition less or more, and a policy of its own.
        let mut changed = shuffled(&json);
        let first = changed["permission"][0]["constraint"].as_array_mut().unwrap();
        if drop % 2 == 0 { first.pop(); } else { first.push(more); }
        for beside in [&changed, &other] {
            let beside = check(parsed(beside)).unwrap();
            for (narrow, wide) in [(&whole, &beside), (&beside, &whole)] {
                let permitted = |policy| evaluate(policy, &request(), &facts).verdict == Verdict::Permit;
                if narrow.grants_no_more_than(wide) {
                    prop_assert!(!permitted(narrow) || permitted(wide));
                }
            }
        }
    }

    #[test]
    fn adding_a_prohibition_never_permits_more(json in policy(), more in rule(), facts in some_facts()) {
        let before = parsed(&json);
        let mut json = json;
        json["prohibition"].as_array_mut().unwrap().push(more);
        prop_assert!(!permits(&parsed(&json), &facts) || permits(&before, &facts));
    }

    #[test]
    fn removing_a_permission_never_permits_more(json in policy(), facts in some_facts()) {
        let before = parsed(&json);
        let mut json = json;
        json["permission"].as_array_mut().unwrap().pop();
        if json["permission"][0].is_null() && json["prohibition"][0].is_null() {
            return Ok(());
        }
        prop_assert!(!permits(&parsed(&json), &facts) || permits(&before, &facts));
    }

    #[test]
    fn losing_a_fact_never_permits_more(json in policy(), facts in some_facts(), term in proptest::sample::select(&KEYS[..])) {
        let policy = parsed(&json);
        let key = FactKey::of(term);
        let stale = Fact::Stale { provenance: Provenance::TrustList { number: 7 } };
        for less in [
            facts.clone().without(key),
            facts.clone().with(key, Fact::Conflicting),
            facts.clone().with(key, stale),
        ] {
            prop_assert!(!permits(&policy, &less) || permits(&policy, &facts));
        }
    }

    #[test]
    fn order_ids_and_remarks_do_not_count(json in policy(), facts in some_facts()) {
        let turned = shuffled(&json);
        let mut renamed = turned.clone();
        renamed["@id"] = json!("urn:other");
        for (at, rule) in renamed["permission"].as_array_mut().unwrap().iter_mut().enumerate() {
            rule["@id"] = json!(format!("urn:rule:{at}"));
        }
        let expected = verdict(&parsed(&json), &facts);
        prop_assert_eq!(verdict(&parsed(&turned), &facts), expected);
        prop_assert_eq!(verdict(&parsed(&renamed), &facts), expected);
    }

    #[test]
    fn the_same_inputs_give_the_same_bytes(json in policy(), facts in some_facts()) {
        let bytes = || {
            let checked = check(parsed(&json)).unwrap();
            serde_json::to_vec(&evaluate(&checked, &request(), &facts)).unwrap()
        };
        prop_assert_eq!(bytes(), bytes());
    }

    #[test]
    fn nothing_changes_before_the_next_change(json in policy(), facts in some_facts(), step in 0..200_i64) {
        let checked = check(parsed(&json)).unwrap();
        let decision = evaluate(&checked, &request(), &facts);
        let later = facts.now() + jiff::SignedDuration::from_hours(step * 6);
        let then = evaluate(&checked, &request(), &facts.clone().moved_to(later)).verdict;
        match decision.next_change {
            Some(change) if later >= change => {
                let moment = jiff::SignedDuration::from_nanos(1);
                let at = |when| evaluate(&checked, &request(), &facts.clone().moved_to(when)).verdict;
                prop_assert_ne!(at(change), decision.verdict);
                prop_assert_eq!(at(change - moment), decision.verdict);
            }
            Some(_) | None => prop_assert_eq!(then, decision.verdict),
        }
    }

    #[test]
    fn facts_that_are_not_named_do_not_count(json in policy(), facts in some_facts()) {
        let checked = check(parsed(&json)).unwrap();
        let decision = evaluate(&checked, &request(), &facts);
        let unnamed = KEYS.iter().map(|term| FactKey::of(*term));
        let unnamed = unnamed
            .filter(|key| !decision.depends_on.contains(&crate::Dependency::Fact(*key)));
        let fewer = unnamed.fold(facts, Facts::without);
        prop_assert_eq!(evaluate(&checked, &request(), &fewer).verdict, decision.verdict);
    }

    #[test]
    fn reasons_stand_exactly_behind_denials(json in policy(), facts in some_facts()) {
        let decision = evaluate(&check(parsed(&json)).unwrap(), &request(), &facts);
        prop_assert_eq!(decision.reasons.is_empty(), decision.verdict == Verdict::Permit);
        let applied = |modality| decision.rules.iter().any(|rule| rule.modality == modality && rule.applies);
        let permitted = applied(crate::Modality::Permission) && !applied(crate::Modality::Prohibition);
        prop_assert_eq!(permitted, decision.verdict == Verdict::Permit);
    }
}
