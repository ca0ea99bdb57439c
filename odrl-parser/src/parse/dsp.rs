//! Offers and agreements of DSP 2025-1: target and parties are bound at the policy, everything else
//! stands in its rules.

use jiff::Timestamp;
use wire::node::Node;

use super::object::{Object, Texts, only};
use super::reader::Reader;
use super::{shared, word};
use crate::context::Context;
use crate::error::{ParseError, Problem};
use crate::id::Id;
use crate::instant::parse_instant;
use crate::model::{Policy, PolicyKind};

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

const MEMBERS: [&str; 11] = [
    "@id",
    "@type",
    "assignee",
    "assigner",
    "conflict",
    "obligation",
    "permission",
    "profile",
    "prohibition",
    "target",
    "timestamp",
];

fn parse(node: &Node<'_>, kind: PolicyKind) -> Result<Policy, ParseError> {
    let context = Context::Dsp;
    let known = MEMBERS.into_iter().filter(|name| match *name {
        "target" => kind != PolicyKind::Offer,
        "timestamp" => kind == PolicyKind::Agreement,
        _ => true,
    });
    let known: Vec<&str> = known.collect();
    let object = Object::open(node, context, &known, Texts::Kept)?;
    word::type_of(object.required("@type")?, &[kind.type_name()], context)?;
    let mut policy = shared::policy(&object, kind, &mut Reader::new(context))?;
    let is_agreement = kind == PolicyKind::Agreement;
    if is_agreement {
        policy.timestamp = Some(timestamp(object.required("timestamp")?)?);
    }
    for (name, place, required) in [
        ("target", &mut policy.target, kind != PolicyKind::Offer),
        ("assigner", &mut policy.assigner, is_agreement),
        ("assignee", &mut policy.assignee, is_agreement),
    ] {
        *place = bound(&object, name)?;
        if required && place.is_none() {
            object.required(name)?;
        }
    }
    if policy.permissions.is_empty() && policy.prohibitions.is_empty() {
        return Err(ParseError::at(node.pointer().clone(), Problem::NoRule));
    }
    shared::refuse_too_many(&policy, node)?;
    Ok(policy)
}

fn bound(object: &Object<'_>, name: &str) -> Result<Option<Id>, ParseError> {
    object.optional(name).map(|node| word::id(node, name, Context::Dsp)).transpose()
}

fn timestamp(node: Node<'_>) -> Result<Timestamp, ParseError> {
    let node = only(node)?;
    let at = parse_instant(node.string()?);
    at.map_err(|error| ParseError::at(node.pointer().clone(), Problem::Timestamp(error)))
}
