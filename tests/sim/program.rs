//! `allmende-sim`: runs seeds of the simulator, many at a time or one with everything it did.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use allmende_tests::sim::run::{Done, Simulation};

const USAGE: &str = "allmende-sim [--from N] [--seeds N] | allmende-sim --seed N";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut from, mut seeds, mut only) = (0, 1_000, None);
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse::<u64>().ok());
        match (name.as_str(), value) {
            ("--from", Some(value)) => from = value,
            ("--seeds", Some(value)) => seeds = value,
            ("--seed", Some(value)) => only = Some(value),
            _ => {
                eprintln!("{USAGE}");
                std::process::exit(2);
            }
        }
    }
    match only {
        Some(seed) => trace(seed),
        None => many(from, seeds),
    }
}

/// One seed, told line by line.
fn trace(seed: u64) {
    let mut simulation = Simulation::new(seed, true);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| simulation.run()));
    for line in simulation.trace() {
        println!("{line}");
    }
    match done {
        Ok(done) => println!("{done:?}"),
        Err(_) => std::process::exit(1),
    }
}

/// Many seeds, on all processors.
#[expect(clippy::disallowed_methods, reason = "how long it takes is told to whoever waits")]
fn many(from: u64, seeds: u64) {
    let (next, failed) = (AtomicU64::new(from), AtomicU64::new(0));
    let [contracts, transfers, entries, deaths, steps] = [const { AtomicU64::new(0) }; 5];
    let start = Instant::now();
    let end = from + seeds;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let run = || Simulation::new(seed, false).run();
                    match std::panic::catch_unwind(run) {
                        Ok(Done {
                            steps: s,
                            contracts: c,
                            transfers: t,
                            entries: e,
                            deaths: d,
                        }) => {
                            for (sum, value) in [
                                (&contracts, c as u64),
                                (&transfers, t as u64),
                                (&entries, e as u64),
                                (&deaths, d),
                                (&steps, s),
                            ] {
                                sum.fetch_add(value, Ordering::Relaxed);
                            }
                        }
                        Err(_) => {
                            failed.fetch_add(1, Ordering::Relaxed);
                            eprintln!("seed {seed} FAILED: `just sim --seed {seed}` tells it");
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    println!(
        "{seeds} seeds in {:.1} s, {failed} failed: {} contracts, {} transfers, {} log entries, \
         {} deaths of processes, {} steps",
        start.elapsed().as_secs_f64(),
        contracts.into_inner(),
        transfers.into_inner(),
        entries.into_inner(),
        deaths.into_inner(),
        steps.into_inner(),
    );
    if failed > 0 {
        std::process::exit(1);
    }
}
