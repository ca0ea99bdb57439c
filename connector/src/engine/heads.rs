//! The signed heads of our logs as far as the engine must know them: whether the sequencer keeps
//! up, and what to show to partners.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use wire::did::Did;

/// The heads of all participants' logs.
#[derive(Debug, Default)]
pub struct Heads {
    by_participant: RwLock<BTreeMap<Did, Head>>,
}

#[derive(Clone, Debug, Default)]
struct Head {
    checkpoint: Option<Arc<str>>,
    /// Since when there are entries that no signed checkpoint covers.
    behind_since: Option<Timestamp>,
}

impl Heads {
    /// Entries were committed at `at` that no checkpoint covers yet.
    pub fn appended(&self, participant: &Did, at: Timestamp) {
        self.change(participant, |head| {
            head.behind_since.get_or_insert(at);
        });
    }

    /// A checkpoint was signed; entries that it does not cover have waited since `behind_since`.
    pub fn signed(&self, participant: &Did, checkpoint: &str, behind_since: Option<Timestamp>) {
        self.change(participant, |head| {
            head.checkpoint = Some(checkpoint.into());
            head.behind_since = behind_since;
        });
    }

    /// The latest signed checkpoint.
    #[must_use]
    pub fn checkpoint(&self, participant: &Did) -> Option<Arc<str>> {
        self.look(participant).checkpoint
    }

    /// For how many milliseconds entries have waited for their checkpoint.
    #[must_use]
    pub fn lag_ms(&self, participant: &Did, now: Timestamp) -> u64 {
        let since = self.look(participant).behind_since;
        let lag = since.map_or(0, |since| now.duration_since(since).as_millis());
        u64::try_from(lag).unwrap_or(0)
    }

    fn look(&self, participant: &Did) -> Head {
        let heads = self.by_participant.read().unwrap_or_else(PoisonError::into_inner);
        heads.get(participant).cloned().unwrap_or_default()
    }

    fn change(&self, participant: &Did, change: impl FnOnce(&mut Head)) {
        let mut heads = self.by_participant.write().unwrap_or_else(PoisonError::into_inner);
        match heads.get_mut(participant) {
            Some(head) => change(head),
            None => change(heads.entry(participant.clone()).or_default()),
        }
    }
}
