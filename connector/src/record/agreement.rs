//! A contract that was concluded: who, what, under which document, with which signatures, and
//! whether it still stands.

use jiff::Timestamp;
use protocol::Role;
use protocol::id::{AgreementId, DatasetId};
use serde::{Deserialize, Serialize};
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;

/// One agreement as one of its parties keeps it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct AgreementRecord {
    /// The agreement's id, chosen by the provider.
    pub id: AgreementId,
    /// Our side of it.
    pub role: Role,
    /// The other party.
    pub peer: Did,
    /// The data space in which it was concluded.
    pub dataspace: DataspaceId,
    /// The dataset it is about.
    pub dataset: DatasetId,
    /// The document that both parties sign: RFC 8785 digest of the agreement.
    pub document: Digest,
    /// The negotiation it came from, as our own pid.
    pub negotiation: String,
    /// The provider's detached signature over the agreement's statement, if it gave one.
    pub provider_signature: Option<String>,
    /// The consumer's detached signature over the agreement's statement, if it gave one.
    pub consumer_signature: Option<String>,
    /// When it was concluded.
    pub concluded: Timestamp,
    /// Its end, once it has come.
    pub ended: Option<Ended>,
    /// When what we held under it was erased, as consumer after its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
}

/// The erasure of what was held under an ended agreement.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Erased {
    /// When it was recorded; the bytes had gone by then.
    pub at: Timestamp,
    /// How many bytes there were.
    pub bytes: u64,
}

/// The end of an agreement.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: EndedBy,
    /// The reason code, and words if a person gave any.
    pub reason: String,
    /// What became of our telling the other party, where it was ours to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

/// What became of a message about an end.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// It is tried until it arrives.
    OnItsWay,
    /// The other party has taken it.
    Taken,
    /// The other party has refused it, perhaps because its connector knows no such message.
    Refused,
    /// It was tried for too long.
    GivenUp,
}

/// Who ended an agreement.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// Ourselves.
    Us,
    /// The other party.
    Peer,
    /// The rule's own time.
    Rule,
}

impl AgreementRecord {
    /// Whether it still stands, as far as its parties are concerned. Its rule may refuse all the
    /// same.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.ended.is_none()
    }
}

/// The id of an agreement's record. Two providers may use the same agreement id.
#[must_use]
pub fn id(agreement: &AgreementId, peer: &Did) -> String {
    format!("{agreement}\n{peer}")
}
