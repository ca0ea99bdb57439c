//! Deliveries as people ask about them later. The log is the proof; these rows are its index.

use audit::entry::DeliveryId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::digest::Digest;

/// The latest delivery of a transfer: one answer, sent or received. A request of ours that brought
/// nothing is none.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct FlowRecord {
    /// The delivery's id, the same on both sides.
    pub delivery: DeliveryId,
    /// When it was permitted.
    pub started: Timestamp,
    /// Its end, once it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<FlowEnd>,
}

/// A delivery that has begun and has no end yet.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct OpenRecord {
    /// The transfer; our own pid.
    pub transfer: String,
    /// The delivery's id, the same on both sides.
    pub delivery: DeliveryId,
    /// When it was permitted.
    pub started: Timestamp,
}

/// How a delivery ended.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct FlowEnd {
    /// When.
    pub at: Timestamp,
    /// How many bytes went over.
    pub bytes: u64,
    /// SHA-256 of those.
    pub digest: Digest,
    /// Why it stopped; absent when all bytes went over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// A pull that a person of ours asked for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PullRecord {
    /// When it was asked for.
    pub asked: Timestamp,
    /// The account that asked.
    pub account: String,
    /// What came of it; absent while it is under way, or when the process died over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<PullEnd>,
}

/// What came of a pull.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PullEnd {
    /// When.
    pub at: Timestamp,
    /// Bytes that are there.
    pub bytes: u64,
    /// How it went.
    pub result: PullResult,
}

/// How a pull went.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PullResult {
    /// The copy is whole.
    Complete {
        /// SHA-256 of all its bytes.
        digest: Digest,
        /// The kind, as the provider names it.
        media_type: String,
    },
    /// It was stopped in the middle.
    Cut {
        /// The reason code.
        code: String,
    },
    /// It could not be done.
    Failed {
        /// The reason code.
        code: String,
        /// Why, in words.
        reason: String,
        /// What to do next.
        remedy: String,
    },
    /// Nothing was released.
    Refused {
        /// The reason code.
        code: String,
        /// Why, in words.
        reason: String,
        /// What to do next.
        remedy: String,
    },
}

/// A push of ours that has begun and is not over: our data plane sends until it is.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PushRecord {
    /// When the data path was opened.
    pub asked: Timestamp,
}

/// What the ids of pushes begin with.
pub const PUSHES: &str = "push/";

/// The id of the push behind a transfer that we provide; `pid` is our own.
#[must_use]
pub fn push_id(pid: &str) -> String {
    format!("{PUSHES}{pid}")
}

/// The answer with which the rule refused a delivery last, if none was permitted since.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RefusedRecord {
    /// When it was recorded.
    pub since: Timestamp,
    /// The reason codes.
    pub reasons: Vec<String>,
}

/// The id under which it is remembered that a delivery was refused; `of` is our own pid of the
/// transfer, or the id of the agreement's record where data is only handed over.
#[must_use]
pub fn refused_id(of: &str) -> String {
    format!("refused/{of}")
}

/// What the ids of pulls begin with.
pub const PULLS: &str = "pull/";

/// What the ids of latest deliveries begin with.
pub const FLOWS: &str = "flow/";

/// What the ids of deliveries without an end begin with.
pub const OPEN: &str = "open/";

/// The id under which a delivery of the transfer `pid`, our own, is open.
#[must_use]
pub fn open_id(pid: &str, delivery: &DeliveryId) -> String {
    format!("{OPEN}{pid}/{delivery}")
}

/// The id under which a provider remembers that it gave a delivery this name.
#[must_use]
pub fn name_id(delivery: &DeliveryId) -> String {
    format!("name/{delivery}")
}

/// The id of a transfer's latest delivery; `pid` is our own.
#[must_use]
pub fn flow_id(pid: &str) -> String {
    format!("{FLOWS}{pid}")
}

/// The id of the pull behind a transfer; `pid` is our own.
#[must_use]
pub fn pull_id(pid: &str) -> String {
    format!("{PULLS}{pid}")
}
