//! The parts of a policy as JSON under a context.

use serde_json::{Map, Value, json};

use super::insert_plural;
use crate::context::Context;
use crate::model::{
    Action, Constraint, Entity, Literal, LiteralTag, Operand, PartyFunction, Role, Rule,
};
use crate::operator::{LogicalOperator, Operator};
use crate::place::Place;
use crate::shorthand::Shorthand;
use crate::term::{Namespace, Term};
use crate::vocabulary::XSD;

pub(super) use crate::parse::spell;

/// Members whose values JSON-LD would take for texts even where the context knows them.
const NOT_COERCED: [&str; 3] = ["dataType", "rightOperandReference", "unit"];

/// A name as the value of a member: a string where the context says that it names something, else
/// `{"@id": …}`.
pub(super) fn reference(member: &str, iri: &str, context: Context) -> Value {
    if context.defines(member) && !NOT_COERCED.contains(&member) {
        json!(iri)
    } else {
        json!({ "@id": iri })
    }
}

/// Each level is a place below the last, so that the recursion ends at the third.
pub(super) fn rules(rules: &[Rule], place: Place, context: Context) -> Value {
    rules.iter().map(|rule| self::rule(rule, place, context)).collect()
}

fn rule(rule: &Rule, place: Place, context: Context) -> Value {
    let mut object: Map<String, Value> = rule.informative.clone().into_iter().collect();
    if let Some(id) = &rule.id {
        object.insert("@id".to_owned(), json!(id.as_str()));
    }
    insert_actions(&mut object, &rule.actions, context);
    insert_assets(&mut object, "target", &rule.targets, context);
    insert_assets(&mut object, "output", &rule.outputs, context);
    insert_parties(&mut object, &rule.parties, context);
    insert_constraints(&mut object, "constraint", &rule.constraints, context);
    if let Some(below) = place.duties().filter(|_| !rule.duties.is_empty()) {
        object.insert(spell(below.member(), context), rules(&rule.duties, below, context));
    }
    Value::Object(object)
}

/// What a compact policy says once for all its rules.
pub(super) fn insert_shorthand(
    object: &mut Map<String, Value>,
    said: &Shorthand,
    context: Context,
) {
    insert_actions(object, &said.actions, context);
    insert_assets(object, "target", &said.targets, context);
    insert_assets(object, "output", &said.outputs, context);
    insert_parties(object, &said.parties, context);
}

fn insert_actions(object: &mut Map<String, Value>, actions: &[Action], context: Context) {
    insert_plural(object, "action", actions.iter().map(|it| action(it, context)).collect());
}

fn insert_assets(object: &mut Map<String, Value>, name: &str, assets: &[Entity], context: Context) {
    let assets = assets.iter().map(|it| entity(it, "AssetCollection", name, context));
    insert_plural(object, &spell(name, context), assets.collect());
}

fn insert_parties(object: &mut Map<String, Value>, parties: &[Role], context: Context) {
    for function in PartyFunction::ALL {
        let name = function.name();
        let of = parties.iter().filter(|role| role.function == function);
        let of = of.map(|role| entity(&role.party, "PartyCollection", name, context));
        insert_plural(object, &spell(name, context), of.collect());
    }
}

fn action(action: &Action, context: Context) -> Value {
    if action.refinements.is_empty() {
        return json!(action.term.spelling_under(context));
    }
    let mut object = Map::new();
    object.insert(spell("rdf:value", context), json!({ "@id": prefixed(action.term, context) }));
    insert_constraints(&mut object, "refinement", &action.refinements, context);
    Value::Object(object)
}

/// A term where no bare word is resolved.
fn prefixed(term: Term, context: Context) -> String {
    match term.namespace() {
        Namespace::Odrl => format!("odrl:{}", term.name()),
        Namespace::Allmende | Namespace::CreativeCommons => term.spelling_under(context),
    }
}

