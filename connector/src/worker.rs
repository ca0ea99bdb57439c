//! The workers that drive an engine: they wait for errands and for due instants, and poll nothing.

mod outbox;
pub mod push;
mod timer;

use std::pin::Pin;

pub use outbox::run as run_outbox;
pub use push::run as run_pushes;
pub use timer::run as run_timers;

/// Something that a worker lets run beside itself.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Lets a task run in the runtime of the caller. The simulator hands its own to the workers.
pub fn spawn(task: Task) {
    tokio::spawn(task);
}
