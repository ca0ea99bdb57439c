//! Which HTTP status a refusal or an unreadable message gets, and the error body that the standard
//! allows to go with it. The whole reason stays with our operator.

use serde_json::Value;

use crate::id::{ConsumerPid, ProviderPid};
use crate::message::{CatalogError, ContractNegotiationError, MessageError, TransferError};
use crate::refusal::{Code, Fault, Refusal};

/// A process was opened.
pub const CREATED: u16 = 201;
/// A message was taken.
pub const OK: u16 = 200;
/// A bad message or an arrow that is not there.
pub const BAD_REQUEST: u16 = 400;
/// Unknown, or nobody's business: the two look the same.
pub const NOT_FOUND: u16 = 404;
/// What the operator asked for does not fit the state.
pub const CONFLICT: u16 = 409;
/// A fault of ours.
pub const INTERNAL: u16 = 500;
/// Not now; never a 4xx for what may pass, since peers give up on those.
pub const UNAVAILABLE: u16 = 503;

/// The code of every 404, whatever the true reason.
const NOT_FOUND_CODE: &str = "not-found";

/// The status of a refusal: towards the peer where the fault is the peer's, else towards our own
/// management API.
#[must_use]
pub const fn of_refusal(refusal: &Refusal) -> u16 {
    match refusal.fault {
        Fault::Operator => match refusal.code {
            Code::UnknownProcess => NOT_FOUND,
            Code::AcknowledgementOfOther
            | Code::AcknowledgementWithoutPid
            | Code::AgreementOtherTarget
            | Code::AwaitingAcknowledgement
            | Code::Crossed
            | Code::DataAddressMissing
            | Code::DataAddressNotExpected
            | Code::InitialInProcess
            | Code::IllegalTransition
            | Code::NotAParty
            | Code::OwnOffer
            | Code::PidTaken
            | Code::PidsDiffer
            | Code::ProcessEnded
            | Code::TerminationNotOurs
            | Code::WrongForm
            | Code::WrongRole => CONFLICT,
        },
        Fault::Engine => INTERNAL,
        Fault::Peer => match refusal.code {
            Code::NotAParty | Code::UnknownProcess => NOT_FOUND,
            Code::AcknowledgementOfOther
            | Code::AcknowledgementWithoutPid
            | Code::AgreementOtherTarget
            | Code::AwaitingAcknowledgement
            | Code::Crossed
            | Code::DataAddressMissing
            | Code::DataAddressNotExpected
            | Code::InitialInProcess
            | Code::IllegalTransition
            | Code::OwnOffer
            | Code::PidTaken
            | Code::PidsDiffer
            | Code::ProcessEnded
            | Code::TerminationNotOurs
            | Code::WrongForm
            | Code::WrongRole => BAD_REQUEST,
        },
    }
}

/// What a peer may learn about a failure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// A code in kebab-case.
    pub code: &'static str,
    /// The reason in words.
    pub reason: Option<String>,
}

impl Problem {
    /// A failure with its code and nothing more, such as `busy` with [`UNAVAILABLE`].
    #[must_use]
    pub const fn new(status: u16, code: &'static str) -> Self {
        Self { status, code, reason: None }
    }

    /// There is nothing here for you.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(NOT_FOUND, NOT_FOUND_CODE)
    }

    /// The body for a request about the catalogue.
    #[must_use]
    pub fn catalog_body(&self) -> Value {
        CatalogError { code: Some(self.code.to_owned()), reason: self.reasons() }.to_json()
    }

    /// The body for a negotiation, with the process ids as far as they are known.
    #[must_use]
    pub fn negotiation_body(
        &self,
        consumer_pid: Option<ConsumerPid>,
        provider_pid: Option<ProviderPid>,
    ) -> Value {
        let (code, reason) = (Some(self.code.to_owned()), self.reasons());
        ContractNegotiationError { consumer_pid, provider_pid, code, reason }.to_json()
    }

    /// The body for a transfer, with the process ids as far as they are known.
    #[must_use]
    pub fn transfer_body(
        &self,
        consumer_pid: Option<ConsumerPid>,
        provider_pid: Option<ProviderPid>,
    ) -> Value {
        let (code, reason) = (Some(self.code.to_owned()), self.reasons());
        TransferError { consumer_pid, provider_pid, code, reason }.to_json()
    }

    fn reasons(&self) -> Vec<Value> {
        self.reason.iter().map(|reason| reason.as_str().into()).collect()
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let status = of_refusal(refusal);
        match (status, refusal.fault) {
            (NOT_FOUND, _) => Self::not_found(),
            (_, Fault::Engine) => Self::new(status, "internal"),
            (_, Fault::Operator | Fault::Peer) => {
                Self { status, code: refusal.code.name(), reason: Some(refusal.to_string()) }
            }
        }
    }
}

impl From<&MessageError> for Problem {
    fn from(error: &MessageError) -> Self {
        Self { status: BAD_REQUEST, code: error.code(), reason: Some(error.to_string()) }
    }
}
