//! What both readers do with a whole policy: its rules in their places, profiles, conflict strategy,
//! and what must hold of all of it together.

use std::collections::BTreeSet;

use wire::iri::Iri;
use wire::node::Node;

use super::object::{Object, only};
use super::reader::Reader;
use super::{ATOMIC_RULES_MAX, rule, word};
use crate::atomic;
use crate::context::Context;
use crate::error::{Counted, ParseError, Problem, TermRole};
use crate::model::{ConflictStrategy, Policy, PolicyKind};
use crate::place::Place;
use crate::shorthand::Shorthand;
use crate::vocabulary::{ALLMENDE_V1, ODRL_CORE};

/// A policy of the kind with its rules, and nothing bound.
pub(super) fn policy(
    object: &Object<'_>,
    kind: PolicyKind,
    reader: &mut Reader,
) -> Result<Policy, ParseError> {
    let context = reader.context;
    Ok(Policy {
        kind,
        id: reader.claim(&object.required("@id")?)?,
        target: None,
        assigner: None,
        assignee: None,
        timestamp: None,
        profiles: profiles(object, context)?,
        inherits: Vec::new(),
        shorthand: Shorthand::default(),
        conflict: conflict(object, context)?,
        permissions: rule::parse_all(object, Place::Permission, reader)?,
        prohibitions: rule::parse_all(object, Place::Prohibition, reader)?,
        obligations: rule::parse_all(object, Place::Obligation, reader)?,
        informative: object.informative.clone(),
    })
}

/// A processor that does not know a profile must stop (ODRL Information Model 2.2, section 4).
fn profiles(object: &Object<'_>, context: Context) -> Result<Vec<Iri>, ParseError> {
    let mut profiles = BTreeSet::new();
    for node in object.all("profile") {
        let (node, text, _) = word::text(node, "profile", context)?;
        let known = [ALLMENDE_V1, ODRL_CORE].into_iter().find(|known| *known == text);
        let known = known.and_then(|known| Iri::parse(known).ok());
        let suggestion = || Some(ALLMENDE_V1.to_owned());
        let unknown = || word::unknown(&node, TermRole::Profile, text, suggestion());
        profiles.insert(known.ok_or_else(unknown)?);
    }
    Ok(profiles.into_iter().collect())
}

/// At most one strategy (W3C validation rule 23).
fn conflict(object: &Object<'_>, context: Context) -> Result<Option<ConflictStrategy>, ParseError> {
    let Some(node) = object.optional("conflict") else { return Ok(None) };
    let (at, name) = word::odrl(only(node)?, "conflict", context)?;
    let found = ConflictStrategy::ALL.into_iter().find(|strategy| strategy.name() == name);
    let written = at.value().as_str().unwrap_or_default();
    found.map(Some).ok_or_else(|| {
        let bare = ConflictStrategy::ALL.into_iter().find(|strategy| strategy.name() == written);
        let suggestion = bare.map(|strategy| format!("odrl:{}", strategy.name()));
        word::unknown(&at, TermRole::Conflict, written, suggestion)
    })
}

/// Refuses what would come to too many rules when it is split, before anything is.
pub(super) fn refuse_too_many(policy: &Policy, node: &Node<'_>) -> Result<(), ParseError> {
    let (what, limit) = (Counted::AtomicRules, ATOMIC_RULES_MAX);
    if atomic::count(policy) <= limit {
        return Ok(());
    }
    Err(ParseError::at(node.pointer().clone(), Problem::TooMany { what, limit }))
}
