//! The log of each participant in files: tiles and signed heads derived from the store's entries,
//! the exchange of heads with partners and the authority, and what an auditor takes along.
//!
//! The store's entries are the log. Everything here is derived from them and can be derived again;
//! nothing here ever changes or removes an entry.

pub mod anchors;
mod error;
pub mod export;
mod head;
pub mod page;
mod proof;
mod rounds;
pub mod sequencer;
mod shelf;
pub mod witness;

#[cfg(test)]
mod fixture;

pub use error::LogError;
pub use head::{SignedHead, shards, signed_head};
pub use proof::{Proof, Unproven};
pub use sequencer::Sequencer;
pub use witness::Witness;
