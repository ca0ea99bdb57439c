//! The digest of what a policy means: the same for two documents that say the same in another
//! order, spelling or layout. It is a tree of SHA-256 digests; each node is the digest of its kind
//! and its parts, each part led by its length, so that no two trees have the same bytes.
//!
//! What is a set (rules, constraints side by side and under `and`, `or`, `xone`, the values of a
//! list, targets, parties) is sorted by the parts' own digests; `andSequence` keeps its order. IRIs
//! are written in full. Values keep their lexical form, except that a JSON number or boolean is the
//! typed literal that JSON-LD makes of it. Informative members, pointers and shorthand, which stands
//! in the rules already, are left out.

use wire::digest::Digest;
use wire::iri::Iri;

use crate::id::Id;
use crate::model::{Action, Constraint, Entity, Literal, LiteralTag, Operand, Policy, Rule};
use crate::operator::LogicalOperator;
use crate::place::Place;
use crate::vocabulary::{ODRL, XSD};

/// The digest of what the policy means, with its id and what it binds.
#[must_use]
pub fn meaning_digest(policy: &Policy) -> Digest {
    let bound = [&policy.target, &policy.assigner, &policy.assignee].map(optional_id);
    let timestamp = policy.timestamp.map(|at| leaf("timestamp", &at.to_string()));
    let head = [leaf("kind", policy.kind.type_name()), leaf("id", policy.id.as_str())];
    let parts =
        head.into_iter().chain(bound).chain([timestamp.unwrap_or_else(none), terms(policy)]);
    node("policy", parts)
}

/// The digest of what an offer and the agreement on it must have in common: rules, profiles,
/// conflict strategy and what is inherited, without id, kind, target, parties and timestamp.
#[must_use]
pub fn terms_digest(policy: &Policy) -> Digest {
    terms(policy)
}

fn terms(policy: &Policy) -> Digest {
    let conflict = policy.conflict.map(|strategy| leaf("conflict", strategy.name()));
    let rules = [
        (Place::Permission, &policy.permissions),
        (Place::Prohibition, &policy.prohibitions),
        (Place::Obligation, &policy.obligations),
    ];
    let rules =
        rules.map(|(place, rules)| set(place.member(), rules.iter().map(|it| rule(it, place))));
    let head = [
        set("profile", policy.profiles.iter().map(|iri| leaf("iri", iri.as_str()))),
        set("inherit", policy.inherits.iter().map(|id| leaf("id", id.as_str()))),
        conflict.unwrap_or_else(none),
    ];
    node("terms", head.into_iter().chain(rules))
}

/// Each level is a place below the last, so that the recursion ends at the third.
fn rule(rule: &Rule, place: Place) -> Digest {
    let parties = rule
        .parties
        .iter()
        .map(|role| node("party", [leaf("function", role.function.name()), entity(&role.party)]));
    let duties = place
        .duties()
        .map(|below| set(below.member(), rule.duties.iter().map(|duty| self::rule(duty, below))));
    node(
        "rule",
        [
            optional_id(&rule.id),
            set("action", rule.actions.iter().map(action)),
            set("target", rule.targets.iter().map(entity)),
            set("output", rule.outputs.iter().map(entity)),
            set("parties", parties),
            constraints(&rule.constraints),
            duties.unwrap_or_else(none),
        ],
    )
}

fn action(action: &Action) -> Digest {
    node("action", [leaf("iri", &action.term.iri()), constraints(&action.refinements)])
}

fn entity(entity: &Entity) -> Digest {
    let kind = if entity.is_collection { "collection" } else { "entity" };
    let part_of = set("part", entity.part_of.iter().map(|id| leaf("id", id.as_str())));
    node(kind, [optional_id(&entity.id), part_of, constraints(&entity.refinements)])
}

fn constraints(constraints: &[Constraint]) -> Digest {
    set("all", constraints.iter().map(constraint))
}

/// The depth is that of a parsed policy, hence bounded.
fn constraint(constraint: &Constraint) -> Digest {
    match constraint {
        Constraint::Atomic { id, left, operator, right, unit, data_type, status, .. } => node(
            "atomic",
            [
                optional_id(id),
                leaf("iri", &left.iri()),
                leaf("iri", &format!("{ODRL}{operator}")),
                operand(right),
                optional_iri(unit),
                optional_iri(data_type),
                status.as_ref().map_or_else(none, literal),
            ],
        ),
        Constraint::Logical { id, operator, operands, .. } => {
            let operands = operands.iter().map(self::constraint);
            let joined = match operator {
                LogicalOperator::AndSequence => node("andSequence", operands),
                LogicalOperator::And | LogicalOperator::Or | LogicalOperator::Xone => {
                    set(operator.name(), operands)
                }
            };
            node("logical", [optional_id(id), joined])
        }
    }
}

fn operand(operand: &Operand) -> Digest {
    let references = operand.references.iter().map(|iri| leaf("iri", iri.as_str()));
    node(
        "operand",
        [set("value", operand.values.iter().map(literal)), set("reference", references)],
    )
}

fn literal(literal: &Literal) -> Digest {
    let typed = |name| leaf("type", &format!("{XSD}{name}"));
    let tag = match &literal.tag {
        LiteralTag::Boolean => typed("boolean"),
        LiteralTag::Datatype(datatype) => leaf("type", datatype.as_str()),
        LiteralTag::Iri => leaf("named", ""),
        LiteralTag::Language(language) => leaf("language", language),
        LiteralTag::Number => typed("integer"),
        LiteralTag::Plain => leaf("plain", ""),
    };
    node("literal", [leaf("lexical", &literal.lexical), tag])
}

fn none() -> Digest {
    leaf("none", "")
}

fn optional_id(id: &Option<Id>) -> Digest {
    id.as_ref().map_or_else(none, |id| leaf("id", id.as_str()))
}

fn optional_iri(iri: &Option<Iri>) -> Digest {
    iri.as_ref().map_or_else(none, |iri| leaf("iri", iri.as_str()))
}

fn leaf(kind: &str, text: &str) -> Digest {
    Digest::of(&[&encoded(kind.as_bytes())[..], &encoded(text.as_bytes())[..]].concat())
}

fn set(kind: &str, parts: impl IntoIterator<Item = Digest>) -> Digest {
    let mut parts: Vec<Digest> = parts.into_iter().collect();
    parts.sort();
    node(kind, parts)
}

fn node(kind: &str, parts: impl IntoIterator<Item = Digest>) -> Digest {
    let mut bytes = encoded(kind.as_bytes());
    for part in parts {
        bytes.extend(encoded(part.as_bytes()));
    }
    Digest::of(&bytes)
}

/// Bytes led by their length.
fn encoded(bytes: &[u8]) -> Vec<u8> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}
