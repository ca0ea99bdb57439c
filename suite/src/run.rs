//! All cases, judged and compared.

use std::collections::BTreeMap;
use std::fmt;

use odrl_parser::rdf::ImportError;
use wire::text::shown;

use crate::compare::{Difference, Level, compare};
use crate::judge::{JudgeError, judge};
use crate::read::{CaseError, File, Unreadable, read};
use crate::report;

/// What became of a case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The file that it stands in.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Passed or why not, by level.
    pub levels: BTreeMap<Level, Result<(), Failure>>,
}

/// Why a case failed at a level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It could not be judged.
    #[error("{0}")]
    Case(CaseError),
    /// It was not judged.
    #[error("{0}")]
    Judge(JudgeError),
    /// The report is another.
    #[error("{0}")]
    Other(Difference),
    /// The report is larger than a graph may be.
    #[error("the report cannot be written: {0}")]
    Report(ImportError),
}

/// What became of a suite.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Its cases, by path.
    pub cases: Vec<CaseResult>,
    /// Files that could not be read.
    pub unreadable: Vec<Unreadable>,
}

impl Results {
    /// How many cases passed at a level.
    #[must_use]
    pub fn passed(&self, level: Level) -> usize {
        let passed = |case: &&CaseResult| matches!(case.levels.get(&level), Some(Ok(())));
        self.cases.iter().filter(passed).count()
    }
}

/// Judges every case of the files and compares the reports at all levels.
#[must_use]
pub fn run(files: &[File]) -> Results {
    let (cases, unreadable) = read(files);
    let cases = cases.into_iter().map(|read| {
        let reports = read.case.map_err(Failure::Case).and_then(|case| {
            let judged = judge(&case.policy, &case.request, &case.world).map_err(Failure::Judge)?;
            let found = report::write(&case.policy, &case.request, &case.world.clock, &judged);
            found.map(|found| (case.expected, found)).map_err(Failure::Report)
        });
        let levels = Level::ALL.into_iter().map(|level| {
            let result = reports.as_ref().map_err(Clone::clone);
            let result = result.and_then(|(expected, found)| {
                compare(level, expected, found).map_err(Failure::Other)
            });
            (level, result)
        });
        CaseResult { path: read.path, title: read.title, levels: levels.collect() }
    });
    Results { cases: cases.collect(), unreadable }
}

/// What failed, a line each, and how many passed.
impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.unreadable {
            writeln!(f, "{file}")?;
        }
        for case in &self.cases {
            for (level, result) in &case.levels {
                if let Err(failure) = result {
                    writeln!(f, "{} {}: {failure}", shown(&case.path), level.name())?;
                }
            }
        }
        for level in Level::ALL {
            writeln!(f, "{} {} of {}", level.name(), self.passed(level), self.cases.len())?;
        }
        Ok(())
    }
}
