//! What a policy inherits, taken over: the parents' rules, profiles and conflict strategy (ODRL
//! Information Model 2.2, section 2.9). Whoever calls holds the parents; nothing is fetched.

use std::collections::BTreeSet;

use crate::id::Id;
use crate::model::{ConflictStrategy, Constraint, Policy, Rule};
use crate::parse::{ATOMIC_RULES_MAX, ENTITIES_MAX, RULES_MAX, refuse_idle};
use crate::shorthand::Shorthand;

/// Longest line of ancestors.
pub const INHERITANCE_DEPTH_MAX: usize = 16;
/// Most ancestors of one policy.
pub const ANCESTORS_MAX: usize = 64;

/// Why a policy cannot be completed, and at which ancestor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("policy `{policy}` {problem}")]
pub struct InheritError {
    /// The ancestor, or the policy itself.
    pub policy: Id,
    /// What is wrong with it.
    pub problem: InheritProblem,
}

/// What is wrong with an ancestor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InheritProblem {
    /// It has another conflict strategy than a policy that inherits it: the whole is void.
    #[error("has another conflict strategy than what inherits it")]
    Conflict,
    /// It inherits itself.
    #[error("inherits itself")]
    Cycle,
    /// With all that is inherited, some rule still has no action.
    #[error("has a rule without an action, which nothing that it inherits from gives either")]
    Idle,
    /// One of its rules has the id of another rule.
    #[error("has a rule with the id of another one")]
    IdTwice,
    /// Nobody holds it.
    #[error("is not at hand")]
    Missing,
    /// More than [`INHERITANCE_DEPTH_MAX`] generations away.
    #[error("is more than {INHERITANCE_DEPTH_MAX} generations away")]
    TooDeep,
    /// It is the one ancestor or has the one rule too many.
    #[error("makes more than {ANCESTORS_MAX} ancestors or {ATOMIC_RULES_MAX} rules")]
    TooMany,
}

impl InheritError {
    /// A stable kebab-case code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.problem {
            InheritProblem::Conflict => "policy-conflict-void",
            InheritProblem::Cycle => "policy-inheritance-cycle",
            InheritProblem::Idle => "policy-action-missing",
            InheritProblem::IdTwice => "policy-id-twice",
            InheritProblem::Missing => "policy-parent-missing",
            InheritProblem::TooDeep => "policy-too-deep",
            InheritProblem::TooMany => "policy-too-many",
        }
    }
}

/// Takes over what the policy inherits from all generations. Its own rules come first, each
/// ancestor's once, in the order in which they are named. What any of them says once for all its
/// rules is then said of every rule of the whole. `status` is not inherited, since it tells of the
/// ancestor; texts are not either.
///
/// # Errors
/// [`InheritError`] with the first ancestor that cannot be taken over.
pub fn resolve<'a>(
    policy: &Policy,
    parents: &dyn Fn(&Id) -> Option<&'a Policy>,
) -> Result<Policy, InheritError> {
    let mut heir = Heir {
        policy: policy.clone(),
        parents,
        line: vec![policy.id.clone()],
        seen: BTreeSet::new(),
        ids: all_rule_ids(policy).into_iter().chain([policy.id.clone()]).collect(),
    };
    heir.policy.inherits = Vec::new();
    heir.take_from(&policy.inherits)?;
    let mut whole = heir.policy;
    whole.profiles.sort();
    whole.profiles.dedup();
    let refuse = |problem| Err(InheritError { policy: policy.id.clone(), problem });
    if whole.shorthand.count(&whole) > ATOMIC_RULES_MAX {
        return refuse(InheritProblem::TooMany);
    }
    whole.shorthand.clone().move_into(&mut whole);
    let rules = [&whole.permissions, &whole.prohibitions, &whole.obligations];
    if rules.into_iter().any(|rules| refuse_idle(rules).is_err()) {
        return refuse(InheritProblem::Idle);
    }
    Ok(whole)
}

struct Heir<'p, 'a> {
    policy: Policy,
    parents: &'p dyn Fn(&Id) -> Option<&'a Policy>,
    /// From the policy to the ancestor that is being taken over.
    line: Vec<Id>,
    seen: BTreeSet<Id>,
    ids: BTreeSet<Id>,
}

