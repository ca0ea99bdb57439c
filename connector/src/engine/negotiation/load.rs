//! Finding a negotiation: by our own pid, or by the peer's when it opens one.

use protocol::id::{ConsumerPid, ProviderPid};
use wire::did::Did;

use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::record::negotiation::NegotiationRecord;
use crate::store::{Key, Kind, Store, Version};

/// A stored negotiation.
#[derive(Clone, Debug)]
pub struct Found {
    /// Our own pid.
    pub pid: String,
    /// The version that was read.
    pub version: Version,
    /// What was read.
    pub record: NegotiationRecord,
}

impl<P: Parts> Engine<P> {
    /// The negotiation with our own pid `pid`.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub async fn negotiation(&self, participant: &Did, pid: &str) -> Result<Found, EngineError> {
        let key = Key::new(participant, Kind::Negotiation, pid);
        let found = self.store.get_json::<NegotiationRecord>(&key).await?;
        let (version, record) = found.ok_or(EngineError::NotFound)?;
        Ok(Found { pid: pid.to_owned(), version, record })
    }

    /// The negotiation that `peer` opened under its own pid, if there is one.
    pub(super) async fn negotiation_opened_by(
        &self,
        participant: &Did,
        index: &str,
    ) -> Result<Option<Found>, EngineError> {
        let key = Key::new(participant, Kind::Index, index);
        match self.store.get_json::<String>(&key).await? {
            Some((_, pid)) => self.negotiation(participant, &pid).await.map(Some),
            None => Ok(None),
        }
    }
}

/// The index id of a negotiation that a consumer opened.
pub(super) fn opened_by_consumer(peer: &Did, pid: &ConsumerPid) -> String {
    format!("negotiation/c/{peer}\n{pid}")
}

/// The index id of a negotiation that a provider opened.
pub(super) fn opened_by_provider(peer: &Did, pid: &ProviderPid) -> String {
    format!("negotiation/p/{peer}\n{pid}")
}
