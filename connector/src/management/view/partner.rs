//! Partners and the programs that they run, with what is known of these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::did::Did;

use super::Words;

/// A member of the data space as a partner.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartnerView {
    /// Its DID.
    #[schema(value_type = String)]
    pub did: Did,
    /// Its name in the data space's member list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its program.
    pub program: ProgramView,
}

/// A partner's program, as far as it is known.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgramView {
    /// The program, by its key; absent where nobody said it. Nothing is assumed then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// What it is called, and where that is known from.
    pub words: Words,
    /// The account that said so; absent where the data space's list does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_by: Option<String>,
    /// When that account said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub said: Option<Timestamp>,
    /// From where it is known what this program keeps and ignores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What it is known to ignore or to read otherwise, of any rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Words>,
}

/// A part of a rule that the partner's program is known to ignore, or to read otherwise.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IgnoredView {
    /// The part of the rule.
    pub sentence: Words,
    /// What the program makes of it.
    pub what: Words,
    /// Where it stands in the policy, as a JSON pointer.
    pub pointer: String,
}

/// Which program a partner runs.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProgramInput {
    /// The program, by its key; absent: what was said before counts no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}
