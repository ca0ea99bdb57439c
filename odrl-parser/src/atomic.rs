//! From compact policies to atomic rules: what a policy says once is moved into its rules, and
//! plural values are split. How much comes of it is counted before anything is copied.

use crate::model::{PartyFunction, Policy, PolicyKind, Role, Rule};
use crate::parse::ATOMIC_RULES_MAX;
use crate::shorthand::Shorthand;

/// The rules of a policy in the form in which ODRL gives them a meaning: each has one action, at
/// most one asset in each relation and at most one party in each function (ODRL Information Model
/// 2.2, sections 2.7.1 and 2.7.2). They keep the ids and places of the rules that they were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AtomicRules {
    /// From `permission`.
    pub permissions: Vec<Rule>,
    /// From `prohibition`.
    pub prohibitions: Vec<Rule>,
    /// From `obligation`.
    pub obligations: Vec<Rule>,
}

/// Why a policy has no atomic rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNormal {
    /// It inherits: whoever holds the parents resolves that first.
    #[error("the policy inherits rules that are not in it")]
    Inherits,
    /// `dct:isReplacedBy`: the policy is void. An agreement is not: it stands as it was signed.
    #[error("the policy says that another one replaces it")]
    Replaced,
    /// More than [`ATOMIC_RULES_MAX`] rules. None was made.
    #[error("the policy comes to more than {ATOMIC_RULES_MAX} rules")]
    TooMany,
}

impl NotNormal {
    /// A stable kebab-case code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Inherits => "policy-inherits",
            Self::Replaced => "policy-replaced",
            Self::TooMany => "policy-too-many",
        }
    }
}

/// The members that name a policy's successor.
const REPLACED: [&str; 2] = ["dct:isReplacedBy", "http://purl.org/dc/terms/isReplacedBy"];

/// Splits a policy into atomic rules. What DSP binds at the policy is moved into its rules, plural
/// values become so many rules, and a duty without parties takes those of its rule. Included
/// actions and members of collections are not written out: they are asked when a rule is judged.
///
/// # Errors
/// [`NotNormal`].
pub fn normalise(policy: &Policy) -> Result<AtomicRules, NotNormal> {
    if !policy.inherits.is_empty() {
        return Err(NotNormal::Inherits);
    }
    let is_replaced = REPLACED.iter().any(|name| policy.informative.contains_key(*name));
    if is_replaced && policy.kind != PolicyKind::Agreement {
        return Err(NotNormal::Replaced);
    }
    let bound = Shorthand::bound(policy);
    if bound.count(policy) > ATOMIC_RULES_MAX {
        return Err(NotNormal::TooMany);
    }
    let mut policy = policy.clone();
    bound.move_into(&mut policy);
    let split = |rules: Vec<Rule>| rules.iter().flat_map(split).collect();
    Ok(AtomicRules {
        permissions: split(policy.permissions),
        prohibitions: split(policy.prohibitions),
        obligations: split(policy.obligations),
    })
}

/// Each combination, in the order of the document.
fn split(rule: &Rule) -> Vec<Rule> {
    let base = Rule {
        actions: Vec::new(),
        targets: Vec::new(),
        outputs: Vec::new(),
        parties: Vec::new(),
        duties: Vec::new(),
        ..rule.clone()
    };
    let mut rules = spread(vec![base], &rule.actions, |rule, it| rule.actions.push(it));
    rules = spread(rules, &rule.targets, |rule, it| rule.targets.push(it));
    rules = spread(rules, &rule.outputs, |rule, it| rule.outputs.push(it));
    for function in PartyFunction::ALL {
        let of = rule.parties.iter().filter(|role| role.function == function);
        let of: Vec<Role> = of.cloned().collect();
        rules = spread(rules, &of, |rule, it| rule.parties.push(it));
    }
    for atomic in &mut rules {
        let parties: Vec<Role> =
            atomic.parties.iter().filter(|it| it.is_bound()).cloned().collect();
        let duties = rule.duties.iter().map(|duty| match duty.parties.as_slice() {
            [] => Rule { parties: parties.clone(), ..duty.clone() },
            [_, ..] => duty.clone(),
        });
        atomic.duties = duties.flat_map(|duty| split(&duty)).collect();
    }
    rules
}

fn spread<T: Clone>(rules: Vec<Rule>, values: &[T], put: impl Fn(&mut Rule, T)) -> Vec<Rule> {
    if values.is_empty() {
        return rules;
    }
    let each = rules.iter().flat_map(|rule| {
        values.iter().map(|value| {
            let mut rule = rule.clone();
            put(&mut rule, value.clone());
            rule
        })
    });
    each.collect()
}

impl Role {
    /// Whether it is the party that issues a rule or the one that it binds.
    const fn is_bound(&self) -> bool {
        matches!(self.function, PartyFunction::Assigner | PartyFunction::Assignee)
    }
}

/// How many atomic rules, duties among them, the policy comes to.
pub(crate) fn count(policy: &Policy) -> usize {
    Shorthand::default().count(policy)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::node::Node;

    use super::*;
    use crate::{Id, parse_agreement, parse_policy};

    fn plain(members: serde_json::Value) -> Policy {
        let mut policy = json!({ "@context": "http://www.w3.org/ns/odrl.jsonld", "uid": "urn:p" });
        let serde_json::Value::Object(members) = members else { panic!("no object") };
        policy.as_object_mut().unwrap().extend(members);
        parse_policy(&Node::root(&policy)).unwrap()
    }

    #[test]
    fn what_dsp_binds_is_moved_into_the_rules() {
        let agreement = json!({
            "@id": "urn:g", "@type": "Agreement", "target": "urn:t", "assigner": "urn:a",
            "assignee": "urn:b", "timestamp": "2026-01-01T00:00:00Z",
            "permission": [{"action": "use"}], "prohibition": [{"action": "odrl:sell"}]
        });
        let agreement = parse_agreement(&Node::root(&agreement)).unwrap();
        let rules = normalise(&agreement).unwrap();
        for rule in rules.permissions.iter().chain(&rules.prohibitions) {
            let target = rule.targets[0].id.as_ref().unwrap();
            let parties: Vec<&str> = rule
                .parties
                .iter()
                .filter_map(|role| role.party.id.as_ref())
                .map(Id::as_str)
                .collect();
            assert_eq!((target.as_str(), parties), ("urn:t", vec!["urn:a", "urn:b"]));
        }
    }

    #[test]
    fn what_is_not_whole_or_too_much_is_not_split() {
        let rule = json!([{"action": "use", "target": "urn:t"}]);
        let heir = plain(json!({"inheritFrom": "urn:q", "permission": rule}));
        assert_eq!(normalise(&heir), Err(NotNormal::Inherits));
        let old = json!({"dct:isReplacedBy": "urn:q", "permission": rule});
        assert_eq!(normalise(&plain(old.clone())), Err(NotNormal::Replaced));
        let mut signed = plain(old);
        signed.kind = PolicyKind::Agreement;
        assert_eq!(normalise(&signed).map(|rules| rules.permissions.len()), Ok(1));
        let mut bomb = plain(json!({"permission": rule}));
        let rule = &mut bomb.permissions[0];
        rule.targets = vec![rule.targets[0].clone(); 100];
        rule.outputs = rule.targets.clone();
        assert_eq!(normalise(&bomb), Err(NotNormal::TooMany));
    }
}
