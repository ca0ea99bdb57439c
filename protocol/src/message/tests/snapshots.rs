//! One snapshot per message type, each judged by the standard's schema and read back.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::{Value, json};
use wire::json::canonical;
use wire::node::Node;

use super::schemas::Standard;
use crate::id::{CatalogId, DatasetId, OfferId, ServiceId};
use crate::message::*;
use crate::negotiation::{self, Move};
use crate::testing::*;
use crate::transfer;

fn shown(schema: &str, body: &Value) -> String {
    if let Some(standard) = Standard::open() {
        standard.check(schema, body);
    }
    // One member a line, in canonical order, the long constants by a word.
    let written = |value: &Value| String::from_utf8(canonical(value).unwrap()).unwrap();
    let members: BTreeMap<_, _> = body.as_object().unwrap().iter().collect();
    let lines: Vec<_> =
        members.iter().map(|(name, value)| format!("{name}: {}", written(value))).collect();
    let rules = written(&rules());
    let names = [(crate::context::DSP, "DSP"), (C_PID, "C"), (P_PID, "P"), (&rules, "RULES")];
    names.iter().fold(lines.join("\n"), |text, (long, short)| text.replace(long, short))
}

fn negotiation(schema: &str, message: &NegotiationMessage) -> String {
    let body = message.to_json();
    let read = NegotiationMessage::parse(&Node::root(&body)).unwrap();
    assert_eq!((&read.message, read.ignored), (message, Vec::new()));
    shown(&format!("negotiation/{schema}-schema"), &body)
}

fn transfer(schema: &str, message: &TransferMessage) -> String {
    let body = message.to_json();
    let read = TransferMessage::parse(&Node::root(&body)).unwrap();
    assert_eq!((&read.message, read.ignored), (message, Vec::new()));
    shown(&format!("transfer/{schema}-schema"), &body)
}

