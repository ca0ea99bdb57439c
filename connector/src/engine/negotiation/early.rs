//! An agreement that the consumer uses before we have read its answer to FINALIZED. Its message
//! presupposes that ours has arrived, and so acknowledges it (`docs/divergences.md`, Acknowledgement
//! by a follow-up).

use bytes::Bytes;
use protocol::id::AgreementId;
use protocol::negotiation::Move;
use wire::did::Did;

use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::send::Outcome;
use crate::record::agreement::{self, AgreementRecord};
use crate::store::{Key, Kind, Store, Version};

/// The index id under which an agreement is found whose FINALIZED is under way.
pub(super) fn finalizing(id: &AgreementId, peer: &Did) -> String {
    format!("finalizing/{}", agreement::id(id, peer))
}

impl<P: Parts> Engine<P> {
    /// The agreement `id`, which `peer` says is in force.
    pub(in crate::engine) async fn agreement_in_use(
        &self,
        participant: &Did,
        id: &AgreementId,
        peer: &Did,
    ) -> Result<(Version, AgreementRecord), EngineError> {
        match self.agreement(participant, id, peer).await {
            Err(EngineError::NotFound) => {}
            found => return found,
        }
        let key = Key::new(participant, Kind::Index, finalizing(id, peer));
        let Some((_, pid)) = self.store.get_json::<String>(&key).await? else {
            return Err(EngineError::NotFound);
        };
        let awaiting = self.negotiation(participant, &pid).await?.record.process.awaiting;
        if let Some(outgoing) = awaiting.filter(|outgoing| outgoing.what == Move::Finalize) {
            let taken = Outcome::Acknowledged { body: Bytes::new() };
            self.negotiation_answered(participant, &pid, outgoing.number, &taken).await?;
        }
        self.agreement(participant, id, peer).await
    }
}
