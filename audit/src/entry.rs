//! What is recorded, and its only byte form: RFC 8785 JSON of at most 65,535 bytes, versioned from
//! the first entry.
//!
//! An entry names organisations and random identifiers only. Whatever is personal or secret is a
//! commitment. An unknown version or type is named and never accepted.

mod body;
mod shard;
#[cfg(test)]
mod tests;
mod value;

use jiff::Timestamp;
use protocol::{
    id::{AgreementId, ConsumerPid, ProviderPid},
    role::Role,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wire::{
    dataspace::DataspaceId,
    did::Did,
    json::{self, CanonicalError, JsonError, Limits},
    node::{Node, ShapeError},
};

pub use body::{Body, EndCause, EntryType, KeyPurpose, Needed, Verdict};
pub use shard::{Shard, ShardError};
pub use value::{Code, CodeError, DeliveryId, DeliveryIdError, Random, RandomError};

use crate::{commitment::Commitment, tile};

/// The version that is written.
pub const VERSION: i64 = 1;
/// The longest entry, in bytes.
pub const ENTRY_BYTES_MAX: usize = tile::ENTRY_BYTES_MAX;
/// The most reason codes of one entry.
pub const REASONS_MAX: usize = 64;
/// The length in bytes after which a delivery is logged as one more window. Both sides cut their
/// windows at its multiples, so that the auditor can lay them side by side.
pub const DELIVERY_WINDOW_BYTES: u64 = 16 * 1024 * 1024;

/// The reason of a `delivery-stopped` that was written at the next start, because the process died
/// over the delivery. How much went over is not known then: it names no bytes.
pub const PROCESS_DIED: &str = "process-died";

/// One entry of a log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Whose log it is.
    pub participant: Did,
    /// The data space in which it happened.
    pub dataspace: DataspaceId,
    /// The shard that the entry belongs to.
    pub shard: Shard,
    /// When, by the participant's own clock.
    pub time: Timestamp,
    /// 128 random bits, so that the hash of the entry tells nothing about it.
    pub random: Random,
    /// How long the entry must be kept.
    pub retention: Retention,
    /// The agreement it is about, and its number among all entries of this participant about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agreement: Option<AgreementRef>,
    /// The negotiation or transfer it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub process: Option<Process>,
    /// The other participant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub counterparty: Option<Did>,
    /// Which part this participant plays in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<Role>,
    /// Who of the participant's people did it: a commitment to the name of the account (the field
    /// `actor`), never the name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actor: Option<Commitment>,
    /// Why, as codes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reasons: Vec<Code>,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// The agreement of an entry.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AgreementRef {
    /// The agreement.
    pub id: AgreementId,
    /// Counts this participant's entries about the agreement from 1, without gaps, across shards.
    pub counter: u64,
}

/// Both names of a negotiation or transfer; one of them is unknown before the first answer.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Process {
    /// The consumer's name for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub consumer_pid: Option<ConsumerPid>,
    /// The provider's name for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provider_pid: Option<ProviderPid>,
}

impl Process {
    /// Whether at least one side has named it.
    pub const fn is_named(&self) -> bool {
        self.consumer_pid.is_some() || self.provider_pid.is_some()
    }
}

/// How long an entry must be kept; a shard may go when all its classes have expired. The periods are
/// the operator's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retention {
    /// Agreements and what led to them and ended them.
    Contract,
    /// Who got what, when.
    Delivery,
    /// Running the connector: administrators, approvals.
    Operation,
    /// Keys, certificates, trust lists, checkpoints: what the rest rests upon.
    Trust,
}

