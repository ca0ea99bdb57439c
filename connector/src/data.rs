//! The data path: sources, running deliveries, held copies, pulls and the local hand-over.
//!
//! Bodies stream; none is ever whole in memory. Nothing here decides whether something is allowed:
//! whoever calls brings an [`Admission`](crate::engine::live::Admission), and its cut ends what
//! runs at once.

pub mod chunks;
pub mod demand;
pub mod handover;
pub mod held;
pub mod pull;
pub mod push;
pub mod refusal;
pub mod reply;
pub mod source;
pub mod stream;
pub mod tally;
pub mod version;
pub mod words;

#[cfg(test)]
mod fake;
