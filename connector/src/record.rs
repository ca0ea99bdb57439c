//! What a connector remembers: typed records, and the places in the store where they lie.
//!
//! Knows no engine. Each record belongs to one participant; there is no call without one.

pub mod acceptance;
pub mod account;
pub mod agreement;
pub mod dataset;
pub mod delivery;
pub mod document;
pub mod negotiation;
pub mod outbox;
pub mod program;
pub mod serve;
pub mod timer;
pub mod transfer;
pub mod usage;