/// Why bytes are no entry, or an entry has no bytes.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EntryError {
    /// The entry cannot be written canonically.
    #[error("the entry has no canonical form")]
    Canonical(#[source] CanonicalError),
    /// A field has a value that does not belong there, or fields are missing or unknown.
    #[error("the entry of type `{entry_type}` does not have the fields of its type")]
    Fields {
        /// The type it says it is.
        entry_type: EntryType,
    },
    /// A field that its type needs is missing.
    #[error("an entry of type `{entry_type}` must say its {}", .missing.name())]
    Incomplete {
        /// The type of the entry.
        entry_type: EntryType,
        /// What is missing.
        missing: Needed,
    },
    /// It is not strict JSON.
    #[error("the entry is no JSON that can be read")]
    Json(#[source] JsonError),
    /// It is JSON, but not in its one canonical form.
    #[error("the entry is not in its canonical form")]
    NotCanonical,
    /// Members at the top are missing or of another shape.
    #[error("the entry does not have the shape of an entry")]
    Shape(#[source] ShapeError),
    /// Longer than [`ENTRY_BYTES_MAX`].
    #[error("the entry has {bytes} bytes, more than {ENTRY_BYTES_MAX}")]
    TooLong {
        /// Its length, in bytes.
        bytes: usize,
    },
    /// More than [`REASONS_MAX`] reason codes.
    #[error("the entry has more than {REASONS_MAX} reasons")]
    TooManyReasons,
    /// A type that this version of the program does not know.
    #[error("the entry is of the unknown type `{name}`")]
    UnknownType {
        /// The name of the type.
        name: String,
    },
    /// A version that this version of the program does not know.
    #[error("the entry is of the unknown version {version}")]
    UnknownVersion {
        /// The version.
        version: i64,
    },
}

impl Entry {
    /// The type of the entry.
    pub const fn entry_type(&self) -> EntryType {
        self.body.entry_type()
    }

    /// The canonical bytes: what is hashed and stored.
    ///
    /// # Errors
    /// When the entry is too long or has no canonical form.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        if self.reasons.len() > REASONS_MAX {
            return Err(EntryError::TooManyReasons);
        }
        let entry_type = self.entry_type();
        if let Some(missing) = self.missing() {
            return Err(EntryError::Incomplete { entry_type, missing });
        }
        let unwritable = EntryError::Canonical(CanonicalError::Unwritable);
        let Ok(Value::Object(mut members)) = serde_json::to_value(self) else {
            return Err(unwritable);
        };
        members.insert("version".to_owned(), VERSION.into());
        let bytes = json::canonical(&Value::Object(members)).map_err(EntryError::Canonical)?;
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong { bytes: bytes.len() });
        }
        Ok(bytes)
    }

    /// Whether it is the end of a delivery over which the process died.
    #[must_use]
    pub fn is_of_dead_process(&self) -> bool {
        self.entry_type() == EntryType::DeliveryStopped
            && self.reasons.iter().any(|reason| reason.as_str() == PROCESS_DIED)
    }

    /// The first field that the type needs and that is not there.
    fn missing(&self) -> Option<Needed> {
        let there = |needed: &Needed| match needed {
            Needed::Agreement => self.agreement.is_some(),
            Needed::Counterparty => self.counterparty.is_some(),
            Needed::Process => self.process.as_ref().is_some_and(Process::is_named),
            Needed::Role => self.role.is_some(),
        };
        // An agreement is named by its id together with the other party.
        let party = self.agreement.is_some().then_some(&Needed::Counterparty);
        let needs = self.entry_type().needs().iter().chain(party);
        needs.copied().find(|needed| !there(needed))
    }

    /// Reads an entry. Only the one canonical form is taken, so that each entry has one hash.
    ///
    /// # Errors
    /// When the version or type is unknown, or the bytes are not exactly an entry's.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        let limits = Limits::message().with_bytes_max(ENTRY_BYTES_MAX);
        let value = json::parse(bytes, &limits).map_err(EntryError::Json)?;
        let entry_type = recognise(&value)?;
        let members = match value {
            Value::Object(members) => members,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Map::new(),
        };
        let entry = read(members).ok_or(EntryError::Fields { entry_type })?;
        if entry.to_bytes()? == bytes { Ok(entry) } else { Err(EntryError::NotCanonical) }
    }
}

/// Version and type first: what is not known is named before anything else is looked at.
fn recognise(value: &Value) -> Result<EntryType, EntryError> {
    let members = Node::root(value).object().map_err(EntryError::Shape)?;
    let version = members.required("version").and_then(|node| node.integer());
    let version = version.map_err(EntryError::Shape)?;
    if version != VERSION {
        return Err(EntryError::UnknownVersion { version });
    }
    let name = members.required("type").and_then(|node| node.string());
    let name = name.map_err(EntryError::Shape)?;
    name.parse().map_err(|_| EntryError::UnknownType { name: name.to_owned() })
}

fn read(mut members: Map<String, Value>) -> Option<Entry> {
    members.remove("version");
    serde_json::from_value(Value::Object(members)).ok()
}
