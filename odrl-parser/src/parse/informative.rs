//! Members that carry information only. They are kept as written, never interpreted, and bind
//! nobody.

use serde_json::Value;
use wire::node::{Expected, Node};

use super::object::{each, shape};
use crate::error::{ParseError, Problem};
use crate::vocabulary::INFORMATIVE;

/// Whether a member of this name carries information only.
pub(super) fn is(name: &str) -> bool {
    INFORMATIVE.iter().any(|prefix| name.starts_with(prefix))
}

/// Each value is a string, number, boolean, or a flat object such as `{"@value": …, "@language":
/// …}`.
pub(super) fn check(node: &Node<'_>) -> Result<(), ParseError> {
    each(node.clone()).try_for_each(|node| check_text(&node))
}

fn check_text(node: &Node<'_>) -> Result<(), ParseError> {
    match node.value() {
        Value::String(_) | Value::Bool(_) => Ok(()),
        Value::Number(_) => {
            let whole = node.integer().map(drop);
            whole.map_err(|_| ParseError::at(node.pointer().clone(), Problem::Float))
        }
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
