//! `CatalogError`: why there is no catalogue or dataset. A peer's body is read leniently.

use serde_json::Value;
use wire::node::Node;

use super::MessageKind;
use super::envelope::body;

/// The error body of the catalogue (DSP 2025-1, ERROR - Catalog Error).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CatalogError {
    /// A code; ours are in kebab-case.
    pub code: Option<String>,
    /// Reasons in any shape.
    pub reason: Vec<Value>,
}

impl CatalogError {
    /// Takes whatever can be understood of a peer's error body; never fails.
    #[must_use]
    pub fn parse_leniently(node: &Node<'_>) -> Self {
        Self {
            code: node.value().get("code").and_then(Value::as_str).map(str::to_owned),
            reason: match node.value().get("reason") {
                Some(Value::Array(reasons)) => reasons.clone(),
                Some(reason) => vec![reason.clone()],
                None => Vec::new(),
            },
        }
    }

    /// The body as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        body(MessageKind::CatalogError)
            .with_some("code", self.code.clone())
            .with_any("reason", self.reason.clone())
            .into_value()
    }
}
