//! How it is agreed: the messages of the Dataspace Protocol 2025-1 and its two state machines as
//! pure functions.
//!
//! Nothing here opens a socket, reads a clock, draws an id or stores anything: time, ids and
//! digests are arguments, and what is to be done is returned as data.

pub mod address;
pub mod clause;
#[cfg(test)]
mod clause_tests;
pub mod context;
pub mod fact;
pub mod http_path;
pub mod id;
pub mod message;
pub mod negotiation;
pub mod refusal;
pub mod replay;
pub mod role;
pub mod status;
#[cfg(test)]
mod testing;
pub mod transfer;

pub use clause::Clause;
pub use fact::{Event, Fact};
pub use id::{AgreementId, ConsumerPid, DatasetId, OfferId, ProcessPid, ProviderPid};
pub use refusal::{Code, Fault, Refusal};
pub use role::Role;
