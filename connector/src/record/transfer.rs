//! A transfer as we keep it: the state machine's own record, and what delivering needs.

use jiff::Timestamp;
use protocol::id::DatasetId;
use protocol::transfer::Transfer;
use serde::{Deserialize, Serialize};
use wire::digest::Digest;

use super::negotiation::{By, Why};

/// One transfer.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct TransferRecord {
    /// What the state machine knows.
    pub process: Transfer,
    /// The dataset that the agreement is about.
    pub dataset: DatasetId,
    /// When it was opened.
    pub opened: Timestamp,
    /// The account that opened it, if it was one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
    /// SHA-256 of the token of our own data address: the consumer of a pull must show it, or the
    /// provider of a push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Digest>,
    /// Why the last step happened, where there is more to say than its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Who suspended it, from the suspension to the next start. What one of our own people
    /// suspended is not resumed because the peer asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_by: Option<By>,
}
