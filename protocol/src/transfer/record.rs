//! What is stored of a transfer: small, since it is written with every step.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::dataspace::DataspaceId;
use wire::did::Did;

use super::{Move, Side, State};
use crate::address::CallbackAddress;
use crate::id::{AgreementId, ConsumerPid, ProcessPid, ProviderPid};
use crate::message::{DataAddress, MessageKind, TransferProcess};
use crate::replay::Seen;
use crate::role::Role;

/// One transfer as one participant sees it. Only [`super::step`] makes and changes one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Transfer {
    /// Our role.
    pub role: Role,
    /// The consumer's process id: a transfer always begins with it.
    pub consumer_pid: ConsumerPid,
    /// The provider's process id; unknown to a consumer until its request is acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_pid: Option<ProviderPid>,
    /// Who the other party is.
    pub peer: Did,
    /// Where messages to the other party go: its `<base>` or its `callbackAddress`.
    pub peer_address: CallbackAddress,
    /// The data space in which it takes place.
    pub data_space: DataspaceId,
    /// The agreement that allows it.
    pub agreement_id: AgreementId,
    /// The format asked for.
    pub format: String,
    /// Who calls whom.
    pub flow: Flow,
    /// The latest data address: from the provider on pull, from the consumer on push. It may hold a
    /// token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_address: Option<DataAddress>,
    /// The state; absent before our request is acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Our message that is not acknowledged yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaiting: Option<Outgoing>,
    /// How many messages we have sent; the number of the latest one.
    pub sent: u32,
    /// The peer's latest messages.
    pub seen: Seen,
    /// When the last step was made.
    pub since: Timestamp,
}

/// Who calls whom on the data plane.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// The consumer fetches: the provider gives the data address.
    Pull,
    /// The provider sends: the consumer gives the data address.
    Push,
}

/// A message of ours that is not acknowledged yet.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Outgoing {
    /// Its number in this transfer, from 1.
    pub number: u32,
    /// What it does.
    pub what: Move,
    /// The state that its acknowledgement leads to.
    pub leads_to: State,
}

impl Flow {
    /// The side that gives the data address.
    #[must_use]
    pub const fn address_owner(self) -> Role {
        match self {
            Self::Pull => Role::Provider,
            Self::Push => Role::Consumer,
        }
    }

    /// What the format says by itself: a part `PULL` or `PUSH`, as in `HttpData-PULL`.
    #[must_use]
    pub fn of_format(format: &str) -> Option<Self> {
        format.split(|c: char| !c.is_ascii_alphanumeric()).find_map(|part| match part {
            "PULL" => Some(Self::Pull),
            "PUSH" => Some(Self::Push),
            _ => None,
        })
    }
}

impl Transfer {
    /// Our side of the table of arrows.
    #[must_use]
    pub fn own_side(&self) -> Side {
        side(self.role, self.flow)
    }

    /// The peer's side of the table of arrows.
    #[must_use]
    pub fn peer_side(&self) -> Side {
        side(self.role.peer(), self.flow)
    }

    /// Our own process id.
    #[must_use]
    pub fn own_pid(&self) -> Option<ProcessPid> {
        match self.role {
            Role::Consumer => Some(ProcessPid::Consumer(self.consumer_pid.clone())),
            Role::Provider => self.provider_pid.clone().map(ProcessPid::Provider),
        }
    }

    /// What the peer is told: the acknowledgement of its message, and the answer to `GET`. Absent
    /// while there is nothing to tell, which is answered with 404.
    #[must_use]
    pub fn acknowledgement(&self) -> Option<TransferProcess> {
        Some(TransferProcess {
            consumer_pid: self.consumer_pid.clone(),
            provider_pid: self.provider_pid.clone()?,
            state: self.state?,
            checkpoint: None,
        })
    }

    /// Whether the transfer has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state.is_some_and(State::is_terminal)
    }

    /// Whether data may flow by the state alone: STARTED, or our start is under way and nothing
    /// that stops it. The `Permit` is asked for besides.
    #[must_use]
    pub fn may_flow(&self) -> bool {
        match (self.state, self.awaiting) {
            (Some(State::Started), None) => true,
            (_, Some(outgoing)) => outgoing.leads_to == State::Started,
            (
                Some(State::Requested | State::Completed | State::Suspended | State::Terminated),
                None,
            )
            | (None, None) => false,
        }
    }

    /// The kind of our message that is not acknowledged yet.
    #[must_use]
    pub fn awaiting_kind(&self) -> Option<MessageKind> {
        self.awaiting.map(|outgoing| outgoing.what.message())
    }
}

fn side(role: Role, flow: Flow) -> Side {
    Side { role, owns_address: flow.address_owner() == role }
}
