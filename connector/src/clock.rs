//! Time as a part that is handed in: what it is now, and waiting for an instant.
//!
//! Nothing else in the workspace asks the system for the time. The system clock here never runs
//! backwards: when the machine's clock is set back, time stands still until it has caught up, so
//! that a rule that has expired stays expired.

use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// The one source of time of an engine. Certificate validity, rules, timers and retries ask it.
pub trait Clock: Send + Sync + 'static {
    /// The present instant. Never earlier than what an earlier call returned.
    fn now(&self) -> Timestamp;

    /// Resolves at or after `at`, at once if it has passed.
    fn sleep_until(&self, at: Timestamp) -> impl Future<Output = ()> + Send;

    /// How far the machine's clock lies behind the latest instant that was returned, in seconds.
    fn behind_seconds(&self) -> i64 {
        0
    }
}

/// The machine's wall clock, held monotonic.
#[derive(Debug)]
pub struct SystemClock {
    /// The latest instant that was returned, in nanoseconds since 1970.
    floor: AtomicI64,
}

impl SystemClock {
    /// A clock that never shows less than `floor`, the latest instant found in the store.
    #[must_use]
    pub fn starting_at(floor: Timestamp) -> Self {
        Self { floor: AtomicI64::new(nanoseconds(floor)) }
    }

    /// Raises the floor: instants before `floor` will not be returned any more.
    pub fn raise_floor(&self, floor: Timestamp) {
        self.floor.fetch_max(nanoseconds(floor), Ordering::AcqRel);
    }

    /// How far the machine's clock lies behind the latest instant that was returned, in seconds;
    /// zero when it does not.
    #[must_use]
    pub fn behind_seconds(&self) -> i64 {
        let behind = self.floor.load(Ordering::Acquire) - nanoseconds(machine_time());
        (behind / 1_000_000_000).max(0)
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::starting_at(Timestamp::UNIX_EPOCH)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = nanoseconds(machine_time());
        let floor = self.floor.fetch_max(now, Ordering::AcqRel).max(now);
        Timestamp::from_nanosecond(i128::from(floor)).unwrap_or(Timestamp::MAX)
    }

    async fn sleep_until(&self, at: Timestamp) {
        while self.now() < at {
            // A wall-clock timer fires on time after a suspend or a jump forward, where a
            // monotonic one would be late; a jump ends the wait early and the loop looks again.
            if wall_clock_timer(at).await.is_err() {
                short_wait().await;
            }
        }
    }

    fn behind_seconds(&self) -> i64 {
        Self::behind_seconds(self)
    }
}

fn nanoseconds(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
fn machine_time() -> Timestamp {
    Timestamp::now()
}

/// Where no timer can be had (no file descriptor left), waiting must still not spin.
#[expect(clippy::disallowed_methods, reason = "the one place that waits without an event")]
async fn short_wait() {
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
}

/// Waits until the wall clock shows `at` or is set to another time.
async fn wall_clock_timer(at: Timestamp) -> std::io::Result<()> {
    let timer =
        timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
    let due =
        Timespec { tv_sec: at.as_second(), tv_nsec: i64::from(at.subsec_nanosecond().max(1)) };
    timerfd_settime(
        &timer,
        TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET,
        &Itimerspec { it_interval: zero, it_value: due },
    )?;
    #[expect(deprecated, reason = "sound for an owned descriptor; its successor needs unsafe code")]
    let timer = AsyncFd::new(timer)?;
    timer.readable().await?.retain_ready();
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn time_never_runs_backwards() {
        let ahead = machine_time() + SignedDuration::from_hours(2);
        let clock = SystemClock::starting_at(ahead);
        assert_eq!(clock.now(), ahead);
        assert!(clock.behind_seconds() > 7_000);
    }

    #[tokio::test]
    async fn sleeping_until_a_past_instant_returns_at_once() {
        SystemClock::default().sleep_until(Timestamp::UNIX_EPOCH).await;
    }

    #[tokio::test]
    async fn sleeping_returns_after_the_instant() {
        let clock = SystemClock::default();
        let due = clock.now() + SignedDuration::from_millis(20);
        clock.sleep_until(due).await;
        assert!(clock.now() >= due);
    }
}
