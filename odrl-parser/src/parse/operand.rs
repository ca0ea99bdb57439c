//! Right operands: values as written, with the type that the document claims.

use serde_json::Value;
use wire::iri::Iri;
use wire::node::{Expected, Node};

use super::{VALUE_BYTES_MAX, VALUES_MAX, refuse_member, shape};
use crate::context::is_prefixed;
use crate::error::{Counted, ParseError, Problem, TermRole};
use crate::model::{Literal, LiteralTag, Operand};
use crate::vocabulary::XSD;

pub(super) fn parse(node: &Node<'_>) -> Result<Operand, ParseError> {
    let nodes = node.one_or_many();
    if nodes.len() > VALUES_MAX {
        let problem = Problem::TooMany { what: Counted::Values, limit: VALUES_MAX };
        return Err(ParseError::at(node.pointer().clone(), problem));
    }
    let values: Vec<Literal> = nodes.iter().map(parse_literal).collect::<Result<_, _>>()?;
    if values.is_empty() {
        return Err(shape(node, Expected::NonEmptyArray));
    }
    Ok(Operand { values, references: Vec::new(), pointer: node.pointer().clone() })
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

fn parse_literal(node: &Node<'_>) -> Result<Literal, ParseError> {
    let (lexical, tag) = match node.value() {
        Value::String(text) => (text.clone(), LiteralTag::Plain),
        Value::Bool(value) => (value.to_string(), LiteralTag::Boolean),
        Value::Number(_) => (parse_number(node)?, LiteralTag::Number),
        Value::Object(_) => parse_object(node)?,
        Value::Null | Value::Array(_) => return Err(shape(node, Expected::Named("a value"))),
    };
    if lexical.len() > VALUE_BYTES_MAX {
        let problem = Problem::TooMany { what: Counted::ValueBytes, limit: VALUE_BYTES_MAX };
        return Err(ParseError::at(node.pointer().clone(), problem));
    }
    Ok(Literal { lexical, tag, pointer: node.pointer().clone() })
}

fn parse_number(node: &Node<'_>) -> Result<String, ParseError> {
    node.integer()
        .map(|number| number.to_string())
        .map_err(|_| ParseError::at(node.pointer().clone(), Problem::Float))
}

fn parse_object(node: &Node<'_>) -> Result<(String, LiteralTag), ParseError> {
    let members = node.object()?;
    for name in members.names() {
        if !["@id", "@language", "@type", "@value"].contains(&name) {
            return Err(refuse_member(&members.required(name)?, name));
        }
    }
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
        let tag = LiteralTag::Datatype(parse_datatype(&datatype)?);
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

/// A data type of XML Schema, as `xsd:name` or in full.
fn parse_datatype(node: &Node<'_>) -> Result<Iri, ParseError> {
    let written = super::only(node)?.string()?;
    let name = written.strip_prefix("xsd:").or_else(|| written.strip_prefix(XSD));
    let known = name.filter(|name| DATATYPES.contains(name));
    let iri = known.and_then(|name| Iri::parse(&format!("{XSD}{name}")).ok());
    iri.ok_or_else(|| {
        let bare = DATATYPES.iter().find(|known| **known == written);
        let suggestion = bare.map(|name| format!("xsd:{name}"));
        let written = written.to_owned();
        let problem = Problem::UnknownTerm { role: TermRole::Datatype, written, suggestion };
        ParseError::at(node.pointer().clone(), problem)
    })
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
    let written = node.string()?;
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if written.len() > 64 || !written.split('-').all(is_subtag) {
        return Err(shape(node, Expected::Named("a language tag")));
    }
    Ok(written.to_ascii_lowercase())
}
