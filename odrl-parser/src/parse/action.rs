//! What a rule is about. A refined action is an object of its own that has the action as its
//! `rdf:value`: written on the action itself, a refinement would refine it for everybody.

use wire::node::{Members, Node};

use super::object::{Object, Texts};
use super::reader::Reader;
use super::{constraint, word};
use crate::context::Context;
use crate::error::{ParseError, Problem, Unsupported};
use crate::model::Action;
use crate::term::TermKind;

/// The members of a refined action.
const REFINED: [&str; 3] = ["@type", "rdf:value", "refinement"];

pub(super) fn parse(node: &Node<'_>, reader: &mut Reader) -> Result<Action, ParseError> {
    reader.count_entity(node)?;
    let context = reader.context;
    let pointer = node.pointer().clone();
    let Some(members) = node.object().ok().filter(|members| !is_reference(members)) else {
        let term = word::term(node.clone(), "action", TermKind::Action, context)?;
        return Ok(Action { term, refinements: Vec::new(), pointer });
    };
    for place in ["rdf:value", "@id"] {
        let misread = place == "@id" || context == Context::Dsp;
        if let Some(other) = members.optional(place).filter(|_| misread) {
            let problem = Problem::Unsupported(Unsupported::ActionObject);
            return Err(ParseError::at(other.pointer().clone(), problem));
        }
    }
    let object = Object::open(node, context, &REFINED, Texts::Refused)?;
    if let Some(node) = object.optional("@type") {
        word::type_of(node, &["Action"], context)?;
    }
    let term = word::term(object.required("rdf:value")?, "rdf:value", TermKind::Action, context)?;
    let refinements = constraint::parse_all(object.all("refinement"), reader)?;
    Ok(Action { term, refinements, pointer })
}

fn is_reference(members: &Members<'_>) -> bool {
    members.has("@id") && members.map().len() == 1
}
