//! From offer to agreement: the rules are copied verbatim, and only id, type, target, parties and
//! timestamp are bound.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Value, json};
use wire::pointer::Pointer;
use wire::text::shown_within;

use crate::emit::rules_json;
use crate::id::Id;
use crate::model::{Policy, PolicyKind};
use crate::place::Place;

/// Most differences that a comparison lists.
pub const DIFFERENCES_MAX: usize = 8;

/// An agreement can be made of an offer alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy is no offer")]
pub struct NotAnOffer;

impl Policy {
    /// Makes the agreement on this offer: its rules, profiles and informative members as they
    /// stand.
    ///
    /// # Errors
    /// [`NotAnOffer`].
    pub fn into_agreement(
        self,
        id: Id,
        target: Id,
        assigner: Id,
        assignee: Id,
        timestamp: Timestamp,
    ) -> Result<Self, NotAnOffer> {
        match self.kind {
            PolicyKind::Agreement
            | PolicyKind::Assertion
            | PolicyKind::Privacy
            | PolicyKind::Request
            | PolicyKind::Set
            | PolicyKind::Ticket => Err(NotAnOffer),
            PolicyKind::MessageOffer | PolicyKind::Offer => Ok(Self {
                kind: PolicyKind::Agreement,
                id,
                target: Some(target),
                assigner: Some(assigner),
                assignee: Some(assignee),
                timestamp: Some(timestamp),
                ..self
            }),
        }
    }
}

/// One place where an agreement says something else than the offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The place, in the canonical form of the policy.
    pub pointer: Pointer,
    /// What the offer says there, if anything.
    pub offered: Option<Value>,
    /// What the agreement says there, if anything.
    pub agreed: Option<Value>,
}

/// The agreement is not the offer that was bound: its first [`DIFFERENCES_MAX`] differences.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// At least one difference, in the order of the comparison.
    pub differences: Vec<Difference>,
}

/// Compares what an agreement binds with what was offered, as [`terms_match`] does.
///
/// # Errors
/// [`Mismatch`] with the places that differ, `@type` first if it is no agreement at all.
pub fn agreement_matches_offer(offer: &Policy, agreement: &Policy) -> Result<(), Mismatch> {
    let mut differences = Differences(Vec::new());
    if agreement.kind != PolicyKind::Agreement {
        let offered = Some(json!("Agreement"));
        let agreed = Some(json!(agreement.kind.type_name()));
        differences.add(&Pointer::root().member("@type"), offered, agreed);
    }
    differences.compare_terms(offer, agreement);
    differences.result()
}

/// Compares the terms of an offer with those of a later offer or agreement. Spelling (prefix or
/// full IRI, one value or a list of one) does not count; order of rules does. Id, type and
/// timestamp may differ; target and parties may be bound where the offer leaves them open, but not
/// changed.
///
/// # Errors
/// [`Mismatch`] with the places that differ.
pub fn terms_match(offer: &Policy, later: &Policy) -> Result<(), Mismatch> {
    let mut differences = Differences(Vec::new());
    differences.compare_terms(offer, later);
    differences.result()
}

fn id_json(id: &Option<Id>) -> Option<Value> {
    id.as_ref().map(|id| json!(id.as_str()))
}

fn conflict_json(policy: &Policy) -> Option<Value> {
    policy.conflict.map(|strategy| json!(strategy.name()))
}

fn inherits_json(policy: &Policy) -> Option<Value> {
    let parents = policy.inherits.iter().map(|id| json!(id.as_str()));
    (!policy.inherits.is_empty()).then(|| parents.collect())
}

fn profile_names(policy: &Policy) -> Vec<&str> {
    policy.profiles.iter().map(wire::iri::Iri::as_str).collect()
}

struct Differences(Vec<Difference>);

impl Differences {
    fn compare_terms(&mut self, offer: &Policy, later: &Policy) {
        let root = Pointer::root();
        for (name, offered, agreed) in [
            ("target", &offer.target, &later.target),
            ("assigner", &offer.assigner, &later.assigner),
            ("assignee", &offer.assignee, &later.assignee),
        ] {
            if offered.is_some() && offered != agreed {
                self.add(&root.member(name), id_json(offered), id_json(agreed));
            }
        }
        self.compare(
            &root.member("profile"),
            Some(&json!(profile_names(offer))),
            Some(&json!(profile_names(later))),
        );
        for (name, offered, agreed) in [
            ("odrl:conflict", conflict_json(offer), conflict_json(later)),
            ("odrl:inheritFrom", inherits_json(offer), inherits_json(later)),
        ] {
            self.compare(&root.member(name), offered.as_ref(), agreed.as_ref());
        }
        for (place, offered, agreed) in [
            (Place::Permission, &offer.permissions, &later.permissions),
            (Place::Prohibition, &offer.prohibitions, &later.prohibitions),
            (Place::Obligation, &offer.obligations, &later.obligations),
        ] {
            let (offered, agreed) = (rules_json(offered, place), rules_json(agreed, place));
            self.compare(&root.member(place.member()), Some(&offered), Some(&agreed));
        }
        let offered = Value::Object(offer.informative.clone().into_iter().collect());
        let agreed = Value::Object(later.informative.clone().into_iter().collect());
        self.compare(&root, Some(&offered), Some(&agreed));
    }

    fn result(self) -> Result<(), Mismatch> {
        if self.0.is_empty() { Ok(()) } else { Err(Mismatch { differences: self.0 }) }
    }

    fn add(&mut self, pointer: &Pointer, offered: Option<Value>, agreed: Option<Value>) {
        if self.0.len() < DIFFERENCES_MAX {
            self.0.push(Difference { pointer: pointer.clone(), offered, agreed });
        }
    }

    /// Descends to the smallest parts that differ. The depth is that of a parsed policy, hence
    /// bounded.
    fn compare(&mut self, pointer: &Pointer, offered: Option<&Value>, agreed: Option<&Value>) {
        match (offered, agreed) {
            (Some(Value::Object(left)), Some(Value::Object(right))) => {
                let names: std::collections::BTreeSet<&String> =
                    left.keys().chain(right.keys()).collect();
                for name in names {
                    self.compare(&pointer.member(name), left.get(name), right.get(name));
                }
            }
            (Some(Value::Array(left)), Some(Value::Array(right))) => {
                for index in 0..left.len().max(right.len()) {
                    self.compare(&pointer.element(index), left.get(index), right.get(index));
                }
            }
            (left, right) if left == right => {}
            (left, right) => self.add(pointer, left.cloned(), right.cloned()),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the agreement differs from the offer")?;
        for (at, difference) in self.differences.iter().enumerate() {
            let lead = if at == 0 { ": " } else { "; " };
            write!(f, "{lead}{} offered ", difference.pointer.place())?;
            write_side(f, difference.offered.as_ref())?;
            f.write_str(", agreed ")?;
            write_side(f, difference.agreed.as_ref())?;
        }
        Ok(())
    }
}

fn write_side(f: &mut fmt::Formatter<'_>, side: Option<&Value>) -> fmt::Result {
    match side {
        Some(value) => write!(f, "`{}`", shown_within(&value.to_string(), 80)),
        None => f.write_str("nothing"),
    }
}

impl std::error::Error for Mismatch {}
