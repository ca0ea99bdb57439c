//! Terms and values of constraints.

use wire::iri::Iri;
use wire::node::{Expected, Found};

use super::context::UNDEFINED;
use super::graph::Node;
use super::reached::{OfNode as _, Reached};
use crate::error::{Counted, ParseError, Problem, TermRole};
use crate::model::{Literal, LiteralTag};
use crate::parse::{VALUE_BYTES_MAX, datatype, language, unknown_datatype, value_iri};
use crate::term::UnknownTerm;
use crate::vocabulary::{ODRL, XSD};

/// The term that an IRI names. In a graph `odrl:use` is a name like any other and not the prefixed
/// name that JSON means by it.
pub(super) fn term<T>(
    place: &Reached<'_>,
    role: TermRole,
    parse: impl Fn(&str) -> Result<T, UnknownTerm>,
) -> Result<T, ParseError> {
    let iri = place.iri()?;
    let written = iri.strip_prefix(UNDEFINED).unwrap_or(iri);
    let is_full = iri.contains("://");
    let suggestion = match parse(written) {
        Ok(term) if is_full && written == iri => return Ok(term),
        Ok(_) => written.rsplit([':', '/']).next().map(|name| format!("{ODRL}{name}")),
        Err(unknown) => unknown.suggestion,
    };
    let written = written.to_owned();
    Err(place.refuse(Problem::UnknownTerm { role, written, suggestion }))
}

/// An absolute IRI, as a name or as the text that the W3C context makes of one. One that looks like
/// a prefixed name has no spelling in JSON-LD, which would expand it.
pub(super) fn iri(place: &Reached<'_>) -> Result<Iri, ParseError> {
    value_iri(place.name()?).ok_or_else(|| place.refuse(Problem::Iri))
}

/// The data type that a constraint claims.
pub(super) fn data_type(place: &Reached<'_>) -> Result<Iri, ParseError> {
    let name = place.name()?;
    datatype(name).ok_or_else(|| place.refuse(unknown_datatype(name)))
}

/// A value of a right operand, or a status.
pub(super) fn literal(place: &Reached<'_>) -> Result<Literal, ParseError> {
    let (lexical, tag) = match place.node {
        Node::Iri(name) => {
            iri(place)?;
            (name, LiteralTag::Iri)
        }
        Node::Literal { lexical, language: Some(tag), .. } => {
            let tag = language(tag)
                .ok_or_else(|| place.wrong(Expected::Named("a language tag"), Found::String))?;
            (lexical, LiteralTag::Language(tag))
        }
        Node::Literal { lexical, datatype, language: None } => (lexical, tag(place, datatype)?),
        Node::Blank(_) => {
            return Err(place.wrong(Expected::Named("a value"), Found::of_node(place.node)));
        }
    };
    if lexical.len() > VALUE_BYTES_MAX {
        let problem = Problem::TooMany { what: Counted::ValueBytes, limit: VALUE_BYTES_MAX };
        return Err(place.refuse(problem));
    }
    Ok(Literal { lexical: lexical.clone(), tag, pointer: place.pointer.clone() })
}

/// What a data type says of a value. Texts are plain, as in JSON.
fn tag(place: &Reached<'_>, written: &str) -> Result<LiteralTag, ParseError> {
    match written.strip_prefix(XSD) {
        Some("string") => Ok(LiteralTag::Plain),
        Some("double" | "float") => Err(place.refuse(Problem::Float)),
        Some(_) | None => {
            let bare = written.strip_prefix(UNDEFINED).unwrap_or(written);
            let known = datatype(written).map(LiteralTag::Datatype);
            known.ok_or_else(|| place.refuse(unknown_datatype(bare)))
        }
    }
}
