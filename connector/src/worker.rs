//! The workers that drive an engine: they wait for errands and for due instants, and poll nothing.

mod outbox;
pub mod push;
mod timer;

use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

pub use outbox::run as run_outbox;
pub use push::run as run_pushes;
pub use timer::run as run_timers;

/// Something that a worker lets run beside itself.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Seconds after which is tried again what the store did not take or tell.
const STOPPED_SECONDS: i64 = 1;

/// When to try again what the store did not take or tell.
fn soon(clock: &impl Clock) -> Timestamp {
    let pause = SignedDuration::from_secs(STOPPED_SECONDS);
    clock.now().saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// Waits for an instant, or for ever.
async fn until(clock: &impl Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

/// Lets a task run in the runtime of the caller. The simulator hands its own to the workers.
pub fn spawn(task: Task) {
    tokio::spawn(task);
}
