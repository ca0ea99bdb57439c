//! JSON of DSP 2025-1 into the source model. Each member is understood, kept as informative, or
//! refused with its place; nothing is dropped. The message's `@context` is checked by the reader of
//! the message, before.

mod constraint;
mod informative;
mod operand;
mod rule;

use std::collections::BTreeSet;

use jiff::Timestamp;
use wire::iri::Iri;
use wire::node::{Expected, Found, Members, Node};

use crate::context::Context;
use crate::error::{Counted, ParseError, Problem, TermRole, Unsupported};
use crate::id::Id;
use crate::instant::parse_instant;
use crate::model::{Policy, PolicyKind, Rule};
use crate::term::Namespace;
use crate::vocabulary::ALLMENDE_V1;

pub use operand::value_iri;

/// Most rules in one policy.
pub const RULES_MAX: usize = 128;
/// Most constraints in one policy, atomic and logical ones together.
pub const CONSTRAINTS_MAX: usize = 1024;
/// Deepest nesting of constraints.
pub const NESTING_MAX: usize = 16;
/// Most values in one right operand.
pub const VALUES_MAX: usize = 1024;
/// Longest value of a right operand, in bytes.
pub const VALUE_BYTES_MAX: usize = 2048;

/// Reads an offer of a catalogue: no `target`.
///
/// # Errors
/// [`ParseError`] with the place and what is wrong there.
pub fn parse_offer(node: &Node<'_>) -> Result<Policy, ParseError> {
    parse(node, PolicyKind::Offer)
}

/// Reads an offer inside a negotiation message: `target` is required.
///
/// # Errors
/// [`ParseError`] with the place and what is wrong there.
pub fn parse_message_offer(node: &Node<'_>) -> Result<Policy, ParseError> {
    parse(node, PolicyKind::MessageOffer)
}

/// Reads an agreement: `target`, `assigner`, `assignee` and `timestamp` are required.
///
/// # Errors
/// [`ParseError`] with the place and what is wrong there.
pub fn parse_agreement(node: &Node<'_>) -> Result<Policy, ParseError> {
    parse(node, PolicyKind::Agreement)
}

/// What is counted across one policy.
#[derive(Debug, Default)]
struct Budget {
    rules: usize,
    constraints: usize,
}

const POLICY_MEMBERS: [&str; 10] = [
    "@id",
    "@type",
    "assignee",
    "assigner",
    "obligation",
    "permission",
    "profile",
    "prohibition",
    "target",
    "timestamp",
];

fn parse(node: &Node<'_>, kind: PolicyKind) -> Result<Policy, ParseError> {
    let members = node.object()?;
    let informative = informative::take(&members, &POLICY_MEMBERS)?;
    check_type(&members.required("@type")?, kind)?;
    refuse_foreign_members(&members, kind)?;
    let mut budget = Budget::default();
    if let Some(node) = members.optional("obligation")
        && !node.value().as_array().is_some_and(Vec::is_empty)
    {
        let problem = Problem::Unsupported(Unsupported::Obligation);
        return Err(ParseError::at(node.pointer().clone(), problem));
    }
    let policy = Policy {
        kind,
        id: parse_id(&members.required("@id")?)?,
        target: bound(&members, "target", kind != PolicyKind::Offer)?,
        assigner: bound(&members, "assigner", kind == PolicyKind::Agreement)?,
        assignee: bound(&members, "assignee", kind == PolicyKind::Agreement)?,
        timestamp: parse_timestamp(&members, kind)?,
        profiles: parse_profiles(&members)?,
        inherits: Vec::new(),
        conflict: None,
        permissions: parse_rules(&members, "permission", &mut budget)?,
        prohibitions: parse_rules(&members, "prohibition", &mut budget)?,
        obligations: Vec::new(),
        informative,
    };
    if policy.permissions.is_empty() && policy.prohibitions.is_empty() {
        return Err(ParseError::at(node.pointer().clone(), Problem::NoRule));
    }
    refuse_repeated_ids(&policy)?;
    Ok(policy)
}

fn check_type(node: &Node<'_>, kind: PolicyKind) -> Result<(), ParseError> {
    let written = only(node)?.string()?;
    let name = match Context::Dsp.split(written) {
        Some((Namespace::Odrl, name)) => name,
        Some((Namespace::Allmende | Namespace::CreativeCommons, _)) => "",
        None => written,
    };
    if name == kind.type_name() {
        return Ok(());
    }
    let problem = Problem::UnknownTerm {
        role: TermRole::Type,
        written: written.to_owned(),
        suggestion: Some(kind.type_name().to_owned()),
    };
    Err(ParseError::at(node.pointer().clone(), problem))
}

/// Members that the schema knows, at a place where it does not allow them.
fn refuse_foreign_members(members: &Members<'_>, kind: PolicyKind) -> Result<(), ParseError> {
    if kind == PolicyKind::Offer
        && let Some(node) = members.optional("target")
    {
        let problem = Problem::Unsupported(Unsupported::Target);
        return Err(ParseError::at(node.pointer().clone(), problem));
    }
    if kind != PolicyKind::Agreement
        && let Some(node) = members.optional("timestamp")
    {
        let problem = Problem::UnknownMember { name: "timestamp".to_owned() };
        return Err(ParseError::at(node.pointer().clone(), problem));
    }
    Ok(())
}

