//! How long a decision takes: `cargo bench -p allmende-policy --bench decide`.

#![expect(clippy::expect_used, reason = "what cannot be read is a broken measurement")]
#![expect(clippy::disallowed_methods, reason = "single answers are timed by hand")]
#![expect(clippy::print_stdout, reason = "a measurement says what it measured")]
#![expect(missing_docs, reason = "criterion's macro makes functions without a comment")]

#[path = "shared/worlds.rs"]
mod worlds;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use policy::{Compiled, Verdict, check, evaluate};
use serde_json::{Value as Json, json};
use tikv_jemallocator::Jemalloc;
use wire::node::Node;

/// What the decisions of `allmende` are made in.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn decide(c: &mut Criterion) {
    let (request, facts) = (worlds::request(), worlds::facts());
    for (name, document) in
        [("5", worlds::five()), ("10", worlds::ten()), ("524", worlds::windows())]
    {
        let policy = worlds::checked(&document);
        let compiled = Compiled::new(&policy);
        let mut scratch = compiled.scratch();
        let decision = evaluate(&policy, &request, &facts);
        let answer = compiled.decide(&request, &facts, &mut scratch);
        assert_eq!(compiled.render(&request, &facts, answer), decision);
        println!("{name}: {:?}, {} nodes", answer.verdict, compiled.size());
        c.bench_function(&format!("{name} comparisons, compiled"), |b| {
            b.iter(|| compiled.decide(black_box(&request), black_box(&facts), &mut scratch));
        });
        c.bench_function(&format!("{name} comparisons, with report"), |b| {
            b.iter(|| {
                let answer = compiled.decide(black_box(&request), black_box(&facts), &mut scratch);
                compiled.render(&request, &facts, answer)
            });
        });
        c.bench_function(&format!("{name} comparisons, plain"), |b| {
            b.iter(|| evaluate(&policy, black_box(&request), black_box(&facts)));
        });
    }
}

/// Ten conditions in 1.4 kB, and as many more as make 2 kB.
fn prepare(c: &mut Criterion) {
    let mut document = worlds::ten();
    for bytes in [0, 2_000] {
        while document.to_string().len() < bytes {
            let days = json!({ "leftOperand": "odrl:dateTime", "operator": "neq", "rightOperand": "2026-12-24" });
            let conditions = document.pointer_mut("/permission/0/constraint");
            conditions.and_then(Json::as_array_mut).expect("conditions").push(days);
        }
        let text = document.to_string();
        c.bench_function(&format!("read, check, compile {} bytes", text.len()), |b| {
            b.iter(|| {
                let json: Json = serde_json::from_str(black_box(&text)).expect("JSON");
                let policy = odrl_parser::parse_agreement(&Node::root(&json)).expect("a policy");
                Compiled::new(&check(policy).expect("a policy that can be judged"))
            });
        });
    }
}

/// How long the slow ones of single answers take, the clock's own reading included.
fn spread(_: &mut Criterion) {
    let (request, facts) = (worlds::request(), worlds::facts());
    for (name, document) in [("5", worlds::five()), ("10", worlds::ten())] {
        let compiled = Compiled::new(&worlds::checked(&document));
        let mut scratch = compiled.scratch();
        let mut took: Vec<Duration> = (0..200_000)
            .map(|_| {
                let start = Instant::now();
                black_box(compiled.decide(black_box(&request), &facts, &mut scratch));
                start.elapsed()
            })
            .collect();
        took.sort_unstable();
        let at = |share: usize| took.get(took.len() * share / 1000).copied().unwrap_or_default();
        println!("{name} comparisons one by one: p50 {:?}, p99 {:?}", at(500), at(990));
    }
}

/// One of many offers, of five and of ten conditions in turn; every second pair is for others.
fn offer(n: usize) -> Json {
    let mut policy = if n.is_multiple_of(2) { worlds::five() } else { worlds::ten() };
    if let Some(members) = policy.as_object_mut() {
        members.retain(|name, _| matches!(name.as_str(), "assigner" | "permission"));
        members.insert("@id".to_owned(), format!("urn:o:{n}").into());
        members.insert("@type".to_owned(), "Offer".into());
    }
    let kind = policy.pointer_mut("/permission/0/constraint/1/rightOperand/0");
    if let Some(kind) = kind.filter(|_| n % 4 >= 2) {
        *kind = format!("urn:k:{n}").into();
    }
    policy
}

/// A catalogue is filtered for one participant.
fn catalogue(c: &mut Criterion) {
    let (request, facts) = (worlds::request(), worlds::facts());
    let offers: Vec<Compiled> =
        (0..10_000).map(|n| Compiled::new(&worlds::checked(&offer(n)))).collect();
    let permitted = || {
        let verdicts = offers.iter().map(|offer| offer.verdict(black_box(&request), &facts));
        verdicts.filter(|verdict| *verdict == Verdict::Permit).count()
    };
    assert_eq!(permitted(), 5_000);
    c.bench_function("10000 offers, one participant", |b| b.iter(permitted));
}

criterion_group!(benches, decide, prepare, spread, catalogue);
criterion_main!(benches);
