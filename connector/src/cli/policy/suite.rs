//! `policy suite`: a folder that is laid out as the ODRL Test Suite, judged and compared.

use std::path::Path;

use odrl_suite::{File, Level, Results, run};
use serde::Serialize;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::run::Ended;
use crate::cli::show::{LINE_CHARS_MAX, Show, safe};
use crate::cli::{files_below, local, local_file};
use crate::management::view::Words;
use crate::words::Lang;

/// The longest file of a suite, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What came of a suite.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SuiteView {
    cases: Vec<CaseView>,
    passed: Vec<Passed>,
}

/// How many cases passed at a level.
#[derive(Debug, Serialize)]
struct Passed {
    level: &'static str,
    passed: usize,
    of: usize,
}

/// What came of a case: the levels that it failed at, and why.
#[derive(Debug, Serialize)]
struct CaseView {
    path: String,
    title: String,
    failed: Vec<(&'static str, String)>,
}

/// Runs every case; done when all reports are those that are expected, at every level.
pub(super) fn suite(folder: &Path, output: &mut Output<'_>) -> Ended {
    let view = SuiteView::of(&run(&read(folder)?));
    if view.cases.is_empty() {
        return Err(Failure::new(
            Exit::Refused,
            "suite-empty",
            Words::new("In dem Ordner ist kein Testfall.", "there is no test case in the folder"),
            Words::new(
                "Den Ordner nennen, in dem `test_cases`, `policies`, `requests` und `sotw` liegen.",
                "name the folder in which `test_cases`, `policies`, `requests` and `sotw` lie",
            ),
        ));
    }
    output.data(&view).map_err(|error| local(&error))?;
    let whole = view.cases.iter().all(|case| case.failed.is_empty());
    Ok(if whole { Exit::Done } else { Exit::Refused })
}

fn read(folder: &Path) -> Result<Vec<File>, Failure> {
    if let Err(error) = std::fs::read_dir(folder) {
        return Err(local_file(folder, &error));
    }
    let mut files = Vec::new();
    for path in files_below(folder).into_iter().filter(|path| path.ends_with(".ttl")) {
        let whole = folder.join(&path);
        let failed = |error| local_file(&whole, &error);
        let size = std::fs::metadata(&whole).map_err(failed)?.len();
        if size <= FILE_BYTES_MAX {
            files.push(File { bytes: std::fs::read(&whole).map_err(failed)?, path });
        }
    }
    Ok(files)
}

impl SuiteView {
    fn of(results: &Results) -> Self {
        let of = results.cases.len();
        let cases = results.cases.iter().map(|case| {
            let failed = case.levels.iter().filter_map(|(level, result)| {
                result.as_ref().err().map(|failure| (level.name(), failure.to_string()))
            });
            let failed = failed.collect();
            CaseView { path: case.path.clone(), title: case.title.clone(), failed }
        });
        let passed = Level::ALL.into_iter().map(|level| Passed {
            level: level.name(),
            passed: results.passed(level),
            of,
        });
        Self { cases: cases.collect(), passed: passed.collect() }
    }
}

impl Show for SuiteView {
    fn show(&self, lang: Lang) -> String {
        let mut lines = String::new();
        for case in self.cases.iter().filter(|case| !case.failed.is_empty()) {
            for (level, why) in &case.failed {
                let line = format!("{} ({}), {level}: {why}", case.path, case.title);
                lines.push_str(&safe(&line, LINE_CHARS_MAX));
                lines.push('\n');
            }
        }
        for Passed { level, passed, of } in &self.passed {
            lines.push_str(&match lang {
                Lang::De => format!("{level}: {passed} von {of} bestanden\n"),
                Lang::En => format!("{level}: {passed} of {of} passed\n"),
            });
        }
        lines
    }
}
