//! Names where a member names something: terms of the vocabulary, identifiers, IRIs. As a plain
//! string they are read under the context; inside `{"@id": …}` JSON-LD resolves no bare word, so
//! that none is taken there.

use serde_json::Value;
use wire::iri::Iri;
use wire::node::{Expected, Node};

use super::object::{only, shape};
use super::operand::value_iri;
use crate::context::Context;
use crate::error::{ParseError, Problem, TermRole};
use crate::id::Id;
use crate::term::{Namespace, Term, TermKind};

/// How a name was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// As a string.
    Text,
    /// As `{"@id": …}`.
    Reference,
}

/// The text of a name, where it stands and how it is written. A member that the context does not
/// define names things by `{"@id": …}` alone: JSON-LD would take a string for a text.
pub(super) fn text<'a>(
    node: Node<'a>,
    member: &str,
    context: Context,
) -> Result<(Node<'a>, &'a str, Written), ParseError> {
    let node = only(node)?;
    match node.value() {
        Value::Object(_) => {
            let members = node.object()?;
            members.refuse_unknown(&["@id"])?;
            let id = members.required("@id")?;
            let text = id.string()?;
            Ok((id, text, Written::Reference))
        }
        Value::String(_) if !member.starts_with('@') && !context.defines(member) => {
            Err(shape(&node, Expected::Named("an object with `@id`")))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            let text = node.string()?;
            Ok((node, text, Written::Text))
        }
    }
}

/// An identifier.
pub(super) fn id(node: Node<'_>, member: &str, context: Context) -> Result<Id, ParseError> {
    let (node, text, _) = text(node, member, context)?;
    Id::parse(text).map_err(|error| ParseError::at(node.pointer().clone(), Problem::Id(error)))
}

/// An absolute IRI.
pub(super) fn iri(node: Node<'_>, member: &str, context: Context) -> Result<Iri, ParseError> {
    let (node, text, _) = text(node, member, context)?;
    value_iri(text).ok_or_else(|| ParseError::at(node.pointer().clone(), Problem::Iri))
}

/// A term of a kind.
pub(super) fn term(
    node: Node<'_>,
    member: &str,
    kind: TermKind,
    context: Context,
) -> Result<Term, ParseError> {
    if let Value::String(text) = node.value()
        && context.defines(member)
        && let Ok(term) = Term::parse(kind, text, context)
    {
        return Ok(term);
    }
    let (node, text, written) = text(node, member, context)?;
    let found = Term::parse(kind, text, context);
    let bare = written == Written::Reference && context.defines(text);
    let suggestion = match found {
        Ok(term) if !bare => return Ok(term),
        Ok(_) => Some(format!("odrl:{text}")),
        Err(unknown) => unknown.suggestion,
    };
    let role = match kind {
        TermKind::Action => TermRole::Action,
        TermKind::LeftOperand => TermRole::LeftOperand,
    };
    Err(unknown(&node, role, text, suggestion))
}

/// The name of an ODRL term that is neither action nor left operand: an operator, a conflict
/// strategy.
pub(super) fn odrl<'a>(
    node: Node<'a>,
    member: &str,
    context: Context,
) -> Result<(Node<'a>, &'a str), ParseError> {
    let (node, text, written) = text(node, member, context)?;
    let name = match context.split(text) {
        Some((Namespace::Odrl, name)) if written == Written::Text || name != text => name,
        Some(_) | None => "",
    };
    Ok((node, name))
}

/// Checks `@type` where it may stand: one of the `allowed` names, which it gives back.
pub(super) fn type_of(
    node: Node<'_>,
    allowed: &[&'static str],
    context: Context,
) -> Result<&'static str, ParseError> {
    let node = only(node)?;
    let text = node.string()?;
    let name = context.split(text).map_or("", |(namespace, name)| match namespace {
        Namespace::Odrl => name,
        Namespace::Allmende | Namespace::CreativeCommons => "",
    });
    allowed.iter().copied().find(|known| *known == name).ok_or_else(|| {
        let suggestion = allowed.last().map(|name| (*name).to_owned());
        unknown(&node, TermRole::Type, text, suggestion)
    })
}

pub(super) fn unknown(
    node: &Node<'_>,
    role: TermRole,
    written: &str,
    suggestion: Option<String>,
) -> ParseError {
    let problem = Problem::UnknownTerm { role, written: written.to_owned(), suggestion };
    ParseError::at(node.pointer().clone(), problem)
}
