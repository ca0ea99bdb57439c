//! Work that waits a little for more of the same and is then done once: for each key, one round at
//! a time.
//!
//! Nothing is awake while nothing was told.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::clock::Clock;

/// When a round begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// It begins when nothing new was told for so long,
    pub(super) quiet: SignedDuration,
    /// but at the latest so long after the first that was told,
    pub(super) delay_max: SignedDuration,
    /// and never sooner than this after the end of the round before.
    pub(super) interval: SignedDuration,
}

/// The keys that wait for a round or are in one.
#[derive(Debug)]
pub(super) struct Rounds<K> {
    pace: Pace,
    state: Mutex<State<K>>,
    fresh: Notify,
}

#[derive(Debug)]
struct State<K> {
    /// What was told of each key that has a round; `None` if nothing since it began.
    told: BTreeMap<K, Option<Told>>,
    /// Keys whose first round has not been taken up yet.
    fresh: VecDeque<K>,
}

#[derive(Clone, Copy, Debug)]
struct Told {
    first: Timestamp,
    latest: Timestamp,
}

impl<K: Clone + Ord> Rounds<K> {
    pub(super) fn new(pace: Pace) -> Self {
        let state = State { told: BTreeMap::new(), fresh: VecDeque::new() };
        Self { pace, state: Mutex::new(state), fresh: Notify::new() }
    }

    /// There is something to do for `key`. Never waits.
    pub(super) fn tell(&self, key: K, now: Timestamp) {
        let mut state = self.lock();
        match state.told.get_mut(&key) {
            Some(Some(told)) => told.latest = told.latest.max(now),
            Some(nothing) => *nothing = Some(Told { first: now, latest: now }),
            None => {
                state.told.insert(key.clone(), Some(Told { first: now, latest: now }));
                state.fresh.push_back(key);
                self.fresh.notify_one();
            }
        }
    }

    /// How many keys wait or are in a round.
    pub(super) fn len(&self) -> usize {
        self.lock().told.len()
    }

    /// Does the rounds, for ever. One task only may run this.
    pub(super) async fn run<C, F>(&self, clock: &C, work: impl Fn(K) -> F)
    where
        C: Clock,
        F: Future<Output = ()>,
    {
        let mut rounds = FuturesUnordered::new();
        loop {
            while let Some(key) = self.next_fresh() {
                rounds.push(self.round(clock, key, &work));
            }
            tokio::select! {
                () = self.fresh.notified() => {}
                Some(()) = rounds.next(), if !rounds.is_empty() => {}
            }
        }
    }

    async fn round<C, F>(&self, clock: &C, key: K, work: &impl Fn(K) -> F)
    where
        C: Clock,
        F: Future<Output = ()>,
    {
        loop {
            while let Some(due) = self.due(&key).filter(|due| *due > clock.now()) {
                clock.sleep_until(due).await;
            }
            self.begin(&key);
            work(key.clone()).await;
            let next = clock.now().saturating_add(self.pace.interval).unwrap_or(Timestamp::MAX);
            if next > clock.now() {
                clock.sleep_until(next).await;
            }
            if self.ends(&key) {
                return;
            }
        }
    }

    /// When the round of `key` begins, as far as is known now.
    fn due(&self, key: &K) -> Option<Timestamp> {
        let told = self.lock().told.get(key).copied().flatten()?;
        let later = |at: Timestamp, by| at.saturating_add(by).unwrap_or(Timestamp::MAX);
        Some(later(told.latest, self.pace.quiet).min(later(told.first, self.pace.delay_max)))
    }

    /// What is told from here on is for another round.
    fn begin(&self, key: &K) {
        if let Some(told) = self.lock().told.get_mut(key) {
            *told = None;
        }
    }

    /// Whether nothing was told during the round; the key is then forgotten.
    fn ends(&self, key: &K) -> bool {
        let mut state = self.lock();
        if state.told.get(key).copied().flatten().is_some() {
            return false;
        }
        state.told.remove(key);
        true
    }

    fn next_fresh(&self) -> Option<K> {
        self.lock().fresh.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::Arc;

    use super::*;
    use crate::log::fixture::HandClock;

    const NOW: &str = "2026-05-01T00:00:00Z";

    fn pace(quiet: i64, delay_max: i64, interval: i64) -> Pace {
        let ms = SignedDuration::from_millis;
        Pace { quiet: ms(quiet), delay_max: ms(delay_max), interval: ms(interval) }
    }

    /// When rounds began, in milliseconds, while one key is told at the instants `told` of `until`.
    async fn rounds(pace: Pace, told: impl Fn(i64) -> bool, until: i64) -> Vec<i64> {
        let start: Timestamp = NOW.parse().unwrap();
        let clock = Arc::new(HandClock::at(NOW));
        let rounds = Arc::new(Rounds::new(pace));
        let began = RefCell::new(Vec::new());
        let ms = |at: Timestamp| i64::try_from(at.duration_since(start).as_millis()).unwrap();
        let work = |()| {
            began.borrow_mut().push(ms(clock.now()));
            std::future::ready(())
        };
        let drive = async {
            for at in 0..until / 10 {
                if told(at * 10) {
                    rounds.tell((), clock.now());
                    clock.pass(0).await;
                }
                clock.pass(10).await;
            }
        };
        tokio::select! {
            () = rounds.run(&*clock, work) => {}
            () = drive => {}
        }
        began.into_inner()
    }

    #[tokio::test]
    async fn a_round_begins_when_it_has_become_quiet() {
        let sign = pace(50, 1_000, 0);
        assert_eq!(rounds(sign, |at| at == 0, 500).await, [50]);
        assert_eq!(rounds(sign, |at| at <= 100 && at % 20 == 0, 500).await, [150]);
        assert_eq!(rounds(sign, |at| at == 0 || at == 200, 500).await, [50, 250]);
    }

    #[tokio::test]
    async fn under_load_a_round_begins_at_the_latest_after_the_longest_delay() {
        let began = rounds(pace(50, 1_000, 0), |_| true, 3_500).await;
        assert!(began.windows(2).all(|pair| (1_000..=1_010).contains(&(pair[1] - pair[0]))));
        assert_eq!((began[0], began.len()), (1_000, 3), "{began:?}");
    }

    #[tokio::test]
    async fn between_two_rounds_lies_the_interval() {
        let began = rounds(pace(0, 0, 1_000), |_| true, 2_500).await;
        assert_eq!(began, [0, 1_000, 2_000]);
        assert_eq!(rounds(pace(0, 0, 1_000), |at| at == 0, 2_500).await, [0]);
    }

    #[tokio::test]
    async fn a_key_without_anything_to_do_is_forgotten() {
        let clock = HandClock::at(NOW);
        let rounds = Rounds::new(pace(0, 0, 0));
        rounds.tell(1, clock.now());
        rounds.tell(2, clock.now());
        tokio::select! {
            () = rounds.run(&clock, |_| std::future::ready(())) => {}
            () = clock.pass(10) => {}
        }
        assert_eq!(rounds.len(), 0);
    }
}
