//! The folder that an auditor takes along: the participant's log files up to the signed head, the
//! agreements that it names, what its decisions were made from, the heads of others that it kept, and
//! its own heads as the authority countersigned them. Layout: `docs/log-format.md`.
//!
//! Anchors never go into it, and nothing of another participant but the signed heads it showed.

mod decisions;
mod folder;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use audit::checkpoint::origin;
use audit::entry::{Body, Code, Entry, Shard};
use protocol::id::AgreementId;
use wire::did::Did;
use wire::digest::{Digest, hex};

use super::Sequencer;
use super::error::LogError;
use super::head::shards;
use super::witness::keep::{Kept, conflicts, own_id, witnessed};
use crate::engine::Engine;
use crate::engine::draft::{About, Draft, log_of};
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::record::document;
use crate::store::{Key, Kind, Store};

use folder::Folder;

/// Entries that are read at once.
const CHUNK: usize = 256;

/// What goes into the folder beside the log itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Every agreement that the log names.
    All,
    /// One agreement with one partner. The log is whole all the same: only so can it be verified.
    Agreement {
        /// The agreement.
        agreement: AgreementId,
        /// The partner.
        peer: Did,
    },
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Exported {
    /// Log entries, all of them covered by a signed head.
    pub entries: u64,
    /// Agreement documents.
    pub documents: u64,
    /// Decisions, and the documents that they were made from.
    pub decisions: u64,
    /// Signed heads beside the logs' own.
    pub notes: u64,
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Writes the auditor's folder to `target`, which may hold other participants' already but nothing of
/// this one. Signs first what was committed so far, so that a record of the export made before it
/// ([`record`]) is in it.
///
/// # Errors
/// [`LogError`]; what was written by then is removed again.
pub async fn export<P: Parts>(
    sequencer: &Sequencer<P>,
    participant: &Did,
    scope: &Scope,
    target: &Path,
) -> Result<Exported, LogError> {
    sequencer.sign_now(participant).await?;
    let folder = Folder::create(target, participant.host())?;
    let written = write(sequencer, participant, scope, folder).await;
    if written.is_err() {
        // Half a folder would only mislead; that it stays behind is no further harm.
        let _ = std::fs::remove_dir_all(target.join(participant.host()));
    }
    written
}

/// Records that `account` takes an auditor's folder along, as the caller of [`export`] does before
/// it.
///
/// # Errors
/// When nothing can be committed: do not export then.
pub async fn record<P: Parts>(
    engine: &Engine<P>,
    participant: &Did,
    account: &str,
) -> Result<(), EngineError> {
    let (ours, standing) = engine.member(participant)?;
    let mut draft = Draft::new(engine, &ours, standing);
    let action = Code::parse("log-exported");
    let action = action.map_err(|_| EngineError::Internal { what: "an action code" })?;
    let about = About { actor: Some(account.to_owned()), ..About::default() };
    draft.record(about, Body::AdministratorAction { action, subject: None })?;
    let (_, errands) = draft.commit().await?;
    errands.release(engine);
    Ok(())
}

async fn write<P: Parts>(
    sequencer: &Sequencer<P>,
    participant: &Did,
    scope: &Scope,
    mut folder: Folder,
) -> Result<Exported, LogError> {
    let engine = sequencer.engine();
    let mut exported = Exported::default();
    let mut named = Named::default();
    // Nothing is signed meanwhile, so that tiles and head belong together.
    let held = sequencer.hold(participant).await;
    for (shard, _) in shards(engine.store(), participant).await? {
        let shelf = sequencer.shelf(participant, shard);
        let name = origin(participant, shard).to_string();
        let size;
        (folder, size) = folder.shard(shelf, name).await?;
        exported.entries += size;
        documents(engine, participant, (shard, size), scope, &mut named).await?;
    }
    drop(held);
    for digest in &named.agreements {
        let key = Key::new(participant, Kind::Document, document::id(digest));
        if let Some(found) = engine.store().get(&key).await? {
            let name = format!("{}/agreements/{}.json", participant.host(), hex(digest.as_bytes()));
            folder = folder.file(name, found.value.into()).await?;
            exported.documents += 1;
        }
    }
    (folder, exported.decisions) =
        decisions::write(engine.store(), participant, named, folder).await?;
    for (name, note) in notes(engine, participant).await? {
        let name = format!("{}/witness/{name}", participant.host());
        folder = folder.file(name, note.into_bytes()).await?;
        exported.notes += 1;
    }
    (exported.files, exported.bytes) = folder.written();
    Ok(exported)
}

/// What the entries of a log lead to.
#[derive(Debug, Default)]
struct Named {
    /// The agreements that were signed.
    agreements: BTreeSet<Digest>,
    /// The decisions that were made.
    decisions: BTreeSet<Digest>,
}

/// The documents that the first `size` entries of a shard name.
async fn documents<P: Parts>(
    engine: &Engine<P>,
    participant: &Did,
    (shard, size): (Shard, u64),
    scope: &Scope,
    named: &mut Named,
) -> Result<(), LogError> {
    let log = log_of(participant, shard);
    let mut from = 0;
    while from < size {
        let entries = engine.store().entries(&log, from, CHUNK).await?;
        if entries.is_empty() {
            break;
        }
        from += entries.len() as u64;
        // An entry that cannot be read is the verifier's to report.
        let parsed = entries.iter().filter_map(|entry| Entry::parse(&entry.value).ok());
        for entry in parsed.filter(|entry| scope.takes(entry)) {
            if let Body::AgreementSigned { document, .. } = entry.body {
                named.agreements.insert(document);
            } else if let Body::DecisionMade { decision, .. } = entry.body {
                named.decisions.insert(decision);
            }
        }
    }
    Ok(())
}

impl Scope {
    fn takes(&self, entry: &Entry) -> bool {
        match self {
            Self::All => true,
            Self::Agreement { agreement, peer } => super::page::about(agreement, peer)(entry),
        }
    }
}

/// The signed heads to take along, by the name of their file.
async fn notes<P: Parts>(
    engine: &Engine<P>,
    participant: &Did,
) -> Result<Vec<(String, String)>, LogError> {
    let store = engine.store();
    let mut notes = Vec::new();
    for seen in witnessed(store, participant).await? {
        let name = seen.checkpoint.checkpoint().origin.as_str().replace('/', "_");
        notes.push((name, seen.checkpoint.to_string()));
    }
    for (shard, _) in shards(store, participant).await? {
        let key = Key::new(participant, Kind::Witness, own_id(shard));
        if let Some((_, kept)) = store.get_json::<Kept>(&key).await? {
            notes.push((format!("countersigned_{shard}"), kept.note));
        }
    }
    for (number, conflict) in (1..).zip(conflicts(store, participant).await?) {
        notes.push((format!("conflict-{number}-kept"), conflict.kept));
        notes.push((format!("conflict-{number}-received"), conflict.received));
    }
    Ok(notes)
}
