//! The management API: how people and their programs steer a participant, over loopback only.
//!
//! [`desk`] says what can be asked of the engine, [`view`] in which words, and [`server`] puts both
//! on HTTP. Nothing here decides about data: a call that may be made is handed to the desk, and
//! every call belongs to one participant.

pub mod actor;
pub mod call;
pub mod complaint;
pub mod desk;
#[cfg(test)]
pub(crate) mod fixture;
pub mod login;
pub mod openapi;
pub mod operation;
pub mod origin;
pub mod problem;
pub mod refusal;
pub mod run_file;
pub mod server;
pub mod token;
pub mod view;