fn entity(entity: &Entity, collection: &str, member: &str, context: Context) -> Value {
    if let Some(id) = &entity.id
        && !entity.is_collection
        && entity.part_of.is_empty()
        && entity.refinements.is_empty()
    {
        return reference(member, id.as_str(), context);
    }
    let mut object = Map::new();
    let kind =
        if entity.is_collection { collection } else { collection.trim_end_matches("Collection") };
    object.insert("@type".to_owned(), json!(context.spell(Namespace::Odrl, kind)));
    if let Some(id) = &entity.id {
        if entity.refinements.is_empty() {
            object.insert("@id".to_owned(), json!(id.as_str()));
        } else {
            object.insert(spell("source", context), reference("source", id.as_str(), context));
        }
    }
    let part_of = entity.part_of.iter().map(|id| reference("partOf", id.as_str(), context));
    insert_plural(&mut object, &spell("partOf", context), part_of.collect());
    insert_constraints(&mut object, "refinement", &entity.refinements, context);
    Value::Object(object)
}

fn insert_constraints(
    object: &mut Map<String, Value>,
    name: &str,
    constraints: &[Constraint],
    context: Context,
) {
    if !constraints.is_empty() {
        let constraints = constraints.iter().map(|it| constraint(it, context)).collect();
        object.insert(spell(name, context), constraints);
    }
}

fn constraint(constraint: &Constraint, context: Context) -> Value {
    let mut object = Map::new();
    let id = match constraint {
        Constraint::Atomic { id, .. } | Constraint::Logical { id, .. } => id,
    };
    if let Some(id) = id {
        object.insert("@id".to_owned(), json!(id.as_str()));
    }
    match constraint {
        Constraint::Atomic { left, operator, right, unit, data_type, status, .. } => {
            object.insert("leftOperand".to_owned(), json!(left.spelling_under(context)));
            object.insert("operator".to_owned(), json!(operator.name()));
            insert_operand(&mut object, *operator, right, context);
            // Of these two, readers take a prefix in the data type alone.
            let unit = unit.as_ref().map(|iri| iri.as_str().to_owned());
            let data_type = data_type.as_ref().map(|iri| short(iri.as_str()));
            for (name, iri) in [("unit", unit), ("dataType", data_type)] {
                if let Some(iri) = iri {
                    object.insert(spell(name, context), reference(name, &iri, context));
                }
            }
            if let Some(status) = status {
                object.insert(spell("status", context), literal(status));
            }
        }
        Constraint::Logical { operator, operands, .. } => {
            let operands: Value = operands.iter().map(|it| self::constraint(it, context)).collect();
            let in_order = context == Context::Odrl && *operator == LogicalOperator::AndSequence;
            let operands = if in_order { json!({ "@list": operands }) } else { operands };
            object.insert(operator.name().to_owned(), operands);
        }
    }
    Value::Object(object)
}

/// Operators that take a list get one even around a single value, since readers expect it there.
fn insert_operand(
    object: &mut Map<String, Value>,
    operator: Operator,
    operand: &Operand,
    context: Context,
) {
    let name = "rightOperandReference";
    let references = operand.references.iter().map(|iri| reference(name, iri.as_str(), context));
    insert_plural(object, &spell(name, context), references.collect());
    let value = match operand.values.as_slice() {
        [] => return,
        [only] if !operator.takes_list() => literal(only),
        many => many.iter().map(literal).collect(),
    };
    object.insert("rightOperand".to_owned(), value);
}

/// JSON numbers and booleans are wrapped: the schema of DSP allows a right operand to be a string,
/// object or array only.
fn literal(literal: &Literal) -> Value {
    let text = literal.lexical.as_str();
    match &literal.tag {
        LiteralTag::Plain => json!(text),
        LiteralTag::Iri => json!({ "@id": text }),
        LiteralTag::Datatype(datatype) => {
            json!({ "@value": text, "@type": short(datatype.as_str()) })
        }
        LiteralTag::Language(language) => json!({ "@value": text, "@language": language }),
        LiteralTag::Boolean => json!({ "@value": text == "true" }),
        LiteralTag::Number => match text.parse::<i64>() {
            Ok(number) => json!({ "@value": number }),
            Err(_) => json!({ "@value": text, "@type": "xsd:integer" }),
        },
    }
}

/// Data types with the prefix that both contexts know.
fn short(iri: &str) -> String {
    iri.strip_prefix(XSD).map_or_else(|| iri.to_owned(), |name| format!("xsd:{name}"))
}
