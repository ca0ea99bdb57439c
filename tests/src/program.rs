//! The program itself as child processes: commands to their end, connectors until they are killed.
//! No child outlives the test.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// What a person's own environment could change about a command.
const VARIABLES: [&str; 5] = [
    "ALLMENDE_HOME",
    "ALLMENDE_PARTICIPANT",
    "ALLMENDE_TOKEN_FILE",
    "ALLMENDE_CONNECTOR",
    "ALLMENDE_LOG",
];

/// `allmende` as the workspace builds it, beside the folder of the running test; or the running
/// program itself where it is a kit, which takes all of its commands.
///
/// Ends the test where it is not there.
#[must_use]
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("this test");
    if test.file_name().is_some_and(|name| name == "allmende-kit") {
        return test;
    }
    let folder = test.parent().and_then(Path::parent).expect("the profile's folder");
    let program = folder.join("allmende");
    assert!(
        program.is_file(),
        "{} is not there: `cargo build -p allmende`, or run the whole workspace's tests",
        program.display()
    );
    program
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its exit code; none if a signal ended it.
    pub exit: Option<i32>,
    /// What it printed as data.
    pub stdout: Vec<u8>,
    /// What it said.
    pub stderr: String,
}

impl Ran {
    /// The data of a command that must have succeeded.
    #[must_use]
    pub fn done(&self) -> Value {
        assert_eq!(self.exit, Some(0), "{}", self.stderr);
        serde_json::from_slice(&self.stdout).unwrap_or_default()
    }

    /// The failure of a command that must not have succeeded: its exit code and its words.
    #[must_use]
    pub fn refused(&self) -> (i32, Value) {
        // The journal may come before it.
        let from = self.stderr.rfind("\n{\n").map_or(0, |before| before + 1);
        let told: Value = serde_json::from_slice(&self.stderr.as_bytes()[from..])
            .unwrap_or_else(|_| panic!("no failure in {self:?}"));
        (self.exit.expect("an exit code"), told["error"].clone())
    }
}

/// Runs `allmende WORDS --home HOME --json` to its end.
#[must_use]
pub fn run(home: &Path, words: &[&str]) -> Ran {
    ran(command(home, words).arg("--json"))
}

/// As [`run`], as a person who reads no JSON sees it.
#[must_use]
pub fn read_by_a_person(home: &Path, words: &[&str]) -> Ran {
    ran(&mut command(home, words))
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("the program runs");
    Ran {
        exit: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn command(home: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(words).arg("--home").arg(home).stdin(Stdio::null());
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command
}

/// A connector in a process of its own, which is killed when it is dropped.
#[derive(Debug)]
pub struct Up {
    child: Child,
    /// Kept open, so that it never writes to a closed pipe.
    _stdout: BufReader<ChildStdout>,
}

impl Up {
    /// Starts it; what it says goes to `<home>.journal`. Returns once it listens.
    ///
    /// # Errors
    /// How it ended, if it ended before.
    pub fn start(home: &Path, words: &[&str]) -> Result<Self, Ran> {
        let journal = home.with_extension("journal");
        let said = File::options().create(true).append(true).open(&journal).expect("a journal");
        let before = said.metadata().expect("a journal").len();
        let mut command = command(home, words);
        let mut child = command
            .arg("--json")
            .stdout(Stdio::piped())
            .stderr(said)
            .spawn()
            .expect("the program runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut printed = String::new();
        while serde_json::from_str::<Value>(&printed).is_err() {
            if stdout.read_line(&mut printed).expect("what it prints") == 0 {
                let exit = child.wait().expect("its end").code();
                let said = std::fs::read(&journal).expect("a journal");
                let said = said.get(usize::try_from(before).unwrap()..).unwrap_or_default();
                let stderr = String::from_utf8_lossy(said).into_owned();
                return Err(Ran { exit, stdout: printed.into_bytes(), stderr });
            }
        }
        Ok(Self { child, _stdout: stdout })
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_none()
    }
}

impl Drop for Up {
    /// SIGKILL: nothing of it gets to clean up.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
