//! The workers that drive an engine: they wait for errands and for due instants, and poll nothing.

mod outbox;
mod timer;

pub use outbox::run as run_outbox;
pub use timer::run as run_timers;
