//! The program put together: a home folder becomes a running connector, and stops in order.
//!
//! Everything that decides lies elsewhere; here parts are chosen, sockets bound and workers spawned.

pub mod authority;
pub mod node;
pub mod parts;
pub mod peer_data;
pub mod running;
pub mod sockets;
pub mod start;

pub use node::{Node, StartError};
pub use parts::Product;
pub use running::{Running, until_signal};
