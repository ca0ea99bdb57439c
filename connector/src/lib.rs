//! Allmende's connector: the one crate that touches sockets, disk, clock and randomness.
//!
//! The rules of the standards are decided in the crates below; here they meet the world.

pub mod authority;
pub mod book;
pub mod cli;
pub mod clock;
pub mod config;
pub mod data;
pub mod demo;
pub mod desk;
pub mod engine;
pub mod gate;
pub mod home;
pub mod http;
pub mod ids;
pub mod log;
pub mod management;
pub mod net;
pub mod participant;
pub mod record;
pub mod runtime;
pub mod setup;
pub mod store;
pub mod trust;
pub mod words;
pub mod worker;
