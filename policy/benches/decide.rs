//! How long a decision takes: `cargo bench -p allmende-policy --bench decide`.

#![expect(clippy::expect_used, reason = "what cannot be read is a broken measurement")]
#![expect(clippy::print_stdout, reason = "a measurement says what it measured")]
#![expect(missing_docs, reason = "criterion's macro makes functions without a comment")]

#[path = "shared/worlds.rs"]
mod worlds;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use policy::{Compiled, check, evaluate};
use serde_json::Value as Json;
use wire::node::Node;

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

fn prepare(c: &mut Criterion) {
    let document = worlds::ten();
    let text = document.to_string();
    c.bench_function(&format!("read, check, compile {} bytes", text.len()), |b| {
        b.iter(|| {
            let json: Json = serde_json::from_str(black_box(&text)).expect("JSON");
            let policy = odrl_parser::parse_agreement(&Node::root(&json)).expect("a policy");
            Compiled::new(&check(&policy).expect("a policy that can be judged"))
        });
    });
}

criterion_group!(benches, decide, prepare);
criterion_main!(benches);
