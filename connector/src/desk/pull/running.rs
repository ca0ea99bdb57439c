//! The pulls that run now, with how far each of them is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use wire::did::Did;

use crate::data::pull::Progress;

type Pulls = BTreeMap<(Did, String), watch::Sender<Progress>>;

/// All running pulls of the process, by participant and transfer.
#[derive(Clone, Debug, Default)]
pub struct Running {
    pulls: Arc<Mutex<Pulls>>,
}

/// One running pull; dropping it says that it runs no longer, and wakes who watches it.
#[derive(Debug)]
pub(in crate::desk) struct Guard {
    running: Running,
    key: (Did, String),
}

/// Tells how far a pull is.
#[derive(Clone, Debug)]
pub(in crate::desk) struct Told {
    sender: Option<watch::Sender<Progress>>,
}

impl Running {
    /// Registers a pull; nothing when one runs through this transfer already.
    pub(in crate::desk) fn begin(&self, participant: &Did, pid: &str) -> Option<Guard> {
        let key = (participant.clone(), pid.to_owned());
        let mut pulls = self.pulls();
        if pulls.contains_key(&key) {
            return None;
        }
        pulls.insert(key.clone(), watch::channel(Progress { bytes: 0, total: None }).0);
        Some(Guard { running: self.clone(), key })
    }

    /// Watches a pull, if one runs through this transfer.
    pub(in crate::desk) fn watch(
        &self,
        participant: &Did,
        pid: &str,
    ) -> Option<watch::Receiver<Progress>> {
        let key = (participant.clone(), pid.to_owned());
        self.pulls().get(&key).map(watch::Sender::subscribe)
    }

    fn pulls(&self) -> MutexGuard<'_, Pulls> {
        self.pulls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guard {
    /// What tells the watchers.
    pub(in crate::desk) fn progress(&self) -> Told {
        Told { sender: self.running.pulls().get(&self.key).cloned() }
    }
}

impl Told {
    /// The pull is this far.
    pub(in crate::desk) fn tell(&self, progress: Progress) {
        if let Some(sender) = &self.sender {
            sender.send_replace(progress);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.running.pulls().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_pull_runs_through_a_transfer_and_its_end_wakes_who_watches() {
        let (running, did) = (Running::default(), Did::parse("did:web:ulm.example").unwrap());
        let guard = running.begin(&did, "t").unwrap();
        assert!(running.begin(&did, "t").is_none());
        assert!(running.begin(&Did::parse("did:web:firm.example").unwrap(), "t").is_some());
        let mut watch = running.watch(&did, "t").unwrap();
        let told = guard.progress();
        told.tell(Progress { bytes: 7, total: None });
        assert!(watch.changed().await.is_ok());
        assert_eq!(watch.borrow_and_update().bytes, 7);
        drop((guard, told));
        assert!(watch.changed().await.is_err());
        assert!(running.watch(&did, "t").is_none());
    }
}
