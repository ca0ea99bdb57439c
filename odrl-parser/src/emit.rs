//! The source model as schema-valid JSON of DSP 2025-1, and the digest of a policy document. Equal
//! models give equal bytes.

use serde_json::{Map, Value, json};
use wire::digest::Digest;
use wire::json::CanonicalError;

use crate::model::{Constraint, Literal, LiteralTag, Operand, Policy, Rule};
use crate::operator::Operator;

/// The digest that both parties sign: SHA-256 over the RFC 8785 form of the policy object as it was
/// exchanged.
///
/// # Errors
/// [`CanonicalError`] when the value has no canonical form, which no strictly parsed document
/// lacks.
pub fn document_digest(policy: &Value) -> Result<Digest, CanonicalError> {
    Digest::of_canonical(policy)
}

/// Writes a policy: plural members as arrays, terms in the spelling that the DSP context resolves.
#[must_use]
pub fn to_json(policy: &Policy) -> Value {
    let mut object: Map<String, Value> = policy.informative.clone().into_iter().collect();
    object.insert("@id".to_owned(), json!(policy.id.as_str()));
    object.insert("@type".to_owned(), json!(policy.kind.type_name()));
    for (name, id) in
        [("target", &policy.target), ("assigner", &policy.assigner), ("assignee", &policy.assignee)]
    {
        if let Some(id) = id {
            object.insert(name.to_owned(), json!(id.as_str()));
        }
    }
    if let Some(timestamp) = policy.timestamp {
        object.insert("timestamp".to_owned(), json!(timestamp.to_string()));
    }
    match policy.profiles.as_slice() {
        [] => {}
        [only] => drop(object.insert("profile".to_owned(), json!(only.as_str()))),
        many => {
            let many: Vec<&str> = many.iter().map(wire::iri::Iri::as_str).collect();
            object.insert("profile".to_owned(), json!(many));
        }
    }
    for (name, rules) in [
        ("permission", &policy.permissions),
        ("prohibition", &policy.prohibitions),
        ("obligation", &policy.obligations),
    ] {
        if !rules.is_empty() {
            object.insert(name.to_owned(), rules.iter().map(rule_json).collect());
        }
    }
    Value::Object(object)
}

pub(crate) fn rule_json(rule: &Rule) -> Value {
    let mut object: Map<String, Value> = rule.informative.clone().into_iter().collect();
    if let Some(id) = &rule.id {
        object.insert("@id".to_owned(), json!(id.as_str()));
    }
    match rule.actions.as_slice() {
        [only] => drop(object.insert("action".to_owned(), json!(only.term.spelling()))),
        many => {
            let many = many.iter().map(|action| json!(action.term.spelling())).collect();
            object.insert("action".to_owned(), many);
        }
    }
    if !rule.constraints.is_empty() {
        let constraints = rule.constraints.iter().map(constraint_json).collect();
        object.insert("constraint".to_owned(), constraints);
    }
    Value::Object(object)
}

fn constraint_json(constraint: &Constraint) -> Value {
    match constraint {
        Constraint::Atomic { left, operator, right, .. } => json!({
            "leftOperand": left.spelling(),
            "operator": operator.name(),
            "rightOperand": operand_json(*operator, right),
        }),
        Constraint::Logical { operator, operands, .. } => {
            let operands: Vec<Value> = operands.iter().map(constraint_json).collect();
            json!({ operator.name(): operands })
        }
    }
}

/// Operators that take a list get one even around a single value, since readers expect it there.
fn operand_json(operator: Operator, operand: &Operand) -> Value {
    match operand.values.as_slice() {
        [only] if !operator.takes_list() => literal_json(only),
        many => many.iter().map(literal_json).collect(),
    }
}

/// JSON numbers and booleans are wrapped: the schema allows a right operand to be a string, object
/// or array only.
fn literal_json(literal: &Literal) -> Value {
    let text = literal.lexical.as_str();
    match &literal.tag {
        LiteralTag::Plain => json!(text),
        LiteralTag::Iri => json!({ "@id": text }),
        LiteralTag::Datatype(datatype) => {
            let name = datatype.as_str().strip_prefix(crate::vocabulary::XSD);
            let name = name.map_or_else(|| datatype.to_string(), |name| format!("xsd:{name}"));
            json!({ "@value": text, "@type": name })
        }
        LiteralTag::Language(language) => json!({ "@value": text, "@language": language }),
        LiteralTag::Boolean => json!({ "@value": text == "true" }),
        LiteralTag::Number => match text.parse::<i64>() {
            Ok(number) => json!({ "@value": number }),
            Err(_) => json!({ "@value": text, "@type": "xsd:integer" }),
        },
    }
}
