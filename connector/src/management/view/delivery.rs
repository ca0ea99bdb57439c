//! Deliveries: data on its way under a contract, and what our own programs read of it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use protocol::Role;
use protocol::id::{ConsumerPid, IdError};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::{ContractId, Words};
use crate::management::token::Token;

/// A delivery as its participant names it: our own pid of its transfer.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[serde(transparent)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// Takes a text as it stands.
    ///
    /// # Errors
    /// [`IdError`] when it is empty, too long or has characters that cannot be seen.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        ConsumerPid::parse(text).map(|id| Self(id.as_str().to_owned()))
    }

    /// The id as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DeliveryId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for DeliveryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// How a delivery went.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryOutcome {
    /// Every byte arrived and the digest was right.
    Complete,
    /// Stopped in the middle, by either side, the rule or a certificate; see `why`.
    Cut,
    /// It could not be done; see `why`.
    Failed,
    /// Not one byte was released; see `why`.
    Refused,
}

/// A delivery.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Its id on our side.
    pub id: DeliveryId,
    /// The contract.
    pub contract: ContractId,
    /// Our side of it.
    #[schema(value_type = String)]
    pub role: Role,
    /// The state of the standard (`REQUESTED` … `TERMINATED`).
    pub protocol_state: String,
    /// Bytes received or sent so far. [`super::Wait::seen`] of a delivery is this number.
    pub bytes: u64,
    /// Bytes in all, where the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_total: Option<u64>,
    /// The media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub started: Timestamp,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished: Option<Timestamp>,
    /// How it went; absent while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DeliveryOutcome>,
    /// The reason code, if it did not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it did not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Words>,
    /// What can be done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Words>,
    /// SHA-256 of all bytes, once complete, as `sha256:<hex>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Where the connector keeps the bytes on its own disk, once complete and while the contract
    /// permits (consumer only). An absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<String>,
}

/// Where our own programs read a contract's data.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HandoverView {
    /// The contract.
    pub contract: ContractId,
    /// The address; the same as long as the contract stands.
    pub url: String,
    /// The token that a program sends as `Authorization: Bearer`. Shown once; asking again makes
    /// a new one and ends the old.
    pub token: Token,
}
