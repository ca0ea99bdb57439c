//! The README's commands, run as a user would type them: in an empty folder, with the program that
//! the workspace builds. What stands in the README and not here, or the other way round, fails.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use allmende_tests::ports;
use allmende_tests::program::program;

use crate::tidy::commands;

/// What each command must end with: its exit code. Those that end in `&` run until the test ends.
pub(crate) const SCRIPT: &[(&str, i32)] = &[
    (
        r#"allmende authority init --host authority.localhost --name "Datenraum Donau" --loopback --home authority"#,
        0,
    ),
    ("allmende authority up --home authority &", 0),
    (
        r#"allmende init --host ulm.localhost --name "Stadt Ulm" --loopback --mutual-port 9443 --public-port 9444 --management-port 9180 --handover-port 9181 --home ulm"#,
        0,
    ),
    (
        r#"allmende authority invite did:web:ulm.localhost%3A9444 --name "Stadt Ulm" --code-file ulm.code --home authority"#,
        0,
    ),
    (
        r#"allmende join did:web:authority.localhost%3A8444 --fingerprint "<fingerprint>" --code-file ulm.code --home ulm"#,
        0,
    ),
    ("allmende up --home ulm &", 0),
    (
        r#"allmende init --host company.localhost --name "Wegweiser GmbH" --loopback --mutual-port 10443 --public-port 10444 --management-port 10180 --handover-port 10181 --home company"#,
        0,
    ),
    (
        r#"allmende authority invite did:web:company.localhost%3A10444 --name "Wegweiser GmbH" --as mobility-service --code-file company.code --home authority"#,
        0,
    ),
    (
        r#"allmende join did:web:authority.localhost%3A8444 --fingerprint "<fingerprint>" --code-file company.code --home company"#,
        0,
    ),
    ("allmende up --home company &", 0),
    ("cp parking.csv ulm/participants/ulm.localhost/data/", 0),
    (
        "allmende dataset add --title Parking --file parking.csv --vetted-as mobility-service --until 2099-12-31 --purpose traffic-planning --home ulm",
        0,
    ),
    ("allmende catalog ulm.localhost --home company", 0),
    (
        "allmende contract request ulm.localhost Parking --purpose traffic-planning --home company",
        0,
    ),
    ("allmende pull Parking --output received.csv --home company", 0),
    ("allmende serve Parking --home company", 0),
    ("allmende contract list --home company", 0),
    (r#"allmende contract end Parking --reason "The council has decided so." --home ulm"#, 0),
    ("allmende pull Parking --home company", 1),
    ("allmende contract show Parking --home ulm", 0),
    ("allmende contract show Parking --home company", 0),
    (
        "allmende authority anchors ulm.localhost company.localhost --home authority > anchors.json",
        0,
    ),
    ("allmende audit export all --home ulm", 0),
    ("allmende audit export all --home company", 0),
    (
        "mkdir audit && cp -r ulm/export/ulm.localhost/all/. company/export/company.localhost/all/. audit/",
        0,
    ),
    ("allmende audit verify audit --anchors anchors.json", 0),
    ("allmende audit replay audit --anchors anchors.json", 0),
    ("allmende doctor --home ulm", 0),
];

/// The ports that the README names; the test takes free ones instead.
const PORTS: [&str; 12] = [
    "10443", "10444", "10180", "10181", "9443", "9444", "9180", "9181", "8443", "8444", "8180",
    "8181",
];

/// A user: a folder, and what runs in it.
pub(crate) struct User {
    folder: tempfile::TempDir,
    program: PathBuf,
    ports: Vec<(&'static str, String)>,
    fingerprint: String,
    running: Vec<Child>,
}

impl Drop for User {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a command printed on both outputs, and its exit code.
pub(crate) struct Ended {
    pub(crate) printed: String,
    pub(crate) exit: Option<i32>,
}

impl User {
    pub(crate) fn new(program: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("parking.csv"), "car_park,free\nRathaus,12\n").unwrap();
        let free = ports::free::<{ PORTS.len() }>().map(|port| port.to_string());
        let ports = PORTS.into_iter().zip(free).collect();
        Self { folder, program, ports, fingerprint: String::new(), running: Vec::new() }
    }

    /// Where it works.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The command with free ports and the fingerprint in it. The authority is told its ports, which
    /// are the usual ones in the README.
    fn adapted(&self, command: &str) -> String {
        let mut text = command.replace("<fingerprint>", &self.fingerprint);
        if text.contains("authority init") {
            text.push_str(" --mutual-port 8443 --public-port 8444");
            text.push_str(" --management-port 8180 --handover-port 8181");
        }
        for (index, (port, _)) in self.ports.iter().enumerate() {
            text = text.replace(port, &format!("<port {index}>"));
        }
        for (index, (_, free)) in self.ports.iter().enumerate() {
            text = text.replace(&format!("<port {index}>"), free);
        }
        text
    }

    fn shell(&self, command: &str) -> Command {
        let folder = self.program.parent().expect("the program's folder").display();
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("PATH='{folder}':\"$PATH\"; export PATH\n{command}")])
            .current_dir(self.folder.path())
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null());
        for variable in ["HOME", "PARTICIPANT", "TOKEN_FILE", "CONNECTOR"] {
            shell.env_remove(format!("ALLMENDE_{variable}"));
        }
        shell
    }

    pub(crate) fn types(&mut self, command: &str) -> Ended {
        let text = self.adapted(command);
        if let Some(server) = text.strip_suffix(" &") {
            return self.starts(server);
        }
        let output = self.shell(&text).output().expect("a shell");
        let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
        printed.push_str(&String::from_utf8_lossy(&output.stderr));
        if command.contains("authority init") {
            let line = printed.lines().find(|line| line.starts_with("fingerprint"));
            let line = line.unwrap_or_else(|| panic!("a fingerprint in\n{printed}"));
            self.fingerprint = line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
        }
        Ended { printed, exit: output.status.code() }
    }

    /// Starts what the README lets run on, and waits until it says that it listens.
    fn starts(&mut self, command: &str) -> Ended {
        let mut shell = self.shell(&format!("exec {command} --json"));
        let mut child =
            shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell");
        let mut printed = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while !printed.ends_with("}\n")
            || serde_json::from_str::<serde_json::Value>(&printed).is_err()
        {
            if lines.read_line(&mut printed).expect("what it prints") == 0 {
                child.stderr.take().unwrap().read_to_string(&mut printed).unwrap();
                let exit = child.wait().unwrap().code();
                return Ended { printed, exit: exit.or(Some(-1)) };
            }
        }
        self.running.push(child);
        Ended { printed, exit: Some(0) }
    }
}

