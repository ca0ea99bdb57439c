//! That an answer of the compiled evaluator allocates nothing.

#[path = "../benches/shared/worlds.rs"]
mod worlds;

use policy::{Compiled, Verdict};

#[test]
fn an_answer_allocates_nothing() {
    let (request, facts) = (worlds::request(), worlds::facts());
    for (name, document) in
        [("5", worlds::five()), ("10", worlds::ten()), ("524", worlds::windows())]
    {
        let compiled = Compiled::new(&worlds::checked(&document));
        let mut scratch = compiled.scratch();
        let mut answer = None;
        let counted = allocation_counter::measure(|| {
            answer = Some(compiled.decide(&request, &facts, &mut scratch));
        });
        assert_eq!(counted.count_total, 0, "{name} comparisons: {counted:?}");
        let answer = answer.expect("an answer");
        assert!(answer.next_change.is_some(), "{name}");
        assert_eq!(answer.verdict, Verdict::Permit, "{name}");
    }
}

/// The measure itself sees an allocation.
#[test]
fn the_measure_sees_the_plain_evaluator_allocate() {
    let (request, facts) = (worlds::request(), worlds::facts());
    let policy = worlds::checked(&worlds::five());
    let counted = allocation_counter::measure(|| {
        let _ = policy::evaluate(&policy, &request, &facts);
    });
    assert!(counted.count_total > 0);
}
