//! `allmende-sim`: runs seeds of the simulator, many at a time or one with everything it did.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it tells whoever runs it")]

use std::ops::AddAssign;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use allmende_tests::sim::run::{Done, Simulation};

const USAGE: &str = "allmende-sim [--from N] [--seeds N] | allmende-sim --seed N";

fn main() -> ExitCode {
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
                return ExitCode::from(2);
            }
        }
    }
    only.map_or_else(|| many(from, seeds), trace)
}

/// One seed, told line by line, and what the logs say in the end.
fn trace(seed: u64) -> ExitCode {
    let mut simulation = Simulation::new(seed, true);
    let done = catch_unwind(AssertUnwindSafe(|| simulation.run()));
    for line in simulation.trace().into_iter().chain(simulation.logs()) {
        println!("{line}");
    }
    match done {
        Ok(done) => {
            println!("{done:?}");
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}

/// What many runs came to together.
#[derive(Debug, Default)]
struct Sum {
    failed: u64,
    done: Done,
}

impl AddAssign<Option<Done>> for Sum {
    fn add_assign(&mut self, one: Option<Done>) {
        let Some(one) = one else {
            self.failed += 1;
            return;
        };
        self.done.steps += one.steps;
        self.done.contracts += one.contracts;
        self.done.transfers += one.transfers;
        self.done.entries += one.entries;
        self.done.deaths += one.deaths;
    }
}

/// Many seeds, on all processors.
#[expect(clippy::disallowed_methods, reason = "how long it takes is told to whoever waits")]
fn many(from: u64, seeds: u64) -> ExitCode {
    let (next, sum) = (AtomicU64::new(from), Mutex::new(Sum::default()));
    let start = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + seeds {
                return;
            }
            let done = catch_unwind(|| Simulation::new(seed, false).run()).ok();
            if done.is_none() {
                eprintln!("seed {seed} FAILED: `just sim --seed {seed}` tells it");
            }
            *sum.lock().unwrap_or_else(PoisonError::into_inner) += done;
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let Sum { failed, done } = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{seeds} seeds in {:.1} s, {failed} failed: {done:?}", start.elapsed().as_secs_f64());
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
