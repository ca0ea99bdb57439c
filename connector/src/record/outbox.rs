//! Messages that wait to be sent: written with the state that they follow from, deleted when the
//! peer has acknowledged them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::did::Did;

/// One waiting message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct OutboxRow {
    /// The process that it belongs to.
    pub process: ProcessRef,
    /// To whom.
    pub peer: Did,
    /// The address, under the peer's own verified host.
    pub url: String,
    /// The message's `@type`; `GET` where the peer is asked for its state.
    pub message: String,
    /// The body as it is sent, JSON; none for `GET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was written.
    pub written: Timestamp,
    /// When it is tried next.
    pub due: Timestamp,
}

/// A process of ours.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ProcessRef {
    /// Which machine.
    pub machine: Machine,
    /// Our own pid.
    pub pid: String,
}

/// One of the two state machines of the Dataspace Protocol.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Machine {
    /// Contract negotiation.
    Negotiation,
    /// Transfer process.
    Transfer,
}

impl ProcessRef {
    /// What the outbox ids of the process's messages begin with.
    #[must_use]
    pub fn outbox_prefix(&self) -> String {
        let machine = match self.machine {
            Machine::Negotiation => 'n',
            Machine::Transfer => 't',
        };
        format!("{machine}/{}/", self.pid)
    }

    /// The outbox id of the process's message `number`: ids order as messages were written.
    #[must_use]
    pub fn outbox_id(&self, number: u32) -> String {
        format!("{}{number:010}", self.outbox_prefix())
    }
}
