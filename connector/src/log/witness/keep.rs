//! What is kept of others' logs: the newest head of each, and every pair of heads that contradict
//! each other.

use audit::anchors::Seen;
use audit::checkpoint::SignedCheckpoint;
use audit::entry::{Body, Shard};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::did::Did;
use wire::digest::Digest;

use super::Witness;
use super::look::NotTaken;
use crate::engine::draft::{About, Draft};
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::home::write_public;
use crate::log::error::LogError;
use crate::participant::Participant;
use crate::store::{Key, Kind, Span, Store, Version};

/// The reason of an entry about heads that contradict each other.
pub(super) const CONFLICT: &str = "checkpoint-conflict";
/// The ids of others' heads begin so.
const PEER: &str = "peer/";
/// The ids of conflicts begin so.
const CONFLICTS: &str = "conflict/";
/// Pairs of heads that are kept of one partner: one proves it, and a partner that shows ever more
/// fills nothing.
pub(super) const CONFLICTS_PER_PEER_MAX: usize = 16;

/// A head that was taken.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::log) struct Kept {
    /// The signed note.
    pub(in crate::log) note: String,
    /// When it was taken.
    pub(in crate::log) at: Timestamp,
}

/// The newest head that is kept of a peer's shard.
pub(super) struct Last {
    pub(super) version: Version,
    pub(super) note: SignedCheckpoint,
    pub(super) at: Timestamp,
}

/// Two heads of one log that do not lead to each other.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::log) struct Conflict {
    /// The one that was kept.
    pub(in crate::log) kept: String,
    /// The one that came later.
    pub(in crate::log) received: String,
}

/// Where the newest head of a peer's shard lies.
pub(super) fn peer_id(peer: &Did, shard: Shard) -> String {
    format!("{PEER}{peer}/{shard}")
}

/// Where our own head lies as the authority countersigned it last.
pub(in crate::log) fn own_id(shard: Shard) -> String {
    format!("own/{shard}")
}

/// The newest heads of others.
pub(in crate::log) async fn witnessed(
    store: &impl Store,
    participant: &Did,
) -> Result<Vec<Seen>, LogError> {
    let mut seen = Vec::new();
    let mut span = Span::new(participant, Kind::Witness).prefix(PEER);
    loop {
        let rows = store.range_json::<Kept>(&span).await?;
        let Some((last, _, _)) = rows.last() else { return Ok(seen) };
        span = Span::new(participant, Kind::Witness).prefix(PEER).after(last.clone());
        let notes = rows.iter().filter_map(|(_, _, kept)| kept.note.parse().ok());
        seen.extend(notes.map(|checkpoint| Seen { by: participant.to_string(), checkpoint }));
    }
}

/// Every pair of heads that contradict each other.
pub(in crate::log) async fn conflicts(
    store: &impl Store,
    participant: &Did,
) -> Result<Vec<Conflict>, LogError> {
    let span = Span::new(participant, Kind::Witness).prefix(CONFLICTS);
    let rows = store.range_json::<Conflict>(&span).await?;
    Ok(rows.into_iter().map(|(_, _, conflict)| conflict).collect())
}

impl<P: Parts> Witness<P> {
    /// The newest head that is kept of a peer's shard.
    pub(super) async fn kept(
        &self,
        participant: &Did,
        peer: &Did,
        shard: Shard,
    ) -> Result<Option<Last>, NotTaken> {
        let key = Key::new(participant, Kind::Witness, peer_id(peer, shard));
        let found = self.engine.store().get_json::<Kept>(&key).await.map_err(EngineError::from)?;
        let Some((version, kept)) = found else { return Ok(None) };
        let note = kept.note.parse().map_err(|_| EngineError::Internal { what: "a kept head" })?;
        Ok(Some(Last { version, note, at: kept.at }))
    }

    /// Keeps a head in place of the one that was read, and records it.
    pub(super) async fn keep(
        &self,
        ours: &Participant,
        peer: &Did,
        shard: Shard,
        version: Option<Version>,
        note: &SignedCheckpoint,
    ) -> Result<(), NotTaken> {
        let standing = ours.standing().ok_or(EngineError::NotJoined)?;
        let mut draft = Draft::new(&self.engine, ours, standing);
        let checkpoint = note.to_string();
        let kept = Kept { note: checkpoint.clone(), at: draft.at() };
        draft.write(Kind::Witness, &peer_id(peer, shard), version, &kept)?;
        let about = About { counterparty: Some(peer.clone()), ..About::default() };
        draft.record(about, Body::CheckpointReceived { checkpoint })?;
        let (_, errands) = draft.commit().await?;
        errands.release(&self.engine);
        Ok(())
    }

    /// Raises the alarm about two heads of one log that do not lead to each other: once for each
    /// pair, and for at most [`CONFLICTS_PER_PEER_MAX`] pairs of a partner.
    pub(super) async fn alarm(
        &self,
        ours: &Participant,
        peer: &Did,
        kept: &SignedCheckpoint,
        received: &SignedCheckpoint,
    ) -> Result<(), NotTaken> {
        let (was, is) = (kept.checkpoint(), received.checkpoint());
        tracing::error!(
            participant = %ours.did(), %peer, log = %is.origin, code = CONFLICT,
            kept_size = was.size, kept_root = %was.root, size = is.size, root = %is.root,
            "a partner's log was changed or shows two histories; both heads are kept as proof"
        );
        let conflict = Conflict { kept: kept.to_string(), received: received.to_string() };
        let pair = format!("{}{}", was.body(), is.body());
        let name = Digest::of(pair.as_bytes()).to_string().replace(':', "-");
        let prefix = format!("{CONFLICTS}{peer}/");
        let of_peer = Span::new(ours.did(), Kind::Witness).prefix(prefix.clone());
        let rows = self.engine.store().range_json::<Conflict>(&of_peer).await;
        if rows.map_err(EngineError::from)?.len() >= CONFLICTS_PER_PEER_MAX {
            return Ok(());
        }
        let standing = ours.standing().ok_or(EngineError::NotJoined)?;
        let mut draft = Draft::new(&self.engine, ours, standing);
        draft.write(Kind::Witness, &format!("{prefix}{name}"), None, &conflict)?;
        let about = About {
            counterparty: Some(peer.clone()),
            reasons: vec![CONFLICT.to_owned()],
            ..About::default()
        };
        draft.record(about, Body::CheckpointReceived { checkpoint: conflict.received.clone() })?;
        match draft.commit().await {
            Ok((_, errands)) => errands.release(&self.engine),
            // The same pair again.
            Err(error) if error.is_lost() => {}
            Err(error) => return Err(error.into()),
        }
        self.write_conflict(ours.did(), &name, &conflict);
        Ok(())
    }

    /// Both heads as files, beside the log. They are in the store already.
    fn write_conflict(&self, participant: &Did, name: &str, conflict: &Conflict) {
        let home = self.sequencer.home();
        let folder = home.log(participant).join("conflicts").join(name).join("witness");
        for (file, note) in [("kept", &conflict.kept), ("received", &conflict.received)] {
            let path = folder.join(file);
            if let Err(error) = write_public(&path, note.as_bytes()) {
                tracing::error!(path = %path.display(), %error, "a proof cannot be written");
            }
        }
    }
}
