//! `TransferError`: why a transfer message was refused.
//!
//! A peer's error body changes no state and is read leniently: others leave process ids out.

use serde_json::Value;
use wire::node::Node;

use super::MessageKind;
use super::envelope::body;
use crate::id::{ConsumerPid, ProviderPid};

/// The error body of a refused message (DSP 2025-1, ERROR - Transfer Error).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransferError {
    /// The consumer's process id, where it is known.
    pub consumer_pid: Option<ConsumerPid>,
    /// The provider's process id, where it is known.
    pub provider_pid: Option<ProviderPid>,
    /// A code; ours are in kebab-case.
    pub code: Option<String>,
    /// Reasons in any shape.
    pub reason: Vec<Value>,
}

impl TransferError {
    /// Takes whatever can be understood of a peer's error body; never fails.
    #[must_use]
    pub fn parse_leniently(node: &Node<'_>) -> Self {
        let text = |name: &str| node.value().get(name).and_then(Value::as_str);
        Self {
            consumer_pid: text("consumerPid").and_then(|pid| pid.parse().ok()),
            provider_pid: text("providerPid").and_then(|pid| pid.parse().ok()),
            code: text("code").map(str::to_owned),
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
        body(MessageKind::TransferError)
            .with_some("consumerPid", self.consumer_pid.as_ref().map(ConsumerPid::as_str))
            .with_some("providerPid", self.provider_pid.as_ref().map(ProviderPid::as_str))
            .with_some("code", self.code.clone())
            .with_any("reason", self.reason.clone())
            .into_value()
    }
}
