//! The policies of a graph.

use std::collections::{BTreeMap, BTreeSet};

use wire::iri::Iri;
use wire::node::{Expected, Found};
use wire::pointer::Pointer;

use super::error::{ImportError, Measured};
use super::graph::{Graph, Node};
use super::reached::{Reached, suggest};
use super::rule::parse_all;
use super::{POLICIES_MAX, TYPE, entity, value};
use crate::error::{Counted, ParseError, Problem, TermRole, Unsupported};
use crate::id::{Id, IdError};
use crate::model::{ConflictStrategy, PartyFunction, Policy, PolicyKind, Role, Rule};
use crate::parse::{ATOMIC_RULES_MAX, PARENTS_MAX, refuse_idle};
use crate::place::Place;
use crate::shorthand::Shorthand;
use crate::term::UnknownTerm;
use crate::vocabulary::{ALLMENDE_V1, ODRL, ODRL_CORE};

/// Which rules are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Rules without an action too, as test material has them: they speak of any action.
    Bare,
    /// Rules as the Information Model 2.2 wants them (section 2.6): with an action.
    Complete,
}

/// What is counted and remembered across one policy.
#[derive(Debug, Default)]
pub(super) struct Budget {
    pub(super) rules: usize,
    pub(super) constraints: usize,
    pub(super) entities: usize,
    pub(super) rule_nodes: BTreeSet<Node>,
    /// Duties of permissions with a name, which several of them may share.
    pub(super) duties: BTreeMap<Node, Rule>,
    ids: BTreeSet<Id>,
}

impl Budget {
    /// The name of a rule or constraint, which nothing else in the policy may have.
    pub(super) fn claim(&mut self, reached: &Reached<'_>) -> Result<Option<Id>, ParseError> {
        let id = reached.id()?;
        match &id {
            Some(id) if !self.ids.insert(id.clone()) => Err(reached.refuse(Problem::IdTwice)),
            Some(_) | None => Ok(id),
        }
    }
}

const KINDS: [PolicyKind; 7] = [
    PolicyKind::Agreement,
    PolicyKind::Assertion,
    PolicyKind::Offer,
    PolicyKind::Privacy,
    PolicyKind::Request,
    PolicyKind::Set,
    PolicyKind::Ticket,
];

const RULES: [&str; 3] = ["obligation", "permission", "prohibition"];

/// All policies of the graph, in the order in which they came.
///
/// # Errors
/// [`ImportError`] for the first that cannot be taken, or when there is none.
pub fn policies(graph: &Graph, rules: Rules) -> Result<Vec<Policy>, ImportError> {
    let subjects = subjects(graph);
    if subjects.is_empty() {
        return Err(ImportError::NoPolicy);
    }
    if subjects.len() > POLICIES_MAX {
        let (what, limit) = (Measured::Policies, POLICIES_MAX);
        return Err(ImportError::TooLarge { what, limit });
    }
    let links = Links::of(graph);
    subjects.into_iter().map(|subject| read(graph, subject, &links, rules)).collect()
}

/// The policy with this IRI.
///
/// # Errors
/// [`ImportError`] when it is not there or cannot be taken.
pub fn policy(graph: &Graph, id: &Id, rules: Rules) -> Result<Policy, ImportError> {
    let named = |node: &&Node| node.as_iri() == Some(id.as_str());
    match subjects(graph).into_iter().find(named) {
        Some(subject) => read(graph, subject, &Links::of(graph), rules),
        None => Err(ImportError::UnknownPolicy(id.clone())),
    }
}

/// Whatever has the class of a policy, or has rules.
fn subjects(graph: &Graph) -> Vec<&Node> {
    let typed = graph.with_predicate(TYPE).into_iter().filter(|(_, class)| {
        let name = class.as_iri().and_then(|iri| iri.strip_prefix(ODRL));
        name == Some("Policy") || KINDS.iter().any(|kind| name == Some(kind.type_name()))
    });
    let with_rules = RULES.map(|name| graph.with_predicate(&format!("{ODRL}{name}")));
    let all = typed.chain(with_rules.into_iter().flatten()).map(|(subject, _)| subject);
    let mut seen = BTreeSet::new();
    all.filter(|subject| seen.insert(*subject)).collect()
}

