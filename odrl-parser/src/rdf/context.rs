//! Which JSON-LD is read, and under which contexts.
//!
//! JSON-LD drops in silence: members that the context does not define, `null`, relative names
//! without a base, values that look like keywords. Before the reader sees the document all of it is
//! refused here, or given a name that no vocabulary knows, so that it is refused with its path
//! later.

use serde_json::{Value, json};
use wire::node::{Expected, Node};
use wire::pointer::Pointer;

use super::error::ImportError;
use crate::error::{ParseError, Problem, Unsupported};
use crate::vocabulary::ODRL;

/// What relative names are resolved against, to be refused.
pub(super) const BASE: &str = "https://relative.invalid/base/";
/// The namespace of members and terms that no context defines, to be refused.
pub(super) const UNDEFINED: &str = "https://relative.invalid/undefined#";

/// The W3C context with two slips of the published file set right: it maps `neq` to `odrl:neg` and
/// `industry` to `odrl:industry:`, which the vocabulary does not have.
const W3C: &str = include_str!("contexts/odrl.jsonld");
const DSPACE: &str = include_str!("contexts/dspace-context.jsonld");
const DSPACE_ODRL: &str = include_str!("contexts/dspace-odrl-profile.jsonld");

/// Keywords that a document may use in its objects; `@graph` stands at its top alone.
const KEYWORDS: [&str; 6] = ["@id", "@language", "@list", "@set", "@type", "@value"];

/// The pinned context with this IRI.
pub(super) fn pinned(iri: &str) -> Option<&'static str> {
    match iri {
        "http://www.w3.org/ns/odrl.jsonld" | "https://www.w3.org/ns/odrl.jsonld" => Some(W3C),
        "https://w3id.org/dspace/2025/1/context.jsonld" => Some(DSPACE),
        "https://w3id.org/dspace/2025/1/odrl-profile.jsonld" => Some(DSPACE_ODRL),
        _ => None,
    }
}

/// Checks a document and puts a context before its own that names whatever is undefined.
pub(super) fn close(mut document: Value) -> Result<Value, ImportError> {
    let root = Node::root(&document);
    let mut contexts = vec![json!({ "@vocab": UNDEFINED })];
    if let Some(own) =
        root.object().map_err(|e| ImportError::Document(e.into()))?.optional("@context")
    {
        for context in own.one_or_many() {
            check_context(&context)?;
            contexts.push(context.value().clone());
        }
    }
    check(&root, true).map_err(ImportError::Document)?;
    if let Some(members) = document.as_object_mut() {
        members.insert("@context".to_owned(), Value::Array(contexts));
    }
    Ok(document)
}

/// The IRI of a pinned context, or an object of prefixes that redefine nothing.
fn check_context(node: &Node<'_>) -> Result<(), ImportError> {
    let refuse = |at: &Node<'_>| ImportError::Context {
        pointer: at.pointer().clone(),
        written: at.value().as_str().map_or_else(|| at.value().to_string(), str::to_owned),
    };
    let Ok(members) = node.object() else {
        let known = node.value().as_str().is_some_and(|iri| pinned(iri).is_some());
        return if known { Ok(()) } else { Err(refuse(node)) };
    };
    for name in members.names() {
        let definition = members.required(name).map_err(|e| ImportError::Document(e.into()))?;
        let prefix = definition.value().as_str().filter(|iri| iri.ends_with(['/', '#', ':']));
        let plain = !name.is_empty() && !name.contains(['@', ':', '/', '#']);
        let taken = [W3C, DSPACE, DSPACE_ODRL].into_iter().any(|context| {
            let context: Value = serde_json::from_str(context).unwrap_or_default();
            let known = context.pointer(Pointer::root().member("@context").member(name).as_str());
            known.is_some_and(|known| known != definition.value())
        });
        if prefix.is_none() || !plain || taken {
            return Err(refuse(&definition));
        }
    }
    Ok(())
}

/// Refuses what JSON-LD drops or reads otherwise than it looks. The depth is that of a parsed
/// document, hence bounded.
fn check(node: &Node<'_>, is_root: bool) -> Result<(), ParseError> {
    match node.value() {
        Value::Null => Err(node.wrong(Expected::Named("a value")).into()),
        Value::Number(number) if number.as_i64().is_none() => {
            Err(ParseError::at(node.pointer().clone(), Problem::Float))
        }
        Value::String(text) if has_keyword_form(text) => Err(unsupported(node)),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        Value::Array(_) => node.array()?.iter().try_for_each(|node| check(node, false)),
        Value::Object(_) => check_members(node, is_root),
    }
}

fn check_members(node: &Node<'_>, is_root: bool) -> Result<(), ParseError> {
    let members = node.object()?;
    for name in members.names() {
        let member = members.required(name)?;
        let bare = name.strip_prefix("odrl:").or_else(|| name.strip_prefix(ODRL));
        match name {
            "@context" if is_root => {}
            "@context" => {
                let problem = Problem::Unsupported(Unsupported::Context);
                return Err(ParseError::at(member.pointer().clone(), problem));
            }
            "@graph" if is_root => {
                for node in member.one_or_many() {
                    node.object()?;
                    check(&node, false)?;
                }
            }
            // A text is a text, whatever it looks like.
            "@value" if member.value().is_string() => {}
            "uid" if members.has("@id") => return Err(twice(&member, "@id")),
            "type" if members.has("@type") => return Err(twice(&member, "@type")),
            _ if bare.is_some_and(|bare| members.has(bare)) => {
                let (name, suggestion) = (name.to_owned(), bare.map(str::to_owned));
                let problem = Problem::UnknownMember { name, suggestion };
                return Err(ParseError::at(member.pointer().clone(), problem));
            }
            _ if KEYWORDS.contains(&name) || !(name.starts_with('@') || name.starts_with("_:")) => {
                check(&member, false)?;
            }
            _ => return Err(unsupported(&member)),
        }
    }
    Ok(())
}

/// `@` and letters: such a name expands to nothing.
fn has_keyword_form(text: &str) -> bool {
    text.strip_prefix('@')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

fn twice(node: &Node<'_>, name: &'static str) -> ParseError {
    ParseError::at(node.pointer().clone(), Problem::MemberTwice { name })
}

fn unsupported(node: &Node<'_>) -> ParseError {
    ParseError::at(node.pointer().clone(), Problem::Unsupported(Unsupported::JsonLdKeyword))
}
