//! Assets and parties, and collections of them. A refinement chooses members of a collection, so
//! only a collection has one, and then the collection is named by `source`: `uid` would name the
//! members that are meant (ODRL Information Model 2.2, sections 2.2.2 and 2.3.2).

use serde_json::Value;
use wire::node::{Expected, Found, Node};

use super::object::{Object, Texts};
use super::reader::Reader;
use super::{constraint, word};
use crate::context::Context;
use crate::error::{ParseError, Problem, Unsupported};
use crate::id::Id;
use crate::model::Entity;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Asset,
    Party,
}

impl Kind {
    /// The types of a single one and of a collection.
    const fn types(self) -> [&'static str; 2] {
        match self {
            Self::Asset => ["Asset", "AssetCollection"],
            Self::Party => ["Party", "PartyCollection"],
        }
    }
}

const MEMBERS: [&str; 5] = ["@id", "@type", "partOf", "refinement", "source"];

/// Reads each value of the member.
pub(super) fn parse_all(
    object: &Object<'_>,
    member: &str,
    kind: Kind,
    reader: &mut Reader,
) -> Result<Vec<Entity>, ParseError> {
    object.all(member).map(|node| parse(&node, member, kind, reader)).collect()
}

fn parse(
    node: &Node<'_>,
    member: &str,
    kind: Kind,
    reader: &mut Reader,
) -> Result<Entity, ParseError> {
    reader.count_entity(node)?;
    let context = reader.context;
    let pointer = node.pointer().clone();
    if !matches!(node.value(), Value::Object(_)) {
        let id = Some(word::id(node.clone(), member, context)?);
        let (part_of, refinements) = (Vec::new(), Vec::new());
        return Ok(Entity { id, is_collection: false, part_of, refinements, pointer });
    }
    let object = Object::open(node, context, &MEMBERS, Texts::Refused)?;
    let type_of = object.optional("@type");
    let type_of = type_of.map(|node| word::type_of(node, &kind.types(), context)).transpose()?;
    let is_collection = type_of == kind.types().last().copied();
    if !is_collection
        && let Some(node) = object.optional("refinement").or(object.optional("source"))
    {
        let problem = Problem::Unsupported(Unsupported::RefinementPlace);
        return Err(ParseError::at(node.pointer().clone(), problem));
    }
    let refinements = constraint::parse_all(object.all("refinement"), reader)?;
    let id = name(&object, context, refinements.is_empty())?;
    let part_of = object.all("partOf").map(|node| {
        reader.count_entity(&node)?;
        word::id(node, "partOf", context)
    });
    Ok(Entity {
        id,
        is_collection,
        part_of: part_of.collect::<Result<_, _>>()?,
        refinements,
        pointer,
    })
}

/// `uid`, or `source` of a collection: never both, and of a refined collection `source` alone.
fn name(object: &Object<'_>, context: Context, is_whole: bool) -> Result<Option<Id>, ParseError> {
    let (own, source) = (object.optional("@id"), object.optional("source"));
    if let Some(own) = own.as_ref().filter(|_| source.is_some() || !is_whole) {
        let found = Found::of(own.value());
        let problem = Problem::Shape { expected: Expected::Named("`source` alone"), found };
        return Err(ParseError::at(own.pointer().clone(), problem));
    }
    let id = own.map(|node| word::id(node, "@id", context));
    id.or_else(|| source.map(|node| word::id(node, "source", context))).transpose()
}
