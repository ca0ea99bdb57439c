//! The arrows of the state machine: one table for both sides, for what is sent and what arrives.

use serde::{Deserialize, Serialize};

use super::State;
use crate::clause::Clause;
use crate::message::{EventType, MessageKind, NegotiationMessage};
use crate::role::Role;

/// What a message does; an event message does one of two things.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Move {
    /// The consumer asks.
    Request,
    /// The provider offers.
    Offer,
    /// The consumer accepts.
    Accept,
    /// The provider agrees.
    Agree,
    /// The consumer confirms.
    Verify,
    /// The provider finalizes.
    Finalize,
    /// Either side ends it.
    Terminate,
}

/// Where a message of `sender` leads from `from`, and by which clause; nothing where the standard
/// has no arrow. [`Clause::NegotiationTerminationByProse`] is to be accepted and not to be sent.
#[must_use]
pub fn after(sender: Role, from: State, what: Move) -> Option<(State, Clause)> {
    use Move::{Accept, Agree, Finalize, Offer, Request, Terminate, Verify};
    use Role::{Consumer, Provider};
    use State::{Accepted, Agreed, Finalized, Offered, Requested, Terminated, Verified};
    Some(match (sender, from, what) {
        (Provider, Requested, Offer) => (Offered, Clause::ContractOffer),
        (Provider, Requested, Agree) => (Agreed, Clause::ContractAgreement),
        (_, Requested, Terminate) => (Terminated, Clause::NegotiationTermination),

        (Consumer, Offered, Request) => (Requested, Clause::CounterContractRequest),
        (Consumer, Offered, Accept) => (Accepted, Clause::EventAccepted),
        (_, Offered, Terminate) => (Terminated, Clause::NegotiationTermination),

        (Provider, Accepted, Agree) => (Agreed, Clause::ContractAgreement),
        (Provider, Accepted, Terminate) => (Terminated, Clause::NegotiationTermination),
        (Consumer, Accepted, Terminate) => (Terminated, Clause::NegotiationTerminationByProse),

        (Consumer, Agreed, Verify) => (Verified, Clause::AgreementVerification),
        (Consumer, Agreed, Terminate) => (Terminated, Clause::NegotiationTermination),
        (Provider, Agreed, Terminate) => (Terminated, Clause::NegotiationTerminationByProse),

        (Provider, Verified, Finalize) => (Finalized, Clause::EventFinalized),
        (Provider, Verified, Terminate) => (Terminated, Clause::NegotiationTermination),
        (Consumer, Verified, Terminate) => (Terminated, Clause::NegotiationTerminationByProse),

        _ => return None,
    })
}

impl Move {
    /// All moves.
    pub const ALL: [Self; 7] = [
        Self::Request,
        Self::Offer,
        Self::Accept,
        Self::Agree,
        Self::Verify,
        Self::Finalize,
        Self::Terminate,
    ];

    /// What a message does.
    #[must_use]
    pub const fn of(message: &NegotiationMessage) -> Self {
        match message {
            NegotiationMessage::Request(_) => Self::Request,
            NegotiationMessage::Offer(_) => Self::Offer,
            NegotiationMessage::Agreement(_) => Self::Agree,
            NegotiationMessage::Verification(_) => Self::Verify,
            NegotiationMessage::Event(event) => match event.event {
                EventType::Accepted => Self::Accept,
                EventType::Finalized => Self::Finalize,
            },
            NegotiationMessage::Termination(_) => Self::Terminate,
        }
    }

    /// The message that does it.
    #[must_use]
    pub const fn message(self) -> MessageKind {
        match self {
            Self::Request => MessageKind::ContractRequestMessage,
            Self::Offer => MessageKind::ContractOfferMessage,
            Self::Accept | Self::Finalize => MessageKind::ContractNegotiationEventMessage,
            Self::Agree => MessageKind::ContractAgreementMessage,
            Self::Verify => MessageKind::ContractAgreementVerificationMessage,
            Self::Terminate => MessageKind::ContractNegotiationTerminationMessage,
        }
    }

    /// Whether `role` may ever do it.
    #[must_use]
    pub const fn is_of(self, role: Role) -> bool {
        match (self, role) {
            (Self::Request | Self::Accept | Self::Verify, Role::Consumer)
            | (Self::Offer | Self::Agree | Self::Finalize, Role::Provider)
            | (Self::Terminate, Role::Consumer | Role::Provider) => true,
            (Self::Request | Self::Accept | Self::Verify, Role::Provider)
            | (Self::Offer | Self::Agree | Self::Finalize, Role::Consumer) => false,
        }
    }

    /// The clause to name where it is refused.
    #[must_use]
    pub const fn clause(self) -> Clause {
        match self {
            Self::Request => Clause::CounterContractRequest,
            Self::Offer => Clause::ContractOffer,
            Self::Accept => Clause::EventAccepted,
            Self::Agree => Clause::ContractAgreement,
            Self::Verify => Clause::AgreementVerification,
            Self::Finalize => Clause::EventFinalized,
            Self::Terminate => Clause::NegotiationTermination,
        }
    }
}
