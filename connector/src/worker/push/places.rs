//! Places for pushes that run at once: over all consumers, and of each one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use wire::did::Did;

/// Pushes that run at once, over all consumers.
const PUSHES_MAX: usize = 64;
/// Pushes that run at once to one consumer: one that reads slowly leaves places to others.
const PUSHES_PER_PEER_MAX: usize = 16;

/// The places.
#[derive(Debug)]
pub(super) struct Places {
    all: Semaphore,
    by_peer: Mutex<BTreeMap<Did, Arc<Semaphore>>>,
}

/// One place, for as long as a push runs.
#[derive(Debug)]
pub(super) struct Place<'p> {
    _of_peer: OwnedSemaphorePermit,
    _of_all: SemaphorePermit<'p>,
}

impl Places {
    /// All of them free.
    pub(super) fn new() -> Self {
        Self { all: Semaphore::new(PUSHES_MAX), by_peer: Mutex::default() }
    }

    /// Waits for a place to push to `peer`, in the order of asking; whoever waits for one of its own
    /// holds none of the others'. Nothing when the process ends.
    pub(super) async fn enter(&self, peer: &Did) -> Option<Place<'_>> {
        let of_peer = self.of(peer).acquire_owned().await.ok()?;
        let of_all = self.all.acquire().await.ok()?;
        Some(Place { _of_peer: of_peer, _of_all: of_all })
    }

    fn of(&self, peer: &Did) -> Arc<Semaphore> {
        let mut by_peer = self.by_peer.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody pushes to these, and nobody waits to.
        by_peer.retain(|_, places| Arc::strong_count(places) > 1);
        let places = by_peer.entry(peer.clone());
        places.or_insert_with(|| Arc::new(Semaphore::new(PUSHES_PER_PEER_MAX))).clone()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn peer(number: usize) -> Did {
        Did::parse(&format!("did:web:peer{number}.example")).unwrap()
    }

    #[test]
    fn one_partner_holds_some_of_the_places_and_never_all() {
        let places = Places::new();
        let enter = |number| places.enter(&peer(number)).now_or_never().flatten();
        let mut held: Vec<_> = (0..PUSHES_PER_PEER_MAX).map(|_| enter(0).unwrap()).collect();
        assert!(enter(0).is_none(), "the partner waits for itself");
        let others: Vec<_> = (1..4).flat_map(|number| vec![number; PUSHES_PER_PEER_MAX]).collect();
        let others: Vec<_> = others.into_iter().map(|number| enter(number).unwrap()).collect();
        assert_eq!(held.len() + others.len(), PUSHES_MAX);
        assert!(enter(4).is_none(), "all places are taken");
        drop(held.pop());
        assert!(enter(4).is_some());
        let again = enter(0).unwrap();
        assert!(enter(0).is_none());
        drop((again, held, others));
        assert!(enter(5).is_some());
        assert_eq!(places.by_peer.lock().unwrap().len(), 1, "who pushes no more is forgotten");
    }
}
