//! How fast policies are read and refused: `cargo bench -p odrl-parser`.

#![expect(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench fails loudly, and its groups are made by a macro"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use odrl_parser::{meaning_digest, parse_bytes, parse_offer, parse_policy, to_odrl_json};

/// An offer of a catalogue of about 2 kB: two permissions and a prohibition with ten constraints.
fn offer() -> String {
    let purposes = "[\"https://w3id.org/allmende/v1/purpose/traffic\",\"https://w3id.org/allmende/v1/purpose/research\"]";
    let constraints = format!(
        r#"{{"leftOperand":"odrl:dateTime","operator":"lt","rightOperand":{{"@value":"2027-12-31T23:59:59Z","@type":"xsd:dateTime"}}}},
        {{"leftOperand":"odrl:purpose","operator":"isAnyOf","rightOperand":{purposes}}},
        {{"or":[{{"leftOperand":"https://w3id.org/allmende/v1/vettedAs","operator":"isAnyOf","rightOperand":["https://w3id.org/allmende/v1/kind/mobility"]}},
        {{"leftOperand":"odrl:count","operator":"lteq","rightOperand":1000}}]}}"#
    );
    let permission = |id: &str| {
        format!(
            r#"{{"@id":"urn:uuid:{id}","action":"use","constraint":[{constraints}],"duty":[{{"action":"odrl:attribute","odrl:attributedParty":{{"@id":"did:web:ulm.example"}}}}]}}"#
        )
    };
    format!(
        r#"{{"@id":"urn:uuid:offer","@type":"Offer","assigner":"did:web:ulm.example","profile":"https://w3id.org/allmende/v1/",
        "dct:title":{{"@value":"Parken","@language":"de"}},"permission":[{},{}],
        "prohibition":[{{"action":"odrl:distribute"}}],"obligation":[{{"action":"odrl:delete","constraint":[{{"leftOperand":"https://w3id.org/allmende/v1/sinceEnd","operator":"lteq","rightOperand":"P30D"}}]}}]}}"#,
        permission("1"),
        permission("2")
    )
}

fn read(c: &mut Criterion) {
    let offer = offer();
    let parsed = parse_bytes(offer.as_bytes(), parse_offer).unwrap();
    let plain = to_odrl_json(&parsed).to_string();
    let mut group = c.benchmark_group("read");
    group.throughput(Throughput::Bytes(u64::try_from(offer.len()).unwrap()));
    group.bench_function("offer of 2 kB", |b| {
        b.iter(|| parse_bytes(black_box(offer.as_bytes()), parse_offer).unwrap());
    });
    let value = wire::json::parse(offer.as_bytes(), &wire::json::Limits::message()).unwrap();
    group.bench_function("the same, its JSON read before", |b| {
        b.iter(|| parse_offer(&wire::node::Node::root(black_box(&value))).unwrap());
    });
    group.bench_function("the same in plain ODRL", |b| {
        b.iter(|| parse_bytes(black_box(plain.as_bytes()), parse_policy).unwrap());
    });
    group.bench_function("digest of its meaning", |b| {
        b.iter(|| meaning_digest(black_box(&parsed)));
    });
    group.finish();
}

/// What is refused must cost little, the more so the larger it is.
fn refuse(c: &mut Criterion) {
    let offer = |constraints: &str| {
        format!(
            r#"{{"@id":"urn:o","@type":"Offer","permission":[{{"action":"use","constraint":[{constraints}]}}]}}"#
        )
    };
    let atom = r#"{"leftOperand":"odrl:count","operator":"lt","rightOperand":5}"#;
    let many = |bytes: usize| offer(&vec![atom; bytes / atom.len()].join(","));
    let deep = format!("{}{}", "[".repeat(5_000_000), "]".repeat(5_000_000));
    let mut group = c.benchmark_group("refuse");
    for (name, text) in [
        ("10 MB of constraints", many(10_000_000)),
        ("10 MB of brackets", deep),
        ("250 kB of constraints", many(250_000)),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| parse_bytes(black_box(text.as_bytes()), parse_offer).unwrap_err());
        });
    }
    let limits = wire::json::Limits::document();
    let value = wire::json::parse(many(10_000_000).as_bytes(), &limits).unwrap();
    group.bench_function("10 MB of constraints, their JSON read before", |b| {
        b.iter(|| parse_offer(&wire::node::Node::root(black_box(&value))).unwrap_err());
    });
    group.finish();
}

criterion_group!(benches, read, refuse);
criterion_main!(benches);
