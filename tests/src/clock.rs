//! A clock that stands still until a test moves it. Nobody ever sleeps for real.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use connector::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Time as a test sets it. Clones show the same time.
#[derive(Clone, Debug)]
pub struct FakeClock {
    now: Arc<watch::Sender<Timestamp>>,
    sleepers: Arc<Sleepers>,
}

/// Until when somebody sleeps, and how many do.
#[derive(Debug)]
struct Sleepers {
    by_due: Mutex<BTreeMap<Timestamp, usize>>,
    changed: watch::Sender<u64>,
}

impl FakeClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        let sleepers = Sleepers { by_due: Mutex::default(), changed: watch::channel(0).0 };
        Self { now: Arc::new(watch::channel(now).0), sleepers: Arc::new(sleepers) }
    }

    /// Moves time on and wakes everybody whose time has come.
    pub fn advance(&self, by: SignedDuration) {
        assert!(!by.is_negative(), "time does not run backwards");
        self.now.send_modify(|now| *now += by);
    }

    /// Moves time on to `at`, unless it is later already.
    pub fn advance_to(&self, at: Timestamp) {
        self.now.send_modify(|now| *now = at.max(*now));
    }

    /// Waits until somebody sleeps exactly until `due`.
    pub async fn somebody_sleeps_until(&self, due: Timestamp) {
        let mut changed = self.sleepers.changed.subscribe();
        let waiting = || self.sleepers.by_due.lock().unwrap().contains_key(&due);
        changed.wait_for(|_| waiting()).await.unwrap();
    }
}

impl Sleepers {
    fn change(&self, due: Timestamp, change: impl FnOnce(&mut usize)) {
        let mut by_due = self.by_due.lock().unwrap_or_else(PoisonError::into_inner);
        let count = by_due.entry(due).or_default();
        change(count);
        if *count == 0 {
            by_due.remove(&due);
        }
        drop(by_due);
        self.changed.send_modify(|changes| *changes += 1);
    }
}

/// One who sleeps, for as long as it lives.
struct Asleep<'a>(&'a Sleepers, Timestamp);

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.change(self.1, |count| *count -= 1);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut now = self.now.subscribe();
        self.sleepers.change(at, |count| *count += 1);
        let _asleep = Asleep(&self.sleepers, at);
        now.wait_for(|now| *now >= at).await.unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_its_time_has_come_and_not_before() {
        let clock = FakeClock::at(Timestamp::UNIX_EPOCH);
        let due = Timestamp::from_second(60).unwrap();
        let own = clock.clone();
        let sleeper = tokio::spawn(async move { own.sleep_until(due).await });
        clock.somebody_sleeps_until(due).await;
        clock.advance(SignedDuration::from_secs(59));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(SignedDuration::from_secs(1));
        sleeper.await.unwrap();
    }
}
