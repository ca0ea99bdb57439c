//! From compact policies to atomic rules: what a policy says once is moved into its rules, and
//! plural values are split. How much comes of it is counted before anything is copied.

use crate::model::{Action, Entity, PartyFunction, Policy, Role, Rule};

/// What a compact policy says once for all its rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shorthand {
    pub(crate) actions: Vec<Action>,
    pub(crate) targets: Vec<Entity>,
    pub(crate) outputs: Vec<Entity>,
    pub(crate) parties: Vec<Role>,
}

impl Shorthand {
    /// How many atomic rules, duties among them, the policy comes to with it.
    pub(crate) fn count(&self, policy: &Policy) -> usize {
        let rules = [&policy.permissions, &policy.prohibitions, &policy.obligations];
        rules.into_iter().flatten().fold(0, |sum, rule| sum.saturating_add(self.count_rule(rule)))
    }

    /// Each combination is one rule, and each has all the duties of the rule.
    fn count_rule(&self, rule: &Rule) -> usize {
        let none = Self::default();
        let duties =
            rule.duties.iter().fold(1_usize, |sum, duty| sum.saturating_add(none.count_rule(duty)));
        let parties = PartyFunction::ALL.map(|function| {
            let of = |roles: &[Role]| roles.iter().filter(|it| it.function == function).count();
            of(&rule.parties) + of(&self.parties)
        });
        [
            rule.actions.len() + self.actions.len(),
            rule.targets.len() + self.targets.len(),
            rule.outputs.len() + self.outputs.len(),
        ]
        .into_iter()
        .chain(parties)
        .fold(duties, |product, count| product.saturating_mul(count.max(1)))
    }

    /// Moves it into each rule of the policy; what a rule has already is not said twice.
    pub(crate) fn move_into(&self, policy: &mut Policy) {
        let rules = [&mut policy.permissions, &mut policy.prohibitions, &mut policy.obligations];
        for rule in rules.into_iter().flatten() {
            add(&mut rule.actions, &self.actions, |one, other| {
                one.term == other.term && one.refinements.is_empty() && other.refinements.is_empty()
            });
            add(&mut rule.targets, &self.targets, is_same);
            add(&mut rule.outputs, &self.outputs, is_same);
            add(&mut rule.parties, &self.parties, |one, other| {
                one.function == other.function && is_same(&one.party, &other.party)
            });
            rule.parties.sort_by_key(|role| role.function);
        }
    }
}

fn add<T: Clone>(own: &mut Vec<T>, shared: &[T], same: impl Fn(&T, &T) -> bool) {
    for value in shared {
        if !own.iter().any(|known| same(known, value)) {
            own.push(value.clone());
        }
    }
}

/// Whether two are named alike and nothing narrows either.
fn is_same(one: &Entity, other: &Entity) -> bool {
    one.id.is_some()
        && one.id == other.id
        && one.is_collection == other.is_collection
        && one.refinements.is_empty()
        && other.refinements.is_empty()
}

/// How many atomic rules, duties among them, the policy comes to.
pub(crate) fn count(policy: &Policy) -> usize {
    Shorthand::default().count(policy)
}
