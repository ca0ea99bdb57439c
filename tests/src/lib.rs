//! The system from outside: a data space of real engines over real stores, joined by a network of
//! which a test decides what it loses, and a clock that a test moves.
//!
//! Only tests use it, and no part of the product knows it. What goes wrong here stops the test that
//! asked, so nothing returns an error.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the whole crate is a test: a panic is how a test ends"
)]

pub mod cast;
pub mod clock;
pub mod dataspace;
pub mod disk;
pub mod foreign;
pub mod fuse;
pub mod https;
pub mod judge;
pub mod kit;
pub mod liar;
pub mod listener;
pub mod local;
pub mod machines;
pub mod network;
pub mod node;
pub mod peer;
pub mod ports;
pub mod program;
pub mod raw;
pub mod relay;
pub mod schema;
pub mod sim;
pub mod source;
pub mod story;
pub mod wait;
