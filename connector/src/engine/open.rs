//! How many processes each peer has opened with us and not brought to an end, since the start of
//! this process. A peer that has too many must wait; nobody else has to.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wire::did::Did;

/// Counts, by our participant and peer.
#[derive(Debug, Default)]
pub(super) struct Open {
    counts: Mutex<BTreeMap<(Did, Did), usize>>,
}

impl Open {
    /// How many are open.
    pub(super) fn count(&self, ours: &Did, peer: &Did) -> usize {
        self.counts().get(&(ours.clone(), peer.clone())).copied().unwrap_or(0)
    }

    /// One more.
    pub(super) fn opened(&self, ours: &Did, peer: &Did) {
        *self.counts().entry((ours.clone(), peer.clone())).or_default() += 1;
    }

    /// One less. What was opened before the start was never counted.
    pub(super) fn closed(&self, ours: &Did, peer: &Did) {
        let mut counts = self.counts();
        let key = (ours.clone(), peer.clone());
        if let Some(count) = counts.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&key);
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<(Did, Did), usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
