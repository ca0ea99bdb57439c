//! A data space of real processes: an authority and members, each with a home and ports of its own,
//! made by the program's own commands.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use connector::home::Home;
use connector::management::run_file::RunFile;
use serde_json::{Value, json};
use tempfile::TempDir;
use wire::did::Did;

use crate::local::Ask;
use crate::ports;
use crate::program::{Ran, Up, run};
use crate::raw::Told;

/// An authority with room for members' machines.
#[derive(Debug)]
pub struct Machines {
    folder: TempDir,
    authority: Machine,
}

/// One machine: a home folder, and the process that serves it unless it was killed.
#[derive(Debug)]
pub struct Machine {
    /// Its home.
    pub home: PathBuf,
    words: &'static [&'static str],
    ports: [u16; 4],
    /// A gate's listeners for its foreign connector: in the clear, and the proxy.
    pub outward: [SocketAddr; 2],
    up: Option<Up>,
}

/// A participant's management API, as its own programs call it. Outlives the process: each call
/// reads anew where it listens.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The participant.
    pub did: Did,
    home: Home,
    /// Another account's token than the local operator's.
    token: Option<String>,
}

const PORTS: [&str; 4] = ["--mutual-port", "--public-port", "--management-port", "--handover-port"];

impl Machines {
    /// Founds a data space; its authority runs.
    #[must_use]
    pub fn found() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut authority = Machine::new(folder.path(), "authority", &["authority", "up"]);
        authority.init(&["authority", "init"], "authority.localhost");
        authority.up();
        Self { folder, authority }
    }

    /// The folder of all homes.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A machine that serves `hosts`, vetted as nothing, joined and running.
    #[must_use]
    pub fn join(&self, name: &str, hosts: &[&str]) -> Machine {
        let mut machine = self.closed(name, hosts);
        machine.up();
        machine
    }

    /// As [`Machines::join`], joined and not running yet.
    #[must_use]
    pub fn closed(&self, name: &str, hosts: &[&str]) -> Machine {
        let machine = Machine::new(self.path(), name, &["up"]);
        for host in hosts {
            machine.init(&["init"], host);
            self.admit(&machine, host);
        }
        machine
    }

    fn admit(&self, machine: &Machine, host: &str) {
        let authority = self.authority.did("authority.localhost").to_string();
        let code = self.path().join(format!("{host}.code")).display().to_string();
        let did = machine.did(host).to_string();
        let invite = ["authority", "invite", &did, "--name", host, "--code-file", &code];
        let invited = self.authority.run(&invite).done();
        let fingerprint = invited["fingerprint"].as_str().expect("a fingerprint").to_owned();
        let join = ["join", &authority, "--fingerprint", &fingerprint, "--code-file", &code];
        let _ = machine.run(&[&join[..], &["--participant", host]].concat()).done();
    }

    /// The machine of the authority.
    #[must_use]
    pub fn authority(&self) -> &Machine {
        &self.authority
    }

    /// A machine that is the gate of the foreign connector at `to`, joined and running.
    #[must_use]
    pub fn gate(&self, host: &str, to: &str) -> Machine {
        let mut machine = self.closed_gate(host, to);
        machine.up();
        machine
    }

    /// As [`Machines::gate`], joined and not running yet.
    #[must_use]
    pub fn closed_gate(&self, host: &str, to: &str) -> Machine {
        let mut machine = Machine::new(self.path(), host, &["gate"]);
        machine.init(&["init", "--gate", to], host);
        machine.outward = ports::free().map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        for (usual, free) in [8190, 8191].into_iter().zip(machine.outward) {
            machine.set(&format!("127.0.0.1:{usual}"), &free.to_string());
        }
        self.admit(&machine, host);
        machine
    }

    /// Exports the whole logs of `desks`, and verifies them with the authority's anchors as an
    /// auditor does; the report.
    #[must_use]
    pub fn audit(&self, name: &str, desks: &[&Desk]) -> Value {
        let hosts: Vec<&str> = desks.iter().map(|desk| desk.did.host()).collect();
        let anchors = self.authority.run(&[&["authority", "anchors"], &hosts[..]].concat());
        let _ = anchors.done();
        let file = self.path().join(format!("{name}.anchors.json"));
        std::fs::write(&file, &anchors.stdout).expect("the anchors");
        let folder = self.path().join(name);
        for desk in desks {
            let export = json!({"scope": {"kind": "all"}, "name": name});
            let exported = desk.done("POST", "/log/export", Some(&export));
            copy(Path::new(exported["path"].as_str().expect("a path")), &folder);
        }
        let (folder, file) = (folder.display().to_string(), file.display().to_string());
        let report = run(self.path(), &["audit", "verify", &folder, "--anchors", &file]);
        serde_json::from_slice(&report.stdout).expect("a report")
    }
}

