//! One participant in the trust list.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use wire::did::Did;
use wire::digest::Digest;
use wire::iri::Iri;
use wire::node::{Expected, Node};

use super::TrustError;
use crate::registration::{REGISTRATION_MEMBERS, Registration};

/// Most kinds that one member is vetted as.
const VETTED_MAX: usize = 64;

/// Most certificates listed for one member.
const CERTIFICATES_MAX: usize = 16;

/// Longest shown name of a member, in characters.
pub const NAME_CHARS_MAX: usize = 200;

/// Whether a trust list may carry this as a member's shown name: not empty, not too long, nothing
/// that hides or turns what stands there.
#[must_use]
pub fn is_shown_name(name: &str) -> bool {
    let length = name.chars().count();
    (1..=NAME_CHARS_MAX).contains(&length)
        && name.trim() == name
        && !name.chars().any(wire::text::is_deceptive)
}

/// Whether a member may take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It may.
    Active,
    /// Not for now; its certificate may still hold.
    Suspended,
}

/// What the authority says of one participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Fingerprints of the certificates issued to it; empty where the authority does not list them.
    pub certificates: BTreeSet<Digest>,
    /// Who.
    pub did: Did,
    /// The name shown to people, as the authority heard it. For eyes alone: nothing is decided by it,
    /// and two members may have the same.
    pub name: Option<String>,
    /// Its keys and capabilities.
    pub registration: Registration,
    /// Whether it may take part.
    pub status: Status,
    /// The kinds of member as which the authority vetted it.
    pub vetted_as: BTreeSet<Iri>,
}

impl Member {
    pub(super) fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("certificates".into(), json!(self.certificates));
        members.insert("did".into(), json!(self.did.as_str()));
        if let Some(name) = &self.name {
            members.insert("name".into(), json!(name));
        }
        members.insert(
            "status".into(),
            json!(match self.status {
                Status::Active => "active",
                Status::Suspended => "suspended",
            }),
        );
        let kinds: Vec<&str> = self.vetted_as.iter().map(Iri::as_str).collect();
        members.insert("vettedAs".into(), json!(kinds));
        self.registration.write(&mut members);
        Value::Object(members)
    }

    pub(super) fn read(node: &Node<'_>) -> Result<Self, TrustError> {
        let members = node.object()?;
        let mut known = vec!["certificates", "did", "name", "status", "vettedAs"];
        known.extend(REGISTRATION_MEMBERS);
        members.refuse_unknown(&known)?;
        let status = members.required("status")?;
        let status = match status.string()? {
            "active" => Status::Active,
            "suspended" => Status::Suspended,
            _ => return Err(status.wrong(Expected::Named("`active` or `suspended`")).into()),
        };
        Ok(Self {
            certificates: set(&members.required("certificates")?, CERTIFICATES_MAX)?,
            did: members.required("did")?.parse("a did:web")?,
            name: members.optional("name").map(|node| name(&node)).transpose()?,
            registration: Registration::read(node)?,
            status,
            vetted_as: set(&members.required("vettedAs")?, VETTED_MAX)?,
        })
    }
}

fn name(node: &Node<'_>) -> Result<String, TrustError> {
    let name = node.string()?;
    if is_shown_name(name) {
        return Ok(name.to_owned());
    }
    Err(node.wrong(Expected::Named("a name of at most 200 visible characters")).into())
}

fn set<T: std::str::FromStr + Ord>(
    node: &Node<'_>,
    count_max: usize,
) -> Result<BTreeSet<T>, TrustError> {
    let list = node.array()?;
    if list.len() > count_max {
        return Err(node.wrong(Expected::Named("a shorter list")).into());
    }
    let set: BTreeSet<T> =
        list.iter().map(|item| item.parse("an IRI or digest")).collect::<Result<_, _>>()?;
    if set.len() == list.len() {
        Ok(set)
    } else {
        Err(node.wrong(Expected::Named("a list without repetitions")).into())
    }
}
