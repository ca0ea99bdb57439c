//! What is on disk against what is in the store, before anything new is signed.

use audit::checkpoint::{KeyKind, SignedCheckpoint, VerifierKey, origin};
use audit::entry::Shard;
use audit::log::{Head, append};
use audit::tile::{self, TILE_WIDTH};
use identity::keys::OpensslVerify;
use wire::sign::Sign;

use super::Sequencer;
use super::tail::{Tail, away};
use crate::engine::draft::log_of;
use crate::engine::parts::Parts;
use crate::log::error::LogError;
use crate::log::head::{self, SignedHead};
use crate::log::shelf::{Shelf, is_needed};
use crate::participant::Participant;
use crate::store::{Log, Store};

/// Up to so many entries, every one is hashed anew at start; of a longer log, the right edge of the
/// tiles, its root and the last bundle. `allmende audit verify` looks at all of any log.
const FULL_CHECK_MAX: u64 = 65_536;

impl<P: Parts> Sequencer<P> {
    /// The newest shard with its tiles up to the head in the store. Missing tiles are derived again.
    pub(super) async fn load(
        &self,
        participant: &Participant,
        shard: Shard,
    ) -> Result<Tail, LogError> {
        let did = participant.did();
        let log = log_of(did, shard);
        let shelf = self.shelf(did, shard);
        let file = shelf.checkpoint_path();
        let stored = self.engine.store().get_json::<SignedHead>(&head::key(did, shard)).await?;
        let entries = self.engine.store().log_size(&log).await?;
        let signed = stored.map_or(0, |(_, head)| head.size);
        if signed > entries {
            return Err(LogError::Short { file, signed, stored: entries });
        }
        let note = self.own_note(participant, shard, &shelf).await?;
        if let Some(note) = &note {
            agrees(note, stored.map(|(_, head)| head), &shelf)?;
        }
        let head = self.head(&log, signed, &shelf).await?;
        if stored.is_some_and(|(_, stored)| stored.root != head.root()) {
            return Err(LogError::Head { file, size: signed });
        }
        let newest = note.filter(|note| note.checkpoint().size == signed);
        let note = newest.map_or_else(String::new, |note| note.to_string());
        Ok(Tail { head, stored, note, ..Tail::empty(shard) })
    }

    /// The signed head on disk; it must be signed with the participant's own key.
    async fn own_note(
        &self,
        participant: &Participant,
        shard: Shard,
        shelf: &Shelf,
    ) -> Result<Option<SignedCheckpoint>, LogError> {
        let reading = shelf.clone();
        let Some(note) = away(move || reading.checkpoint()).await? else { return Ok(None) };
        let public = participant.keys().checkpoint.public_key();
        let key = VerifierKey::new(origin(participant.did(), shard), KeyKind::Log, public);
        let signed = key.is_ok_and(|key| note.check(&key, &OpensslVerify).is_ok());
        if signed {
            Ok(Some(note))
        } else {
            Err(LogError::Disagrees { file: shelf.checkpoint_path() })
        }
    }

    async fn head(&self, log: &Log, size: u64, shelf: &Shelf) -> Result<Head, LogError> {
        if size > FULL_CHECK_MAX
            && let Some(head) = self.edge(log, size, shelf).await?
        {
            return Ok(head);
        }
        self.derive(log, size, shelf).await
    }

    /// The head from the tiles at the right edge, whose last bundle must be the store's entries;
    /// `None` when a tile is missing.
    async fn edge(&self, log: &Log, size: u64, shelf: &Shelf) -> Result<Option<Head>, LogError> {
        let reading = shelf.clone();
        let load = move || Ok(Head::load(size, &|path| reading.tile(path)).ok());
        let Some(head) = away(load).await? else { return Ok(None) };
        let from = (size - 1) / TILE_WIDTH * TILE_WIDTH;
        let entries = self.chunk(log, from, size, shelf).await?;
        let mut bundle = Vec::new();
        let whole = entries.iter().all(|entry| tile::push_entry(&mut bundle, entry));
        let path = tile::paths(size).filter(|path| path.kind() == tile::Kind::Entries).last();
        let Some(path) = path.filter(|_| whole) else { return Ok(None) };
        let reading = shelf.clone();
        let found = away(move || Ok(reading.tile(&path))).await?;
        match found {
            Some(found) if found == bundle => Ok(Some(head)),
            Some(_) => Err(LogError::Disagrees { file: shelf.path(&path.to_string()) }),
            None => Ok(None),
        }
    }

    /// The head from all entries; every tile that it needs is compared or written.
    async fn derive(&self, log: &Log, size: u64, shelf: &Shelf) -> Result<Head, LogError> {
        let mut head = Head::empty();
        while head.size() < size {
            let entries = self.chunk(log, head.size(), size, shelf).await?;
            let mut writes = append(&head, &entries).map_err(LogError::Append)?;
            writes.files.retain(|file| is_needed(file, size));
            let (shelf, files) = (shelf.clone(), writes.files);
            away(move || files.iter().try_for_each(|file| shelf.complete(file))).await?;
            head = writes.head;
        }
        Ok(head)
    }
}

/// A signed head on disk is never newer than the head in the store, which is written first.
fn agrees(
    note: &SignedCheckpoint,
    stored: Option<SignedHead>,
    shelf: &Shelf,
) -> Result<(), LogError> {
    let signed = note.checkpoint();
    let file = shelf.checkpoint_path();
    let stored_size = stored.map_or(0, |head| head.size);
    if signed.size > stored_size {
        return Err(LogError::Behind { file, signed: signed.size, stored: stored_size });
    }
    match stored {
        Some(head) if head.size == signed.size && head.root != signed.root => {
            Err(LogError::Disagrees { file })
        }
        Some(_) | None => Ok(()),
    }
}
