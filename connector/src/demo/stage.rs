//! Runs this very program as child processes: commands to their end, connectors until the demo
//! ends. No child outlives it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::line::Line;
use super::teller::Teller;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{local, local_file};
use crate::management::view::Words;

/// How long a connector may take until it listens.
const START_SECONDS_MAX: u64 = 30;
/// How long a connector may take to end before it is killed.
const STOP_SECONDS_MAX: u64 = 10;
/// The variables that would change what a command means.
const VARIABLES: [&str; 4] =
    ["ALLMENDE_HOME", "ALLMENDE_PARTICIPANT", "ALLMENDE_TOKEN_FILE", "ALLMENDE_CONNECTOR"];

/// Where the processes are.
pub(super) struct Stage {
    program: PathBuf,
    running: Vec<Running>,
}

/// A connector or authority at work.
struct Running {
    child: Child,
    /// Kept open, so that it never writes to a closed pipe.
    _stdout: Lines<BufReader<ChildStdout>>,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub(super) struct Ran {
    line: String,
    exit: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

/// A failure as `--json` writes it to stderr.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Told {
    pub(super) code: String,
    pub(super) what: Words,
    pub(super) why: Option<Words>,
    pub(super) remedy: Words,
}

#[derive(Deserialize)]
struct ToldWithin {
    error: Told,
}

impl Stage {
    /// A stage for this program.
    ///
    /// # Errors
    /// When the program cannot be found.
    pub(super) fn open() -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| local(&error))?;
        Ok(Self { program, running: Vec::new() })
    }

    /// The program.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    fn command(&self, line: &Line) -> Command {
        let mut command = Command::new(&self.program);
        command.args(line.words()).arg("--json").stdin(Stdio::null()).kill_on_drop(true);
        for variable in VARIABLES {
            command.env_remove(variable);
        }
        command
    }

    /// Runs a command to its end, whatever that is.
    ///
    /// # Errors
    /// When it cannot be run at all.
    pub(super) async fn run(&self, line: &Line) -> Result<Ran, Failure> {
        let output = self.command(line).output().await.map_err(|error| local(&error))?;
        Ok(Ran {
            line: line.over_lines(usize::MAX, " "),
            exit: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Shows a command, runs it, and reads what it printed; it must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub(super) async fn show<T: DeserializeOwned>(
        &self,
        teller: &mut Teller,
        line: &Line,
    ) -> Result<T, Failure> {
        teller.typed(line);
        self.run(line).await?.data()
    }

    /// Starts a connector; its journal goes to `journal`. Returns once it listens.
    ///
    /// # Errors
    /// When it ends before, or takes too long.
    pub(super) async fn up(&mut self, line: &Line, journal: &Path) -> Result<(), Failure> {
        let file = File::create(journal).map_err(|error| local_file(journal, &error))?;
        let mut command = self.command(line);
        let mut child =
            command.stdout(Stdio::piped()).stderr(file).spawn().map_err(|error| local(&error))?;
        let stdout = child.stdout.take().ok_or_else(|| not_started(line, journal, None))?;
        let mut lines = BufReader::new(stdout).lines();
        let patience = Duration::from_secs(START_SECONDS_MAX);
        let listens = tokio::time::timeout(patience, listening(&mut lines)).await;
        if listens != Ok(true) {
            let _ = child.start_kill();
            let code = child.wait().await.ok().and_then(|status| status.code());
            return Err(not_started(line, journal, code));
        }
        self.running.push(Running { child, _stdout: lines });
        Ok(())
    }

    /// Stops every connector in order, the last started first, and waits for them.
    pub(super) async fn stop(&mut self) {
        for running in &self.running {
            let pid = running.child.id().and_then(|id| i32::try_from(id).ok());
            if let Some(pid) = pid.and_then(Pid::from_raw) {
                // One that is gone already needs no signal.
                let _ = kill_process(pid, Signal::TERM);
            }
        }
        let patience = Duration::from_secs(STOP_SECONDS_MAX);
        while let Some(mut running) = self.running.pop() {
            // What is dropped without having ended is killed.
            let _ = tokio::time::timeout(patience, running.child.wait()).await;
        }
    }
}

/// Whether one whole JSON document came: where the process listens.
async fn listening(lines: &mut Lines<BufReader<ChildStdout>>) -> bool {
    let mut text = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        text.push_str(&line);
        if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
            return true;
        }
    }
    false
}