impl Heir<'_, '_> {
    /// The recursion is bounded by [`INHERITANCE_DEPTH_MAX`].
    fn take_from(&mut self, parents: &[Id]) -> Result<(), InheritError> {
        for id in parents {
            let refuse = |problem| Err(InheritError { policy: id.clone(), problem });
            if self.line.contains(id) {
                return refuse(InheritProblem::Cycle);
            }
            if self.line.len() > INHERITANCE_DEPTH_MAX {
                return refuse(InheritProblem::TooDeep);
            }
            if !self.seen.insert(id.clone()) {
                continue;
            }
            if self.seen.len() > ANCESTORS_MAX {
                return refuse(InheritProblem::TooMany);
            }
            let Some(parent) = (self.parents)(id) else {
                return refuse(InheritProblem::Missing);
            };
            self.take(parent).or_else(refuse)?;
            self.line.push(id.clone());
            self.take_from(&parent.inherits)?;
            self.line.pop();
        }
        Ok(())
    }

    fn take(&mut self, parent: &Policy) -> Result<(), InheritProblem> {
        self.policy.conflict = joined(self.policy.conflict, parent.conflict)?;
        self.policy.profiles.extend(parent.profiles.iter().cloned());
        let mut shorthand = Shorthand::bound(parent);
        shorthand.take(&parent.shorthand);
        shorthand.each_constraint(&mut forget_status);
        if self.policy.shorthand.len() + shorthand.len() > ENTITIES_MAX {
            return Err(InheritProblem::TooMany);
        }
        self.policy.shorthand.take(&shorthand);
        // A duty that several of its permissions share has one id, and is one duty.
        let mut ids = all_rule_ids(parent);
        if !self.ids.is_disjoint(&ids) {
            return Err(InheritProblem::IdTwice);
        }
        self.ids.append(&mut ids);
        for (own, inherited) in [
            (&mut self.policy.permissions, &parent.permissions),
            (&mut self.policy.prohibitions, &parent.prohibitions),
            (&mut self.policy.obligations, &parent.obligations),
        ] {
            let before = own.len();
            own.extend(inherited.iter().cloned());
            let taken = own.iter_mut().skip(before);
            taken.for_each(|rule| rule.each_constraint(&mut forget_status));
        }
        let rules = [&self.policy.permissions, &self.policy.prohibitions, &self.policy.obligations];
        let count: usize = rules.into_iter().flatten().map(rule_count).sum();
        if count > RULES_MAX { Err(InheritProblem::TooMany) } else { Ok(()) }
    }
}

/// Two different strategies void the whole (ODRL Information Model 2.2, section 2.10).
fn joined(
    own: Option<ConflictStrategy>,
    inherited: Option<ConflictStrategy>,
) -> Result<Option<ConflictStrategy>, InheritProblem> {
    match (own, inherited) {
        (Some(one), Some(other)) if one != other => Err(InheritProblem::Conflict),
        (Some(_), _) => Ok(own),
        (None, _) => Ok(inherited),
    }
}

fn rule_count(rule: &Rule) -> usize {
    1 + rule.duties.iter().map(rule_count).sum::<usize>()
}

fn all_rule_ids(policy: &Policy) -> BTreeSet<Id> {
    let rules = [&policy.permissions, &policy.prohibitions, &policy.obligations];
    rules.into_iter().flatten().flat_map(rule_ids).collect()
}

fn rule_ids(rule: &Rule) -> Vec<Id> {
    rule.id.iter().cloned().chain(rule.duties.iter().flat_map(rule_ids)).collect()
}

