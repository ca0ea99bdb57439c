//! Members that carry information only. They are kept as written, never interpreted, and bind
//! nobody.

use serde_json::Value;
use wire::node::{Expected, Members, Node};

use super::{refuse_member, shape};
use crate::error::ParseError;
use crate::model::Informative;
use crate::vocabulary::INFORMATIVE;

/// Keeps the informative members besides the `known` ones.
///
/// # Errors
/// For any member that is neither known nor informative.
pub(super) fn take(members: &Members<'_>, known: &[&str]) -> Result<Informative, ParseError> {
    let mut kept = Informative::new();
    for name in members.names().filter(|name| !known.contains(name)) {
        let node = members.required(name)?;
        if !INFORMATIVE.iter().any(|prefix| name.starts_with(prefix)) {
            return Err(refuse_member(&node, name));
        }
        for node in node.one_or_many() {
            check_text(&node)?;
        }
        kept.insert(name.to_owned(), node.value().clone());
    }
    Ok(kept)
}

/// A string, number, boolean, or a flat object such as `{"@value": …, "@language": …}`.
fn check_text(node: &Node<'_>) -> Result<(), ParseError> {
    match node.value() {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Ok(()),
        Value::Object(_) => {
            let members = node.object()?;
            members.refuse_unknown(&["@id", "@language", "@type", "@value"])?;
            for name in members.names() {
                members.required(name)?.string()?;
            }
            Ok(())
        }
        Value::Null | Value::Array(_) => Err(shape(node, Expected::Named("a text or reference"))),
    }
}