fn not_started(line: &Line, journal: &Path, code: Option<i32>) -> Failure {
    let line = line.over_lines(usize::MAX, " ");
    let text = std::fs::read_to_string(journal).unwrap_or_default();
    let told = told(&text);
    let last = text.lines().last().unwrap_or_default().to_owned();
    let why = told.map_or_else(|| Words::same(last), |told| told.what);
    let code = code.map_or_else(String::new, |code| format!(" ({code})"));
    let journal = journal.display();
    let failure = Failure::new(
        Exit::Refused,
        "demo-not-started",
        Words::new(
            format!("`{line}` ist nicht angelaufen{code}."),
            format!("`{line}` did not start{code}"),
        ),
        Words::new(
            format!(
                "In `{journal}` steht, was geschah; danach die Vorführung noch einmal starten."
            ),
            format!("`{journal}` says what happened; then start the demo again"),
        ),
    );
    Failure { why: Some(why.into()), ..failure }
}

impl Ran {
    /// What it printed; it must have succeeded.
    ///
    /// # Errors
    /// When it did not, with its own words.
    pub(super) fn data<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        if self.exit != Some(0) {
            return Err(self.unexpected());
        }
        self.printed().ok_or_else(|| self.unexpected())
    }

    /// What it printed, if that is what was expected.
    pub(super) fn printed<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.stdout).ok()
    }

    /// What it printed, as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The exit code; absent when a signal ended it.
    pub(super) fn exit(&self) -> Option<i32> {
        self.exit
    }

    /// Why it failed, in its own words.
    pub(super) fn told(&self) -> Option<Told> {
        told(&self.stderr)
    }

    /// The story did not go on as it should.
    pub(super) fn unexpected(&self) -> Failure {
        let exit = self.exit.map_or_else(|| "?".to_owned(), |code| code.to_string());
        let failure = Failure::new(
            Exit::Refused,
            "demo-step-failed",
            Words::new(
                format!("`{}` endete anders als erwartet ({exit}).", self.line),
                format!("`{}` ended otherwise than expected ({exit})", self.line),
            ),
            Words::new(
                "Die Protokolle der Prozesse (`allmende-demo/*.journal`) ansehen und den Fehler melden.",
                "look at the processes' journals (`allmende-demo/*.journal`) and report the fault",
            ),
        );
        match self.told() {
            Some(Told { code, what, why, .. }) => {
                let why = why.unwrap_or_default();
                let with = |what: &str, why: &str| format!("{what} {why} ({code})");
                let why = Words::new(with(&what.de, &why.de), with(&what.en, &why.en));
                Failure { why: Some(why.into()), ..failure }
            }
            None => failure.because(self.stderr.lines().last().unwrap_or_default()),
        }
    }
}

/// The failure in what a command wrote to stderr.
fn told(stderr: &str) -> Option<Told> {
    let (_, json) = stderr.split_once("{\n")?;
    let within: ToldWithin = serde_json::from_str(&format!("{{\n{json}")).ok()?;
    Some(within.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_read_from_what_a_command_writes() {
        let stderr = "warning\n{\n  \"error\": {\"code\": \"x-y\", \"what\": {\"de\": \"a\", \"en\": \"b\"},\n\"remedy\": {\"de\": \"c\", \"en\": \"d\"}}, \"exit\": 1\n}\n";
        let told = told(stderr).unwrap();
        assert_eq!((told.code.as_str(), told.what.en.as_str()), ("x-y", "b"));
        assert!(told.why.is_none());
    }
}
