//! The simulator in the test suite: some seeds each time, and by name those that once found a bug.

use allmende_tests::sim::run::Simulation;

/// Seeds that each run of the tests goes through; `just sim` goes through as many as one likes.
const SEEDS: u64 = 24;

#[test]
fn nothing_goes_wrong_that_must_not_whatever_the_seed() {
    let threads = 2;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for seed in (thread..SEEDS).step_by(threads as usize) {
                    let _name = OnPanic(seed);
                    Simulation::new(seed, false).run();
                }
            });
        }
    });
}

/// Names the seed when a run panics.
struct OnPanic(u64);

impl Drop for OnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}: repeat it with `just sim --seed {}`", self.0, self.0);
        }
    }
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
