//! Inputs one after another, each watched for a panic and for taking too long.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::corpus::Corpus;
use crate::dice::Dice;
use crate::{evaluator, parser};

/// Longest time that one input may take. A slow machine is no reason: ordinary inputs take less than
/// a thousandth of it.
pub const SLOW: Duration = Duration::from_secs(5);

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Both evaluators, on policies that a reader takes.
    Evaluator,
    /// The readers, on bytes.
    Parser,
}

impl Target {
    /// Both of them, by name.
    pub const ALL: [(&str, Self); 2] = [("evaluator", Self::Evaluator), ("parser", Self::Parser)];

    const fn name(self) -> &'static str {
        match self {
            Self::Evaluator => "evaluator",
            Self::Parser => "parser",
        }
    }
}

/// What became of an input: where all are refused, nothing was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Denied,
    Permitted,
    Refused,
    Taken,
}

/// How many inputs there were of each fate.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// All of them.
    pub inputs: u64,
    /// Refused before there was anything to ask.
    pub refused: u64,
    /// Read by some reader.
    pub taken: u64,
    /// Judged, and denied.
    pub denied: u64,
    /// Judged, and permitted at least once.
    pub permitted: u64,
    /// The longest time that one took, and which.
    pub slowest: (Duration, u64),
}

/// An input that broke a law, and how it is made again.
#[derive(Clone, Debug)]
pub struct Failure {
    target: Target,
    seed: u64,
    number: u64,
    input: String,
    what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, seed, number, input, what } = self;
        let target = target.name();
        write!(f, "{what}\ninput {number} of seed {seed}: {input}\n")?;
        write!(f, "again: just fuzz {target} --seed {seed} --only {number}")
    }
}

/// Tries one input, which may take so long.
///
/// # Errors
/// [`Failure`] when it panics, breaks a law or takes longer.
#[expect(clippy::disallowed_methods, reason = "how long an input takes is what is measured")]
pub fn one(
    target: Target,
    corpus: &Corpus,
    seed: u64,
    number: u64,
    longest: Duration,
    tally: &mut Tally,
) -> Result<(), Box<Failure>> {
    let mut dice = Dice::of(seed, number);
    let mut input = String::new();
    let began = Instant::now();
    let told = catch_unwind(AssertUnwindSafe(|| match target {
        Target::Parser => {
            let bytes = parser::input(corpus, &mut dice);
            input = String::from_utf8_lossy(&bytes).into_owned();
            parser::check(&bytes, &mut dice)
        }
        Target::Evaluator => match evaluator::input(corpus, &mut dice) {
            Some(policy) => {
                input = format!("{}", odrl_parser::to_odrl_json(&policy));
                evaluator::check(&policy, &mut dice)
            }
            None => Told::Refused,
        },
    }));
    let took = began.elapsed();
    tally.inputs += 1;
    tally.slowest = tally.slowest.max((took, number));
    let fail = |what: String| {
        let input = input.chars().flat_map(char::escape_debug).collect();
        Err(Box::new(Failure { target, seed, number, input, what }))
    };
    match told {
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| Some((*panic.downcast_ref::<&str>()?).to_owned()));
            return fail(text.unwrap_or_default());
        }
        Ok(_) if took > longest => return fail(format!("it took {took:?}")),
        Ok(Told::Denied) => tally.denied += 1,
        Ok(Told::Permitted) => tally.permitted += 1,
        Ok(Told::Refused) => tally.refused += 1,
        Ok(Told::Taken) => tally.taken += 1,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a stack as a program's first thread has: without optimisation the reader of JSON-LD needs
    /// more than the two megabytes of a test's thread for the deepest documents that it is given.
    fn tried(target: Target, inputs: u64) -> Tally {
        let all = move || {
            let corpus = Corpus::load();
            let mut tally = Tally::default();
            for number in 0..inputs {
                one(target, &corpus, 1, number, Duration::MAX, &mut tally)
                    .unwrap_or_else(|it| panic!("{it}"));
            }
            tally
        };
        let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(all);
        thread.unwrap().join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    #[test]
    fn no_mutated_document_breaks_a_reader() {
        let tally = tried(Target::Parser, 1_500);
        assert!(tally.taken > 100 && tally.refused > 100, "{tally:?}");
    }

    #[test]
    fn both_evaluators_answer_alike_about_mutated_policies() {
        let tally = tried(Target::Evaluator, 400);
        assert!(tally.denied > 40 && tally.permitted > 10, "{tally:?}");
    }

    #[test]
    fn an_input_is_made_of_its_seed_and_number_alone() {
        let corpus = Corpus::load();
        let input = |seed, number| parser::input(&corpus, &mut Dice::of(seed, number));
        assert_eq!(input(1, 7), input(1, 7));
        assert_ne!(input(1, 7), input(2, 7));
        assert_ne!(input(1, 7), input(1, 8));
    }
}
