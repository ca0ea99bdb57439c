//! The program put together: a home folder becomes a running connector, and stops in order.
//!
//! Everything that decides lies elsewhere; here parts are chosen, sockets bound and workers spawned.

pub mod authority;
mod failure;
mod gate;
mod local;
pub mod node;
pub mod parts;
pub mod peer_data;
mod program;
pub mod running;
pub mod sockets;
mod start;
mod witness_door;

pub use node::{Node, StartError};
pub use parts::Product;
pub use program::Program;
pub use running::{Running, until_signal};
