//! What a compact policy says once for all its rules, and how it comes into each of them (ODRL
//! Information Model 2.2, section 2.7.1). What a rule says already is not said twice.

use wire::pointer::Pointer;

use crate::id::Id;
use crate::model::{Action, Constraint, Entity, Literal, PartyFunction, Policy, Role, Rule};

/// What a compact policy says once for all its rules (ODRL Information Model 2.2, section 2.7.1).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shorthand {
    /// `action`.
    pub actions: Vec<Action>,
    /// `target`.
    pub targets: Vec<Entity>,
    /// `output`.
    pub outputs: Vec<Entity>,
    /// Parties by function.
    pub parties: Vec<Role>,
}

impl Shorthand {
    /// How much is said.
    pub(crate) fn len(&self) -> usize {
        self.actions.len() + self.targets.len() + self.outputs.len() + self.parties.len()
    }

    /// The same without the names of constraints, which each stand for one constraint alone.
    fn unnamed(&self) -> Self {
        let mut copy = self.clone();
        copy.each_constraint(&mut |constraint| match constraint {
            Constraint::Atomic { id, .. } | Constraint::Logical { id, .. } => *id = None,
        });
        copy
    }

    /// Visits each constraint that narrows something, and those in it.
    pub(crate) fn each_constraint(&mut self, visit: &mut dyn FnMut(&mut Constraint)) {
        let parties = self.parties.iter_mut().map(|role| &mut role.party);
        let entities = self.targets.iter_mut().chain(&mut self.outputs).chain(parties);
        let refinements = entities.map(|entity| &mut entity.refinements);
        let actions = self.actions.iter_mut().map(|action| &mut action.refinements);
        actions.chain(refinements).flatten().for_each(|constraint| constraint.each(visit));
    }

    /// What one says, then what the other says.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.actions.append(&mut other.actions);
        self.targets.append(&mut other.targets);
        self.outputs.append(&mut other.outputs);
        self.parties.append(&mut other.parties);
    }

    /// Takes over what another one says too.
    pub(crate) fn take(&mut self, other: &Self) {
        let other = other.unnamed();
        add(&mut self.actions, &other.actions, Action::is_same);
        add(&mut self.targets, &other.targets, Entity::is_same);
        add(&mut self.outputs, &other.outputs, Entity::is_same);
        add(&mut self.parties, &other.parties, Role::is_same);
        self.parties.sort_by_key(|role| role.function);
    }

    /// What DSP binds at the policy.
    pub(crate) fn bound(policy: &Policy) -> Self {
        let entity = |id: &Id, name: &str| Entity {
            id: Some(id.clone()),
            is_collection: false,
            part_of: Vec::new(),
            refinements: Vec::new(),
            pointer: Pointer::root().member(name),
        };
        let parties = [
            (PartyFunction::Assigner, &policy.assigner),
            (PartyFunction::Assignee, &policy.assignee),
        ];
        let role = |(function, id): (PartyFunction, &Option<Id>)| {
            Some(Role { function, party: entity(id.as_ref()?, function.name()) })
        };
        Self {
            targets: policy.target.iter().map(|id| entity(id, "target")).collect(),
            parties: parties.into_iter().filter_map(role).collect(),
            ..Self::default()
        }
    }

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
            let of = |role: &&Role| role.function == function;
            let own: Vec<&Role> = rule.parties.iter().filter(of).collect();
            let more = self.parties.iter().filter(of);
            own.len() + more.filter(|role| !own.iter().any(|own| own.is_same(role))).count()
        });
        [
            with(&rule.actions, &self.actions, Action::is_same),
            with(&rule.targets, &self.targets, Entity::is_same),
            with(&rule.outputs, &self.outputs, Entity::is_same),
        ]
        .into_iter()
        .chain(parties)
        .fold(duties, |product, count| product.saturating_mul(count.max(1)))
    }

    /// Moves it into each rule of the policy; what a rule has already is not said twice.
    pub(crate) fn move_into(&self, policy: &mut Policy) {
        let said = self.unnamed();
        let rules = [&mut policy.permissions, &mut policy.prohibitions, &mut policy.obligations];
        for rule in rules.into_iter().flatten() {
            add(&mut rule.actions, &said.actions, Action::is_same);
            add(&mut rule.targets, &said.targets, Entity::is_same);
            add(&mut rule.outputs, &said.outputs, Entity::is_same);
            add(&mut rule.parties, &said.parties, Role::is_same);
            rule.parties.sort_by_key(|role| role.function);
        }
    }
}

/// How many there are at most when what is shared and not there yet is added.
fn with<T>(own: &[T], shared: &[T], same: impl Fn(&T, &T) -> bool) -> usize {
    let is_new = |value: &&T| !own.iter().any(|known| same(known, value));
    own.len() + shared.iter().filter(is_new).count()
}

fn add<T: Clone>(own: &mut Vec<T>, shared: &[T], same: impl Fn(&T, &T) -> bool) {
    for value in shared {
        if !own.iter().any(|known| same(known, value)) {
            own.push(value.clone());
        }
    }
}

impl Action {
    /// Whether both say the same, wherever they stand.
    fn is_same(&self, other: &Self) -> bool {
        self.term == other.term && says_the_same(&self.refinements, &other.refinements)
    }
}

impl Entity {
    /// Whether both mean the same, wherever they stand.
    fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.is_collection == other.is_collection
            && says_the_same(&self.refinements, &other.refinements)
    }
}

fn says_the_same(some: &[Constraint], others: &[Constraint]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| one.says(other))
}

impl Constraint {
    /// Whether both say the same in the same order, wherever they stand and whatever they are
    /// called. The depth is that of a parsed policy, hence bounded.
    fn says(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Atomic { left, operator, right, unit, data_type, status, .. },
                Self::Atomic {
                    left: left_2,
                    operator: operator_2,
                    right: right_2,
                    unit: unit_2,
                    data_type: data_type_2,
                    status: status_2,
                    ..
                },
            ) => {
                let same = |one: &Literal, other: &Literal| {
                    one.lexical == other.lexical && one.tag == other.tag
                };
                let status = match (status, status_2) {
                    (Some(one), Some(other)) => same(one, other),
                    (one, other) => one.is_none() && other.is_none(),
                };
                let (values, values_2) = (&right.values, &right_2.values);
                left == left_2
                    && operator == operator_2
                    && unit == unit_2
                    && data_type == data_type_2
                    && status
                    && right.references == right_2.references
                    && values.len() == values_2.len()
                    && values.iter().zip(values_2).all(|(one, other)| same(one, other))
            }
            (
                Self::Logical { operator, operands, .. },
                Self::Logical { operator: operator_2, operands: operands_2, .. },
            ) => operator == operator_2 && says_the_same(operands, operands_2),
            (Self::Atomic { .. }, Self::Logical { .. })
            | (Self::Logical { .. }, Self::Atomic { .. }) => false,
        }
    }
}

impl Role {
    /// Whether both are the same party in the same function.
    fn is_same(&self, other: &Self) -> bool {
        self.function == other.function && self.party.is_same(&other.party)
    }
}
