//! Policies of the whole source model, built by hand: what no document of today's reader says yet.

use jiff::Timestamp;
use odrl_parser::{
    Action, Constraint, Entity, Id, Literal, LiteralTag, LogicalOperator, Operand, Operator,
    PartyFunction, Policy, PolicyKind, Role, Rule, Term,
};
use wire::pointer::Pointer;

use super::iri;

pub(crate) fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

pub(crate) fn place(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

pub(crate) fn action(name: &str) -> Term {
    Term::action(name).unwrap_or_else(|_| panic!("{name}"))
}

pub(crate) fn operand(name: &str) -> Term {
    let own = ["participant", "sinceAgreement", "vettedAs"];
    let written = if own.contains(&name) {
        format!("https://w3id.org/allmende/v1/{name}")
    } else {
        format!("odrl:{name}")
    };
    Term::left_operand(&written).unwrap_or_else(|_| panic!("{name}"))
}

/// `left operator right`, several values separated by spaces.
pub(crate) fn atom(left: &str, operator: &str, right: &str) -> Constraint {
    let values = right.split(' ').map(|value| Literal {
        lexical: value.to_owned(),
        tag: LiteralTag::Plain,
        pointer: Pointer::root(),
    });
    Constraint::Atomic {
        id: None,
        left: operand(left),
        operator: Operator::parse(operator).unwrap(),
        right: Operand { values: values.collect(), references: vec![], pointer: Pointer::root() },
        unit: None,
        data_type: None,
        status: None,
        pointer: Pointer::root(),
    }
}

pub(crate) fn in_unit(mut constraint: Constraint, of: &str) -> Constraint {
    if let Constraint::Atomic { unit, .. } = &mut constraint {
        *unit = Some(iri(of));
    }
    constraint
}

pub(crate) fn joined(operator: LogicalOperator, operands: Vec<Constraint>) -> Constraint {
    Constraint::Logical { id: None, operator, operands, pointer: Pointer::root() }
}

pub(crate) fn rule(name: &str) -> Rule {
    let term = action(name);
    Rule {
        id: None,
        actions: vec![Action { term, refinements: vec![], pointer: Pointer::root() }],
        targets: vec![],
        outputs: vec![],
        parties: vec![],
        constraints: vec![],
        duties: vec![],
        informative: Default::default(),
        pointer: Pointer::root(),
    }
}

pub(crate) fn thing(name: &str) -> Entity {
    Entity {
        id: Some(id(name)),
        is_collection: false,
        part_of: vec![],
        refinements: vec![],
        pointer: Pointer::root(),
    }
}

pub(crate) fn collection(name: &str, refinements: Vec<Constraint>) -> Entity {
    Entity { is_collection: true, refinements, ..thing(name) }
}

/// What can be hung on a rule.
pub(crate) trait RuleExt: Sized {
    fn named(self, id: &str) -> Self;
    fn iff(self, constraint: Constraint) -> Self;
    fn refined(self, constraint: Constraint) -> Self;
    fn on(self, target: Entity) -> Self;
    fn by(self, assignee: Entity) -> Self;
    fn with(self, function: PartyFunction, party: Entity) -> Self;
    fn and_do(self, duty: Rule) -> Self;
    fn or_to(self, name: &str) -> Self;
}

impl RuleExt for Rule {
    fn named(mut self, name: &str) -> Self {
        self.id = Some(id(name));
        self
    }
    fn iff(mut self, constraint: Constraint) -> Self {
        self.constraints.push(constraint);
        self
    }
    fn refined(mut self, constraint: Constraint) -> Self {
        self.actions[0].refinements.push(constraint);
        self
    }
    fn on(mut self, target: Entity) -> Self {
        self.targets.push(target);
        self
    }
    fn by(self, assignee: Entity) -> Self {
        self.with(PartyFunction::Assignee, assignee)
    }
    fn with(mut self, function: PartyFunction, party: Entity) -> Self {
        self.parties.push(Role { function, party });
        self
    }
    fn and_do(mut self, duty: Rule) -> Self {
        self.duties.push(duty);
        self
    }
    fn or_to(mut self, name: &str) -> Self {
        let term = action(name);
        self.actions.push(Action { term, refinements: vec![], pointer: Pointer::root() });
        self
    }
}

/// An agreement between Ulm and Firm about `urn:d`, with every part at a place of its own.
pub(crate) fn agreed(permissions: Vec<Rule>, prohibitions: Vec<Rule>) -> Policy {
    let mut policy = Policy {
        kind: PolicyKind::Agreement,
        id: id("urn:a"),
        target: Some(id("urn:d")),
        assigner: Some(id("did:web:ulm.example")),
        assignee: Some(id("did:web:firm.example")),
        timestamp: Some("2026-11-01T00:00:00Z".parse::<Timestamp>().unwrap()),
        profiles: vec![],
        inherits: vec![],
        shorthand: Default::default(),
        conflict: None,
        permissions,
        prohibitions,
        obligations: vec![],
        informative: Default::default(),
    };
    put_places(&mut policy);
    policy
}

/// An agreement that binds target and assignee in its rules.
pub(crate) fn agreed_in_rules(permissions: Vec<Rule>, prohibitions: Vec<Rule>) -> Policy {
    let mut policy = agreed(permissions, prohibitions);
    policy.target = None;
    policy.assignee = None;
    policy
}

pub(crate) fn put_places(policy: &mut Policy) {
    let lists = [
        ("permission", &mut policy.permissions),
        ("prohibition", &mut policy.prohibitions),
        ("obligation", &mut policy.obligations),
    ];
    for (name, rules) in lists {
        for (at, rule) in rules.iter_mut().enumerate() {
            place_rule(rule, &format!("/{name}/{at}"), "duty");
        }
    }
}

fn place_rule(rule: &mut Rule, at: &str, inner: &str) {
    rule.pointer = place(at);
    for (n, action) in rule.actions.iter_mut().enumerate() {
        action.pointer = place(&format!("{at}/action/{n}"));
        place_all(&mut action.refinements, &format!("{at}/action/{n}/refinement"));
    }
    for (n, entity) in rule.targets.iter_mut().enumerate() {
        place_entity(entity, &format!("{at}/target/{n}"));
    }
    for (n, role) in rule.parties.iter_mut().enumerate() {
        place_entity(&mut role.party, &format!("{at}/{}/{n}", role.function.name()));
    }
    place_all(&mut rule.constraints, &format!("{at}/constraint"));
    for (n, duty) in rule.duties.iter_mut().enumerate() {
        place_rule(duty, &format!("{at}/{inner}/{n}"), "consequence");
    }
}

fn place_entity(entity: &mut Entity, at: &str) {
    entity.pointer = place(at);
    place_all(&mut entity.refinements, &format!("{at}/refinement"));
}

fn place_all(constraints: &mut [Constraint], at: &str) {
    for (n, constraint) in constraints.iter_mut().enumerate() {
        let here = format!("{at}/{n}");
        match constraint {
            Constraint::Atomic { right, pointer, .. } => {
                *pointer = place(&here);
                right.pointer = place(&format!("{here}/rightOperand"));
                for literal in &mut right.values {
                    literal.pointer = right.pointer.clone();
                }
            }
            Constraint::Logical { operator, operands, pointer, .. } => {
                *pointer = place(&here);
                place_all(operands, &format!("{here}/{}", operator.name()));
            }
        }
    }
}
