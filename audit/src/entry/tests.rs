//! Entries as bytes: one form each, and nothing unknown is taken.

use insta::assert_snapshot;
use protocol::{Event, negotiation, transfer};
use wire::digest::Digest;

use super::*;
use crate::commitment::Salt;

fn entry(body: Body) -> Entry {
    let needs = |needed| body.entry_type().needs().contains(&needed);
    Entry {
        participant: "did:web:ulm.example".parse().unwrap(),
        dataspace: "urn:allmende:demo".parse().unwrap(),
        shard: Shard::first(2026),
        time: "2026-11-23T12:00:00.25Z".parse().unwrap(),
        random: Random::new([1; 16]),
        retention: body.entry_type().retention(),
        agreement: needs(Needed::Agreement)
            .then(|| AgreementRef { id: "urn:uuid:a".parse().unwrap(), counter: 7 }),
        process: needs(Needed::Process).then(|| Process {
            consumer_pid: Some("urn:uuid:c".parse().unwrap()),
            provider_pid: Some("urn:uuid:p".parse().unwrap()),
        }),
        counterparty: needs(Needed::Counterparty).then(|| "did:web:firm.example".parse().unwrap()),
        role: needs(Needed::Role).then_some(Role::Provider),
        actor: None,
        reasons: Vec::new(),
        body,
    }
}

fn bodies() -> Vec<Body> {
    let (document, time) = (Digest::of(b"document"), Timestamp::UNIX_EPOCH);
    let dataset: protocol::id::DatasetId = "urn:uuid:parking".parse().unwrap();
    let delivery: DeliveryId = "d-1".parse().unwrap();
    let commitment = Commitment::new("actor", &Salt::new([1; 32]), b"e.muster");
    let message = protocol::message::MessageKind::ContractRequestMessage;
    let (event, digest, bytes) = (Event::Sent, document, 3);
    vec![
        Body::AdministratorAction {
            action: "user-added".parse().unwrap(),
            subject: Some(commitment),
        },
        Body::AgreementEnded { cause: EndCause::Provider },
        Body::AgreementSigned {
            document,
            consumer_signature: Some("a..b".to_owned()),
            provider_signature: None,
        },
        Body::ApprovalGiven { document },
        Body::ApprovalRefused { document },
        Body::CertificateChanged { certificate: document, not_after: time },
        Body::CheckpointReceived { checkpoint: "note".to_owned() },
        Body::CopyErased { bytes, digest: Some(digest) },
        Body::DecisionMade { verdict: Verdict::Deny, decision: document, policy: document },
        Body::DatasetPublished { dataset: dataset.clone(), document },
        Body::DatasetReplaced { dataset: dataset.clone(), document, previous: document },
        Body::DatasetWithdrawn { dataset },
        Body::DeliveryFinished { delivery: delivery.clone(), bytes, digest },
        Body::DeliveryStarted { delivery: delivery.clone() },
        Body::DeliveryStopped { delivery: delivery.clone(), bytes, digest },
        Body::DeliveryWindow { delivery: delivery.clone(), bytes, digest },
        Body::Erasure {
            shard: Shard::first(2025),
            entry: 7,
            field: "actor".parse().unwrap(),
            commitment,
        },
        Body::HandoverEnded { delivery: delivery.clone(), bytes, digest },
        Body::HandoverStarted { delivery },
        Body::KeyChanged { purpose: KeyPurpose::Checkpoint, key: document },
        Body::LogShardOpened { previous: None },
        Body::NegotiationStep {
            message,
            event,
            state: Some(negotiation::State::Requested),
            document: Some(document),
        },
        Body::TransferStep { message, event, state: Some(transfer::State::Started) },
        Body::TrustListAccepted { number: 4, document, expires: time },
    ]
}

#[test]
fn every_type_is_read_back_from_its_bytes() {
    let bodies = bodies();
    let types: Vec<EntryType> = bodies.iter().map(Body::entry_type).collect();
    assert_eq!(types, EntryType::ALL);
    for body in bodies {
        let entry = entry(body);
        let bytes = entry.to_bytes().unwrap();
        assert_eq!(Entry::parse(&bytes), Ok(entry));
    }
}

