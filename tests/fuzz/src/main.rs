//! `allmende-fuzz`: tries inputs until the time is over or one of them breaks a law.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it tells whoever runs it")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use allmende_fuzz::corpus::Corpus;
use allmende_fuzz::run::{SLOW, Tally, Target, one};

const USAGE: &str =
    "allmende-fuzz parser|evaluator [--minutes N] [--inputs N] [--seed N] [--only N]";

struct Wanted {
    target: Target,
    minutes: Option<u64>,
    inputs: u64,
    seed: u64,
    only: Option<u64>,
}

fn wanted() -> Option<Wanted> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next()?;
    let (_, target) = Target::ALL.into_iter().find(|(known, _)| *known == name)?;
    let mut wanted = Wanted { target, minutes: None, inputs: u64::MAX, seed: 1, only: None };
    while let Some(name) = arguments.next() {
        let value = arguments.next()?.parse().ok()?;
        match name.as_str() {
            "--minutes" => wanted.minutes = Some(value),
            "--inputs" => wanted.inputs = value,
            "--seed" => wanted.seed = value,
            "--only" => wanted.only = Some(value),
            _ => return None,
        }
    }
    Some(wanted)
}

#[expect(clippy::disallowed_methods, reason = "the time to try inputs in is what is asked for")]
fn main() -> ExitCode {
    let Some(wanted) = wanted() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    // A broken law is told with its input, once.
    std::panic::set_hook(Box::new(|_| {}));
    let corpus = Corpus::load();
    let (json, turtle) = (corpus.json.len(), corpus.turtle.len());
    eprintln!("{json} documents of JSON, {turtle} of Turtle, seed {}", wanted.seed);
    let time = wanted.minutes.map_or(Duration::MAX, |minutes| Duration::from_secs(minutes * 60));
    let (began, mut tally) = (Instant::now(), Tally::default());
    let numbers = wanted.only.map_or(0..wanted.inputs, |only| only..only.saturating_add(1));
    for number in numbers {
        if let Err(failure) = one(wanted.target, &corpus, wanted.seed, number, SLOW, &mut tally) {
            println!("{failure}");
            return ExitCode::FAILURE;
        }
        if began.elapsed() >= time {
            break;
        }
    }
    println!("{tally:?} in {:?}", began.elapsed());
    ExitCode::SUCCESS
}
