//! Assets, parties and actions, with what narrows them.

use wire::node::{Expected, Found};

use super::policy::Budget;
use super::reached::Reached;
use super::{RDF, constraint, value};
use crate::error::{Counted, ParseError, Problem, TermRole};
use crate::id::Id;
use crate::model::{Action, Entity, PartyFunction, Role};
use crate::parse::ENTITIES_MAX;
use crate::term::Term;
use crate::vocabulary::ODRL;

/// What an entity is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sort {
    Asset,
    Party,
}

/// Parties of a rule or of a compact policy, in the order of the functions.
pub(super) fn parse_roles(
    place: &Reached<'_>,
    budget: &mut Budget,
) -> Result<Vec<Role>, ParseError> {
    let mut roles = Vec::new();
    for function in PartyFunction::ALL {
        for place in place.many(function.name()) {
            roles.push(Role { function, party: parse(&place, Sort::Party, budget)? });
        }
    }
    Ok(roles)
}

/// Assets in one relation to a rule.
pub(super) fn parse_assets(
    place: &Reached<'_>,
    name: &str,
    budget: &mut Budget,
) -> Result<Vec<Entity>, ParseError> {
    place.many(name).iter().map(|place| parse(place, Sort::Asset, budget)).collect()
}

/// An asset or a party. What other vocabularies say of it belongs to the state of the world, unless
/// it has no name: then it would be lost.
pub(super) fn parse(
    place: &Reached<'_>,
    sort: Sort,
    budget: &mut Budget,
) -> Result<Entity, ParseError> {
    count(place, budget)?;
    let is_collection = is_collection(place, sort)?;
    let known = ["uid", "partOf", "source", "refinement", "hasPolicy", "assigneeOf", "assignerOf"];
    for predicate in place.unknown(&known) {
        if place.node.as_iri().is_none() || predicate.starts_with(ODRL) {
            return Err(place.unknown_property(predicate, &known));
        }
    }
    let refinements = constraint::parse_all(place, "refinement", budget)?;
    let source = place.optional("source")?;
    if !is_collection && (source.is_some() || !refinements.is_empty()) {
        return Err(place.wrong(Expected::Named("a collection"), Found::Object));
    }
    let own = place.id()?;
    let source = source.map(|source| parse_name(&source)).transpose()?;
    let id = match (refinements.is_empty(), own, source) {
        // `uid` would name the members that are meant (Information Model 2.2, sections 2.2.2,
        // 2.3.2).
        (false, Some(_), None) => {
            let problem = Problem::Shape { expected: Expected::Present, found: Found::Absent };
            return Err(ParseError::at(place.pointer.member("source"), problem));
        }
        (false, _, source) => source,
        (true, own, source) => own.or(source),
    };
    let part_of = place.many("partOf").iter().map(parse_name).collect::<Result<_, _>>()?;
    Ok(Entity { id, is_collection, part_of, refinements, pointer: place.pointer.clone() })
}

fn parse_name(place: &Reached<'_>) -> Result<Id, ParseError> {
    Id::parse(place.name()?).map_err(|error| place.refuse(Problem::Id(error)))
}

/// Classes of other vocabularies say nothing here; those of ODRL must fit.
fn is_collection(place: &Reached<'_>, sort: Sort) -> Result<bool, ParseError> {
    let (single, collection) = match sort {
        Sort::Asset => ("Asset", "AssetCollection"),
        Sort::Party => ("Party", "PartyCollection"),
    };
    let mut is_collection = false;
    for class in place.graph.objects(place.node, super::TYPE) {
        match class.as_iri().and_then(|iri| iri.strip_prefix(ODRL)) {
            Some(name) if name == collection => is_collection = true,
            Some(name) if name == single || name == "Policy" => {}
            Some(_) => return Err(place.unknown_class(class)),
            None if place.node.as_iri().is_none() => return Err(place.unknown_class(class)),
            None => {}
        }
    }
    Ok(is_collection)
}

/// Actions of a rule or of a compact policy.
pub(super) fn parse_actions(
    place: &Reached<'_>,
    budget: &mut Budget,
) -> Result<Vec<Action>, ParseError> {
    place.many("action").iter().map(|place| parse_action(place, budget)).collect()
}

/// An action of the vocabulary, or a node that narrows one.
fn parse_action(place: &Reached<'_>, budget: &mut Budget) -> Result<Action, ParseError> {
    count(place, budget)?;
    place.check_classes(&["Action"])?;
    let value_of = format!("{RDF}value");
    for predicate in place.unknown(&["refinement"]) {
        if predicate != value_of {
            return Err(place.unknown_property(predicate, &["refinement"]));
        }
    }
    let meant = match place.graph.objects(place.node, &value_of).as_slice() {
        [] => place.clone(),
        [only] => {
            Reached { node: only, pointer: place.pointer.member("rdf:value"), ..place.clone() }
        }
        [_, _, ..] => return Err(place.wrong(Expected::Named("one value"), Found::Array)),
    };
    Ok(Action {
        term: value::term(&meant, TermRole::Action, Term::action)?,
        refinements: constraint::parse_all(place, "refinement", budget)?,
        pointer: place.pointer.clone(),
    })
}

fn count(place: &Reached<'_>, budget: &mut Budget) -> Result<(), ParseError> {
    budget.entities += 1;
    if budget.entities > ENTITIES_MAX {
        let problem = Problem::TooMany { what: Counted::Entities, limit: ENTITIES_MAX };
        return Err(place.refuse(problem));
    }
    Ok(())
}
