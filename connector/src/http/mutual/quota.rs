//! How much of this process one peer may hold at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::did::Did;

use crate::config::Limits;

/// Requests under way, by peer.
#[derive(Debug)]
pub(crate) struct Quota {
    requests_per_peer_max: usize,
    under_way: Arc<Mutex<BTreeMap<Did, usize>>>,
}

/// One request under way; dropping it makes room for another.
#[derive(Debug)]
pub(crate) struct Place {
    peer: Did,
    under_way: Arc<Mutex<BTreeMap<Did, usize>>>,
}

impl Quota {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { requests_per_peer_max: limits.requests_per_peer_max, under_way: Arc::default() }
    }

    /// A place for one more request of `peer`, if it has not too many under way already.
    pub(crate) fn enter(&self, peer: &Did) -> Option<Place> {
        let mut under_way = lock(&self.under_way);
        let count = under_way.entry(peer.clone()).or_default();
        if *count >= self.requests_per_peer_max {
            return None;
        }
        *count += 1;
        Some(Place { peer: peer.clone(), under_way: self.under_way.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = lock(&self.under_way);
        if let Some(count) = under_way.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.peer);
            }
        }
    }
}

fn lock(under_way: &Mutex<BTreeMap<Did, usize>>) -> MutexGuard<'_, BTreeMap<Did, usize>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_has_too_much_under_way_waits_and_others_do_not() {
        let limits = Limits { requests_per_peer_max: 2, ..Limits::default() };
        let quota = Quota::new(&limits);
        let (greedy, other) =
            (Did::parse("did:web:a.example").unwrap(), Did::parse("did:web:b.example").unwrap());
        let first = quota.enter(&greedy).unwrap();
        let second = quota.enter(&greedy).unwrap();
        assert!(quota.enter(&greedy).is_none());
        assert!(quota.enter(&other).is_some());
        drop(first);
        assert!(quota.enter(&greedy).is_some());
        drop(second);
    }
}
