//! Datasets as a clerk publishes and sees them.

use jiff::Timestamp;
use protocol::id::DatasetId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use wire::did::Did;

use super::{AcceptanceView, RuleLine, Words};

/// A dataset to publish, or its replacement.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetInput {
    /// The name that people see, at most 200 characters.
    pub title: String,
    /// What it holds, in words.
    #[serde(default)]
    pub description: String,
    /// Where its bytes come from.
    pub source: SourceInput,
    /// The media type that a reader is told.
    pub media_type: String,
    /// Who may use it, for what, until when.
    pub rule: RuleInput,
    /// Whether a second person decides about each contract.
    #[serde(default)]
    pub approval: Approval,
    /// Who sees it in the catalogue.
    #[serde(default)]
    pub visibility: Visibility,
}

/// Where a dataset's bytes come from.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum SourceInput {
    /// A file beneath the participant's data root.
    File {
        /// The path below the data root, with `/` between its parts.
        path: String,
    },
    /// An HTTP source that is read anew for each delivery, through the guard.
    Http {
        /// The address.
        url: String,
    },
}

/// A rule: named sentences that all must hold, or an ODRL offer policy.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum RuleInput {
    /// An ODRL offer in the JSON of DSP 2025-1, without a target; its `@id` is given by us.
    Policy {
        /// The policy object.
        #[schema(value_type = Object)]
        policy: Value,
    },
    /// Named sentences, all of which must hold. None at all: every member may use it.
    Sentences {
        /// The sentences.
        sentences: Vec<RuleSentence>,
    },
}

/// One named sentence of a rule.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum RuleSentence {
    /// Only for these partners.
    Partners {
        /// Their DIDs.
        #[schema(value_type = Vec<String>)]
        partners: Vec<Did>,
    },
    /// Only for this purpose; promised by the partner, not enforced.
    Purpose {
        /// The purpose, as an IRI or a plain word.
        purpose: String,
    },
    /// Any sentence of the book.
    Said {
        /// In German or in English with its blanks filled, or by its key: `until=2027-12-31`.
        sentence: String,
    },
    /// Only until this day or instant.
    Until {
        /// The last day (`2026-12-31`, or with an offset `2026-12-31+01:00`), or an instant.
        until: String,
    },
    /// Only for members that the authority has vetted as one of these kinds.
    VettedAs {
        /// The kinds, as IRIs or the data space's short names.
        kinds: Vec<String>,
    },
}

/// Who decides about a contract.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Approval {
    /// The rule alone.
    #[default]
    Automatic,
    /// The rule, and then a person other than the one who published the dataset.
    SecondPerson,
}

/// Who sees a dataset in the catalogue.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Every member of the data space; whom the rule gives no contract is told what is missing.
    #[default]
    Members,
    /// Only those to whom the rule gives a contract now; to others it does not exist.
    Permitted,
}

/// A published dataset.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetView {
    /// Its id, the same through all replacements.
    #[schema(value_type = String)]
    pub id: DatasetId,
    /// The name that people see.
    pub title: String,
    /// What it holds, in words.
    pub description: String,
    /// Where its bytes come from.
    pub source: SourceInput,
    /// The media type that a reader is told.
    pub media_type: String,
    /// The rule as one sentence.
    pub sentence: Words,
    /// The legal texts that the rule cites: IRI, version and digest of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_texts: Vec<String>,
    /// The rule line by line, each with its badge.
    pub rules: Vec<RuleLine>,
    /// The offer as partners see it.
    #[schema(value_type = Object)]
    pub offer: Value,
    /// Who decides about a contract.
    pub approval: Approval,
    /// Which other terms are accepted without a person.
    pub acceptance: AcceptanceView,
    /// Who sees it in the catalogue.
    pub visibility: Visibility,
    /// Counts replacements, from 1.
    pub version: u32,
    /// The account that published this version.
    pub published_by: String,
    /// When this version was published.
    #[schema(value_type = String, format = DateTime)]
    pub published: Timestamp,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub withdrawn: Option<Timestamp>,
    /// How many contracts about it are in force.
    pub contracts_in_force: u64,
}
