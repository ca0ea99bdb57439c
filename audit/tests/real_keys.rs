//! The formats under real signatures: the examples of C2SP, an agreement, and a small log, signed
//! and checked with OpenSSL.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::collections::BTreeMap;

use audit::{
    agreement::{self, Statement},
    anchors::{Anchors, Known, WitnessKey, WitnessPolicy},
    checkpoint::{Checkpoint, KeyKind, SignedCheckpoint, VerifierKey, origin},
    entry::{Body, Entry, Random, Shard},
    log::{Head, append},
    verify::{Verdict, verify_folder},
};
use identity::{OpensslVerify, keys::PrivateKey};
use wire::{
    digest::Digest,
    sign::{Algorithm, KeyId, Sign as _, Verify as _},
};

fn key(algorithm: Algorithm) -> PrivateKey {
    PrivateKey::generate(algorithm, KeyId::parse("did:web:ulm.example#key").unwrap()).unwrap()
}

#[test]
fn the_signed_note_of_the_specification_verifies() {
    let key: VerifierKey =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse().unwrap();
    // The text of the example is no checkpoint, so its signature is checked without one.
    let signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, signature);
    let bytes = bytes.unwrap();
    assert_eq!(bytes[..4], key.id());
    let verified = OpensslVerify.verify(key.key(), b"This is an example message.\n", &bytes[4..]);
    assert_eq!(verified, Ok(()));
}

#[test]
fn an_agreement_is_signed_and_verified_with_es256() {
    let (ulm, other) = (key(Algorithm::Es256), key(Algorithm::Es256));
    let statement = Statement {
        dataspace: "urn:allmende:demo".parse().unwrap(),
        consumer: "did:web:firm.example".parse().unwrap(),
        provider: "did:web:ulm.example".parse().unwrap(),
        consumer_pid: "urn:uuid:c".parse().unwrap(),
        provider_pid: "urn:uuid:p".parse().unwrap(),
        agreement: "urn:uuid:a".parse().unwrap(),
        document: Digest::of(b"{}"),
    };
    let signature = agreement::sign(&ulm, &statement).unwrap();
    let check = |key: &PrivateKey, statement: &Statement| {
        agreement::verify(&OpensslVerify, &key.public_key(), statement, &signature)
    };
    assert_eq!(check(&ulm, &statement), Ok(()));
    assert!(check(&other, &statement).is_err());
    let moved = Statement { document: Digest::of(b"[]"), ..statement.clone() };
    assert!(check(&ulm, &moved).is_err());
}

#[test]
fn a_countersigned_log_is_proven() {
    let (ulm, witness) = (key(Algorithm::Ed25519), key(Algorithm::Ed25519));
    let (participant, shard): (wire::did::Did, _) =
        ("did:web:ulm.example".parse().unwrap(), Shard::first(2026));
    let body = Body::LogShardOpened { previous: None };
    let opened = Entry {
        participant: participant.clone(),
        dataspace: "urn:allmende:demo".parse().unwrap(),
        shard,
        time: "2026-11-23T12:00:00Z".parse().unwrap(),
        random: Random::new([7; 16]),
        retention: body.entry_type().retention(),
        agreement: None,
        process: None,
        counterparty: None,
        role: None,
        actor: None,
        reasons: Vec::new(),
        body,
    };
    let name = origin(&participant, shard);
    let writes = append(&Head::empty(), &[opened.to_bytes().unwrap()]).unwrap();
    let mut note = Checkpoint::of(name.clone(), &writes.head).sign(&ulm).unwrap();
    let at = "2026-11-23T12:00:01Z".parse().unwrap();
    let witness_name: audit::checkpoint::KeyName = "authority.example/witness".parse().unwrap();
    note.add(note.cosign(witness_name.clone(), &witness, at).unwrap());
    assert_eq!(note.to_string().parse::<SignedCheckpoint>().as_ref(), Ok(&note));
    let mut files: BTreeMap<String, Vec<u8>> = writes
        .files
        .into_iter()
        .map(|write| (format!("{name}/{}", write.path), write.bytes))
        .collect();
    files.insert(format!("{name}/checkpoint"), note.to_string().into_bytes());
    let log = VerifierKey::new(name, KeyKind::Log, ulm.public_key()).unwrap();
    let key = VerifierKey::new(witness_name, KeyKind::Cosigner, witness.public_key()).unwrap();
    let anchors = Anchors {
        participants: vec![Known { did: participant, logs: vec![log], agreement_keys: vec![] }],
        witnesses: vec![WitnessKey { owner: "did:web:authority.example".to_owned(), key }],
        policy: WitnessPolicy { quorum: 1, tail_max: Some(0) },
        seen: Vec::new(),
    };
    let written = Anchors::parse(anchors.to_json().to_string().as_bytes()).unwrap();
    let report = verify_folder(&files, &written, &OpensslVerify);
    assert_eq!(report.verdict, Verdict::Proven, "{report:?}");
}
