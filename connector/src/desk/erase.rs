//! Held copies go with their contract. The end is recorded first, then the bytes are erased, then
//! that is recorded; a stop of the process in between is made up for at the next start.

use std::path::Path;
use std::sync::Arc;

use protocol::Role;
use wire::did::Did;

use super::{Connector, Inner};
use crate::data::held::{Disk, Held, HeldError, Slot};
use crate::desk::Partners;
use crate::engine::erased::Over;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::wake::Errand;
use crate::management::desk::Answer;

/// Why a copy is still there, or its erasure is not recorded.
#[derive(Debug, thiserror::Error)]
enum Kept {
    #[error(transparent)]
    Disk(#[from] HeldError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the process is ending")]
    Stopping,
}

impl<P: Parts, D: Partners> Connector<P, D> {
    /// Erases what is held under contracts that have ended: what an earlier process left, then each
    /// as it ends. Runs for as long as the engine does.
    pub async fn erase_ended(&self) {
        self.erase_left_over().await;
        loop {
            match self.inner.engine.ended().next().await {
                Errand::Key(over) => self.inner.erase(&over).await,
                Errand::LookThrough => self.erase_left_over().await,
            }
        }
    }

    /// Erases what is still held under contracts that have ended.
    pub async fn erase_left_over(&self) {
        let hosted = self.inner.engine.hosted().iter();
        let all: Vec<Did> = hosted.map(|participant| participant.did().clone()).collect();
        for ours in all {
            match self.inner.left_over(&ours).await {
                Ok(left) => {
                    for over in left {
                        self.inner.erase(&over).await;
                    }
                }
                Err(refusal) => tracing::error!(%refusal, "ended contracts cannot be looked at"),
            }
        }
    }
}

impl<P: Parts, D> Inner<P, D> {
    /// The held copies of a participant.
    pub(super) fn held(&self, participant: &Did) -> Held {
        let reserve = self.config.store.disk_reserve_mib.saturating_mul(1024 * 1024);
        Held::at(self.home.participant(participant).join("held"), Disk::keeping(reserve))
    }

    /// Ended contracts under which something lies.
    async fn left_over(&self, ours: &Did) -> Answer<Vec<Over>> {
        let held = self.held(ours);
        if !has_entries(held.folder()) {
            return Ok(Vec::new());
        }
        let mut left = Vec::new();
        for agreed in self.all_agreements(ours).await? {
            let over = agreed.role == Role::Consumer && agreed.ended.is_some();
            if over && held.slot(&agreed.peer, &agreed.id).folder().exists() {
                left.push((ours.clone(), agreed.peer, agreed.id));
            }
        }
        Ok(left)
    }

    async fn erase(&self, over: &Over) {
        let (ours, peer, id) = over;
        let settings = self.config.participants.iter().find(|settings| settings.did == *ours);
        if settings.is_some_and(|settings| settings.keep_ended) {
            return;
        }
        let slot = self.held(ours).slot(peer, id);
        if let Err(error) = self.erase_slot(over, &slot).await {
            tracing::error!(%error, agreement = %id, "a held copy is not erased; tried again at the next start");
        }
    }

    async fn erase_slot(&self, over: &Over, slot: &Slot) -> Result<(), Kept> {
        // A pull that is being cut may still write.
        self.pulls.until_none(slot).await;
        let slot = Arc::new(slot.clone());
        let Some(gone) = blocking({
            let slot = slot.clone();
            move || slot.erase()
        })
        .await?
        else {
            return Ok(());
        };
        self.engine.copy_erased(over, gone.bytes, gone.sha256).await?;
        blocking(move || slot.forget()).await
    }
}

fn has_entries(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HeldError> + Send + 'static,
) -> Result<T, Kept> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Kept::Stopping),
    }
}
