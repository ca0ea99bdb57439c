//! A peer whose certificate is good but whom our copy of the authority's list does not name may
//! have joined a moment ago: the list is looked at once, not too often, before it is turned away.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use wire::did::Did;

use super::Engine;
use super::parts::Parts;
use super::wake::Wake;
use crate::clock::Clock;
use crate::participant::Participant;

/// Seconds between two looks that peers cause.
const LOOK_SECONDS: i64 = 5;
/// Milliseconds that a peer's request waits for the look.
const WAIT_MS: u64 = 3_000;

/// Looks that peers have caused.
#[derive(Debug, Default)]
pub(super) struct Lists {
    wanted: Wake<Did>,
    last: Mutex<BTreeMap<Did, Timestamp>>,
}

impl Lists {
    fn may_look(&self, participant: &Did, now: Timestamp) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.get(participant).is_none_or(|last| {
            now.duration_since(*last) >= SignedDuration::from_secs(LOOK_SECONDS)
        });
        if due {
            last.insert(participant.clone(), now);
        }
        due
    }
}

impl<P: Parts> Engine<P> {
    /// Participants whose copy of the list is to be looked at anew.
    #[must_use]
    pub fn lists_wanted(&self) -> &Wake<Did> {
        &self.lists.wanted
    }

    /// Has the authority's list looked at, unless that was done a moment ago, and waits a little
    /// for a newer one.
    pub async fn newer_list(&self, participant: &Participant) {
        let mut standing = participant.watch_standing();
        if !self.lists.may_look(participant.did(), self.clock.now()) {
            return;
        }
        self.lists.wanted.tell(participant.did().clone());
        // No newer list in time is an answer too.
        let _ = tokio::time::timeout(Duration::from_millis(WAIT_MS), standing.changed()).await;
    }
}
