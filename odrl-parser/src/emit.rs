//! The source model as JSON: of DSP 2025-1, valid against its schema where that has room for what is
//! said, and of plain ODRL. Equal models give equal bytes.

mod part;

use serde_json::{Map, Value, json};
use wire::digest::Digest;
use wire::json::CanonicalError;

use crate::context::Context;
use crate::model::{Policy, Rule};
use crate::place::Place;
use crate::shorthand::Shorthand;
use part::{reference, spell};

/// The digest that both parties sign: SHA-256 over the RFC 8785 form of the policy object as it was
/// exchanged.
///
/// # Errors
/// [`CanonicalError`] when the value has no canonical form, which no strictly parsed document
/// lacks.
pub fn document_digest(policy: &Value) -> Result<Digest, CanonicalError> {
    Digest::of_canonical(policy)
}

/// Writes a policy for DSP: plural members as arrays, terms in the spelling that the DSP context
/// resolves. What DSP cannot say (assets and parties in rules, the order of `andSequence`,
/// inheritance, references) is written all the same, and refused by whoever reads it.
#[must_use]
pub fn to_json(policy: &Policy) -> Value {
    let mut object = policy_json(policy, Context::Dsp);
    if let Some(timestamp) = policy.timestamp {
        object.insert("timestamp".to_owned(), json!(timestamp.to_string()));
    }
    Value::Object(object)
}

/// Writes a policy as plain ODRL under the W3C context. What DSP binds at the policy is written
/// there, as the shorthand of a compact policy; its timestamp becomes `dct:issued`.
#[must_use]
pub fn to_odrl_json(policy: &Policy) -> Value {
    let mut object = policy_json(policy, Context::Odrl);
    object.insert("@context".to_owned(), json!(Context::Odrl.iri()));
    if let Some(timestamp) = policy.timestamp {
        let issued = json!({ "@value": timestamp.to_string(), "@type": "xsd:dateTime" });
        object.insert("dct:issued".to_owned(), issued);
    }
    Value::Object(object)
}

fn policy_json(policy: &Policy, context: Context) -> Map<String, Value> {
    let mut object: Map<String, Value> = policy.informative.clone().into_iter().collect();
    let name = match context {
        Context::Dsp => "@id",
        Context::Odrl => "uid",
    };
    object.insert(name.to_owned(), json!(policy.id.as_str()));
    object.insert("@type".to_owned(), json!(policy.kind.type_name()));
    let mut said = Shorthand::bound(policy);
    // DSP has no shorthand: there the rules say it alone.
    if context == Context::Odrl {
        said.append(policy.shorthand.clone());
    }
    part::insert_shorthand(&mut object, &said, context);
    let profiles = policy.profiles.iter().map(|iri| json!(iri.as_str())).collect();
    insert_plural(&mut object, "profile", profiles);
    let inherits = policy.inherits.iter().map(|id| reference("inheritFrom", id.as_str(), context));
    insert_plural(&mut object, &spell("inheritFrom", context), inherits.collect());
    if let Some(strategy) = policy.conflict {
        let strategy = match context {
            Context::Dsp => json!({ "@id": format!("odrl:{}", strategy.name()) }),
            Context::Odrl => json!(strategy.name()),
        };
        object.insert(spell("conflict", context), strategy);
    }
    for (place, rules) in [
        (Place::Permission, &policy.permissions),
        (Place::Prohibition, &policy.prohibitions),
        (Place::Obligation, &policy.obligations),
    ] {
        if !rules.is_empty() {
            object.insert(place.member().to_owned(), part::rules(rules, place, context));
        }
    }
    object
}

/// Rules as DSP writes them.
pub(crate) fn rules_json(rules: &[Rule], place: Place) -> Value {
    part::rules(rules, place, Context::Dsp)
}

/// A member with one value or an array of several; none is left out.
fn insert_plural(object: &mut Map<String, Value>, name: &str, mut values: Vec<Value>) {
    let value = match (values.pop(), values.is_empty()) {
        (None, _) => return,
        (Some(only), true) => only,
        (Some(last), false) => {
            values.push(last);
            Value::Array(values)
        }
    };
    object.insert(name.to_owned(), value);
}