/// A value that JSON-LD may have wrapped into an array of one.
fn only<'a>(node: &Node<'a>) -> Result<Node<'a>, ParseError> {
    let mut nodes = node.one_or_many();
    match (nodes.pop(), nodes.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) | (None, _) => Err(node.wrong(Expected::Named("one value")).into()),
    }
}

/// An identifier, as a string or as `{"@id": …}`.
fn parse_id(node: &Node<'_>) -> Result<Id, ParseError> {
    let node = only(node)?;
    let node = match node.object() {
        Ok(members) => {
            members.refuse_unknown(&["@id"])?;
            members.required("@id")?
        }
        Err(_) => node,
    };
    Id::parse(node.string()?)
        .map_err(|error| ParseError::at(node.pointer().clone(), Problem::Id(error)))
}

fn bound(members: &Members<'_>, name: &str, required: bool) -> Result<Option<Id>, ParseError> {
    match members.optional(name) {
        Some(node) => parse_id(&node).map(Some),
        None if required => Err(members
            .required(name)
            .map_or_else(Into::into, |node| ParseError::from(node.wrong(Expected::Present)))),
        None => Ok(None),
    }
}

fn parse_timestamp(
    members: &Members<'_>,
    kind: PolicyKind,
) -> Result<Option<Timestamp>, ParseError> {
    if kind != PolicyKind::Agreement {
        return Ok(None);
    }
    let node = only(&members.required("timestamp")?)?;
    let at = parse_instant(node.string()?);
    at.map(Some).map_err(|error| ParseError::at(node.pointer().clone(), Problem::Timestamp(error)))
}

/// A processor that does not know a profile must stop (ODRL Information Model 2.2, section 4).
fn parse_profiles(members: &Members<'_>) -> Result<Vec<Iri>, ParseError> {
    let Some(node) = members.optional("profile") else {
        return Ok(Vec::new());
    };
    let mut profiles = BTreeSet::new();
    for node in node.one_or_many() {
        let id = parse_id(&node)?;
        let problem = || {
            let suggestion = Some(ALLMENDE_V1.to_owned());
            Problem::UnknownTerm { role: TermRole::Profile, written: id.to_string(), suggestion }
        };
        let known = (id.as_str() == ALLMENDE_V1).then(|| Iri::parse(ALLMENDE_V1).ok()).flatten();
        profiles.insert(known.ok_or_else(|| ParseError::at(node.pointer().clone(), problem()))?);
    }
    Ok(profiles.into_iter().collect())
}

fn parse_rules(
    members: &Members<'_>,
    name: &str,
    budget: &mut Budget,
) -> Result<Vec<Rule>, ParseError> {
    let Some(node) = members.optional(name) else {
        return Ok(Vec::new());
    };
    let mut rules = Vec::new();
    for node in node.one_or_many() {
        budget.rules += 1;
        if budget.rules > RULES_MAX {
            let problem = Problem::TooMany { what: Counted::Rules, limit: RULES_MAX };
            return Err(ParseError::at(node.pointer().clone(), problem));
        }
        rules.push(rule::parse(&node, budget)?);
    }
    Ok(rules)
}

fn refuse_repeated_ids(policy: &Policy) -> Result<(), ParseError> {
    let mut seen = BTreeSet::from([&policy.id]);
    for rule in policy.permissions.iter().chain(&policy.prohibitions) {
        if let Some(id) = &rule.id
            && !seen.insert(id)
        {
            return Err(ParseError::at(rule.pointer.member("@id"), Problem::IdTwice));
        }
    }
    Ok(())
}

/// The refusal of a member that nobody reads: recognised parts of ODRL by name, the rest as
/// unknown.
fn refuse_member(node: &Node<'_>, name: &str) -> ParseError {
    let bare = name.strip_prefix("odrl:").unwrap_or(name);
    let unsupported = match bare {
        "@context" => Some(Unsupported::Context),
        "@graph" | "@included" | "@index" | "@json" | "@language" | "@list" | "@nest" | "@none"
        | "@prefix" | "@reverse" | "@set" | "@vocab" | "@base" => Some(Unsupported::JsonLdKeyword),
        "andSequence" => Some(Unsupported::AndSequence),
        "conflict" => Some(Unsupported::Conflict),
        "consequence" | "duty" | "remedy" => Some(Unsupported::Duty),
        "constraint" => Some(Unsupported::PolicyConstraint),
        "dataType" | "unit" => Some(Unsupported::Unit),
        "inheritFrom" => Some(Unsupported::Inheritance),
        "refinement" => Some(Unsupported::Refinement),
        "rightOperandReference" => Some(Unsupported::RightOperandReference),
        "status" => Some(Unsupported::Status),
        "assignee" | "assigner" => Some(Unsupported::RuleParty),
        "target" => Some(Unsupported::Target),
        _ => None,
    };
    let known_elsewhere = bare == name || name.starts_with('@');
    let problem = match unsupported {
        Some(what) if known_elsewhere => Problem::Unsupported(what),
        Some(_) | None => Problem::UnknownMember { name: name.to_owned() },
    };
    ParseError::at(node.pointer().clone(), problem)
}

fn shape(node: &Node<'_>, expected: Expected) -> ParseError {
    let found = Found::of(node.value());
    ParseError::at(node.pointer().clone(), Problem::Shape { expected, found })
}
