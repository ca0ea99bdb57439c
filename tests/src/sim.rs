//! The simulator: several engines with the real state machines, workers and memory store on one
//! thread, under a clock that only it moves and a network that loses, repeats, delays and parts.
//! Everything that happens follows from one seed.

pub mod auditor;
pub mod clock;
pub mod dice;
pub mod disk;
pub mod executor;
pub mod judge;
pub mod network;
pub mod node;
pub mod people;
pub mod run;
pub mod store;
pub mod terms;
