//! What the tests share: two parties, documents, one message of each kind.

use jiff::Timestamp;
use serde_json::{Value, json};
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;
use wire::node::Node;

use crate::address::CallbackAddress;
use crate::id::{AgreementId, ConsumerPid, ProviderPid};
use crate::message::*;
use crate::role::Role;
use crate::{negotiation, transfer};

pub(crate) const C_PID: &str = "urn:uuid:32541fe6-c580-409e-85a8-8a9a32fbe833";
pub(crate) const P_PID: &str = "urn:uuid:a343fcbf-99fc-4ce8-8e9b-148c97605aab";

pub(crate) fn consumer_pid() -> ConsumerPid {
    ConsumerPid::parse(C_PID).unwrap()
}

pub(crate) fn provider_pid() -> ProviderPid {
    ProviderPid::parse(P_PID).unwrap()
}

pub(crate) fn did(role: Role) -> Did {
    Did::parse(&format!("did:web:{role}.example")).unwrap()
}

pub(crate) fn address(role: Role) -> CallbackAddress {
    CallbackAddress::parse(&format!("https://{role}.example/dsp/2025-1")).unwrap()
}

pub(crate) fn space() -> DataspaceId {
    DataspaceId::parse("urn:example:space").unwrap()
}

pub(crate) fn at() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

pub(crate) fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub(crate) fn rules() -> Value {
    json!([{"action": "use", "constraint": [{
        "leftOperand": "odrl:dateTime", "operator": "lteq", "rightOperand": "2027-01-01T00:00:00Z"
    }]}])
}

pub(crate) fn offer(id: &str) -> MessageOffer {
    let document = json!({
        "@type": "Offer", "@id": id, "target": "urn:example:parking", "permission": rules()
    });
    MessageOffer::parse(&Node::root(&document)).unwrap()
}

pub(crate) fn parties() -> Parties {
    let party = |role| did(role).as_str().parse().unwrap();
    Parties { assigner: party(Role::Provider), assignee: party(Role::Consumer) }
}

pub(crate) fn agreement() -> Agreement {
    let id = AgreementId::parse("urn:example:agreement").unwrap();
    Agreement::of_offer(&offer("urn:example:offer"), &id, &parties(), at()).unwrap()
}

pub(crate) fn data_address() -> DataAddress {
    let property = |name: &str, value: &str| EndpointProperty {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    DataAddress {
        endpoint_type: "https://w3id.org/idsa/v4.1/HTTP".to_owned(),
        endpoint: Some("https://provider.example/data/1".to_owned()),
        properties: vec![property("authorization", "secret"), property("authType", "bearer")],
    }
}

/// One negotiation message of each kind, as one that continues a negotiation.
pub(crate) fn negotiation_message(what: negotiation::Move) -> NegotiationMessage {
    let (consumer_pid, provider_pid, checkpoint) = (consumer_pid(), provider_pid(), None);
    let event = |event| {
        let (consumer_pid, provider_pid) = (self::consumer_pid(), self::provider_pid());
        let checkpoint = None;
        NegotiationMessage::Event(ContractNegotiationEventMessage {
            consumer_pid,
            provider_pid,
            event,
            checkpoint,
        })
    };
    match what {
        negotiation::Move::Request => NegotiationMessage::Request(ContractRequestMessage {
            consumer_pid,
            form: RequestForm::Counter { provider_pid },
            offer: offer("urn:example:counter"),
            checkpoint,
        }),
        negotiation::Move::Offer => NegotiationMessage::Offer(ContractOfferMessage {
            provider_pid,
            form: OfferForm::Counter { consumer_pid },
            offer: offer("urn:example:offer"),
            checkpoint,
        }),
        negotiation::Move::Accept => event(EventType::Accepted),
        negotiation::Move::Finalize => event(EventType::Finalized),
        negotiation::Move::Agree => NegotiationMessage::Agreement(ContractAgreementMessage {
            consumer_pid,
            provider_pid,
            agreement: agreement(),
            signature: None,
            checkpoint,
        }),
        negotiation::Move::Verify => {
            NegotiationMessage::Verification(ContractAgreementVerificationMessage {
                consumer_pid,
                provider_pid,
                signature: None,
                checkpoint,
            })
        }
        negotiation::Move::Terminate => {
            NegotiationMessage::Termination(ContractNegotiationTerminationMessage {
                consumer_pid,
                provider_pid,
                code: Some("no-longer-offered".to_owned()),
                reason: vec![json!("The dataset was withdrawn.")],
                checkpoint,
            })
        }
    }
}

pub(crate) fn initial_request() -> ContractRequestMessage {
    ContractRequestMessage {
        consumer_pid: consumer_pid(),
        form: RequestForm::Initial { callback_address: address(Role::Consumer) },
        offer: offer("urn:example:offer"),
        checkpoint: None,
    }
}

pub(crate) fn initial_offer() -> ContractOfferMessage {
    ContractOfferMessage {
        provider_pid: provider_pid(),
        form: OfferForm::Initial { callback_address: address(Role::Provider) },
        offer: offer("urn:example:offer"),
        checkpoint: None,
    }
}

pub(crate) fn transfer_request(flow: transfer::Flow) -> TransferRequestMessage {
    let (format, data_address) = match flow {
        transfer::Flow::Pull => ("HttpData-PULL", None),
        transfer::Flow::Push => ("HttpData-PUSH", Some(data_address())),
    };
    TransferRequestMessage {
        consumer_pid: consumer_pid(),
        agreement_id: AgreementId::parse("urn:example:agreement").unwrap(),
        format: format.to_owned(),
        data_address,
        callback_address: address(Role::Consumer),
        checkpoint: None,
    }
}

/// One transfer message of each kind; a start with or without a data address.
pub(crate) fn transfer_message(
    what: transfer::Move,
    data_address: Option<DataAddress>,
) -> TransferMessage {
    let (consumer_pid, provider_pid, checkpoint) = (consumer_pid(), provider_pid(), None);
    let (code, reason) = (Some("policy-violated".to_owned()), vec![json!("The rule has ended.")]);
    match what {
        transfer::Move::Request => TransferMessage::Request(transfer_request(transfer::Flow::Pull)),
        transfer::Move::Start => TransferMessage::Start(TransferStartMessage {
            consumer_pid,
            provider_pid,
            data_address,
            checkpoint,
        }),
        transfer::Move::Suspend => TransferMessage::Suspension(TransferSuspensionMessage {
            consumer_pid,
            provider_pid,
            code,
            reason,
            checkpoint,
        }),
        transfer::Move::Complete => TransferMessage::Completion(TransferCompletionMessage {
            consumer_pid,
            provider_pid,
            checkpoint,
        }),
        transfer::Move::Terminate => TransferMessage::Termination(TransferTerminationMessage {
            consumer_pid,
            provider_pid,
            code,
            reason,
            checkpoint,
        }),
    }
}
