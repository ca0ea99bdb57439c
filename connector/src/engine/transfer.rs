//! Transfers, both roles: messages that arrive, commands of people and of the data plane, answers
//! to our own messages. Each is one load, one or more steps, one commit.

mod address;
mod answer;
mod command;
mod flow;
mod load;
mod receive;
mod timer;

pub use load::FoundTransfer;

/// The endpoint type of HTTP data addresses, as the field names it.
pub const ENDPOINT_TYPE_HTTP: &str = "https://w3id.org/idsa/v4.1/HTTP";

/// The reason code of a transfer that a person has suspended.
pub const SUSPENDED: &str = "transfer-suspended";

/// Where data lies on the mutual listener, before the provider's pid.
pub const DATA_PATH: &str = "/data/";
