//! How fast a log grows and is verified: `cargo bench -p allmende-audit`.
//!
//! Hashing, tiles and canonical JSON only: neither disk nor signatures are measured here.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench fails loudly, and its groups are made by a macro"
)]

use std::{collections::BTreeMap, hint::black_box};

use audit::{
    anchors::Anchors,
    checkpoint::{Checkpoint, origin},
    entry::{Body, DeliveryId, Entry, Random, Shard},
    log::{Head, append},
    merkle::{Hash, Tree, check_consistency, check_inclusion, consistency_proof, inclusion_proof},
    verify::verify_folder,
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use wire::{
    digest::Digest,
    sign::{Algorithm, KeyId, PublicKey, Sign, SignError, Verify, VerifyError},
};

/// Signs nothing: the bench measures the log.
struct NoKey;

impl Sign for NoKey {
    fn key_id(&self) -> KeyId {
        KeyId::parse("bench").unwrap()
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::new(Algorithm::Ed25519, vec![0; 32]).unwrap()
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(vec![0; 64])
    }
}

impl Verify for NoKey {
    fn verify(&self, _: &PublicKey, _: &[u8], _: &[u8]) -> Result<(), VerifyError> {
        Ok(())
    }
}

fn entry(number: u64) -> Entry {
    let body = if number == 0 {
        Body::LogShardOpened { previous: None }
    } else {
        let delivery = DeliveryId::parse(&format!("d{number}")).unwrap();
        Body::DeliveryFinished { delivery, bytes: number, digest: Digest::of(b"data") }
    };
    let about = number > 0;
    let mut random = [0; 16];
    random[..8].copy_from_slice(&number.to_be_bytes());
    Entry {
        participant: "did:web:ulm.example".parse().unwrap(),
        dataspace: "urn:allmende:bench".parse().unwrap(),
        shard: Shard::first(2026),
        time: "2026-11-23T12:00:00Z".parse().unwrap(),
        random: Random::new(random),
        retention: body.entry_type().retention(),
        agreement: about.then(|| audit::entry::AgreementRef {
            id: "urn:uuid:6ba7b810-9dad-41d1-80b4-00c04fd430c8".parse().unwrap(),
            counter: number,
        }),
        process: about.then(|| audit::entry::Process {
            consumer_pid: Some("urn:uuid:6ba7b811-9dad-41d1-80b4-00c04fd430c8".parse().unwrap()),
            provider_pid: Some("urn:uuid:6ba7b812-9dad-41d1-80b4-00c04fd430c8".parse().unwrap()),
        }),
        counterparty: about.then(|| "did:web:firm.example".parse().unwrap()),
        role: about.then_some(protocol::role::Role::Provider),
        actor: None,
        reasons: Vec::new(),
        body,
    }
}

fn entries(from: u64, to: u64) -> Vec<Vec<u8>> {
    (from..to).map(|number| entry(number).to_bytes().unwrap()).collect()
}

fn appending(c: &mut Criterion) {
    let start = append(&Head::empty(), &entries(0, 100_000)).unwrap().head;
    let mut group = c.benchmark_group("append");
    for count in [1, 16, 256] {
        let new = entries(100_000, 100_000 + count);
        group.throughput(Throughput::Elements(count));
        group.bench_function(format!("{count} to 100000"), |b| {
            b.iter(|| append(black_box(&start), black_box(&new)).unwrap());
        });
    }
    group.finish();
    c.bench_function("entry to canonical bytes", |b| {
        b.iter_batched(|| entry(7), |entry| entry.to_bytes().unwrap(), BatchSize::SmallInput);
    });
}

fn proving(c: &mut Criterion) {
    let size = 300_000_u64;
    let leaves: Vec<Hash> = (0..size).map(|n| Hash::leaf(&n.to_be_bytes())).collect();
    let (leaf, tree) = (leaves[12_345], Tree::new(leaves.clone()));
    let (root, old) = (audit::merkle::root(&leaves), audit::merkle::root(&leaves[..12_345]));
    c.bench_function("inclusion proof and check at 300000", |b| {
        b.iter(|| {
            let proof = inclusion_proof(&tree, 12_345, size).unwrap();
            check_inclusion(&leaf, 12_345, size, &proof, &root).unwrap();
        });
    });
    c.bench_function("consistency proof and check at 300000", |b| {
        b.iter(|| {
            let proof = consistency_proof(&tree, 12_345, size).unwrap();
            check_consistency(12_345, &old, size, &root, &proof).unwrap();
        });
    });
}

fn verifying(c: &mut Criterion) {
    let size = 10_000;
    let writes = append(&Head::empty(), &entries(0, size)).unwrap();
    let name = origin(&"did:web:ulm.example".parse().unwrap(), Shard::first(2026));
    let note = Checkpoint::of(name.clone(), &writes.head).sign(&NoKey).unwrap();
    let mut files: BTreeMap<String, Vec<u8>> = writes
        .files
        .into_iter()
        .map(|write| (format!("{name}/{}", write.path), write.bytes))
        .collect();
    files.insert(format!("{name}/checkpoint"), note.to_string().into_bytes());
    let mut group = c.benchmark_group("verify");
    group.sample_size(10).throughput(Throughput::Elements(size));
    group.bench_function("whole folder of 10000", |b| {
        b.iter(|| {
            let report = verify_folder(&files, &Anchors::default(), &NoKey);
            assert_eq!(report.logs[0].whole_to, size);
        });
    });
    group.finish();
}

criterion_group!(benches, appending, proving, verifying);
criterion_main!(benches);
