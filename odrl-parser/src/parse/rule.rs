//! Permissions, prohibitions, and duties in their four places.

use wire::node::{Expected, Node};

use super::entity::{self, Kind};
use super::object::{Object, Texts, count, only, shape};
use super::reader::Reader;
use super::{action, constraint, word};
use crate::context::Context;
use crate::emit;
use crate::error::{ParseError, Problem};
use crate::model::{Action, PartyFunction, Role, Rule};
use crate::place::Place;

/// Reads the rules of a place.
pub(super) fn parse_all(
    object: &Object<'_>,
    place: Place,
    reader: &mut Reader,
) -> Result<Vec<Rule>, ParseError> {
    let mut rules = Vec::new();
    for node in object.all(place.member()) {
        reader.count_rule(&node)?;
        let parse = if place == Place::Duty { parse_duty } else { parse };
        rules.push(parse(&node, place, reader)?);
    }
    Ok(rules)
}

/// A duty with a name that several permissions share is one duty, to be done once (ODRL Information
/// Model 2.2, section 2.6.5). Each of them says all of it, in the same words: what said less or
/// something else under the same name could not be told from a mistake.
fn parse_duty(node: &Node<'_>, place: Place, reader: &mut Reader) -> Result<Rule, ParseError> {
    let object = Object::open(node, reader.context, &members(place, reader.context), Texts::Kept)?;
    let at = object.optional("@id");
    let id = at.as_ref().map(|at| word::id(at.clone(), "@id", reader.context)).transpose()?;
    let Some((at, shared)) = at.zip(id.and_then(|id| reader.duties.get(&id).cloned())) else {
        let duty = parse(node, place, reader)?;
        reader.share(&duty);
        return Ok(duty);
    };
    reader.release(&shared);
    let duty = parse(node, place, reader)?;
    if emit::rules_json(std::slice::from_ref(&duty), place) == emit::rules_json(&[shared], place) {
        return Ok(duty);
    }
    Err(ParseError::at(at.pointer().clone(), Problem::IdTwice))
}

/// Each level is a place below the last, so that the recursion ends at the third.
fn parse(node: &Node<'_>, place: Place, reader: &mut Reader) -> Result<Rule, ParseError> {
    let context = reader.context;
    let object = Object::open(node, context, &members(place, context), Texts::Kept)?;
    if let Some(node) = object.optional("@type") {
        word::type_of(node, &[place.type_name()], context)?;
    }
    Ok(Rule {
        id: reader.own_id(&object)?,
        actions: actions(&object, reader)?,
        targets: entity::parse_all(&object, "target", Kind::Asset, reader)?,
        outputs: entity::parse_all(&object, "output", Kind::Asset, reader)?,
        parties: parties(&object, reader)?,
        constraints: constraint::parse_all(object.all("constraint"), reader)?,
        duties: match place.duties() {
            Some(below) => parse_all(&object, below, reader)?,
            None => Vec::new(),
        },
        pointer: node.pointer().clone(),
        informative: object.informative,
    })
}

/// DSP has exactly one action in a rule; in plain ODRL the policy may give it.
fn actions(object: &Object<'_>, reader: &mut Reader) -> Result<Vec<Action>, ParseError> {
    if reader.context == Context::Dsp {
        return Ok(vec![action::parse(&only(object.required("action")?)?, reader)?]);
    }
    match object.optional("action") {
        Some(node) if count(&node) == 0 => Err(shape(&node, Expected::NonEmptyArray)),
        Some(_) | None => object.all("action").map(|node| action::parse(&node, reader)).collect(),
    }
}

/// The parties of an object by function.
pub(super) fn parties(object: &Object<'_>, reader: &mut Reader) -> Result<Vec<Role>, ParseError> {
    let mut roles = Vec::new();
    for function in PartyFunction::ALL {
        let parties = entity::parse_all(object, function.name(), Kind::Party, reader)?;
        roles.extend(parties.into_iter().map(|party| Role { function, party }));
    }
    Ok(roles)
}

/// The members that a rule may have there.
fn members(place: Place, context: Context) -> Vec<&'static str> {
    let mut known = vec!["@id", "@type", "action", "constraint", "output"];
    known.extend(place.duties().map(Place::member));
    let bound = [PartyFunction::Assigner, PartyFunction::Assignee];
    match context {
        Context::Dsp => {
            let free = PartyFunction::ALL.into_iter().filter(|it| !bound.contains(it));
            known.extend(free.map(PartyFunction::name));
        }
        Context::Odrl => {
            known.push("target");
            known.extend(PartyFunction::ALL.map(PartyFunction::name));
        }
    }
    known
}
