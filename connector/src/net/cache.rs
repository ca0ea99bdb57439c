//! Answers that are asked for again and again: one flight per key, a good answer kept for minutes,
//! a failure for seconds, and never more keys than a limit.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::unsent::Failure;

/// Seconds that a good answer is kept.
pub const GOOD_SECONDS: i64 = 5 * 60;
/// Seconds that a failure is kept, so that a broken peer is not asked at every message.
pub const FAILED_SECONDS: i64 = 30;
/// Keys that are kept.
pub const KEYS_MAX: usize = 1024;

/// A bounded cache of answers.
#[derive(Debug)]
pub struct Cache<K, V> {
    slots: Mutex<BTreeMap<K, Arc<Slot<V>>>>,
}

/// The place of one key. Whoever holds the flight asks; the others wait for its answer.
#[derive(Debug)]
struct Slot<V> {
    flight: tokio::sync::Mutex<()>,
    kept: Mutex<Option<Kept<V>>>,
}

#[derive(Clone, Debug)]
struct Kept<V> {
    answer: Result<V, Failure>,
    until: Timestamp,
}

impl<K: Clone + Ord, V: Clone> Cache<K, V> {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self { slots: Mutex::default() }
    }

    /// The answer for `key`: the kept one while it counts at `now`, else what `ask` gives.
    ///
    /// # Errors
    /// What `ask` fails with, or failed with less than [`FAILED_SECONDS`] ago.
    pub async fn get<F>(&self, key: &K, now: Timestamp, ask: F) -> Result<V, Failure>
    where
        F: Future<Output = Result<V, Failure>>,
    {
        let slot = self.slot(key, now);
        if let Some(answer) = slot.fresh(now) {
            return answer;
        }
        let _flight = slot.flight.lock().await;
        if let Some(answer) = slot.fresh(now) {
            return answer;
        }
        let answer = ask.await;
        let seconds = if answer.is_ok() { GOOD_SECONDS } else { FAILED_SECONDS };
        let until = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        *lock(&slot.kept) = Some(Kept { answer: answer.clone(), until });
        answer
    }

    /// The good answer that is kept for `key`, if it counts at `now`. Never asks.
    #[must_use]
    pub fn known(&self, key: &K, now: Timestamp) -> Option<V> {
        let slot = lock(&self.slots).get(key)?.clone();
        slot.fresh(now)?.ok()
    }

    /// Forgets what is kept for `key`: the next call asks anew.
    pub fn forget(&self, key: &K) {
        lock(&self.slots).remove(key);
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        lock(&self.slots).clear();
    }

    fn slot(&self, key: &K, now: Timestamp) -> Arc<Slot<V>> {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(key) {
            return slot.clone();
        }
        if slots.len() >= KEYS_MAX {
            make_room(&mut slots, now);
        }
        let slot = Arc::new(Slot { flight: tokio::sync::Mutex::new(()), kept: Mutex::default() });
        slots.insert(key.clone(), slot.clone());
        slot
    }
}

impl<K: Clone + Ord, V: Clone> Default for Cache<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: Clone> Slot<V> {
    fn fresh(&self, now: Timestamp) -> Option<Result<V, Failure>> {
        let kept = lock(&self.kept);
        kept.as_ref().filter(|kept| now < kept.until).map(|kept| kept.answer.clone())
    }
}

/// Drops what no longer counts, and if that is nothing, the key that ends first.
fn make_room<K: Clone + Ord, V>(slots: &mut BTreeMap<K, Arc<Slot<V>>>, now: Timestamp) {
    let until = |slot: &Slot<V>| lock(&slot.kept).as_ref().map(|kept| kept.until);
    slots.retain(|_, slot| until(slot).is_none_or(|until| now < until));
    if slots.len() < KEYS_MAX {
        return;
    }
    let first = slots.iter().min_by_key(|(_, slot)| until(slot)).map(|(key, _)| key.clone());
    if let Some(first) = first {
        slots.remove(&first);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    #[tokio::test]
    async fn many_callers_make_one_flight() {
        let cache = Cache::<&str, u32>::new();
        let flights = AtomicU32::new(0);
        let ask = || async {
            tokio::task::yield_now().await;
            Ok(flights.fetch_add(1, Ordering::SeqCst))
        };
        let (one, other) =
            tokio::join!(cache.get(&"ulm", at(0), ask()), cache.get(&"ulm", at(0), ask()));
        assert_eq!((one, other), (Ok(0), Ok(0)));
        assert_eq!(flights.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn failures_are_forgotten_sooner_than_answers() {
        let cache = Cache::<&str, u32>::new();
        let fail = || async { Err(Failure::TimedOut) };
        assert_eq!(cache.get(&"ulm", at(0), fail()).await, Err(Failure::TimedOut));
        assert_eq!(cache.get(&"ulm", at(29), async { Ok(1) }).await, Err(Failure::TimedOut));
        assert_eq!(cache.get(&"ulm", at(30), async { Ok(2) }).await, Ok(2));
        assert_eq!(cache.get(&"ulm", at(329), fail()).await, Ok(2));
        assert_eq!(cache.known(&"ulm", at(329)), Some(2));
        assert_eq!(cache.known(&"ulm", at(330)), None);
        assert_eq!(cache.get(&"ulm", at(330), async { Ok(3) }).await, Ok(3));
        cache.forget(&"ulm");
        assert_eq!(cache.known(&"ulm", at(331)), None);
    }

    #[tokio::test]
    async fn the_number_of_keys_is_bounded() {
        let cache = Cache::<usize, usize>::new();
        for key in 0..KEYS_MAX + 10 {
            let _ = cache.get(&key, at(0), async { Ok(key) }).await;
        }
        assert_eq!(lock(&cache.slots).len(), KEYS_MAX);
        assert_eq!(cache.known(&(KEYS_MAX + 9), at(0)), Some(KEYS_MAX + 9));
    }
}
