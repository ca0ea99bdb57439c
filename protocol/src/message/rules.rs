//! What the text of the standard demands of every policy beyond its schema. Terms and operands are
//! not judged here: `odrl_parser` reads them from the same document.

use serde_json::{Map, Value};
use wire::node::{Members, Node};

use super::MessageError;

/// The members that hold the rules of a policy and what they depend on.
pub(crate) const RULE_MEMBERS: [&str; 6] = [
    "profile",
    "odrl:conflict",
    "http://www.w3.org/ns/odrl/2/conflict",
    "permission",
    "prohibition",
    "obligation",
];

/// At least one permission or prohibition, no empty array, and no `target` inside a rule (DSP
/// 2025-1, contract request message).
pub(crate) fn check(policy: &Members<'_>) -> Result<(), MessageError> {
    if !policy.has("permission") && !policy.has("prohibition") {
        return Err(MessageError::NoRules { pointer: policy.pointer().clone() });
    }
    for name in ["permission", "prohibition", "obligation"] {
        let Some(rules) = policy.optional(name) else { continue };
        for rule in rules.non_empty_array()? {
            check_rule(&rule)?;
        }
    }
    Ok(())
}

fn check_rule(rule: &Node<'_>) -> Result<(), MessageError> {
    match rule.object()?.optional("target") {
        Some(target) => Err(MessageError::TargetForbidden { pointer: target.pointer().clone() }),
        None => Ok(()),
    }
}

/// The rules of a policy document and its profiles, without ids, parties, target and time: what
/// must be the same in an offer and the agreement about it.
pub(crate) fn of(document: &Value) -> Map<String, Value> {
    let member = |name: &&str| Some(((*name).to_owned(), document.get(*name)?.clone()));
    RULE_MEMBERS.iter().filter_map(member).collect()
}

/// Whether two policy documents have the same rules and profiles.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    RULE_MEMBERS.iter().all(|name| one.get(*name) == other.get(*name))
}
