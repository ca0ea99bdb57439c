//! How a participant and its machine are doing.

use super::Inner;
use super::contract::{awaits_person, stage};
use crate::clock::Clock;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::log::page::page;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::{ContractStage, LogStatus, StatusView, StoreStatus};
use crate::store::{FolderSpace, Space, Store};

/// The version of the Dataspace Protocol that is spoken.
const PROTOCOL_VERSION: &str = "2025-1";

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn status(&self, actor: &Actor) -> Answer<StatusView> {
        let ours = actor.participant();
        let participant = self.engine.hosted().by_did(ours).ok_or(EngineError::NotFound)?;
        let standing = participant.standing();
        let datasets = self.engine.datasets(ours).await?;
        let contracts = self.all_contracts(ours).await?;
        let in_force = contracts.iter().filter(|it| stage(it) == ContractStage::InForce).count();
        let pending = contracts.iter().filter(|contract| awaits_person(contract)).count();
        let log = page(&self.engine, ours, u64::MAX, 0, |_| false).await?;
        Ok(StatusView {
            participant: ours.clone(),
            name: participant.name().to_owned(),
            dataspace: standing.as_ref().map(|it| it.dataspace.as_str().to_owned()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol_version: PROTOCOL_VERSION.to_owned(),
            started: self.started,
            mutual_url: participant.mutual_url().to_owned(),
            certificate_expires: standing
                .as_ref()
                .map(|standing| standing.material.leaf().validity().not_after),
            store: StoreStatus {
                engine: self.config.store.engine.name().to_owned(),
                writable: self.engine.store().stopped().is_none(),
                free_bytes: self.free_bytes().unwrap_or(0),
            },
            log: LogStatus {
                size: log.size,
                signed_size: log.signed_size,
                lag_ms: self.engine.heads().lag_ms(ours, self.engine.clock().now()),
            },
            datasets: count(datasets.iter().filter(|it| it.withdrawn.is_none()).count()),
            contracts_in_force: count(in_force),
            approvals_pending: count(pending),
        })
    }

    /// What is free on the disk of the home, in bytes.
    pub(super) fn free_bytes(&self) -> std::io::Result<u64> {
        FolderSpace(self.home.path().to_owned()).free_bytes()
    }
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
