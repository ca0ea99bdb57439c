//! Keys: scope first, then kind, then id. The encoding is injective and keeps the order, and no
//! scope's bytes begin with another's.

use std::fmt;

use wire::{did::Did, text};

/// Whose a record is.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// The process as a whole: its settings, its accounts. Never a participant's data.
    Process,
    /// One participant.
    Participant(Did),
}

impl From<&Did> for Scope {
    fn from(participant: &Did) -> Self {
        Self::Participant(participant.clone())
    }
}

/// What a record is. The numbers are on disk: they never change and are never used again.
///
/// Log entries are no kind: they are reached through [`Log`] and only ever appended.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Kind {
    /// A person or program that may use the management listener.
    Account = 1,
    /// A usage contract.
    Agreement = 2,
    /// A second person's approval that is given or awaited.
    Approval = 3,
    /// Where a peer wants to be called back.
    Callback = 4,
    /// What the catalogue is made of.
    Catalog = 5,
    /// A published dataset.
    Dataset = 6,
    /// One delivery of data.
    Delivery = 7,
    /// A whole document under its digest.
    Document = 8,
    /// The last signed head of a log.
    LogHead = 9,
    /// A member of the data space, as the authority keeps it.
    Member = 10,
    /// A contract negotiation.
    Negotiation = 11,
    /// An offer.
    Offer = 12,
    /// A message that waits to be sent.
    Outbox = 13,
    /// What is known of a peer.
    Peer = 14,
    /// Something begun that waits for a person or a peer.
    Pending = 15,
    /// What concerns the process itself.
    Process = 16,
    /// A local hand-over of received data.
    Serve = 17,
    /// A setting made at run time.
    Setting = 18,
    /// A deadline.
    Timer = 19,
    /// A transfer process.
    Transfer = 20,
    /// A checkpoint countersigned by or for another.
    Witness = 21,
    /// A one-time enrolment code, by its hash.
    Enrolment = 22,
    /// A certificate that was issued or is in use.
    Certificate = 23,
    /// A secondary way to find a record: its value names a key.
    Index = 24,
    /// A source or sink of data.
    Source = 25,
    /// The key of an erasable value.
    Shred = 26,
    /// A counter against quotas.
    Meter = 27,
    /// The current trust list or revocation list.
    Trust = 28,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 28] = [
        Self::Account,
        Self::Agreement,
        Self::Approval,
        Self::Callback,
        Self::Catalog,
        Self::Dataset,
        Self::Delivery,
        Self::Document,
        Self::LogHead,
        Self::Member,
        Self::Negotiation,
        Self::Offer,
        Self::Outbox,
        Self::Peer,
        Self::Pending,
        Self::Process,
        Self::Serve,
        Self::Setting,
        Self::Timer,
        Self::Transfer,
        Self::Witness,
        Self::Enrolment,
        Self::Certificate,
        Self::Index,
        Self::Source,
        Self::Shred,
        Self::Meter,
        Self::Trust,
    ];
}

/// Kinds that only the store itself writes; their numbers lie above every [`Kind`].
const LOG_ENTRY: u8 = 0xE0;
const LOG_SIZE: u8 = 0xE1;

/// A record's key.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    scope: Scope,
    kind: Kind,
    id: String,
}

impl Key {
    /// The key of the record `id` of a kind of a scope. Ids order as their bytes do.
    pub fn new(scope: impl Into<Scope>, kind: Kind, id: impl Into<String>) -> Self {
        Self { scope: scope.into(), kind, id: id.into() }
    }

    /// Whose the record is.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What the record is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The id within scope and kind.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = prefix(&self.scope, self.kind as u8);
        bytes.extend_from_slice(self.id.as_bytes());
        bytes
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::Process => f.write_str("process")?,
            Scope::Participant(did) => f.write_str(did.as_str())?,
        }
        write!(f, " {:?} {}", self.kind, text::shown(&self.id))
    }
}

/// A log of a scope: its entries have dense indexes from 0 and are never changed.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Log {
    scope: Scope,
    name: String,
}

