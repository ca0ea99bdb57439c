//! What is stored of a negotiation: small, since it is written with every step. Documents lie
//! elsewhere, by their digest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;

use super::{Move, State};
use crate::address::CallbackAddress;
use crate::id::{AgreementId, ConsumerPid, DatasetId, OfferId, ProcessPid, ProviderPid};
use crate::message::{ContractNegotiation, MessageKind};
use crate::replay::Seen;
use crate::role::Role;

/// One negotiation as one participant sees it. Only [`super::step`] makes and changes one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Negotiation {
    /// Our role.
    pub role: Role,
    /// The consumer's process id; unknown to a provider that offered first, until acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer_pid: Option<ConsumerPid>,
    /// The provider's process id; unknown to a consumer until its request is acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_pid: Option<ProviderPid>,
    /// Who the other party is.
    pub peer: Did,
    /// Where messages to the other party go: its `<base>` or its `callbackAddress`.
    pub peer_address: CallbackAddress,
    /// The data space in which it takes place.
    pub data_space: DataspaceId,
    /// The state; absent before our first message is acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Our message that is not acknowledged yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaiting: Option<Outgoing>,
    /// How many messages we have sent; the number of the latest one.
    pub sent: u32,
    /// The last offer or request.
    pub offer: OfferOnTable,
    /// The agreement, from AGREED on, or as soon as we have sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<AgreementOnTable>,
    /// The peer's latest messages.
    pub seen: Seen,
    /// When the last step was made.
    pub since: Timestamp,
}

/// A message of ours that is not acknowledged yet.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Outgoing {
    /// Its number in this negotiation, from 1.
    pub number: u32,
    /// What it does.
    pub what: Move,
    /// The state that its acknowledgement leads to.
    pub leads_to: State,
}

/// The last offer or request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct OfferOnTable {
    /// `@id`.
    pub id: OfferId,
    /// `target`.
    pub target: DatasetId,
    /// The digest under which the document is stored.
    pub digest: Digest,
    /// Who made it.
    pub by: Role,
}

/// The agreement.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AgreementOnTable {
    /// `@id`.
    pub id: AgreementId,
    /// The digest that both parties sign, and under which the document is stored.
    pub digest: Digest,
}

impl Negotiation {
    /// Our own process id.
    #[must_use]
    pub fn own_pid(&self) -> Option<ProcessPid> {
        match self.role {
            Role::Consumer => self.consumer_pid.clone().map(ProcessPid::Consumer),
            Role::Provider => self.provider_pid.clone().map(ProcessPid::Provider),
        }
    }

    /// The peer's process id; absent before our first message is acknowledged.
    #[must_use]
    pub fn peer_pid(&self) -> Option<ProcessPid> {
        match self.role {
            Role::Consumer => self.provider_pid.clone().map(ProcessPid::Provider),
            Role::Provider => self.consumer_pid.clone().map(ProcessPid::Consumer),
        }
    }

    /// What the peer is told: the acknowledgement of its message, and the answer to `GET`. Absent
    /// while there is nothing to tell, which is answered with 404.
    #[must_use]
    pub fn acknowledgement(&self) -> Option<ContractNegotiation> {
        Some(ContractNegotiation {
            consumer_pid: self.consumer_pid.clone()?,
            provider_pid: self.provider_pid.clone()?,
            state: self.state?,
            checkpoint: None,
        })
    }

    /// Whether the negotiation has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state.is_some_and(State::is_terminal)
    }

    /// The kind of our message that is not acknowledged yet.
    #[must_use]
    pub fn awaiting_kind(&self) -> Option<MessageKind> {
        self.awaiting.map(|outgoing| outgoing.what.message())
    }
}
