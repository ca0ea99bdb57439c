//! The management API: how people and their programs steer a participant, over loopback only.
//!
//! [`desk`] says what can be asked of the engine, [`view`] in which words, and [`server`] puts both
//! on HTTP. Nothing here decides about data: a call that may be made is handed to the desk, and
//! every call belongs to one participant.

pub mod actor;
pub mod desk;
pub mod refusal;
pub mod token;
pub mod view;
