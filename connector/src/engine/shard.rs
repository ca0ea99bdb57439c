//! Which shard of a participant's log is open.
//!
//! Every commit with log entries names the open shard and loses if it has changed meanwhile, so that
//! nothing is ever appended to a shard after its last head was signed. The first shard is opened by
//! the first entry; each later one by the sequencer, once the shard before it is signed to its end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use audit::entry::{Body, Entry, EntryType, Random, Shard};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use wire::dataspace::DataspaceId;
use wire::did::Did;

use super::Engine;
use super::draft::{log_of, shard_of};
use super::error::EngineError;
use super::parts::Parts;
use crate::clock::Clock;
use crate::ids::random;
use crate::store::{Batch, CommitError, Expectation, Key, Kind, Store, Version};

/// The id of the record that names the open shard; shards are named by years.
const OPEN_ID: &str = "open";

/// What the store says of the open shard.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct OpenRecord {
    shard: Shard,
    state: State,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// Takes no entries any more; the next shard is not open yet.
    Closing,
    /// Takes entries.
    Open,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    shard: Shard,
    version: Version,
}

type Gate = Arc<RwLock<Option<Open>>>;

/// The open shards of all participants, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Shards {
    gates: Mutex<BTreeMap<Did, Gate>>,
}

impl Shards {
    fn gate(&self, participant: &Did) -> Gate {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        match gates.get(participant) {
            Some(gate) => gate.clone(),
            None => gates.entry(participant.clone()).or_default().clone(),
        }
    }

    /// Looks into the store again before the next entry: someone else changed the open shard.
    pub(super) async fn forget(&self, participant: &Did) {
        *self.gate(participant).write().await = None;
    }
}

/// The open shard, which stays open as long as this is held.
#[derive(Debug)]
pub(super) struct Entrance {
    _gate: OwnedRwLockReadGuard<Option<Open>>,
    open: Open,
}

impl Entrance {
    pub(super) fn shard(&self) -> Shard {
        self.open.shard
    }

    /// The batch loses if the shard is not open any more.
    pub(super) fn demand(&self, participant: &Did, batch: &mut Batch) {
        batch.expect(open_key(participant), Expectation::Version(self.open.version));
    }
}

/// A shard that takes no entries any more, with everyone waiting until the next one is open.
#[derive(Debug)]
pub(crate) struct Closed {
    gate: OwnedRwLockWriteGuard<Option<Open>>,
    shard: Shard,
    version: Version,
}

impl Closed {
    pub(crate) fn shard(&self) -> Shard {
        self.shard
    }
}

/// Whether a batch was lost because the open shard changed.
pub(super) fn is_shard_lost(participant: &Did, error: &CommitError) -> bool {
    matches!(error, CommitError::Lost { key } if *key == open_key(participant))
}

impl<P: Parts> Engine<P> {
    /// The shard into which the entries of a commit of `at` go. A participant's first one is opened
    /// here.
    pub(super) async fn entrance(
        &self,
        participant: &Did,
        dataspace: &DataspaceId,
        at: Timestamp,
    ) -> Result<Entrance, EngineError> {
        let gate = self.shards.gate(participant);
        let read = gate.clone().read_owned().await;
        if let Some(open) = *read {
            return Ok(Entrance { _gate: read, open });
        }
        drop(read);
        let mut write = gate.write_owned().await;
        let open = match *write {
            Some(open) => open,
            None => self.look_or_open(participant, dataspace, at).await?,
        };
        *write = Some(open);
        Ok(Entrance { _gate: OwnedRwLockWriteGuard::downgrade(write), open })
    }

    /// The shard that the store says is open or closing; `None` before the first entry.
    pub(crate) async fn newest_shard(
        &self,
        participant: &Did,
    ) -> Result<Option<Shard>, EngineError> {
        let found = self.store.get_json::<OpenRecord>(&open_key(participant)).await?;
        Ok(found.map(|(_, record)| record.shard))
    }

    /// When the newest entry of the participant's log was written; none before the first.
    ///
    /// # Errors
    /// When the store cannot be read, or the entry cannot.
    pub async fn last_entry_time(
        &self,
        participant: &Did,
    ) -> Result<Option<Timestamp>, EngineError> {
        let Some(shard) = self.newest_shard(participant).await? else { return Ok(None) };
        let log = log_of(participant, shard);
        let size = self.store.log_size(&log).await?;
        let last = self.store.entries(&log, size.saturating_sub(1), 1).await?;
        let unreadable = |_| EngineError::Internal { what: "the time of the last entry" };
        let entry = last.first().map(|entry| Entry::parse(&entry.value)).transpose();
        Ok(entry.map_err(unreadable)?.map(|entry| entry.time))
    }

