//! Terms on the table, how they came there, and which of a partner's are accepted without a person.

use jiff::Timestamp;
use protocol::Role;
use protocol::id::DatasetId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{PeerName, RuleInput, RuleLine, Words};

/// Terms to ask for or to offer, in place of those on the table.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermsInput {
    /// The terms.
    pub terms: RuleInput,
}

/// A contract to offer to a partner that has not asked.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proposal {
    /// The partner, by DID or host name.
    #[schema(value_type = String)]
    pub peer: PeerName,
    /// The dataset, one of our own.
    #[schema(value_type = String)]
    pub dataset: DatasetId,
    /// The terms; absent: those of the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<RuleInput>,
}

/// Terms that one side put on the table.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermsView {
    /// Which side.
    #[schema(value_type = String)]
    pub by: Role,
    /// Whether that is us.
    pub ours: bool,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Our account that made them, if a person of ours did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The terms as one sentence.
    pub sentence: Words,
    /// What is other than in the terms before them; of the first ones, than in our catalogue.
    pub changes: Vec<TermsChange>,
}

/// One line of a rule that is other than before.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermsChange {
    /// Whether it came or went.
    pub kind: ChangeKind,
    /// The line.
    pub sentence: Words,
}

/// Whether a line came or went.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Dropped,
}

/// The last step of a negotiation, and why it was made.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Whether it was ours.
    pub ours: bool,
    /// The message of the standard.
    pub message: String,
    /// Why, as a reason code.
    pub code: String,
    /// What happened, and why.
    pub words: Words,
    /// Our account that made it, if a person of ours did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A change of what is accepted without a person; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AcceptanceInput {
    /// Forget all rules that were added before.
    #[serde(default)]
    pub clear: bool,
    /// A rule that is as good to us as our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleInput>,
    /// Whether terms are accepted that are provably no worse for us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_worse: Option<bool>,
    /// As consumer: whether terms are accepted that make us promise what nobody here asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promises: Option<bool>,
    /// What happens to all other terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<OtherTerms>,
}

/// What happens to terms that nothing accepts.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtherTerms {
    /// A person is asked.
    AskPerson,
    /// They are refused.
    Refuse,
}

/// What is accepted without a person.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcceptanceView {
    /// All of it in words.
    pub words: Words,
    /// Rules that are as good to us as our own.
    pub rules: Vec<AcceptedRule>,
    /// Whether terms are accepted that are provably no worse for us.
    pub no_worse: bool,
    /// As consumer: whether terms are accepted that make us promise what nobody here asked for.
    #[serde(default)]
    pub promises: bool,
    /// What happens to all other terms.
    pub otherwise: OtherTerms,
}

/// A rule that is as good to us as our own.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedRule {
    /// The rule as one sentence.
    pub sentence: Words,
    /// The rule line by line.
    pub lines: Vec<RuleLine>,
    /// The rule as ODRL.
    #[schema(value_type = Object)]
    pub policy: Value,
    /// The account that said so.
    pub added_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub added: Timestamp,
}
