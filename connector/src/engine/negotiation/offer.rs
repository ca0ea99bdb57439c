//! A negotiation that we open as provider: an offer to a partner that has not asked.

use protocol::id::{DatasetId, ProviderPid};
use protocol::negotiation::{Begin, Command, Input};
use serde_json::Value;
use wire::did::Did;

use super::command::address;
use super::flow::Flow;
use crate::engine::Engine;
use crate::engine::draft::Draft;
use crate::engine::error::EngineError;
use crate::engine::parts::{Parts, Transport};

/// What a provider proposes.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The consumer.
    pub peer: Did,
    /// The dataset, one of ours.
    pub dataset: DatasetId,
    /// The terms, an ODRL offer: under its `@id` or a fresh one. Without it, those of the catalogue.
    pub offer: Option<Value>,
    /// The account that offers; none for a script.
    pub account: Option<String>,
}

impl<P: Parts> Engine<P> {
    /// Offers a contract to a partner that has not asked; returns our own pid of the negotiation.
    ///
    /// # Errors
    /// When the dataset is not offered, the terms cannot be read, the partner cannot be found, or
    /// nothing can be committed.
    pub async fn offer_to(
        &self,
        participant: &Did,
        proposed: Proposed,
    ) -> Result<String, EngineError> {
        let (participant, standing) = self.member(participant)?;
        let dataset = self.dataset(participant.did(), &proposed.dataset).await?.1;
        if dataset.withdrawn.is_some() {
            return Err(EngineError::operator("dataset-withdrawn", "the dataset is withdrawn"));
        }
        let document = proposed.offer.as_ref().unwrap_or(&dataset.offer);
        let offer = self.terms(document, None, &dataset.id)?;
        let base = self.transport.dsp_base(participant.did(), &proposed.peer).await?;
        let pid = self.fresh_urn();
        let begin = Begin {
            own_pid: ProviderPid::parse(&pid)
                .map_err(|_| EngineError::Internal { what: "a process id" })?,
            peer: proposed.peer,
            peer_address: address(&base)?,
            data_space: standing.dataspace.clone(),
            callback_address: address(&participant.dsp_base())?,
            offer,
        };
        let draft = Draft::new(self, &participant, standing);
        let mut flow = Flow::new(self, draft, pid.clone(), None);
        flow.actor = proposed.account;
        flow.dataset_version = Some(dataset.version);
        flow.run(Input::Command(Command::InitialOffer(begin))).await?;
        flow.commit().await?.release(self);
        Ok(pid)
    }
}
