//! A transfer through which data can be read: one that has started already, or a new one.

use std::time::Duration;

use protocol::message::DataAddress;
use protocol::message::data_address::AUTHORIZATION;
use protocol::transfer::{Flow as Direction, State};
use tokio::sync::broadcast::error::RecvError;
use wire::did::Did;

use super::super::Inner;
use super::Stop;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::transfer::FoundTransfer;
use crate::record::agreement::AgreementRecord;

/// Where a started transfer's data lies.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) url: String,
    pub(super) bearer: Option<String>,
}

impl<P: Parts, D> Inner<P, D> {
    /// The transfer to read through: one under the agreement that is under way, else a new one.
    pub(in crate::desk) async fn open_transfer(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
        account: &str,
    ) -> Result<String, EngineError> {
        match self.under_way(ours, agreed, Direction::Pull).await? {
            Some(pid) => Ok(pid),
            None => self.engine.ask_for_data(ours, agreed, account).await,
        }
    }

    /// The latest transfer under an agreement through which data comes, or may soon.
    pub(super) async fn under_way(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
        way: Direction,
    ) -> Result<Option<String>, EngineError> {
        let found = self.engine.transfers_under(ours, &agreed.id, &agreed.peer).await?;
        let usable = found.into_iter().filter(|it| it.record.process.flow == way && is_usable(it));
        Ok(usable.max_by_key(|found| found.record.opened).map(|found| found.pid))
    }

    /// Waits until the provider has started the transfer.
    pub(super) async fn until_started(
        &self,
        ours: &Did,
        pid: &str,
        patience: Duration,
    ) -> Result<Started, Stop> {
        let mut watch = self.engine.watch();
        let waiting = async {
            loop {
                let found = self.engine.transfer(ours, pid).await?;
                if let Some(started) = started(&found)? {
                    return Ok(started);
                }
                loop {
                    match watch.recv().await {
                        Ok(change) if change.participant == *ours && change.subject == pid => break,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return Err(Stop::Silent),
                    }
                }
            }
        };
        tokio::time::timeout(patience, waiting).await.unwrap_or(Err(Stop::Silent))
    }
}

/// Whether data may come through a transfer, or may soon.
fn is_usable(found: &FoundTransfer) -> bool {
    let process = &found.record.process;
    let ending = process.awaiting.is_some_and(|outgoing| outgoing.leads_to.is_terminal());
    match process.state {
        None | Some(State::Requested | State::Started) => !ending,
        Some(State::Completed | State::Suspended | State::Terminated) => false,
    }
}

fn started(found: &FoundTransfer) -> Result<Option<Started>, Stop> {
    let process = &found.record.process;
    match process.state {
        None | Some(State::Requested) => Ok(None),
        Some(State::Started) => {
            let address = process.data_address.as_ref().and_then(readable);
            address.map(Some).ok_or(Stop::NoAddress)
        }
        Some(State::Suspended) => Err(Stop::Suspended),
        Some(State::Completed | State::Terminated) => {
            Err(Stop::Over { why: found.record.why.clone() })
        }
    }
}

fn readable(address: &DataAddress) -> Option<Started> {
    let url = address.endpoint.clone()?;
    let token = address.property(AUTHORIZATION);
    let bearer = token.map(|token| token.strip_prefix("Bearer ").unwrap_or(token).to_owned());
    Some(Started { url, bearer })
}
