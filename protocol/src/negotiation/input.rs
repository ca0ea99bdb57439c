//! Everything that can happen to a negotiation. Times, ids and digests come with it.

use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;

use super::State;
use crate::address::CallbackAddress;
use crate::id::{ConsumerPid, ProviderPid};
use crate::message::{
    Agreement, ContractNegotiation, ContractOfferMessage, ContractRequestMessage, MessageOffer,
    NegotiationMessage,
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A consumer posted to `negotiations/request`; `own_pid` is fresh.
    RequestOpened(Opening<ContractRequestMessage, ProviderPid>),
    /// A provider posted to `negotiations/offers`; `own_pid` is fresh.
    OfferOpened(Opening<ContractOfferMessage, ConsumerPid>),
    /// A message about a negotiation that is there.
    Received(Received),
    /// Our operator or decider wants something.
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

/// A message that opens a negotiation.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening<M, P> {
    /// The verified sender.
    pub from: Did,
    /// The data space in which the sender was verified.
    pub data_space: DataspaceId,
    /// The message.
    pub message: M,
    /// SHA-256 of the body as it arrived.
    pub digest: Digest,
    /// A fresh process id of ours; unused for a replay.
    pub own_pid: P,
}

/// A message about a negotiation that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The verified sender.
    pub from: Did,
    /// The data space in which the sender was verified.
    pub data_space: DataspaceId,
    /// The message.
    pub message: NegotiationMessage,
    /// SHA-256 of the body as it arrived.
    pub digest: Digest,
}

/// What our operator or decider wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Open a negotiation as consumer.
    Request(Begin<ConsumerPid>),
    /// Open a negotiation as provider.
    InitialOffer(Begin<ProviderPid>),
    /// Answer an offer with a counter-request (consumer).
    Counter {
        /// What we ask for.
        offer: MessageOffer,
    },
    /// Answer a request with an offer (provider).
    Offer {
        /// What we offer.
        offer: MessageOffer,
    },
    /// Accept the provider's offer (consumer).
    Accept,
    /// Agree (provider).
    Agree {
        /// The agreement.
        agreement: Box<Agreement>,
        /// Our detached JWS over its digest.
        signature: Option<String>,
    },
    /// Confirm the agreement (consumer).
    Verify {
        /// Our detached JWS over its digest.
        signature: Option<String>,
    },
    /// Put the agreement in force (provider).
    Finalize,
    /// End the negotiation.
    Terminate {
        /// A reason code in kebab-case.
        code: Option<String>,
        /// The reason in words, as far as the peer may know it.
        reason: Option<String>,
    },
}

/// How we open a negotiation.
#[derive(Clone, Debug, PartialEq)]
pub struct Begin<P> {
    /// A fresh process id of ours.
    pub own_pid: P,
    /// The other party.
    pub peer: Did,
    /// Its `<base>`.
    pub peer_address: CallbackAddress,
    /// The data space in which it is to take place.
    pub data_space: DataspaceId,
    /// Our own `<base>`, for the peer's messages.
    pub callback_address: CallbackAddress,
    /// What we ask for or offer.
    pub offer: MessageOffer,
}

/// A 2xx answer to our message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Acknowledgement {
    /// The number of the message, from [`super::Effect::Send`].
    pub number: u32,
    /// The body, which is demanded where we opened the negotiation and else unspecified: give it
    /// where it could be read.
    pub process: Option<ContractNegotiation>,
}

/// A 4xx answer to our message that no retry will change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RefusedByPeer {
    /// The number of the message, from [`super::Effect::Send`].
    pub number: u32,
    /// The HTTP status.
    pub status: u16,
    /// What the peer answers to `GET`, where it was asked. A message whose first answer was lost is
    /// refused when it comes again; the state tells that it arrived.
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
            Self::InitialOffer(_) => "initial-offer",
            Self::Counter { .. } => "counter",
            Self::Offer { .. } => "offer",
            Self::Accept => "accept",
            Self::Agree { .. } => "agree",
            Self::Verify { .. } => "verify",
            Self::Finalize => "finalize",
            Self::Terminate { .. } => "terminate",
        }
    }
}
