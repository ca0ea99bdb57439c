//! Finding a transfer: by our own pid, by the consumer's when it opens one, by its agreement.

use protocol::id::{AgreementId, ConsumerPid};
use wire::did::Did;

use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::record::agreement;
use crate::record::transfer::TransferRecord;
use crate::store::{Key, Kind, Span, Store, Version};

/// A stored transfer.
#[derive(Clone, Debug)]
pub struct FoundTransfer {
    /// Our own pid.
    pub pid: String,
    /// The version that was read.
    pub version: Version,
    /// What was read.
    pub record: TransferRecord,
}

impl<P: Parts> Engine<P> {
    /// The transfer with our own pid `pid`.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub async fn transfer(
        &self,
        participant: &Did,
        pid: &str,
    ) -> Result<FoundTransfer, EngineError> {
        let key = Key::new(participant, Kind::Transfer, pid);
        let found = self.store.get_json::<TransferRecord>(&key).await?;
        let (version, record) = found.ok_or(EngineError::NotFound)?;
        Ok(FoundTransfer { pid: pid.to_owned(), version, record })
    }

    pub(super) async fn transfer_opened_by(
        &self,
        participant: &Did,
        index: &str,
    ) -> Result<Option<FoundTransfer>, EngineError> {
        let key = Key::new(participant, Kind::Index, index);
        match self.store.get_json::<String>(&key).await? {
            Some((_, pid)) => self.transfer(participant, &pid).await.map(Some),
            None => Ok(None),
        }
    }

    /// All transfers of a participant by id; a page after `after`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn transfers(
        &self,
        participant: &Did,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<FoundTransfer>, EngineError> {
        let mut span = Span::new(participant, Kind::Transfer).limit(limit);
        if let Some(after) = after {
            span = span.after(after);
        }
        let rows = self.store.range_json(&span).await?;
        let found = rows.into_iter();
        Ok(found.map(|(pid, version, record)| FoundTransfer { pid, version, record }).collect())
    }

    /// Whether we have suspended a transfer under an agreement.
    pub(super) async fn has_suspended(
        &self,
        participant: &Did,
        agreement: &AgreementId,
        peer: &Did,
    ) -> Result<bool, EngineError> {
        let prefix = suspended(agreement, peer, "");
        let span = Span::new(participant, Kind::Index).prefix(prefix).limit(1);
        Ok(!self.store.range(&span).await?.is_empty())
    }

    /// The transfers under an agreement, oldest id first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn transfers_under(
        &self,
        participant: &Did,
        agreement: &AgreementId,
        peer: &Did,
    ) -> Result<Vec<FoundTransfer>, EngineError> {
        let span = Span::new(participant, Kind::Index).prefix(under(agreement, peer, ""));
        let mut transfers = Vec::new();
        for (_, _, pid) in self.store.range_json::<String>(&span).await? {
            transfers.push(self.transfer(participant, &pid).await?);
        }
        Ok(transfers)
    }
}

/// The index id of a transfer that a consumer opened.
pub(super) fn opened_by(peer: &Did, pid: &ConsumerPid) -> String {
    format!("transfer/{peer}\n{pid}")
}

/// The index id of a transfer under its agreement.
pub(super) fn under(agreement: &AgreementId, peer: &Did, pid: &str) -> String {
    format!("under/{}\n{pid}", agreement::id(agreement, peer))
}

/// The index id of a transfer that we have suspended, under its agreement.
pub(super) fn suspended(agreement: &AgreementId, peer: &Did, pid: &str) -> String {
    format!("suspended/{}\n{pid}", agreement::id(agreement, peer))
}