impl Machine {
    fn new(folder: &Path, name: &str, words: &'static [&'static str]) -> Self {
        let ports = ports::free();
        let outward = [SocketAddr::from(([127, 0, 0, 1], 0)); 2];
        Self { home: folder.join(name), words, ports, outward, up: None }
    }

    fn init(&self, words: &[&str], host: &str) {
        let ports = self.ports.map(|port| port.to_string());
        let mut words = [words, &["--host", host, "--name", host, "--loopback"]].concat();
        for (name, port) in PORTS.iter().zip(&ports) {
            words.extend([name, port.as_str()]);
        }
        let _ = self.run(&words).done();
    }

    /// The DID of one of its participants.
    #[must_use]
    pub fn did(&self, host: &str) -> Did {
        Did::of_host(host, self.ports[1]).expect("a DID")
    }

    /// The management API of one of its participants.
    #[must_use]
    pub fn desk(&self, host: &str) -> Desk {
        Desk { did: self.did(host), home: Home::at(&self.home), token: None }
    }

    /// The mutual listener's address.
    #[must_use]
    pub fn mutual(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports[0]))
    }

    /// Runs a command on it to its end.
    #[must_use]
    pub fn run(&self, words: &[&str]) -> Ran {
        run(&self.home, words)
    }

    /// Starts its process and waits until it listens.
    pub fn up(&mut self) {
        let up = Up::start(&self.home, self.words);
        self.up =
            Some(up.unwrap_or_else(|ran| panic!("{} is not up: {ran:?}", self.home.display())));
    }

    /// Tries to start a second process on the same home.
    ///
    /// # Errors
    /// How it ended, if it ended before it listened.
    pub fn another(&self) -> Result<Up, Ran> {
        Up::start(&self.home, self.words)
    }

    /// Whether its process runs.
    pub fn runs(&mut self) -> bool {
        self.up.as_mut().is_some_and(Up::runs)
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        drop(self.up.take());
    }

    /// What its processes said.
    #[must_use]
    pub fn journal(&self) -> String {
        std::fs::read_to_string(self.home.with_extension("journal")).unwrap_or_default()
    }

    /// Changes its settings; they hold from the next start on.
    pub fn set(&self, from: &str, to: &str) {
        let settings = self.home.join("allmende.toml");
        let text = std::fs::read_to_string(&settings).expect("settings");
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {text}");
        std::fs::write(settings, text.replace(from, to)).expect("settings");
    }

    /// Puts a file where one of its participants publishes from.
    pub fn write(&self, host: &str, name: &str, bytes: &[u8]) {
        let folder = Home::at(&self.home).participant(&self.did(host));
        std::fs::write(folder.join("data").join(name), bytes).expect("a file");
    }
}

impl Desk {
    /// The same with the token of another account.
    #[must_use]
    pub fn signed_in(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same in the name of another participant.
    #[must_use]
    pub fn posing_as(&self, did: &str) -> Self {
        Self { did: Did::parse(did).expect("a DID"), ..self.clone() }
    }

    /// Where the management listener is.
    ///
    /// # Errors
    /// When no process has said so.
    pub fn address(&self) -> Result<SocketAddr, String> {
        self.run_file().map(|file| file.address)
    }

    /// The token that is sent along.
    ///
    /// # Errors
    /// When no process has given one.
    pub fn token(&self) -> Result<String, String> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let file = self.run_file()?;
        let token = file.participants.get(&self.did).ok_or("a participant of another home")?;
        Ok(token.reveal().to_owned())
    }

    /// The path of one of this participant's calls.
    #[must_use]
    pub fn path(&self, below: &str) -> String {
        let did = protocol::http_path::segment(self.did.as_str());
        format!("/management/v1/participants/{did}{below}")
    }

    /// A call as its own programs make it, not sent yet.
    ///
    /// # Errors
    /// When no process has said where it listens.
    pub fn call(&self, method: &str, below: &str, body: Option<&Value>) -> Result<Ask, String> {
        let ask = Ask::new(method, &self.path(below))
            .with("Host", &self.address()?.to_string())
            .with("Authorization", &format!("Bearer {}", self.token()?));
        Ok(match body {
            Some(body) => ask.json(body),
            None => ask,
        })
    }

    /// Calls.
    ///
    /// # Errors
    /// When the process is gone before its answer is whole.
    pub fn ask(&self, method: &str, below: &str, body: Option<&Value>) -> Result<Told, String> {
        self.call(method, below, body)?.send(self.address()?)
    }

    /// Calls, and must be answered with success.
    #[must_use]
    pub fn done(&self, method: &str, below: &str, body: Option<&Value>) -> Value {
        let told = self.ask(method, below, body).expect("an answer");
        let said = String::from_utf8_lossy(&told.body);
        assert!(told.status < 300, "{method} {below}: {} {said}", told.status);
        serde_json::from_slice(&told.body).unwrap_or_default()
    }

    /// Reads something.
    #[must_use]
    pub fn get(&self, below: &str) -> Value {
        self.done("GET", below, None)
    }

    fn run_file(&self) -> Result<RunFile, String> {
        RunFile::read(&self.home).map_err(|error| error.to_string())
    }
}

/// Copies what lies beneath `from` to `to`.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (kind, target) = (entry.file_type().expect("its kind"), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
