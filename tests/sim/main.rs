//! The simulator in the test suite: some seeds each time. What it found stands in `it/found.rs`, each
//! as a story of its own.

use allmende_tests::sim::run::Simulation;

/// Seeds that each run of the tests goes through; `just sim` goes through as many as one likes.
const SEEDS: u64 = 24;

#[test]
fn nothing_goes_wrong_that_must_not_whatever_the_seed() {
    let run = |seed| {
        let done = std::panic::catch_unwind(|| Simulation::new(seed, false).run());
        assert!(done.is_ok(), "seed {seed}: `just sim --seed {seed}` tells it");
    };
    std::thread::scope(|scope| {
        scope.spawn(|| (0..SEEDS / 2).for_each(run));
        scope.spawn(|| (SEEDS / 2..SEEDS).for_each(run));
    });
}

#[test]
fn the_same_seed_is_the_same_run() {
    let trace = || {
        let mut simulation = Simulation::new(7, true);
        simulation.run();
        simulation.trace()
    };
    let (first, second) = (trace(), trace());
    assert!(first.len() > 100, "a run in which nothing happens");
    assert_eq!(first, second);
}
