//! How a participant and its machine are doing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::did::Did;

use super::Words;

/// The state of one participant.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// The participant.
    #[schema(value_type = String)]
    pub participant: Did,
    /// Its name as shown to people.
    pub name: String,
    /// The data space that it has joined; absent before `join`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataspace: Option<String>,
    /// The version of this program.
    pub version: String,
    /// The version of the Dataspace Protocol that it speaks.
    pub protocol_version: String,
    /// When the process started.
    #[schema(value_type = String, format = DateTime)]
    pub started: Timestamp,
    /// Its mutual listener as partners reach it.
    pub mutual_url: String,
    /// When its certificate expires; absent before `join`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub certificate_expires: Option<Timestamp>,
    /// The embedded store.
    pub store: StoreStatus,
    /// Its log.
    pub log: LogStatus,
    /// Datasets that are published.
    pub datasets: u64,
    /// Contracts in force.
    pub contracts_in_force: u64,
    /// Contracts that wait for a person here.
    pub approvals_pending: u64,
}

/// The embedded store.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreStatus {
    /// The engine's name.
    pub engine: String,
    /// Whether it takes commits.
    pub writable: bool,
    /// Free space on its disk, in bytes.
    pub free_bytes: u64,
}

/// A participant's log.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogStatus {
    /// How many entries it has.
    pub size: u64,
    /// How many of them the signed checkpoint covers.
    pub signed_size: u64,
    /// How long the oldest uncovered entry has waited, in milliseconds; 0 when all are covered.
    pub lag_ms: u64,
}

/// What `doctor` found.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorView {
    /// Whether every check is ok.
    pub ok: bool,
    /// The checks.
    pub checks: Vec<CheckView>,
}

/// One check.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// Its name, kebab-case.
    pub check: String,
    /// Whether it is ok.
    pub ok: bool,
    /// What was found.
    pub detail: Words,
    /// What to do about it, if it is not ok.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Words>,
}

/// The data space as the authority's trust list shows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembersView {
    /// The data space, which is its authority's DID.
    pub dataspace: String,
    /// The trust list's number.
    pub number: u64,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    pub issued: Timestamp,
    /// When it expires.
    #[schema(value_type = String, format = DateTime)]
    pub expires: Timestamp,
    /// The members.
    pub members: Vec<MemberView>,
}

/// One member of the data space.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// Its DID.
    #[schema(value_type = String)]
    pub did: Did,
    /// Its name, if the list has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is admitted, suspended or gone, in the list's words.
    pub status: String,
    /// The kinds that the authority vetted it as.
    pub vetted_as: Vec<String>,
}
