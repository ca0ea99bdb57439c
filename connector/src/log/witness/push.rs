//! Showing our heads to the authority, and keeping what it countersigned. Nothing of this is an
//! entry of ours: it would make another head.

use audit::checkpoint::{KeyKind, KeyName, SignedCheckpoint, VerifierKey};
use audit::entry::Shard;
use bytes::Bytes;
use identity::trust::{Status, TrustList};
use jiff::{SignedDuration, Timestamp};
use protocol::status;
use wire::did::Did;

use super::countersign::{COUNTERSIGN_PATH, Shown, TOO_MANY_REQUESTS};
use super::keep::{Kept, own_id};
use super::{WITNESS_INTERVAL_MS, Witness, mutual_base, object};
use crate::clock::Clock;
use crate::engine::error::EngineError;
use crate::engine::parts::{Answer, Parts, Request, Transport, Unsent};
use crate::log::proof::{Unproven, count};
use crate::store::{Batch, Key, Kind, Store};

/// The pause after the authority was not reached, in milliseconds.
const RETRY_MS: i64 = 60_000;
/// How often one head is shown in a row: the authority may name another head that it saw last, or
/// ask for patience.
const TRIES_MAX: usize = 4;

/// What became of a head that was shown to the authority.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pushed {
    /// It is countersigned, and kept so.
    Countersigned,
    /// There is nothing new to show, or nobody to show it to.
    Nothing,
}

