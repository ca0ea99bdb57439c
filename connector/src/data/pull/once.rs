//! One pull per contract at a time: whoever comes while one runs waits for its result.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{PullError, PullOutcome, SharedOutcome};
use crate::data::held::Slot;

/// Nothing yet, or what the pull came to.
type Pending = Option<SharedOutcome>;

/// The pulls that run now, of all participants.
#[derive(Clone, Debug, Default)]
pub struct Pulls {
    running: Arc<Mutex<BTreeMap<PathBuf, watch::Receiver<Pending>>>>,
}

impl Pulls {
    /// Runs `work` for `slot`, unless a pull for it runs already; then waits for that one's
    /// result. The work goes on when who asked for it has gone. Needs a tokio runtime.
    ///
    /// # Errors
    /// The one error of the pull, shared by all who waited.
    pub async fn once<F>(&self, slot: &Slot, work: F) -> SharedOutcome
    where
        F: Future<Output = Result<PullOutcome, PullError>> + Send + 'static,
    {
        outcome(&mut self.join(slot, work)).await
    }

    /// Runs `work` for `slot` unless a pull for it runs already: then nothing happens.
    ///
    /// # Errors
    /// The error of the work.
    pub async fn alone<F>(&self, slot: &Slot, work: F) -> Option<SharedOutcome>
    where
        F: Future<Output = Result<PullOutcome, PullError>> + Send + 'static,
    {
        let mut result = self.begin(slot, work).ok()?;
        Some(outcome(&mut result).await)
    }

    /// Waits until no pull runs for `slot`.
    pub async fn until_none(&self, slot: &Slot) {
        loop {
            let Some(mut result) = self.running().get(slot.folder()).cloned() else { return };
            // An error says that it has ended.
            let _ = result.wait_for(Option::is_some).await;
        }
    }

    fn join<F>(&self, slot: &Slot, work: F) -> watch::Receiver<Pending>
    where
        F: Future<Output = Result<PullOutcome, PullError>> + Send + 'static,
    {
        self.begin(slot, work).unwrap_or_else(|running| running)
    }

    /// What the work will come to; the error is what runs already.
    fn begin<F>(
        &self,
        slot: &Slot,
        work: F,
    ) -> Result<watch::Receiver<Pending>, watch::Receiver<Pending>>
    where
        F: Future<Output = Result<PullOutcome, PullError>> + Send + 'static,
    {
        let mut running = self.running();
        if let Some(result) = running.get(slot.folder()) {
            return Err(result.clone());
        }
        let (sender, result) = watch::channel(None);
        running.insert(slot.folder().to_owned(), result.clone());
        drop(running);
        let ending = Ending { pulls: self.clone(), folder: slot.folder().to_owned() };
        tokio::spawn(async move {
            let outcome = work.await.map_err(Arc::new);
            // First no longer running, then known: who comes now starts a fresh one.
            drop(ending);
            sender.send_replace(Some(outcome));
        });
        Ok(result)
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<PathBuf, watch::Receiver<Pending>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn outcome(result: &mut watch::Receiver<Pending>) -> SharedOutcome {
    let shared = result.wait_for(Option::is_some).await;
    let shared = shared.ok().and_then(|shared| shared.clone());
    shared.unwrap_or_else(|| Err(Arc::new(PullError::Interrupted)))
}

/// Forgets a pull when it ends, in whatever way.
struct Ending {
    pulls: Pulls,
    folder: PathBuf,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.pulls.running().remove(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use protocol::id::AgreementId;
    use tokio::sync::Notify;

    use super::*;
    use crate::data::fake::did;
    use crate::data::held::{Disk, Held};

    #[tokio::test]
    async fn those_who_come_meanwhile_wait_for_the_same_pull() {
        let (pulls, go) = (Pulls::default(), Arc::new(Notify::new()));
        let slot = Held::at("held", Disk::keeping(0))
            .slot(&did("ulm.localhost"), &AgreementId::parse("a").unwrap());
        let begun = Arc::new(AtomicUsize::new(0));
        let work = || {
            let (go, begun) = (Arc::clone(&go), Arc::clone(&begun));
            async move {
                begun.fetch_add(1, Ordering::SeqCst);
                go.notified().await;
                Err(PullError::Interrupted)
            }
        };
        // The first goes away at once; its pull goes on for the others.
        drop(pulls.join(&slot, work()));
        let waiters = [pulls.join(&slot, work()), pulls.join(&slot, work())];
        go.notify_one();
        for mut waiter in waiters {
            let outcome = waiter.wait_for(Option::is_some).await.unwrap().clone().unwrap();
            assert_eq!(outcome.unwrap_err().code(), "pull-interrupted");
        }
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        go.notify_one();
        assert!(pulls.once(&slot, work()).await.is_err());
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}
