//! The digest of what is judged: the rules as they are understood, wherever and however they were
//! written.

use odrl_parser::{ConflictStrategy, Policy};
use serde_json::{Value as Json, json};
use wire::digest::Digest;

use super::condition::Condition;
use super::rule::{CheckedRule, Matcher};
use crate::profile::Profile;
use crate::settings::Settings;

pub(super) fn of(
    policy: &Policy,
    profile: &Profile,
    settings: &Settings,
    rules: &[CheckedRule],
    obligations: &[CheckedRule],
) -> Digest {
    let id = |id: &Option<odrl_parser::Id>| id.as_ref().map(odrl_parser::Id::as_str).map(json_text);
    let whole = json!({
        "assignee": id(&policy.assignee),
        "assigner": id(&policy.assigner),
        "conflict": policy.conflict.map(strategy),
        "id": policy.id.as_str(),
        "kind": format!("{:?}", policy.kind),
        "obligation": rules_json(obligations),
        "profile": profile.digest(),
        "rule": rules_json(rules),
        // As a text: numbers of JSON end at 2^53.
        "settings": format!("{settings:?}"),
        "target": id(&policy.target),
    });
    Digest::of_canonical(&whole).unwrap_or_else(|_| Digest::of(whole.to_string().as_bytes()))
}

fn json_text(text: &str) -> Json {
    json!(text)
}

const fn strategy(strategy: ConflictStrategy) -> &'static str {
    match strategy {
        ConflictStrategy::Invalid => "invalid",
        ConflictStrategy::Perm => "perm",
        ConflictStrategy::Prohibit => "prohibit",
    }
}

fn rules_json(rules: &[CheckedRule]) -> Json {
    rules.iter().map(rule_json).collect()
}

fn rule_json(rule: &CheckedRule) -> Json {
    let parties = rule.parties.iter().map(|role| {
        json!([role.function.name(), role.party.id.as_ref().map(odrl_parser::Id::as_str)])
    });
    json!({
        "action": rule.action.map(odrl_parser::Term::iri),
        "assignee": rule.assignee.as_ref().map(matcher_json),
        "constraint": conditions_json(&rule.conditions),
        "duty": rules_json(&rule.duties),
        "key": rule.key.to_string(),
        "modality": rule.modality,
        "party": parties.collect::<Json>(),
        "place": rule.pointer.as_str(),
        "refinement": conditions_json(&rule.refinements),
        "target": rule.target.as_ref().map(matcher_json),
    })
}

fn matcher_json(matcher: &Matcher) -> Json {
    json!([matcher.id.as_str(), matcher.is_collection, conditions_json(&matcher.refinements)])
}

fn conditions_json(conditions: &[Condition]) -> Json {
    conditions.iter().map(condition_json).collect()
}

fn condition_json(condition: &Condition) -> Json {
    match condition {
        Condition::Atom { key, operator, demanded, pointer, .. } => {
            json!([pointer.as_str(), key.to_string(), operator.name(), demanded])
        }
        Condition::Joined { operator, members, pointer } => {
            json!([pointer.as_str(), operator.name(), conditions_json(members)])
        }
    }
}