/// Why a head was not countersigned.
#[derive(Debug, thiserror::Error)]
pub enum NotPushed {
    /// Ours: the store or the engine.
    #[error("the countersigned head cannot be kept")]
    Engine(#[from] EngineError),
    /// Its countersignature is not the one of the key in the trust list.
    #[error("the authority's countersignature does not hold")]
    Forged,
    /// The authority has seen more of this log than there is: it was put back to an older state.
    #[error("the authority has seen {seen} entries of this log, which has only {size}")]
    RolledBack {
        /// What it has seen.
        seen: u64,
        /// What there is.
        size: u64,
    },
    /// We cannot prove that the head follows the one that it saw last.
    #[error("the proof for the authority cannot be made")]
    Unproven(#[from] Unproven),
    /// It was not reached.
    #[error("the authority was not reached")]
    Unreachable(#[source] Unsent),
    /// It refused.
    #[error("the authority answered with the status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
}

impl<P: Parts> Witness<P> {
    /// Shows the participant's newest head to the authority now. For an export; otherwise it happens
    /// by itself.
    ///
    /// # Errors
    /// [`NotPushed`].
    pub async fn push(&self, participant: &Did) -> Result<Pushed, NotPushed> {
        let (_, standing) = self.engine.member(participant)?;
        let list = &standing.list;
        let member = list.member(participant).is_some_and(|one| one.status == Status::Active);
        let (Some(key), true) = (witness_key(list), member) else { return Ok(Pushed::Nothing) };
        let Some((shard, note)) = self.newest(participant) else { return Ok(Pushed::Nothing) };
        let size = note.checkpoint().size;
        let id = Key::new(participant, Kind::Witness, own_id(shard));
        let kept = self.engine.store().get_json::<Kept>(&id).await.map_err(EngineError::from)?;
        let kept = kept.and_then(|(_, kept)| kept.note.parse::<SignedCheckpoint>().ok());
        let mut old = kept.map_or(0, |note| note.checkpoint().size);
        if old == size {
            return Ok(Pushed::Nothing);
        }
        let mut answer = self.show(participant, &list.authority, shard, old, &note).await?;
        for _ in 1..TRIES_MAX {
            match answer.status {
                status::CONFLICT => old = seen_by_witness(&answer, size)?,
                TOO_MANY_REQUESTS => self.wait(WITNESS_INTERVAL_MS).await,
                _ => break,
            }
            answer = self.show(participant, &list.authority, shard, old, &note).await?;
        }
        if !answer.is_success() {
            return Err(NotPushed::Refused { status: answer.status });
        }
        let countersigned = with_line(&note, &answer.body).ok_or(NotPushed::Forged)?;
        countersigned.check(&key, &self.verify).map_err(|_| NotPushed::Forged)?;
        let mut batch = Batch::new();
        let kept = Kept { note: countersigned.to_string(), at: self.engine.clock().now() };
        batch.put_json(id, &kept).map_err(EngineError::from)?;
        self.engine.store().commit(batch).await.map_err(EngineError::from)?;
        Ok(Pushed::Countersigned)
    }

    pub(super) async fn push_round(&self, participant: Did) {
        match self.push(&participant).await {
            Ok(_) | Err(NotPushed::Engine(EngineError::NotJoined)) => {}
            Err(error @ NotPushed::RolledBack { .. }) => tracing::error!(
                %participant, code = "log-rolled-back", %error,
                "this log is older than what the authority has seen: an old backup was put back"
            ),
            Err(error) => {
                tracing::info!(%participant, %error, "the log head was not countersigned");
                self.wait(RETRY_MS).await;
                self.pushes.tell(participant, self.engine.clock().now());
            }
        }
    }

    async fn wait(&self, ms: i64) {
        let clock = self.engine.clock();
        let until = clock.now().saturating_add(SignedDuration::from_millis(ms));
        clock.sleep_until(until.unwrap_or(Timestamp::MAX)).await;
    }

    /// Our newest signed head, and its shard.
    fn newest(&self, participant: &Did) -> Option<(Shard, SignedCheckpoint)> {
        let note = self.engine.heads().checkpoint(participant)?;
        let note: SignedCheckpoint = note.parse().ok()?;
        let shard = note.checkpoint().origin.as_str().rsplit('/').next()?.parse().ok()?;
        Some((shard, note))
    }

    /// Shows a head with the proof that it follows the one of `old` entries.
    async fn show(
        &self,
        participant: &Did,
        authority: &Did,
        shard: Shard,
        old: u64,
        note: &SignedCheckpoint,
    ) -> Result<Answer, NotPushed> {
        let size = note.checkpoint().size;
        let proof = self.sequencer.proof(participant, shard, old, size).await?;
        let shown = Shown { old, proof: proof.hashes, note: note.clone() };
        let transport = self.engine.transport();
        let base = transport.dsp_base(participant, authority).await;
        let base = base.map_err(NotPushed::Unreachable)?;
        let base = mutual_base(&base).ok_or(NotPushed::Refused { status: 0 })?;
        let url = format!("{base}{COUNTERSIGN_PATH}");
        let body = Some(Bytes::from(shown.to_json().to_string()));
        let answer = transport.exchange(participant, authority, Request { url, body }).await;
        answer.map_err(NotPushed::Unreachable)
    }
}

/// The size of the head that the authority saw last, as it says.
fn seen_by_witness(answer: &Answer, size: u64) -> Result<u64, NotPushed> {
    let seen = object(&answer.body, |node| count(&node.object().ok()?.required("size").ok()?).ok());
    let seen = seen.ok_or(NotPushed::Refused { status: answer.status })?;
    if seen > size { Err(NotPushed::RolledBack { seen, size }) } else { Ok(seen) }
}

/// The key with which the authority countersigns.
pub(in crate::log) fn witness_key(list: &TrustList) -> Option<VerifierKey> {
    let witness = list.witness.as_ref()?;
    let name = KeyName::parse(&witness.name).ok()?;
    VerifierKey::new(name, KeyKind::Cosigner, witness.key.clone()).ok()
}

/// Our head with the signature line that the authority returned.
fn with_line(note: &SignedCheckpoint, body: &[u8]) -> Option<SignedCheckpoint> {
    let line = object(body, |node| {
        Some(node.object().ok()?.required("cosignature").ok()?.string().ok()?.to_owned())
    })?;
    // One line and nothing else: it is read together with the head that it belongs to.
    let line = Some(line).filter(|line| !line.contains('\n'))?;
    format!("{note}{line}\n").parse().ok()
}
