//! Outgoing calls: every one passes the guard; between connectors only mutual TLS.

pub mod cache;
pub mod client;
pub mod connect;
mod connection;
pub mod documents;
pub mod fetch;
pub mod guard;
mod link;
pub mod peers;
pub mod pool;
pub mod pushed;
pub mod sources;
pub mod streamed;
pub mod unsent;
