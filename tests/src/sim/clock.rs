//! Virtual time: it stands still while anything can run, and then jumps to the next instant that
//! somebody waits for. Each process has a clock of its own, which may be ahead of it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use connector::clock::Clock;
use jiff::{SignedDuration, Timestamp};

/// The time of the world. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Time(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    now: Timestamp,
    number: u64,
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
}

impl Time {
    /// Time that begins at `now`.
    #[must_use]
    pub fn starting_at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Inner { now, number: 0, sleepers: BTreeMap::new() })))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.lock().unwrap().now
    }

    /// Jumps to the next instant that somebody waits for, unless it lies after `end`.
    pub fn jump(&self, end: Timestamp) -> bool {
        let mut inner = self.0.lock().unwrap();
        let Some((&(next, _), _)) = inner.sleepers.first_key_value() else { return false };
        if next > end {
            return false;
        }
        let now = inner.now.max(next);
        inner.now = now;
        let later = inner.sleepers.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut inner.sleepers, later);
        drop(inner);
        due.into_values().for_each(Waker::wake);
        true
    }

    /// Waits for `ms` milliseconds.
    pub async fn sleep(&self, ms: i64) {
        let until = self.now() + SignedDuration::from_millis(ms);
        Sleep { time: self.clone(), until, number: None }.await;
    }
}

/// Waits until the world's time has come.
#[derive(Debug)]
struct Sleep {
    time: Time,
    until: Timestamp,
    number: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let time = self.time.clone();
        let mut inner = time.0.lock().unwrap();
        if inner.now >= self.until {
            return Poll::Ready(());
        }
        let number = *self.number.get_or_insert_with(|| {
            inner.number += 1;
            inner.number
        });
        inner.sleepers.insert((self.until, number), context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.time.0.lock().unwrap().sleepers.remove(&(self.until, number));
        }
    }
}

/// The clock of one process: the world's time, and how far it is ahead. Set back, it stands still,
/// as the product's does.
#[derive(Clone, Debug)]
pub struct NodeClock {
    time: Time,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    ahead: SignedDuration,
    latest: Timestamp,
}

impl NodeClock {
    /// A clock that is right.
    #[must_use]
    pub fn new(time: &Time) -> Self {
        let state = State { ahead: SignedDuration::ZERO, latest: time.now() };
        Self { time: time.clone(), state: Arc::new(Mutex::new(state)) }
    }

    /// From now on the machine's clock is ahead of the world by this.
    pub fn set_ahead(&self, ahead: SignedDuration) {
        self.state.lock().unwrap().ahead = ahead;
    }
}

impl Clock for NodeClock {
    fn now(&self) -> Timestamp {
        let mut state = self.state.lock().unwrap();
        state.latest = state.latest.max(self.time.now() + state.ahead);
        state.latest
    }

    async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = at.duration_since(self.now());
            if !left.is_positive() {
                return;
            }
            // A jump of the clock ends the wait early or late by a minute at most.
            let ms = i64::try_from(left.as_millis()).unwrap_or(i64::MAX).saturating_add(1);
            self.time.sleep(ms.min(60_000 * 60 * 24)).await;
        }
    }
}
