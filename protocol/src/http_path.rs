//! The paths of the HTTPS binding, to be appended to a `<base>` or `callbackAddress`. Data only:
//! nothing is sent here.

use crate::id::{AgreementId, ConsumerPid, DatasetId, ProviderPid};
use crate::message::{
    ContractOfferMessage, ContractRequestMessage, EventType, MessageKind, NegotiationMessage,
    OfferForm, RequestForm, TransferMessage,
};
use crate::role::Role;

/// The version document, relative to the root.
pub const VERSION: &str = "/.well-known/dspace-version";
/// `POST`: the catalogue.
pub const CATALOG_REQUEST: &str = "/catalog/request";
/// `POST`: a first contract request.
pub const NEGOTIATIONS_REQUEST: &str = "/negotiations/request";
/// `POST`: a first offer.
pub const NEGOTIATIONS_OFFERS: &str = "/negotiations/offers";
/// `POST`: a transfer request.
pub const TRANSFERS_REQUEST: &str = "/transfers/request";

/// A route of the binding. Where both roles serve the same path, the process id tells whose it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Route {
    /// The path under the `<base>`, with `{pid}` for a process id and `{id}` for a dataset.
    pub path: &'static str,
    /// The message that is posted there; absent for `GET`.
    pub takes: Option<MessageKind>,
}

/// Every route of the binding.
pub const ROUTES: [Route; 17] = [
    post(CATALOG_REQUEST, MessageKind::CatalogRequestMessage),
    get("/catalog/datasets/{id}"),
    get("/negotiations/{pid}"),
    post(NEGOTIATIONS_REQUEST, MessageKind::ContractRequestMessage),
    post(NEGOTIATIONS_OFFERS, MessageKind::ContractOfferMessage),
    post("/negotiations/{pid}/request", MessageKind::ContractRequestMessage),
    post("/negotiations/{pid}/offers", MessageKind::ContractOfferMessage),
    post("/negotiations/{pid}/agreement", MessageKind::ContractAgreementMessage),
    post(
        "/negotiations/{pid}/agreement/verification",
        MessageKind::ContractAgreementVerificationMessage,
    ),
    post("/negotiations/{pid}/events", MessageKind::ContractNegotiationEventMessage),
    post("/negotiations/{pid}/termination", MessageKind::ContractNegotiationTerminationMessage),
    post(TRANSFERS_REQUEST, MessageKind::TransferRequestMessage),
    // For a consumer's transfer not in the standard's table, but its conformance kit asks for it.
    get("/transfers/{pid}"),
    post("/transfers/{pid}/start", MessageKind::TransferStartMessage),
    post("/transfers/{pid}/completion", MessageKind::TransferCompletionMessage),
    post("/transfers/{pid}/suspension", MessageKind::TransferSuspensionMessage),
    post("/transfers/{pid}/termination", MessageKind::TransferTerminationMessage),
];

const fn post(path: &'static str, message: MessageKind) -> Route {
    Route { path, takes: Some(message) }
}

const fn get(path: &'static str) -> Route {
    Route { path, takes: None }
}

/// Where a dataset is asked for.
#[must_use]
pub fn dataset(id: &DatasetId) -> String {
    format!("/catalog/datasets/{}", segment(id.as_str()))
}

/// Where a provider's view of a negotiation is asked for.
#[must_use]
pub fn negotiation_at_provider(pid: &ProviderPid) -> String {
    format!("/negotiations/{}", segment(pid.as_str()))
}

/// Where a consumer's view of a negotiation is asked for.
#[must_use]
pub fn negotiation_at_consumer(pid: &ConsumerPid) -> String {
    format!("/negotiations/{}", segment(pid.as_str()))
}

/// Where a provider's view of a transfer is asked for.
#[must_use]
pub fn transfer_at_provider(pid: &ProviderPid) -> String {
    format!("/transfers/{}", segment(pid.as_str()))
}

/// Where a consumer's view of a transfer is asked for.
#[must_use]
pub fn transfer_at_consumer(pid: &ConsumerPid) -> String {
    format!("/transfers/{}", segment(pid.as_str()))
}

