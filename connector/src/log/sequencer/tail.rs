//! The newest shard of one log as far as it was written, and writing on.

use audit::checkpoint::{Checkpoint, origin};
use audit::entry::Shard;
use audit::log::{Head, Write, append};
use bytes::Bytes;
use jiff::Timestamp;
use wire::did::Did;

use super::Sequencer;
use crate::clock::Clock;
use crate::engine::draft::log_of;
use crate::engine::parts::Parts;
use crate::log::error::LogError;
use crate::log::head::{self, SignedHead};
use crate::log::shelf::{Shelf, is_needed};
use crate::participant::Participant;
use crate::store::{Batch, CommitError, Log, Store, Version};

/// Entries that are read and written to tiles at once: one bundle, so that no partial tile is
/// written between them.
pub(super) const CHUNK: u64 = 256;

/// The newest shard as far as it was written.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) shard: Shard,
    /// The right edge of all tiles on disk.
    pub(super) head: Head,
    /// The head in the store.
    pub(super) stored: Option<(Version, SignedHead)>,
    /// The newest signed head; empty before the first.
    pub(super) note: String,
    /// Folders of partial tiles to remove once a head is signed that does not need them.
    pub(super) superseded: Vec<String>,
}

impl Tail {
    /// A shard without files and heads.
    pub(super) fn empty(shard: Shard) -> Self {
        let (head, note) = (Head::empty(), String::new());
        Self { shard, head, stored: None, note, superseded: Vec::new() }
    }

    pub(super) fn shard(&self) -> Shard {
        self.shard
    }

    pub(super) fn note(&self) -> &str {
        &self.note
    }

    fn is_signed(&self) -> bool {
        let size = self.stored.map_or(0, |(_, head)| head.size);
        !self.note.is_empty() && size == self.head.size()
    }
}

impl<P: Parts> Sequencer<P> {
    /// Writes the tiles of all entries that there are, and signs them.
    pub(super) async fn advance(
        &self,
        participant: &Participant,
        tail: &mut Tail,
    ) -> Result<(), LogError> {
        let did = participant.did();
        let began = self.engine.clock().now();
        let log = log_of(did, tail.shard);
        let shelf = self.shelf(did, tail.shard);
        let size = self.engine.store().log_size(&log).await?;
        while tail.head.size() < size {
            let entries = self.chunk(&log, tail.head.size(), size, &shelf).await?;
            let mut writes = append(&tail.head, &entries).map_err(LogError::Append)?;
            // Partial tiles between the chunks are needed by no head.
            writes.files.retain(|file| is_needed(file, size));
            put(&shelf, writes.files).await?;
            tail.head = writes.head;
            tail.superseded.extend(writes.superseded);
        }
        if !tail.is_signed() {
            self.sign(participant, tail, &shelf).await?;
        }
        self.announce(did, tail, began, &log).await
    }

    /// The next entries of the log from `from` on, up to the end of their bundle.
    pub(super) async fn chunk(
        &self,
        log: &Log,
        from: u64,
        size: u64,
        shelf: &Shelf,
    ) -> Result<Vec<Bytes>, LogError> {
        let most = (CHUNK - from % CHUNK).min(size - from);
        let limit = usize::try_from(most).unwrap_or(usize::MAX);
        let entries = self.engine.store().entries(log, from, limit).await?;
        let dense = entries.iter().zip(from..).all(|(entry, index)| entry.index == index);
        if entries.len() as u64 != most || !dense {
            let stored = from + entries.len() as u64;
            return Err(LogError::Short { file: shelf.checkpoint_path(), signed: size, stored });
        }
        Ok(entries.into_iter().map(|entry| entry.value).collect())
    }

    /// Puts the head into the store in place of the one that was read, then signs it, then writes
    /// it.
    async fn sign(
        &self,
        participant: &Participant,
        tail: &mut Tail,
        shelf: &Shelf,
    ) -> Result<(), LogError> {
        let did = participant.did();
        let head = SignedHead { size: tail.head.size(), root: tail.head.root() };
        if tail.stored.is_none_or(|(_, stored)| stored != head) {
            let key = head::key(did, tail.shard);
            let mut batch = Batch::new();
            match tail.stored {
                Some((version, _)) => batch.replace_json(key, version, &head)?,
                None => batch.create_json(key, &head)?,
            };
            // What stops or revokes must be provable too.
            batch.restricting();
            let committed =
                self.engine.store().commit(batch).await.map_err(|error| match error {
                    CommitError::Lost { key } => LogError::Contended { key },
                    CommitError::Stopped { .. } | CommitError::TooLarge { .. } => {
                        LogError::Store(error)
                    }
                })?;
            tail.stored = Some((committed.version(), head));
        }
        let checkpoint = Checkpoint::of(origin(did, tail.shard), &tail.head);
        let note = checkpoint.sign(&participant.keys().checkpoint).map_err(LogError::Sign)?;
        let note = note.to_string();
        put_checkpoint(shelf, note.clone(), std::mem::take(&mut tail.superseded)).await?;
        tail.note = note;
        Ok(())
    }

    /// Tells the engine how far the log is signed.
    async fn announce(
        &self,
        participant: &Did,
        tail: &Tail,
        began: Timestamp,
        log: &Log,
    ) -> Result<(), LogError> {
        let size = self.engine.store().log_size(log).await?;
        // What came since was committed after this round began.
        let behind_since = (size > tail.head.size()).then_some(began);
        self.engine.heads().signed(participant, &tail.note, behind_since);
        Ok(())
    }
}

async fn put(shelf: &Shelf, files: Vec<Write>) -> Result<(), LogError> {
    let shelf = shelf.clone();
    away(move || shelf.write(&files)).await
}

async fn put_checkpoint(
    shelf: &Shelf,
    note: String,
    superseded: Vec<String>,
) -> Result<(), LogError> {
    let shelf = shelf.clone();
    let write = move || {
        shelf.put_checkpoint(&note)?;
        shelf.remove_superseded(&superseded);
        Ok(())
    };
    away(write).await
}

/// Does what blocks away from the tasks that serve.
pub(super) async fn away<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(LogError::Stopped))
}
