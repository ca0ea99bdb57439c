//! A judgement with all that it rests on, for our own people.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Words;

/// An answer, and why.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedView {
    /// Whether the rule permits it.
    pub permitted: bool,
    /// The answer and why, in one sentence.
    pub answer: Words,
    /// When the answer changes first if no fact changes but by time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Words>,
    /// The rule in sentences.
    pub sentences: Vec<Words>,
    /// The tree behind the answer, line by line, with what was seen.
    pub tree: Vec<Words>,
    /// What stands in the way, and what would help.
    pub words: Vec<Words>,
    /// The whole decision.
    #[schema(value_type = Object)]
    pub decision: Value,
    /// The smallest set of what is missing, and single changes that would bring a permit.
    #[schema(value_type = Object)]
    pub explanation: Value,
}