fn forget_status(constraint: &mut Constraint) {
    match constraint {
        Constraint::Atomic { status, .. } => *status = None,
        Constraint::Logical { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wire::node::Node;

    use super::*;
    use crate::{Term, parse_policy};

    fn policy(id: &str, members: Value) -> Policy {
        let mut policy = json!({ "@context": "http://www.w3.org/ns/odrl.jsonld", "uid": id });
        policy.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        parse_policy(&Node::root(&policy)).unwrap()
    }

    fn resolved(policies: &[Policy]) -> Result<Policy, InheritError> {
        resolve(&policies[0], &|id| policies.iter().find(|policy| policy.id == *id))
    }

    fn actions(rules: &[Rule]) -> Vec<Term> {
        rules.iter().map(|rule| rule.actions[0].term).collect()
    }

    fn heir_of(id: &str, parents: Value) -> Policy {
        policy(id, json!({"inheritFrom": parents}))
    }

    #[test]
    fn rules_of_all_generations_are_taken_over_once() {
        let count =
            json!({"leftOperand": "count", "operator": "lt", "rightOperand": 5, "status": 3});
        let rules = json!([{"action": "play", "target": "urn:t", "constraint": [count]}]);
        let whole = resolved(&[
            policy(
                "urn:a",
                json!({"inheritFrom": ["urn:b", "urn:c"],
                "permission": [{"action": "use", "target": "urn:t"}]}),
            ),
            policy(
                "urn:b",
                json!({"inheritFrom": "urn:d", "permission": rules, "conflict": "perm"}),
            ),
            policy("urn:c", json!({"inheritFrom": "urn:d", "prohibition": [{"action": "sell"}]})),
            policy(
                "urn:d",
                json!({"obligation": [{"action": "delete"}],
                "profile": "https://w3id.org/allmende/v1/"}),
            ),
        ]);
        let whole = whole.unwrap();
        assert_eq!(actions(&whole.permissions), [Term::USE, Term::PLAY]);
        assert_eq!(actions(&whole.prohibitions), [Term::SELL]);
        assert_eq!(actions(&whole.obligations), [Term::DELETE]);
        assert_eq!(whole.conflict, Some(ConflictStrategy::Perm));
        assert_eq!((whole.profiles.len(), whole.inherits.len()), (1, 0));
        let Constraint::Atomic { status, .. } = &whole.permissions[1].constraints[0] else {
            panic!("no atomic constraint")
        };
        assert_eq!(*status, None);
    }

    #[test]
    fn what_cannot_be_completed_is_refused_at_its_ancestor() {
        let check = |policies: &[Policy], code: &str, at: &str| {
            let error = resolved(policies).unwrap_err();
            assert_eq!((error.code(), error.policy.as_str()), (code, at), "{error}");
        };
        let heir = |id: &str, parent: &str| heir_of(id, json!(parent));
        check(&[heir("urn:a", "urn:a")], "policy-inheritance-cycle", "urn:a");
        let three = [heir("urn:a", "urn:b"), heir("urn:b", "urn:c"), heir("urn:c", "urn:b")];
        check(&three, "policy-inheritance-cycle", "urn:b");
        check(&[heir("urn:a", "urn:b")], "policy-parent-missing", "urn:b");
        let line: Vec<Policy> =
            (0..10_000).map(|at| heir(&format!("urn:{at}"), &format!("urn:{}", at + 1))).collect();
        check(&line, "policy-too-deep", "urn:17");
        let strategy = |id, name| {
            policy(
                id,
                json!({"conflict": name, "inheritFrom": "urn:b",
            "permission": [{"action": "use"}]}),
            )
        };
        check(
            &[strategy("urn:a", "perm"), strategy("urn:b", "prohibit")],
            "policy-conflict-void",
            "urn:b",
        );
        let named = |id, more: Value| {
            let mut members = json!({"permission": [{"uid": "urn:r", "action": "use"}]});
            members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            policy(id, members)
        };
        let twice = [named("urn:a", json!({"inheritFrom": "urn:b"})), named("urn:b", json!({}))];
        check(&twice, "policy-id-twice", "urn:b");
        let many = |id: &str| {
            policy(
                id,
                json!({"inheritFrom": "urn:b",
            "permission": vec![json!({"action": "use"}); 100]}),
            )
        };
        check(&[many("urn:a"), many("urn:b")], "policy-too-many", "urn:b");
    }

    #[test]
    fn a_thick_family_tree_is_bounded() {
        let name = |generation: usize, at: usize| format!("urn:{generation}:{at}");
        let mut policies =
            vec![heir_of("urn:a", json!((0..16).map(|at| name(0, at)).collect::<Vec<_>>()))];
        for generation in 0..15 {
            for at in 0..16 {
                let parents: Vec<String> = (0..16).map(|at| name(generation + 1, at)).collect();
                policies.push(heir_of(&name(generation, at), json!(parents)));
            }
        }
        policies.extend(
            (0..16).map(|at| policy(&name(15, at), json!({"obligation": [{"action": "use"}]}))),
        );
        assert_eq!(resolved(&policies).unwrap_err().code(), "policy-too-many");
    }
}
