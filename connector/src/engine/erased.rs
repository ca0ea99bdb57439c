//! What is held under a contract goes when the contract has ended: who waits to erase is told, and
//! what was erased is recorded. The bytes themselves lie with the data path.

use audit::entry::Body;
use protocol::id::AgreementId;
use wire::did::Did;
use wire::digest::Digest;

use super::Engine;
use super::draft::{About, Draft};
use super::error::EngineError;
use super::negotiation::TRIES_MAX;
use super::parts::Parts;
use super::wake::Wake;
use crate::record::agreement::{self, Erased};
use crate::store::Kind;

/// A contract that has ended for us as its consumer: our participant, the provider, the agreement.
pub type Over = (Did, Did, AgreementId);

impl<P: Parts> Engine<P> {
    /// Contracts of ours as consumer that have ended, each once its end is durable.
    #[must_use]
    pub fn ended(&self) -> &Wake<Over> {
        &self.ended
    }

    /// Records that the copy held under an ended contract was erased: `bytes`, with the digest of
    /// what was whole. Done once: said again, it changes nothing.
    ///
    /// # Errors
    /// When there is no such contract, or nothing can be committed.
    pub async fn copy_erased(
        &self,
        over: &Over,
        bytes: u64,
        digest: Option<Digest>,
    ) -> Result<(), EngineError> {
        let (participant, peer, id) = over;
        for _ in 0..TRIES_MAX {
            let (ours, standing) = self.member(participant)?;
            let (version, mut record) = self.agreement(participant, id, peer).await?;
            if record.erased.is_some() {
                return Ok(());
            }
            let mut draft = Draft::new(self, &ours, standing);
            draft.restricting();
            draft.count_for(id, peer).await?;
            let about = About {
                counterparty: Some(peer.clone()),
                role: Some(record.role),
                ..About::default()
            };
            draft.record(about, Body::CopyErased { bytes, digest })?;
            record.erased = Some(Erased { at: draft.at(), bytes });
            draft.write(Kind::Agreement, &agreement::id(id, peer), Some(version), &record)?;
            draft.changed(&*record.negotiation);
            match draft.commit().await {
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(error),
                Ok((_, errands)) => {
                    errands.release(self);
                    return Ok(());
                }
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }
}
