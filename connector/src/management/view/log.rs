//! The log as people read it, and the folder that an auditor takes along.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;
use utoipa::ToSchema;

use super::{ContractId, Words};

/// Entries of the log, oldest first.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogPage {
    /// The entries.
    pub entries: Vec<LogEntryView>,
    /// The index to ask for next; absent when the log ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// How many entries the log has.
    pub size: u64,
    /// How many of them the signed checkpoint covers.
    pub signed_size: u64,
}

/// One entry.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEntryView {
    /// Its place in the log, from 0.
    pub index: u64,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What kind of entry it is, kebab-case.
    pub kind: String,
    /// What happened, as one sentence.
    pub sentence: Words,
    /// The contract it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// The account that caused it, if a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The entry itself.
    #[schema(value_type = Object)]
    pub entry: Value,
}

/// What goes into an auditor's folder.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum ExportScope {
    /// The whole log of the participant and every document that it names.
    All,
    /// What concerns one contract, with the proofs that it stands in the log.
    Contract {
        /// The contract.
        contract: ContractId,
    },
}

/// The longest name of an export, in bytes.
pub const EXPORT_NAME_BYTES_MAX: usize = 64;

/// The name of an auditor's folder beneath `export/<host>/` of the home: lower-case ASCII letters, digits,
/// `-` and `_`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(transparent)]
pub struct ExportName(String);

/// A text that names no export.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "an export is named with 1 to {EXPORT_NAME_BYTES_MAX} lower-case ASCII letters, digits, `-` or `_`"
)]
pub struct ExportNameError;

impl ExportName {
    /// Takes a name as it stands.
    ///
    /// # Errors
    /// [`ExportNameError`] when it is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, ExportNameError> {
        let allowed =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        if text.is_empty() || text.len() > EXPORT_NAME_BYTES_MAX || !text.bytes().all(allowed) {
            return Err(ExportNameError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ExportName {
    type Err = ExportNameError;

    fn from_str(text: &str) -> Result<Self, ExportNameError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for ExportName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// An auditor's folder to write.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportRequest {
    /// What goes into it.
    pub scope: ExportScope,
    /// The folder's name; one that exists is refused.
    pub name: ExportName,
}

/// An auditor's folder that was written.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    /// Where it lies, as an absolute path on the connector's machine.
    pub path: String,
    /// How many log entries it holds.
    pub entries: u64,
    /// How many entries the checkpoint in it covers.
    pub signed_size: u64,
    /// Its size.
    pub bytes: u64,
}
