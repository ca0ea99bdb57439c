//! Waking the workers: which processes have a message to send, which timers are new.
//!
//! Nothing polls. A commit that left something to do names it here; the bounded queue never blocks
//! a handler: when it is full, the worker is told to look through the store once instead.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, Notify, mpsc};

/// Errands that may wait in memory before the worker looks through the store instead.
const ERRANDS_MAX: usize = 65_536;

/// What a worker gets to do next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Errand<K> {
    /// Something new for this key.
    Key(K),
    /// More than fits into the queue: look through the store.
    LookThrough,
}

/// A bounded queue of errands with one reader.
#[derive(Clone, Debug)]
pub struct Wake<K> {
    sender: mpsc::Sender<K>,
    shared: Arc<Shared<K>>,
}

#[derive(Debug)]
struct Shared<K> {
    overflow: AtomicBool,
    overflowed: Notify,
    receiver: Mutex<mpsc::Receiver<K>>,
}

impl<K: Send> Wake<K> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        let (sender, receiver) = mpsc::channel(ERRANDS_MAX);
        let shared = Shared {
            overflow: AtomicBool::new(false),
            overflowed: Notify::new(),
            receiver: Mutex::new(receiver),
        };
        Self { sender, shared: Arc::new(shared) }
    }

    /// Tells the worker about `key`. Never waits.
    pub fn tell(&self, key: K) {
        if self.sender.try_send(key).is_err() {
            self.shared.overflow.store(true, Ordering::Release);
            self.shared.overflowed.notify_one();
        }
    }

    /// The next errand; waits until there is one.
    pub async fn next(&self) -> Errand<K> {
        let mut receiver = self.shared.receiver.lock().await;
        loop {
            if self.shared.overflow.swap(false, Ordering::AcqRel) {
                return Errand::LookThrough;
            }
            tokio::select! {
                biased;
                () = self.shared.overflowed.notified() => {}
                key = receiver.recv() => match key {
                    Some(key) => return Errand::Key(key),
                    None => std::future::pending().await,
                },
            }
        }
    }
}

impl<K: Send> Default for Wake<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn errands_come_in_order() {
        let wake = Wake::new();
        wake.tell(1);
        wake.tell(2);
        assert_eq!(wake.next().await, Errand::Key(1));
        assert_eq!(wake.next().await, Errand::Key(2));
    }

    #[tokio::test]
    async fn a_full_queue_asks_for_a_look_through_the_store_and_loses_nothing_queued() {
        let wake = Wake::new();
        for key in 0..=ERRANDS_MAX {
            wake.tell(key);
        }
        assert_eq!(wake.next().await, Errand::LookThrough);
        assert_eq!(wake.next().await, Errand::Key(0));
    }
}