/// Where the other party of an agreement is told that it has ended. Ours: the standard's binding has
/// no such path, and a connector that does not know it answers 404.
#[must_use]
pub fn agreement_termination(id: &AgreementId) -> String {
    format!("/agreements/{}/termination", segment(id.as_str()))
}

/// Where a message of a negotiation goes when `sender` sends it; nothing for a message that lacks
/// the receiver's process id or that `sender` never sends.
#[must_use]
pub fn negotiation(sender: Role, message: &NegotiationMessage) -> Option<String> {
    let pid = match sender {
        Role::Consumer => message.provider_pid().map(ProviderPid::as_str),
        Role::Provider => message.consumer_pid().map(ConsumerPid::as_str),
    };
    let at = |rest: &str| pid.map(|pid| format!("/negotiations/{}/{rest}", segment(pid)));
    match (sender, message) {
        (
            Role::Consumer,
            NegotiationMessage::Request(ContractRequestMessage {
                form: RequestForm::Initial { .. },
                ..
            }),
        ) => Some(NEGOTIATIONS_REQUEST.to_owned()),
        (Role::Consumer, NegotiationMessage::Request(_)) => at("request"),
        (
            Role::Provider,
            NegotiationMessage::Offer(ContractOfferMessage {
                form: OfferForm::Initial { .. }, ..
            }),
        ) => Some(NEGOTIATIONS_OFFERS.to_owned()),
        (Role::Provider, NegotiationMessage::Offer(_)) => at("offers"),
        (Role::Provider, NegotiationMessage::Agreement(_)) => at("agreement"),
        (Role::Consumer, NegotiationMessage::Verification(_)) => at("agreement/verification"),
        (Role::Consumer | Role::Provider, NegotiationMessage::Event(event)) => {
            if event.event.sender() == sender { at("events") } else { None }
        }
        (Role::Consumer | Role::Provider, NegotiationMessage::Termination(_)) => at("termination"),
        (Role::Provider, NegotiationMessage::Request(_) | NegotiationMessage::Verification(_))
        | (Role::Consumer, NegotiationMessage::Offer(_) | NegotiationMessage::Agreement(_)) => None,
    }
}

/// Where a message of a transfer goes when `sender` sends it; nothing for a request of a provider.
#[must_use]
pub fn transfer(sender: Role, message: &TransferMessage) -> Option<String> {
    let pid = match sender {
        Role::Consumer => message.provider_pid().map(ProviderPid::as_str),
        Role::Provider => Some(message.consumer_pid().as_str()),
    };
    let at = |rest: &str| pid.map(|pid| format!("/transfers/{}/{rest}", segment(pid)));
    match (sender, message) {
        (Role::Consumer, TransferMessage::Request(_)) => Some(TRANSFERS_REQUEST.to_owned()),
        (Role::Provider, TransferMessage::Request(_)) => None,
        (Role::Consumer | Role::Provider, TransferMessage::Start(_)) => at("start"),
        (Role::Consumer | Role::Provider, TransferMessage::Completion(_)) => at("completion"),
        (Role::Consumer | Role::Provider, TransferMessage::Suspension(_)) => at("suspension"),
        (Role::Consumer | Role::Provider, TransferMessage::Termination(_)) => at("termination"),
    }
}

/// The event that may arrive at the path of `receiver`.
#[must_use]
pub const fn event_at(receiver: Role) -> EventType {
    match receiver {
        Role::Consumer => EventType::Finalized,
        Role::Provider => EventType::Accepted,
    }
}

/// An id as one segment of a path (RFC 3986 `pchar`; everything else percent-encoded).
#[must_use]
pub fn segment(id: &str) -> String {
    use std::fmt::Write as _;
    let mut segment = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    // A segment of dots alone would be resolved away.
    if segment.bytes().all(|byte| byte == b'.') { segment.replace('.', "%2E") } else { segment }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment() {
        for (id, expected) in [
            ("urn:uuid:1", "urn:uuid:1"),
            ("a/b?c#d%", "a%2Fb%3Fc%23d%25"),
            ("..", "%2E%2E"),
            ("straße", "stra%C3%9Fe"),
        ] {
            assert_eq!(segment(id), expected);
        }
    }
}