#[test]
fn contract_request_messages() {
    let initial = NegotiationMessage::Request(initial_request());
    assert_snapshot!(negotiation("contract-request-message", &initial), @r#"
    @context: ["DSP"]
    @type: "ContractRequestMessage"
    callbackAddress: "https://consumer.example/dsp/2025-1"
    consumerPid: "C"
    offer: {"@id":"urn:example:offer","@type":"Offer","permission":RULES,"target":"urn:example:parking"}
    "#);
    let counter = negotiation_message(Move::Request);
    assert_snapshot!(negotiation("contract-request-message", &counter), @r#"
    @context: ["DSP"]
    @type: "ContractRequestMessage"
    consumerPid: "C"
    offer: {"@id":"urn:example:counter","@type":"Offer","permission":RULES,"target":"urn:example:parking"}
    providerPid: "P"
    "#);
}

#[test]
fn contract_offer_messages() {
    let initial = NegotiationMessage::Offer(initial_offer());
    assert_snapshot!(negotiation("contract-offer-message", &initial), @r#"
    @context: ["DSP"]
    @type: "ContractOfferMessage"
    callbackAddress: "https://provider.example/dsp/2025-1"
    offer: {"@id":"urn:example:offer","@type":"Offer","permission":RULES,"target":"urn:example:parking"}
    providerPid: "P"
    "#);
    let counter = negotiation_message(Move::Offer);
    assert_snapshot!(negotiation("contract-offer-message", &counter), @r#"
    @context: ["DSP"]
    @type: "ContractOfferMessage"
    consumerPid: "C"
    offer: {"@id":"urn:example:offer","@type":"Offer","permission":RULES,"target":"urn:example:parking"}
    providerPid: "P"
    "#);
}

#[test]
fn contract_agreement_message_with_signature_and_checkpoint() {
    let NegotiationMessage::Agreement(mut message) = negotiation_message(Move::Agree) else {
        panic!()
    };
    message.signature = Some("eyJ..sig".to_owned());
    let message = NegotiationMessage::Agreement(message).with_checkpoint("log\n1\n".to_owned());
    assert_eq!(message.checkpoint(), Some("log\n1\n"));
    assert_snapshot!(negotiation("contract-agreement-message", &message), @r#"
    @context: ["DSP"]
    @type: "ContractAgreementMessage"
    agreement: {"@id":"urn:example:agreement","@type":"Agreement","assignee":"did:web:consumer.example","assigner":"did:web:provider.example","permission":RULES,"target":"urn:example:parking","timestamp":"2026-01-02T03:04:05Z"}
    consumerPid: "C"
    https://w3id.org/allmende/v1/checkpoint: "log\n1\n"
    https://w3id.org/allmende/v1/signature: "eyJ..sig"
    providerPid: "P"
    "#);
}

#[test]
fn contract_agreement_verification_message() {
    let message = negotiation_message(Move::Verify);
    assert_snapshot!(negotiation("contract-agreement-verification-message", &message), @r#"
    @context: ["DSP"]
    @type: "ContractAgreementVerificationMessage"
    consumerPid: "C"
    providerPid: "P"
    "#);
}

#[test]
fn contract_negotiation_event_messages() {
    let accepted = negotiation_message(Move::Accept);
    assert_snapshot!(negotiation("contract-negotiation-event-message", &accepted), @r#"
    @context: ["DSP"]
    @type: "ContractNegotiationEventMessage"
    consumerPid: "C"
    eventType: "ACCEPTED"
    providerPid: "P"
    "#);
    let finalized = negotiation_message(Move::Finalize);
    assert_snapshot!(negotiation("contract-negotiation-event-message", &finalized), @r#"
    @context: ["DSP"]
    @type: "ContractNegotiationEventMessage"
    consumerPid: "C"
    eventType: "FINALIZED"
    providerPid: "P"
    "#);
}

#[test]
fn contract_negotiation_termination_message() {
    let message = negotiation_message(Move::Terminate);
    assert_snapshot!(negotiation("contract-negotiation-termination-message", &message), @r#"
    @context: ["DSP"]
    @type: "ContractNegotiationTerminationMessage"
    code: "no-longer-offered"
    consumerPid: "C"
    providerPid: "P"
    reason: ["The dataset was withdrawn."]
    "#);
}

#[test]
fn contract_negotiation_and_its_error() {
    let ack = ContractNegotiation {
        consumer_pid: consumer_pid(),
        provider_pid: provider_pid(),
        state: negotiation::State::Requested,
        checkpoint: None,
    };
    let body = ack.to_json();
    assert_eq!(ContractNegotiation::parse(&Node::root(&body)).unwrap().message, ack);
    assert_snapshot!(shown("negotiation/contract-negotiation-schema", &body), @r#"
    @context: ["DSP"]
    @type: "ContractNegotiation"
    consumerPid: "C"
    providerPid: "P"
    state: "REQUESTED"
    "#);
    let problem = crate::status::Problem {
        status: 400,
        code: "illegal-transition",
        reason: Some("Not in this state.".to_owned()),
    };
    let body = problem.negotiation_body(Some(consumer_pid()), Some(provider_pid()));
    assert_snapshot!(shown("negotiation/contract-negotiation-error-schema", &body), @r#"
    @context: ["DSP"]
    @type: "ContractNegotiationError"
    code: "illegal-transition"
    consumerPid: "C"
    providerPid: "P"
    reason: ["Not in this state."]
    "#);
}

#[test]
fn transfer_request_messages() {
    let pull = TransferMessage::Request(transfer_request(transfer::Flow::Pull));
    assert_snapshot!(transfer("transfer-request-message", &pull), @r#"
    @context: ["DSP"]
    @type: "TransferRequestMessage"
    agreementId: "urn:example:agreement"
    callbackAddress: "https://consumer.example/dsp/2025-1"
    consumerPid: "C"
    format: "HttpData-PULL"
    "#);
    let push = TransferMessage::Request(transfer_request(transfer::Flow::Push));
    assert_snapshot!(transfer("transfer-request-message", &push), @r#"
    @context: ["DSP"]
    @type: "TransferRequestMessage"
    agreementId: "urn:example:agreement"
    callbackAddress: "https://consumer.example/dsp/2025-1"
    consumerPid: "C"
    dataAddress: {"@type":"DataAddress","endpoint":"https://provider.example/data/1","endpointProperties":[{"@type":"EndpointProperty","name":"authorization","value":"secret"},{"@type":"EndpointProperty","name":"authType","value":"bearer"}],"endpointType":"https://w3id.org/idsa/v4.1/HTTP"}
    format: "HttpData-PUSH"
    "#);
}

#[test]
fn transfer_start_message() {
    let message = transfer_message(transfer::Move::Start, Some(data_address()));
    assert_snapshot!(transfer("transfer-start-message", &message), @r#"
    @context: ["DSP"]
    @type: "TransferStartMessage"
    consumerPid: "C"
    dataAddress: {"@type":"DataAddress","endpoint":"https://provider.example/data/1","endpointProperties":[{"@type":"EndpointProperty","name":"authorization","value":"secret"},{"@type":"EndpointProperty","name":"authType","value":"bearer"}],"endpointType":"https://w3id.org/idsa/v4.1/HTTP"}
    providerPid: "P"
    "#);
}

#[test]
fn transfer_suspension_message() {
    let message = transfer_message(transfer::Move::Suspend, None);
    assert_snapshot!(transfer("transfer-suspension-message", &message), @r#"
    @context: ["DSP"]
    @type: "TransferSuspensionMessage"
    code: "policy-violated"
    consumerPid: "C"
    providerPid: "P"
    reason: ["The rule has ended."]
    "#);
}

#[test]
fn transfer_completion_message() {
    let message = transfer_message(transfer::Move::Complete, None);
    assert_snapshot!(transfer("transfer-completion-message", &message), @r#"
    @context: ["DSP"]
    @type: "TransferCompletionMessage"
    consumerPid: "C"
    providerPid: "P"
    "#);
}

#[test]
fn transfer_termination_message() {
    let message = transfer_message(transfer::Move::Terminate, None);
    assert_snapshot!(transfer("transfer-termination-message", &message), @r#"
    @context: ["DSP"]
    @type: "TransferTerminationMessage"
    code: "policy-violated"
    consumerPid: "C"
    providerPid: "P"
    reason: ["The rule has ended."]
    "#);
}

#[test]
fn transfer_process_and_its_error() {
    let ack = TransferProcess {
        consumer_pid: consumer_pid(),
        provider_pid: provider_pid(),
        state: transfer::State::Started,
        checkpoint: None,
    };
    let body = ack.to_json();
    assert_eq!(TransferProcess::parse(&Node::root(&body)).unwrap().message, ack);
    assert_snapshot!(shown("transfer/transfer-process-schema", &body), @r#"
    @context: ["DSP"]
    @type: "TransferProcess"
    consumerPid: "C"
    providerPid: "P"
    state: "STARTED"
    "#);
    let problem = crate::status::Problem {
        status: 400,
        code: "illegal-transition",
        reason: Some("Not in this state.".to_owned()),
    };
    let body = problem.transfer_body(Some(consumer_pid()), Some(provider_pid()));
    assert_snapshot!(shown("transfer/transfer-error-schema", &body), @r#"
    @context: ["DSP"]
    @type: "TransferError"
    code: "illegal-transition"
    consumerPid: "C"
    providerPid: "P"
    reason: ["Not in this state."]
    "#);
}

fn service() -> DataService {
    DataService {
        id: ServiceId::parse("urn:example:service").unwrap(),
        endpoint_url: "https://provider.example/dsp/2025-1".to_owned(),
        properties: Properties::new(),
    }
}

fn dataset() -> Dataset {
    let document = json!({"@type": "Offer", "@id": "urn:example:offer", "permission": rules()});
    let offer = CatalogOffer::parse(&Node::root(&document)).unwrap();
    assert_eq!(offer.id(), &OfferId::parse("urn:example:offer").unwrap());
    let distribution = Distribution {
        format: "HttpData-PULL".to_owned(),
        access_service: AccessService::Reference(service().id),
        offers: Vec::new(),
        properties: Properties::new(),
    };
    let mut properties = Properties::new();
    properties.insert("dct:title".to_owned(), json!("Parken in Ulm"));
    Dataset {
        id: DatasetId::parse("urn:example:parking").unwrap(),
        offers: vec![offer],
        distributions: vec![distribution],
        properties,
    }
}

#[test]
fn catalog_request_and_dataset_request_messages() {
    let body = CatalogRequestMessage::default().to_json();
    assert_snapshot!(shown("catalog/catalog-request-message-schema", &body), @r#"
    @context: ["DSP"]
    @type: "CatalogRequestMessage"
    "#);
    let body = DatasetRequestMessage { dataset: dataset().id, checkpoint: None }.to_json();
    assert_snapshot!(shown("catalog/dataset-request-message-schema", &body), @r#"
    @context: ["DSP"]
    @type: "DatasetRequestMessage"
    dataset: "urn:example:parking"
    "#);
}

#[test]
fn catalog_dataset_and_error() {
    let body = dataset().to_json();
    assert_eq!(Dataset::parse(&Node::root(&body)).unwrap(), dataset());
    assert_snapshot!(shown("catalog/dataset-schema", &body), @r#"
    @context: ["DSP"]
    @id: "urn:example:parking"
    @type: "Dataset"
    dct:title: "Parken in Ulm"
    distribution: [{"@type":"Distribution","accessService":"urn:example:service","format":"HttpData-PULL"}]
    hasPolicy: [{"@id":"urn:example:offer","@type":"Offer","permission":RULES}]
    "#);
    let catalog = Catalog {
        participant_id: parties().assigner,
        content: NestedCatalog {
            id: CatalogId::parse("urn:example:catalog").unwrap(),
            datasets: vec![dataset()],
            services: vec![service()],
            distributions: Vec::new(),
            catalogs: Vec::new(),
            properties: Properties::new(),
        },
    };
    let body = catalog.to_json();
    assert_eq!(Catalog::parse(&Node::root(&body)).unwrap(), catalog);
    assert_snapshot!(shown("catalog/catalog-schema", &body), @r#"
    @context: ["DSP"]
    @id: "urn:example:catalog"
    @type: "Catalog"
    dataset: [{"@id":"urn:example:parking","@type":"Dataset","dct:title":"Parken in Ulm","distribution":[{"@type":"Distribution","accessService":"urn:example:service","format":"HttpData-PULL"}],"hasPolicy":[{"@id":"urn:example:offer","@type":"Offer","permission":RULES}]}]
    participantId: "did:web:provider.example"
    service: [{"@id":"urn:example:service","@type":"DataService","endpointURL":"https://provider.example/dsp/2025-1"}]
    "#);
    let empty =
        Catalog { content: NestedCatalog { datasets: Vec::new(), ..catalog.content }, ..catalog };
    assert_snapshot!(shown("catalog/catalog-schema", &empty.to_json()), @r#"
    @context: ["DSP"]
    @id: "urn:example:catalog"
    @type: "Catalog"
    participantId: "did:web:provider.example"
    service: [{"@id":"urn:example:service","@type":"DataService","endpointURL":"https://provider.example/dsp/2025-1"}]
    "#);
    let body = crate::status::Problem::not_found().catalog_body();
    assert_snapshot!(shown("catalog/catalog-error-schema", &body), @r#"
    @context: ["DSP"]
    @type: "CatalogError"
    code: "not-found"
    "#);
}

#[test]
fn version_response() {
    let entry = VersionEntry {
        version: version::VERSION.to_owned(),
        path: "/dsp/2025-1".to_owned(),
        binding: version::BINDING.to_owned(),
        service_id: Some("urn:example:service".to_owned()),
        identifier_type: Some("did:web".to_owned()),
        auth: Some(VersionAuth {
            protocol: "mTLS".to_owned(),
            version: "1.3".to_owned(),
            profiles: Vec::new(),
        }),
    };
    let response = VersionResponse { versions: vec![entry] };
    let body = response.to_json();
    assert_eq!(VersionResponse::parse(&Node::root(&body)).unwrap(), response);
    let chosen = response.choose(|auth| auth.protocol == "mTLS");
    assert_eq!(chosen, Ok(&response.versions[0]));
    assert_snapshot!(shown("common/protocol-version-schema", &body), @r#"protocolVersions: [{"auth":{"protocol":"mTLS","version":"1.3"},"binding":"HTTPS","identifierType":"did:web","path":"/dsp/2025-1","serviceId":"urn:example:service","version":"2025-1"}]"#);
}
