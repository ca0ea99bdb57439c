//! One policy of five conditions in both languages, decided in the same run:
//! `cargo bench` in this folder.

#[path = "../../benches/shared/worlds.rs"]
#[expect(dead_code, reason = "only the five conditions are put beside Cedar's")]
mod worlds;

use std::hint::black_box;
use std::str::FromStr;

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};
use criterion::{Criterion, criterion_group, criterion_main};
use policy::{Compiled, Verdict};

/// The same five conditions: who, what kind, until when, since when, for what.
const CEDAR: &str = r#"
permit (principal, action == Action::"use", resource == Dataset::"urn:d")
when {
  ["did:web:firm.example", "did:web:other.example"].contains(context.participant) &&
  context.vettedAs.contains("mobility-service") &&
  context.now < 1798761600 &&
  context.sinceAgreement <= 7776000 &&
  context.purpose == "traffic-planning"
};
"#;

fn cedar(c: &mut Criterion) {
    let policies = PolicySet::from_str(CEDAR).expect("a policy of Cedar");
    let entities = Entities::empty();
    let authorizer = Authorizer::new();
    let uid = |text: &str| EntityUid::from_str(text).expect("a name of Cedar");
    let context = serde_json::json!({
        "participant": "did:web:firm.example",
        "vettedAs": ["mobility-service"],
        "now": 1_795_435_200,
        "sinceAgreement": 1_944_000,
        "purpose": "traffic-planning",
    });
    let context = Context::from_json_value(context, None).expect("a context of Cedar");
    let request = Request::new(
        uid("Participant::\"firm\""),
        uid("Action::\"use\""),
        uid("Dataset::\"urn:d\""),
        context,
        None,
    )
    .expect("a request of Cedar");
    let answer = authorizer.is_authorized(&request, &policies, &entities);
    assert_eq!(answer.decision(), Decision::Allow);
    c.bench_function("5 comparisons, Cedar", |b| {
        b.iter(|| authorizer.is_authorized(black_box(&request), &policies, &entities));
    });
}

fn ours(c: &mut Criterion) {
    let (request, facts) = (worlds::request(), worlds::facts());
    let compiled = Compiled::new(&worlds::checked(&worlds::five()));
    let mut scratch = compiled.scratch();
    assert_eq!(compiled.decide(&request, &facts, &mut scratch).verdict, Verdict::Permit);
    c.bench_function("5 comparisons, compiled, with next change", |b| {
        b.iter(|| compiled.decide(black_box(&request), black_box(&facts), &mut scratch));
    });
}

criterion_group!(benches, cedar, ours);
criterion_main!(benches);
