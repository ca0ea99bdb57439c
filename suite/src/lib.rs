//! Runs a folder laid out as the ODRL Test Suite (policies, requests, states of the world, and
//! cases with the report that is expected) against the judgement of `policy`, and compares the
//! reports at three levels of strictness.
//!
//! It takes the contents of files and returns what passed and what did not; it reads no disk
//! itself.

mod compare;
mod isomorphic;
mod judge;
mod judged;
mod read;
mod report;
mod run;
#[cfg(test)]
mod tests;
mod words;
mod world;

pub use compare::{Difference, Level};
pub use isomorphic::{SEARCH_MAX, isomorphic};
pub use judge::JudgeError;
pub use read::{CaseError, File, Part, Unreadable};
pub use run::{CaseResult, Failure, Results, run};
pub use world::WorldError;
