//! Everything that can happen to a transfer. Times, ids and digests come with it.

use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;

use super::State;
use crate::address::CallbackAddress;
use crate::id::{AgreementId, ConsumerPid, ProviderPid};
use crate::message::{DataAddress, TransferMessage, TransferProcess, TransferRequestMessage};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A consumer posted to `transfers/request`; `own_pid` is fresh. Whether the agreement exists
    /// between the two and allows the format is asked before.
    RequestOpened(Opening),
    /// A message about a transfer that is there.
    Received(Received),
    /// Our operator, decider or data plane wants something.
    Command(Command),
    /// The peer answered our message with 2xx.
    Acknowledged(Acknowledgement),
    /// The peer answered our message with 4xx.
    RefusedByPeer(RefusedByPeer),
    /// The outbox has given our message up.
    GivenUp(GivenUp),
    /// The peer was asked for its state after a long silence.
    Compared(Compared),
}

/// A message that opens a transfer.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// The verified sender.
    pub from: Did,
    /// The data space in which the sender was verified.
    pub data_space: DataspaceId,
    /// The message.
    pub message: TransferRequestMessage,
    /// SHA-256 of the body as it arrived.
    pub digest: Digest,
    /// A fresh process id of ours; unused for a replay.
    pub own_pid: ProviderPid,
}

/// A message about a transfer that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The verified sender.
    pub from: Did,
    /// The data space in which the sender was verified.
    pub data_space: DataspaceId,
    /// The message.
    pub message: TransferMessage,
    /// SHA-256 of the body as it arrived.
    pub digest: Digest,
}

/// What our operator, decider or data plane wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Ask for data, as consumer.
    Request(Box<Begin>),
    /// Start (provider) or resume. The side that gives the data address brings a fresh one; the
    /// other side brings none, and asks to be resumed.
    Start {
        /// The data address, with its token.
        data_address: Option<DataAddress>,
    },
    /// Pause.
    Suspend {
        /// A reason code in kebab-case.
        code: Option<String>,
        /// The reason in words, as far as the peer may know it.
        reason: Option<String>,
    },
    /// Say that all data has come over.
    Complete,
    /// End.
    Terminate {
        /// A reason code in kebab-case.
        code: Option<String>,
        /// The reason in words, as far as the peer may know it.
        reason: Option<String>,
    },
}

/// How we ask for data.
#[derive(Clone, Debug, PartialEq)]
pub struct Begin {
    /// A fresh process id of ours.
    pub own_pid: ConsumerPid,
    /// The provider.
    pub peer: Did,
    /// Its `<base>`.
    pub peer_address: CallbackAddress,
    /// The data space of the agreement.
    pub data_space: DataspaceId,
    /// Our own `<base>`, for the peer's messages.
    pub callback_address: CallbackAddress,
    /// The agreement.
    pub agreement_id: AgreementId,
    /// A format of the dataset's distributions.
    pub format: String,
    /// Where the data is to be put: for push, and only for push.
    pub data_address: Option<DataAddress>,
}

/// A 2xx answer to our message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Acknowledgement {
    /// The number of the message, from [`super::Effect::Send`].
    pub number: u32,
    /// The body, which is demanded where we opened the transfer and else unspecified: give it where
    /// it could be read.
    pub process: Option<TransferProcess>,
}

/// A 4xx answer to our message that no retry will change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RefusedByPeer {
    /// The number of the message, from [`super::Effect::Send`].
    pub number: u32,
    /// The HTTP status.
    pub status: u16,
    /// What the peer answers to `GET`, where it was asked.
    pub peer_state: Option<State>,
}

/// What the peer answered when it was asked for its state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Compared {
    /// Its state; nothing where it knows no such process.
    pub peer_state: Option<State>,
    /// Whether nothing has happened for longer than any message is tried again.
    pub overdue: bool,
}

/// The end of all retries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GivenUp {
    /// The number of the message, from [`super::Effect::Send`].
    pub number: u32,
}

impl Command {
    /// The name, as refusals show it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::Start { .. } => "start",
            Self::Suspend { .. } => "suspend",
            Self::Complete => "complete",
            Self::Terminate { .. } => "terminate",
        }
    }
}
