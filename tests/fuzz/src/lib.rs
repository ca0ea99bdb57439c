//! Policies, facts and requests that nobody wrote, against the readers and both evaluators: documents
//! of the corpora are mutated as bytes, as trees of JSON and as tokens of Turtle, from a seed.
//!
//! An input is made of the target, the seed and its number alone, so that it can be made again.
//! Coverage does not steer it: the instrumentation for that is no part of the pinned toolchain.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "the whole crate is a test: a panic is how a broken law is told"
)]

pub mod corpus;
pub mod dice;
mod evaluator;
mod mutate;
mod parser;
pub mod run;
mod world;