/// What assets and parties say of policies: `hasPolicy`, `assignerOf`, `assigneeOf` (ODRL
/// Information Model 2.2, sections 2.2.1 and 2.3.1).
struct Links<'g>(BTreeMap<&'g Node, Vec<(&'static str, &'g Node)>>);

impl<'g> Links<'g> {
    fn of(graph: &'g Graph) -> Self {
        let mut links: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for name in ["hasPolicy", "assignerOf", "assigneeOf"] {
            for (subject, policy) in graph.with_predicate(&format!("{ODRL}{name}")) {
                links.entry(policy).or_default().push((name, subject));
            }
        }
        Self(links)
    }
}

fn read(
    graph: &Graph,
    node: &Node,
    links: &Links<'_>,
    rules: Rules,
) -> Result<Policy, ImportError> {
    let place = Reached { graph, node, pointer: Pointer::root() };
    let links = links.0.get(node).map_or(&[][..], Vec::as_slice);
    parse(&place, links, rules).map_err(|error| {
        let policy = node.as_iri().map_or_else(|| node.to_string(), str::to_owned);
        ImportError::Policy { policy, error }
    })
}

fn parse(
    place: &Reached<'_>,
    links: &[(&'static str, &Node)],
    wanted: Rules,
) -> Result<Policy, ParseError> {
    let mut known = vec!["action", "conflict", "inheritFrom", "output", "profile", "target", "uid"];
    known.extend(RULES);
    known.extend(PartyFunction::ALL.map(PartyFunction::name));
    if let Some(constraint) = place.many("constraint").first() {
        return Err(constraint.refuse(Problem::Unsupported(Unsupported::PolicyConstraint)));
    }
    let informative = place.informative(&known)?;
    let kind = parse_kind(place)?;
    let id = place.id()?.ok_or_else(|| place.refuse(Problem::Id(IdError::Blank)))?;
    let mut budget = Budget::default();
    budget.rule_nodes.insert(place.node.clone());
    budget.ids.insert(id.clone());
    let shorthand = parse_shorthand(place, &mut budget)?;
    let linked = parse_links(place, links, &mut budget)?;
    let mut policy = Policy {
        kind,
        id,
        target: None,
        assigner: None,
        assignee: None,
        timestamp: None,
        profiles: parse_profiles(place)?,
        inherits: parse_inherits(place)?,
        shorthand: Shorthand::default(),
        conflict: parse_conflict(place)?,
        permissions: parse_all(place, Place::Permission, &mut budget)?,
        prohibitions: parse_all(place, Place::Prohibition, &mut budget)?,
        obligations: parse_all(place, Place::Obligation, &mut budget)?,
        informative,
    };
    let mut said = shorthand.clone();
    said.take(&linked);
    if said.count(&policy) > ATOMIC_RULES_MAX {
        let (what, limit) = (Counted::AtomicRules, ATOMIC_RULES_MAX);
        return Err(place.refuse(Problem::TooMany { what, limit }));
    }
    said.move_into(&mut policy);
    policy.shorthand = shorthand;
    if budget.rules == 0 && policy.inherits.is_empty() {
        return Err(place.refuse(Problem::NoRule));
    }
    if wanted == Rules::Complete && policy.inherits.is_empty() {
        for rules in [&policy.permissions, &policy.prohibitions, &policy.obligations] {
            refuse_idle(rules)?;
        }
    }
    Ok(policy)
}

/// The most special class: an offer is a policy as well, but not a set.
fn parse_kind(place: &Reached<'_>) -> Result<PolicyKind, ParseError> {
    let mut special = None;
    for class in place.classes()? {
        let kind = KINDS.into_iter().find(|kind| kind.type_name() == class);
        match (kind, special) {
            (None, _) if class == "Policy" => {}
            (Some(kind), None) => special = Some(kind),
            (Some(kind), Some(other)) if kind == other => {}
            (Some(_), Some(_)) => {
                let (expected, found) = (Expected::Named("one type of policy"), Found::Array);
                let at = place.pointer.member("@type");
                return Err(ParseError::at(at, Problem::Shape { expected, found }));
            }
            (None, _) => {
                return Err(place.unknown_class(&Node::iri(format!("{ODRL}{class}"))));
            }
        }
    }
    Ok(special.unwrap_or(PolicyKind::Set))
}

fn parse_shorthand(place: &Reached<'_>, budget: &mut Budget) -> Result<Shorthand, ParseError> {
    Ok(Shorthand {
        actions: entity::parse_actions(place, budget)?,
        targets: entity::parse_assets(place, "target", budget)?,
        outputs: entity::parse_assets(place, "output", budget)?,
        parties: entity::parse_roles(place, budget)?,
    })
}

/// What others say of this policy is said of its rules alone, not of its heirs'.
fn parse_links(
    place: &Reached<'_>,
    links: &[(&'static str, &Node)],
    budget: &mut Budget,
) -> Result<Shorthand, ParseError> {
    let mut linked = Shorthand::default();
    for (index, (name, node)) in links.iter().enumerate() {
        let pointer = place.pointer.member(name).element(index);
        let place = Reached { graph: place.graph, node, pointer };
        let sort = if *name == "hasPolicy" { entity::Sort::Asset } else { entity::Sort::Party };
        let found = entity::parse(&place, sort, budget)?;
        match *name {
            "assignerOf" => {
                linked.parties.push(Role { function: PartyFunction::Assigner, party: found });
            }
            "assigneeOf" => {
                linked.parties.push(Role { function: PartyFunction::Assignee, party: found });
            }
            _ => linked.targets.push(found),
        }
    }
    Ok(linked)
}

/// A processor that does not know a profile must stop (ODRL Information Model 2.2, section 4).
fn parse_profiles(place: &Reached<'_>) -> Result<Vec<Iri>, ParseError> {
    let mut profiles = BTreeSet::new();
    for place in place.many("profile") {
        let iri = value::iri(&place)?;
        if ![ALLMENDE_V1, ODRL_CORE].contains(&iri.as_str()) {
            let (role, written) = (TermRole::Profile, iri.into_string());
            let suggestion = Some(ALLMENDE_V1.to_owned());
            return Err(place.refuse(Problem::UnknownTerm { role, written, suggestion }));
        }
        profiles.insert(iri);
    }
    Ok(profiles.into_iter().collect())
}

fn parse_inherits(place: &Reached<'_>) -> Result<Vec<Id>, ParseError> {
    let parents = place.many("inheritFrom");
    if parents.len() > PARENTS_MAX {
        let problem = Problem::TooMany { what: Counted::Parents, limit: PARENTS_MAX };
        return Err(place.refuse(problem));
    }
    let parents = parents.iter().map(|parent| {
        if parent.node == place.node {
            return Err(parent.refuse(Problem::IdTwice));
        }
        Id::parse(parent.name()?).map_err(|error| parent.refuse(Problem::Id(error)))
    });
    parents.collect()
}

/// At most one strategy.
fn parse_conflict(place: &Reached<'_>) -> Result<Option<ConflictStrategy>, ParseError> {
    let parse = |written: &str| {
        let name = written.strip_prefix(ODRL);
        let found = ConflictStrategy::ALL.into_iter().find(|known| name == Some(known.name()));
        let names = ConflictStrategy::ALL.map(ConflictStrategy::name);
        found.ok_or_else(|| UnknownTerm { suggestion: suggest(written, &names) })
    };
    let found = place.optional("conflict")?;
    found.map(|place| value::term(&place, TermRole::Conflict, parse)).transpose()
}
