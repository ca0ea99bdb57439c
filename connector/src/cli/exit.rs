//! How a command ends: the exit codes, and failures that say what happened, why, and what to do
//! next.

use std::process::ExitCode;

use serde::Serialize;

use crate::management::problem::Problem;
use crate::management::refusal::{Fault, Refusal};
use crate::management::view::Words;

/// The exit codes, public interface of the program; see `docs/exit-codes.md`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// It was done.
    Done,
    /// It was refused, or it did not succeed.
    Refused,
    /// The command line is not one that the program takes.
    Usage,
    /// The connector, the partner or the source cannot be reached.
    Unreachable,
    /// The log was verified and is not proven.
    VerificationFailed,
}

impl Exit {
    /// Every code.
    pub const ALL: [Self; 5] =
        [Self::Done, Self::Refused, Self::Usage, Self::Unreachable, Self::VerificationFailed];

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::VerificationFailed => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// Why a command did not do what it was asked.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The exit code.
    #[serde(skip)]
    pub exit: Exit,
    /// The reason code, kebab-case, listed in `docs/errors.md`.
    pub code: String,
    /// What happened.
    pub what: Words,
    /// Why, where that is known and not the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Box<Words>>,
    /// What to do next.
    pub remedy: Box<Words>,
}

impl Failure {
    /// A failure whose reason is said with what happened.
    pub fn new(exit: Exit, code: &str, what: Words, remedy: Words) -> Self {
        Self { exit, code: code.to_owned(), what, why: None, remedy: Box::new(remedy) }
    }

    /// The same with the reason below it.
    #[must_use]
    pub fn because(self, why: impl Into<String>) -> Self {
        Self { why: Some(Box::new(Words::same(why))), ..self }
    }
}

/// The connector's answer to a call that was not done.
impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let peer = problem.status == Fault::Unreachable.status();
        let exit = if peer { Exit::Unreachable } else { Exit::Refused };
        let why = problem.pointer.map(|pointer| Box::new(Words::same(pointer)));
        Self {
            exit,
            code: problem.code,
            what: problem.reason,
            why,
            remedy: Box::new(problem.remedy),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Problem::from(&refusal).into()
    }
}
