//! A dataset that a participant publishes: where its bytes come from and under which offer.

use jiff::Timestamp;
use protocol::id::{DatasetId, OfferId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One published dataset.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct DatasetRecord {
    /// Its id, the same through all its replacements.
    pub id: DatasetId,
    /// The name that people see.
    pub title: String,
    /// What it holds, in words.
    pub description: String,
    /// Where its bytes come from.
    pub source: Source,
    /// The media type that a reader is told.
    pub media_type: String,
    /// The offer, an ODRL policy object with its own id and without a target.
    pub offer: Value,
    /// Whether a second person must approve each contract.
    pub approval: ApprovalRule,
    /// To whom the catalogue shows it.
    pub listed_for: ListedFor,
    /// The account that published this version.
    pub published_by: String,
    /// When this version was published.
    pub published: Timestamp,
    /// Counts replacements, from 1.
    pub version: u32,
    /// When it was withdrawn; nothing is offered from then on, and running contracts stay.
    pub withdrawn: Option<Timestamp>,
}

impl DatasetRecord {
    /// Whether the offer `id` is the one that stands: neither withdrawn nor replaced.
    #[must_use]
    pub fn still_offers(&self, id: &OfferId) -> bool {
        self.withdrawn.is_none() && self.offer.get("@id") == Some(&Value::from(id.as_str()))
    }
}

/// Where a dataset's bytes come from.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Source {
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

/// Who decides about a contract for a dataset.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalRule {
    /// The rule alone.
    Automatic,
    /// The rule, and then a person who did not publish the dataset.
    SecondPerson,
}

/// To whom the catalogue shows a dataset.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListedFor {
    /// Every member of the data space.
    Members,
    /// Members to whom its rule gives a contract at that moment.
    Permitted,
}

/// The format of a pull over HTTP, as the field names it.
pub const FORMAT_PULL: &str = "HttpData-PULL";

/// The format of a push over HTTP, as the field names it.
pub const FORMAT_PUSH: &str = "HttpData-PUSH";

/// A pull over HTTP as rules name it (`odrl:deliveryChannel`).
pub const CHANNEL_PULL: &str = "https://w3id.org/allmende/v1/channel/http-pull";

/// A push over HTTP as rules name it (`odrl:deliveryChannel`).
pub const CHANNEL_PUSH: &str = "https://w3id.org/allmende/v1/channel/http-push";