#[test]
fn an_entry_has_these_bytes() {
    let (bytes, digest) = (1024, Digest::of(b"data"));
    let body = Body::DeliveryFinished { delivery: "d-1".parse().unwrap(), bytes, digest };
    let whole = Entry {
        actor: Some(Commitment::new("actor", &Salt::new([1; 32]), b"e.muster")),
        reasons: vec!["rule-holds".parse().unwrap()],
        ..entry(body)
    };
    assert_snapshot!(String::from_utf8(whole.to_bytes().unwrap()).unwrap(), @r#"{"actor":"commitment:0812689b47debd8506740960fc254457410345bea53d7efbb8849b64e0cfd668","agreement":{"counter":7,"id":"urn:uuid:a"},"body":{"bytes":1024,"delivery":"d-1","digest":"sha256:3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"},"counterparty":"did:web:firm.example","dataspace":"urn:allmende:demo","participant":"did:web:ulm.example","process":{"consumerPid":"urn:uuid:c","providerPid":"urn:uuid:p"},"random":"AQEBAQEBAQEBAQEBAQEBAQ","reasons":["rule-holds"],"retention":"delivery","role":"provider","shard":"2026","time":"2026-11-23T12:00:00.25Z","type":"delivery-finished","version":1}"#);
    let least = entry(Body::LogShardOpened { previous: None });
    assert_snapshot!(String::from_utf8(least.to_bytes().unwrap()).unwrap(), @r#"{"body":{},"dataspace":"urn:allmende:demo","participant":"did:web:ulm.example","random":"AQEBAQEBAQEBAQEBAQEBAQ","retention":"trust","shard":"2026","time":"2026-11-23T12:00:00.25Z","type":"log-shard-opened","version":1}"#);
}

#[test]
fn an_unknown_version_or_type_is_named() {
    let text =
        String::from_utf8(entry(Body::LogShardOpened { previous: None }).to_bytes().unwrap());
    let text = text.unwrap();
    let newer = text.replace("\"version\":1", "\"version\":2");
    assert_eq!(Entry::parse(newer.as_bytes()), Err(EntryError::UnknownVersion { version: 2 }));
    let other = text.replace("log-shard-opened", "log-shard-closed");
    let name = "log-shard-closed".to_owned();
    assert_eq!(Entry::parse(other.as_bytes()), Err(EntryError::UnknownType { name }));
}

#[test]
fn only_the_one_form_of_an_entry_is_read() {
    let text =
        String::from_utf8(entry(Body::LogShardOpened { previous: None }).to_bytes().unwrap());
    let text = text.unwrap();
    let fields = EntryError::Fields { entry_type: EntryType::LogShardOpened };
    for (changed, expected) in [
        (text.replace("\"2026\"", " \"2026\""), EntryError::NotCanonical),
        (text.replace("12:00:00.25Z", "12:00:00.250Z"), EntryError::NotCanonical),
        (text.replace("\"body\":{}", "\"body\":{\"extra\":1}"), fields.clone()),
        (text.replace("\"shard\"", "\"shards\""), fields.clone()),
        (text.replace("\"body\":{}", "\"body\":{},\"extra\":1"), EntryError::NotCanonical),
        (text.replace("\"trust\"", "\"forever\""), fields),
    ] {
        assert_ne!(changed, text);
        assert_eq!(Entry::parse(changed.as_bytes()), Err(expected), "{changed}");
    }
    assert!(matches!(Entry::parse(b"[]"), Err(EntryError::Shape(_))));
    assert!(matches!(Entry::parse(b"{}"), Err(EntryError::Shape(_))));
    assert!(matches!(Entry::parse(b"{\"a\":1,\"a\":1}"), Err(EntryError::Json(_))));
}

#[test]
fn an_entry_says_all_that_its_type_needs() {
    let whole = entry(Body::AgreementEnded { cause: EndCause::Provider });
    let entry_type = EntryType::AgreementEnded;
    let incomplete = |missing| Err(EntryError::Incomplete { entry_type, missing });
    let without = Entry { agreement: None, ..whole.clone() };
    assert_eq!(without.to_bytes(), incomplete(Needed::Agreement));
    let without = Entry { counterparty: None, ..whole.clone() };
    assert_eq!(without.to_bytes(), incomplete(Needed::Counterparty));
    let without = Entry { role: None, ..whole.clone() };
    assert_eq!(without.to_bytes(), incomplete(Needed::Role));
    let unnamed = Entry { process: Some(Process::default()), ..whole.clone() };
    let state = Some(transfer::State::Started);
    let (message, event) = (protocol::message::MessageKind::TransferStartMessage, Event::Sent);
    let unnamed = Entry { body: Body::TransferStep { message, event, state }, ..unnamed };
    let (entry_type, missing) = (EntryType::TransferStep, Needed::Process);
    assert_eq!(unnamed.to_bytes(), Err(EntryError::Incomplete { entry_type, missing }));
    // Whatever names an agreement names the other party of it.
    let decided = Body::ApprovalGiven { document: Digest::of(b"x") };
    let nobody = Entry { counterparty: None, body: decided, ..whole };
    let (entry_type, missing) = (EntryType::ApprovalGiven, Needed::Counterparty);
    assert_eq!(nobody.to_bytes(), Err(EntryError::Incomplete { entry_type, missing }));
}

#[test]
fn an_entry_that_is_too_long_has_no_bytes() {
    let long = entry(Body::CheckpointReceived { checkpoint: "x".repeat(ENTRY_BYTES_MAX) });
    assert!(matches!(long.to_bytes(), Err(EntryError::TooLong { .. })));
    let reasons = vec!["x".parse().unwrap(); REASONS_MAX + 1];
    let many = Entry { reasons, ..entry(Body::LogShardOpened { previous: None }) };
    assert_eq!(many.to_bytes(), Err(EntryError::TooManyReasons));
}

#[test]
fn the_random_bits_change_the_hash() {
    let one = entry(Body::LogShardOpened { previous: None });
    let other = Entry { random: Random::new([2; 16]), ..one.clone() };
    assert_ne!(one.to_bytes(), other.to_bytes());
}