fn readme() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace root");
    commands(&std::fs::read_to_string(root.join("README.md")).expect("README.md"))
}

#[test]
fn the_test_types_what_the_readme_shows() {
    let typed: Vec<&str> = SCRIPT.iter().map(|(command, _)| *command).collect();
    assert_eq!(readme(), typed);
}

#[test]
fn what_the_readme_shows_by_hand_works() {
    let mut user = User::new(program());
    for (command, expected) in SCRIPT {
        let Ended { printed, exit } = user.types(command);
        assert_eq!(exit, Some(*expected), "$ {command}\n{printed}");
    }
    let folder = user.folder.path();
    let read = |path: &str| std::fs::read(folder.join(path)).expect(path);
    assert_eq!(read("received.csv"), read("parking.csv"));
}

#[test]
fn the_demo_plays_to_its_end() {
    let user = User::new(program());
    for lang in ["de", "en"] {
        let output = user.shell(&format!("allmende demo --lang {lang}")).output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stdout);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}\n{talk}");
        let proven = if lang == "de" { "bewiesen" } else { "proven" };
        assert!(said.contains(proven), "{said}");
    }
    let left: Vec<_> = std::fs::read_dir(user.folder.path()).unwrap().flatten().collect();
    let names: Vec<_> = left.iter().map(|entry| entry.file_name()).collect();
    assert_eq!(names.len(), 2, "the demo writes beneath its own folder only: {names:?}");
}