impl Log {
    /// The log `name` of a scope, for example one year's shard.
    pub fn new(scope: impl Into<Scope>, name: impl Into<String>) -> Self {
        Self { scope: scope.into(), name: name.into() }
    }

    /// Whose log it is.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The name within the scope.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes under which the number of entries lies.
    pub(super) fn size_key(&self) -> Vec<u8> {
        let mut bytes = prefix(&self.scope, LOG_SIZE);
        bytes.extend_from_slice(self.name.as_bytes());
        bytes
    }

    /// The bytes under which an entry lies. The name's length goes first, so that no log's bytes
    /// begin with another's.
    pub(super) fn entry_key(&self, index: u64) -> Vec<u8> {
        let mut bytes = prefix(&self.scope, LOG_ENTRY);
        bytes.extend_from_slice(&u64::try_from(self.name.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(self.name.as_bytes());
        bytes.extend_from_slice(&index.to_be_bytes());
        bytes
    }

    /// The index of an entry, from the bytes of its key.
    pub(super) fn index_of(key: &[u8]) -> Option<u64> {
        key.last_chunk().map(|tail| u64::from_be_bytes(*tail))
    }
}

/// `0x00 kind` for the process, `0x01 did 0x00 kind` for a participant: a DID has no zero byte, so
/// no scope's bytes begin with another's.
pub(super) fn prefix(scope: &Scope, kind: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(96);
    match scope {
        Scope::Process => bytes.push(0),
        Scope::Participant(did) => {
            bytes.push(1);
            bytes.extend_from_slice(did.as_str().as_bytes());
            bytes.push(0);
        }
    }
    bytes.push(kind);
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn scopes() -> Vec<Scope> {
        let names =
            ["ulm", "ulm.example", "ulm.example.org", "ulm.example%3A8443", "ulm.example:a"];
        let dids = names.map(|name| Did::parse(&format!("did:web:{name}")).unwrap());
        std::iter::once(Scope::Process).chain(dids.into_iter().map(Scope::Participant)).collect()
    }

    #[test]
    fn no_scope_and_kind_is_the_beginning_of_another() {
        let all: Vec<_> = scopes()
            .iter()
            .flat_map(|scope| (0..=u8::MAX).map(|kind| prefix(scope, kind)))
            .collect();
        for (place, one) in all.iter().enumerate() {
            for (other_place, other) in all.iter().enumerate() {
                assert!(place == other_place || !other.starts_with(one), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn different_keys_have_different_bytes_in_the_same_order() {
        let mut keys = Vec::new();
        for scope in scopes() {
            for kind in Kind::ALL {
                for id in ["", "\0", "a", "a\0", "a/b", "ä", "\u{10ffff}"] {
                    keys.push(Key::new(scope.clone(), kind, id));
                }
            }
        }
        let encoded: BTreeSet<_> = keys.iter().map(Key::encode).collect();
        assert_eq!(encoded.len(), keys.len());
        keys.sort_by_key(|key| (key.scope == Scope::Process, key.encode()));
        for pair in keys.windows(2).filter(|pair| pair[0].scope == pair[1].scope) {
            assert!(pair[0] < pair[1], "{} {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn the_numbers_of_kinds_are_what_is_on_disk() {
        let numbers: Vec<_> = Kind::ALL.iter().map(|kind| *kind as u8).collect();
        assert_eq!(numbers, (1..=28).collect::<Vec<u8>>());
        assert_eq!((Kind::Witness as u8, Kind::Negotiation as u8), (21, 11));
    }

    #[test]
    fn no_log_is_the_beginning_of_another() {
        let entry = |name: &str, index| Log::new(Scope::Process, name).entry_key(index);
        let tail = String::from_utf8(vec![0; 8]).unwrap();
        assert!(!entry(&format!("2026{tail}"), 7).starts_with(&entry("2026", 0)));
        assert!(entry("2026", 1) < entry("2026", 256));
        assert_eq!(Log::index_of(&entry("2026", 256)), Some(256));
    }
}