    /// Opens the participant's first shard unless it has one.
    pub(crate) async fn open_first_shard(
        &self,
        participant: &Did,
        dataspace: &DataspaceId,
    ) -> Result<(), EngineError> {
        match self.newest_shard(participant).await? {
            Some(_) => Ok(()),
            None => self.entrance(participant, dataspace, self.clock.now()).await.map(|_| ()),
        }
    }

    /// Whether a stop in the middle of closing left the newest shard closing.
    pub(crate) async fn is_shard_closing(&self, participant: &Did) -> Result<bool, EngineError> {
        let found = self.store.get_json::<OpenRecord>(&open_key(participant)).await?;
        Ok(found.is_some_and(|(_, record)| record.state == State::Closing))
    }

    /// Closes the newest shard: from here on nothing is appended to it, and whoever has an entry
    /// waits for [`Engine::open_next_shard`].
    pub(crate) async fn close_shard(&self, participant: &Did) -> Result<Closed, EngineError> {
        let mut gate = self.shards.gate(participant).write_owned().await;
        // Whatever happens from here on, the store is asked again.
        *gate = None;
        let key = open_key(participant);
        let found = self.store.get_json::<OpenRecord>(&key).await?;
        let (version, record) = found.ok_or(EngineError::NotFound)?;
        let shard = record.shard;
        let version = match record.state {
            State::Closing => version,
            State::Open => {
                let closing = OpenRecord { shard, state: State::Closing };
                let mut batch = Batch::new();
                batch.replace_json(key, version, &closing)?.restricting();
                self.store.commit(batch).await?.version()
            }
        };
        Ok(Closed { gate, shard, version })
    }

    /// Opens `next` after the closed shard, whose last signed head is `previous`.
    pub(crate) async fn open_next_shard(
        &self,
        participant: &Did,
        dataspace: &DataspaceId,
        mut closed: Closed,
        next: Shard,
        previous: String,
    ) -> Result<(), EngineError> {
        let at = self.clock.now();
        let record = OpenRecord { shard: next, state: State::Open };
        let mut batch = Batch::new();
        batch.replace_json(open_key(participant), closed.version, &record)?;
        let entry = self.opening(participant, dataspace, next, at, Some(previous))?;
        // What stops or revokes waits behind this, so it may use the same space.
        batch.append(log_of(participant, next), entry).restricting();
        let version = self.store.commit(batch).await?.version();
        *closed.gate = Some(Open { shard: next, version });
        self.heads.appended(participant, at);
        Ok(())
    }

    /// Takes entries into the closed shard again: it could not be signed to its end.
    pub(crate) async fn reopen_shard(
        &self,
        participant: &Did,
        mut closed: Closed,
    ) -> Result<(), EngineError> {
        let record = OpenRecord { shard: closed.shard, state: State::Open };
        let mut batch = Batch::new();
        batch.replace_json(open_key(participant), closed.version, &record)?.restricting();
        let version = self.store.commit(batch).await?.version();
        *closed.gate = Some(Open { shard: closed.shard, version });
        Ok(())
    }

    async fn look_or_open(
        &self,
        participant: &Did,
        dataspace: &DataspaceId,
        at: Timestamp,
    ) -> Result<Open, EngineError> {
        let key = open_key(participant);
        if let Some((version, record)) = self.store.get_json::<OpenRecord>(&key).await? {
            return match record.state {
                State::Open => Ok(Open { shard: record.shard, version }),
                State::Closing => Err(EngineError::Busy { reason: "log-closing" }),
            };
        }
        let shard = shard_of(at);
        let mut batch = Batch::new();
        batch.create_json(key, &OpenRecord { shard, state: State::Open })?;
        let entry = self.opening(participant, dataspace, shard, at, None)?;
        batch.append(log_of(participant, shard), entry);
        let version = self.store.commit(batch).await?.version();
        self.heads.appended(participant, at);
        self.logged.tell(participant.clone());
        Ok(Open { shard, version })
    }

    /// The bytes of a shard's first entry.
    fn opening(
        &self,
        participant: &Did,
        dataspace: &DataspaceId,
        shard: Shard,
        at: Timestamp,
        previous: Option<String>,
    ) -> Result<Vec<u8>, EngineError> {
        let entry = Entry {
            participant: participant.clone(),
            dataspace: dataspace.clone(),
            shard,
            time: at,
            random: Random::new(random(&self.ids)),
            retention: EntryType::LogShardOpened.retention(),
            agreement: None,
            process: None,
            counterparty: None,
            role: None,
            actor: None,
            reasons: Vec::new(),
            body: Body::LogShardOpened { previous },
        };
        entry.to_bytes().map_err(|_| EngineError::Internal { what: "a log entry" })
    }
}

fn open_key(participant: &Did) -> Key {
    Key::new(participant, Kind::LogHead, OPEN_ID)
}
