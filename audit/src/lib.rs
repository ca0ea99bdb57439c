//! What can be proven: the tamper-evident log of a participant, its signed heads, and the offline
//! verifier of an auditor.
//!
//! Nothing here touches a socket, a file, a clock or randomness: the log returns the files to write,
//! times and random bits are arguments, and signatures pass through `wire::sign`. No entry is ever
//! updated or deleted; there is no function for it.

pub mod agreement;
pub mod anchors;
pub mod checkpoint;
pub mod commitment;
pub mod entry;
pub mod log;
pub mod merkle;
pub mod replay;
pub mod tile;
pub mod verify;

#[cfg(test)]
mod testing;
