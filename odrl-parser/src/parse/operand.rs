//! Right operands: values as written, with the type that the document claims.

use serde_json::Value;
use wire::iri::Iri;
use wire::node::{Expected, Node};

use super::object::{Object, Texts, count, each, listed, only, shape};
use super::reader::within;
use super::{VALUE_BYTES_MAX, VALUES_MAX, word};
use crate::context::{Context, is_prefixed};
use crate::error::{Counted, ParseError, Problem, TermRole};
use crate::model::{Literal, LiteralTag, Operand};
use crate::vocabulary::XSD;

/// Reads `rightOperand`, or `rightOperandReference` in its place: exactly one of them.
pub(super) fn parse(object: &Object<'_>, context: Context) -> Result<Operand, ParseError> {
    let Some(node) = object.optional("rightOperandReference") else {
        let node = object.required("rightOperand")?;
        let values = elements(&node, context)?.map(parse_literal);
        let values = values.collect::<Result<_, _>>()?;
        return Ok(Operand { values, references: Vec::new(), pointer: node.into_pointer() });
    };
    if object.has("rightOperand") {
        let problem =
            Problem::MixedConstraint { first: "rightOperand", second: "rightOperandReference" };
        return Err(ParseError::at(object.pointer().clone(), problem));
    }
    let nodes = elements(&node, context)?;
    let references = nodes.map(|node| word::iri(node, "rightOperandReference", context));
    let references = references.collect::<Result<_, _>>()?;
    Ok(Operand { values: Vec::new(), references, pointer: node.into_pointer() })
}

fn elements<'a>(
    node: &Node<'a>,
    context: Context,
) -> Result<impl Iterator<Item = Node<'a>> + use<'a>, ParseError> {
    let list = listed(node.clone(), context)?;
    within(count(&list), VALUES_MAX, Counted::Values, node)?;
    if count(&list) == 0 {
        return Err(shape(&list, Expected::NonEmptyArray));
    }
    Ok(each(list))
}

/// Takes a value as an absolute IRI: not a prefixed name of a pinned context, which JSON-LD would
/// expand.
#[must_use]
pub fn value_iri(text: &str) -> Option<Iri> {
    if is_prefixed(text) {
        return None;
    }
    Iri::parse(text).ok()
}

pub(super) fn parse_literal(node: Node<'_>) -> Result<Literal, ParseError> {
    let (lexical, tag) = match node.value() {
        Value::String(text) => (text.clone(), LiteralTag::Plain),
        Value::Bool(value) => (value.to_string(), LiteralTag::Boolean),
        Value::Number(_) => (parse_number(&node)?, LiteralTag::Number),
        Value::Object(_) => parse_object(&node)?,
        Value::Null | Value::Array(_) => return Err(shape(&node, Expected::Named("a value"))),
    };
    within(lexical.len(), VALUE_BYTES_MAX, Counted::ValueBytes, &node)?;
    Ok(Literal { lexical, tag, pointer: node.into_pointer() })
}

fn parse_number(node: &Node<'_>) -> Result<String, ParseError> {
    node.integer()
        .map(|number| number.to_string())
        .map_err(|_| ParseError::at(node.pointer().clone(), Problem::Float))
}

fn parse_object(node: &Node<'_>) -> Result<(String, LiteralTag), ParseError> {
    let members = node.object()?;
    Object::open(node, Context::Dsp, &["@id", "@language", "@type", "@value"], Texts::Refused)?;
    if let Some(id) = members.optional("@id") {
        members.refuse_unknown(&["@id"])?;
        let iri = value_iri(id.string()?);
        let iri = iri.ok_or_else(|| ParseError::at(id.pointer().clone(), Problem::Iri))?;
        return Ok((iri.into_string(), LiteralTag::Iri));
    }
    let value = members.required("@value")?;
    if let Some(language) = members.optional("@language") {
        members.refuse_unknown(&["@language", "@value"])?;
        let tag = LiteralTag::Language(parse_language(&language)?);
        return Ok((value.string()?.to_owned(), tag));
    }
    if let Some(datatype) = members.optional("@type") {
        let tag = LiteralTag::Datatype(parse_datatype(datatype)?);
        return Ok((value.string()?.to_owned(), tag));
    }
    match value.value() {
        Value::String(text) => Ok((text.clone(), LiteralTag::Plain)),
        Value::Bool(flag) => Ok((flag.to_string(), LiteralTag::Boolean)),
        Value::Number(_) => Ok((parse_number(&value)?, LiteralTag::Number)),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(shape(&value, Expected::Named("a text, integer or boolean")))
        }
    }
}

/// `dataType` of a constraint.
pub(super) fn data_type(node: Node<'_>, context: Context) -> Result<Iri, ParseError> {
    let (node, text, _) = word::text(node, "dataType", context)?;
    known_datatype(&node, text)
}

fn parse_datatype(node: Node<'_>) -> Result<Iri, ParseError> {
    let node = only(node)?;
    known_datatype(&node, node.string()?)
}

/// A data type of XML Schema, as `xsd:name` or in full.
fn known_datatype(node: &Node<'_>, written: &str) -> Result<Iri, ParseError> {
    let full = written.strip_prefix("xsd:").map(|name| format!("{XSD}{name}"));
    datatype(full.as_deref().unwrap_or(written))
        .ok_or_else(|| ParseError::at(node.pointer().clone(), unknown_datatype(written)))
}

/// The data type with this IRI, if a right operand may have it.
pub(crate) fn datatype(iri: &str) -> Option<Iri> {
    let known = iri.strip_prefix(XSD).is_some_and(|name| DATATYPES.contains(&name));
    known.then(|| Iri::parse(iri).ok()).flatten()
}

pub(crate) fn unknown_datatype(written: &str) -> Problem {
    let name = written.rsplit(['/', '#', ':']).next().unwrap_or(written);
    let known = DATATYPES.iter().find(|known| **known == name);
    let suggestion = known.map(|name| format!("xsd:{name}"));
    Problem::UnknownTerm { role: TermRole::Datatype, written: written.to_owned(), suggestion }
}

/// The data types that a right operand may have; floats are not among them.
const DATATYPES: [&str; 12] = [
    "anyURI",
    "boolean",
    "date",
    "dateTime",
    "dateTimeStamp",
    "dayTimeDuration",
    "decimal",
    "duration",
    "integer",
    "nonNegativeInteger",
    "string",
    "yearMonthDuration",
];

/// A language tag of BCP 47 in its letters and digits; tags compare without regard to case.
fn parse_language(node: &Node<'_>) -> Result<String, ParseError> {
    language(node.string()?).ok_or_else(|| shape(node, Expected::Named("a language tag")))
}

/// The language tag in lower case, if it is one.
pub(crate) fn language(written: &str) -> Option<String> {
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let good = written.len() <= 64 && written.split('-').all(is_subtag);
    good.then(|| written.to_ascii_lowercase())
}
