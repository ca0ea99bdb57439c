//! A data space to load: an authority and members with homes of their own in a temporary folder, made
//! and run by the program's own commands.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, OnceLock};

use connector::clock::SystemClock;
use connector::config::Config;
use connector::engine::Engine;
use connector::home::Home;
use connector::net::peers::Peers;
use connector::runtime::sockets::Sockets;
use connector::runtime::{Node, Product, Running};
use connector::store::OnDisk;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use wire::did::Did;

use crate::Fallible;
use crate::machine::Process;

/// The program as it was built for this run.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_allmende");
/// The variables that would change what a command means.
const VARIABLES: [&str; 4] =
    ["ALLMENDE_HOME", "ALLMENDE_PARTICIPANT", "ALLMENDE_TOKEN_FILE", "ALLMENDE_CONNECTOR"];

/// A data space. Everything of it ends with it.
pub(crate) struct Space {
    authority: Member,
    running: Vec<Up>,
    folder: tempfile::TempDir,
}

/// One participant with a home of its own.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) host: String,
    pub(crate) did: Did,
    pub(crate) home: PathBuf,
    pub(crate) ports: Ports,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) mutual: u16,
    public: u16,
    management: u16,
    handover: u16,
}

/// A connector in a process of its own.
pub(crate) struct Up {
    child: Child,
    /// Kept open, so that it never writes to a closed pipe.
    stdout: BufReader<ChildStdout>,
}

/// A connector within this process.
pub(crate) struct Within {
    pub(crate) did: Did,
    pub(crate) engine: Arc<Engine<Product>>,
    pub(crate) peers: Peers<SystemClock>,
    running: Running,
}

/// What keeps the stores of all members.
static ENGINE: OnceLock<OnDisk> = OnceLock::new();

/// Says what keeps the stores of all members, once.
pub(crate) fn keep_in(engine: OnDisk) {
    let _ = ENGINE.set(engine);
}

impl Space {
    /// Founds a data space; its authority runs.
    pub(crate) fn found() -> Fallible<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let authority = Member::new(folder.path(), "authority.localhost")?;
        let mut space = Self { authority: authority.clone(), running: Vec::new(), folder };
        let init = ["authority", "init", "--host", "authority.localhost", "--name", "Load"];
        command(&authority, &[&init[..], &authority.located()].concat())?;
        authority.choose_engine()?;
        space.running.push(Up::spawn(&authority, &["authority", "up"])?);
        Ok(space)
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A new member that has joined.
    pub(crate) fn join(&self, host: &str) -> Fallible<Member> {
        let member = Member::new(self.path(), host)?;
        let init = ["init", "--host", host, "--name", host];
        command(&member, &[&init[..], &member.located()].concat())?;
        member.choose_engine()?;
        let code = self.path().join(format!("{host}.code")).display().to_string();
        let did = member.did.to_string();
        let invite = ["authority", "invite", &did, "--name", host, "--code-file", &code];
        let invited = command(&self.authority, &invite)?;
        let fingerprint = text(&invited, "fingerprint")?;
        let authority = self.authority.did.to_string();
        let join = ["join", &authority, "--fingerprint", &fingerprint, "--code-file", &code];
        command(&member, &join)?;
        Ok(member)
    }

    /// Starts a member's connector in a process of its own; returns when it listens.
    pub(crate) fn up(&mut self, member: &Member) -> Fallible<Process> {
        let up = Up::spawn(member, &["up"])?;
        let process = Process(up.child.id());
        self.running.push(up);
        Ok(process)
    }

    /// Ends a process in order.
    pub(crate) fn end(&mut self, process: Process) {
        self.running.retain(|up| up.child.id() != process.0);
    }

    /// The authority's process.
    pub(crate) fn authority(&self) -> Option<Process> {
        self.running.first().map(|up| Process(up.child.id()))
    }
}

impl Member {
    fn new(folder: &Path, host: &str) -> Fallible<Self> {
        let ports = Ports::free()?;
        let did = Did::of_host(host, ports.public)?;
        Ok(Self { host: host.to_owned(), did, home: folder.join(host), ports })
    }

    fn located(&self) -> [&'static str; 9] {
        // Words of a command line that live as long as the program: a handful per run.
        let leaked = |port: u16| -> &'static str { Box::leak(port.to_string().into_boxed_str()) };
        [
            "--loopback",
            "--mutual-port",
            leaked(self.ports.mutual),
            "--public-port",
            leaked(self.ports.public),
            "--management-port",
            leaked(self.ports.management),
            "--handover-port",
            leaked(self.ports.handover),
        ]
    }

    fn choose_engine(&self) -> Fallible<()> {
        let Some(engine) = ENGINE.get() else { return Ok(()) };
        let path = Home::at(&self.home).config();
        let settings = std::fs::read_to_string(&path)?;
        let chosen = format!("engine = \"{}\"", engine.name());
        std::fs::write(&path, settings.replace("engine = \"sled\"", &chosen))?;
        match Config::read(&path)?.store.engine.on_disk() == Some(*engine) {
            true => Ok(()),
            false => Err(format!("{} does not name {}", path.display(), engine.name()).into()),
        }
    }

    /// Its own part of its home.
    pub(crate) fn folder(&self) -> PathBuf {
        Home::at(&self.home).participant(&self.did)
    }

    /// Its certificate with the issuing authority's.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder().join("certificate.pem")
    }

    /// The data space's root.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder().join("trust").join("root.pem")
    }

    /// The certificate's key.
    pub(crate) fn key(&self) -> Fallible<PathBuf> {
        for entry in std::fs::read_dir(self.folder().join("keys"))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("tls-") {
                return Ok(entry.path());
            }
        }
        Err("there is no key of the mutual listener".into())
    }

    /// Publishes `file` of its data folder to every member until a far day; returns the dataset.
    pub(crate) fn publish(&self, title: &str, file: &str) -> Fallible<Value> {
        self.publish_until(title, file, "2099-12-31")
    }

    /// As [`Member::publish`], until a day or an instant.
    pub(crate) fn publish_until(&self, title: &str, file: &str, until: &str) -> Fallible<Value> {
        command(self, &["dataset", "add", "--title", title, "--file", file, "--until", until])
    }
}

impl Ports {
    fn free() -> Fallible<Self> {
        let mut held = Vec::new();
        let mut one = || -> Fallible<u16> {
            let listener = TcpListener::bind(("127.0.0.1", 0))?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            Ok(port)
        };
        Ok(Self { mutual: one()?, public: one()?, management: one()?, handover: one()? })
    }
}

impl Up {
    /// Starts a process; nothing is waited for.
    pub(crate) fn exec(member: &Member, words: &[&str]) -> Fallible<Self> {
        let journal = std::fs::File::create(member.home.with_extension("journal"))?;
        let mut child = line(member, words).stdout(Stdio::piped()).stderr(journal).spawn()?;
        let stdout = child.stdout.take().ok_or("a child without stdout")?;
        Ok(Self { child, stdout: BufReader::new(stdout) })
    }

    /// Starts a process; returns when it listens.
    pub(crate) fn spawn(member: &Member, words: &[&str]) -> Fallible<Self> {
        let mut up = Self::exec(member, words)?;
        let (mut text, mut read) = (String::new(), 1);
        while serde_json::from_str::<Value>(&text).is_err() {
            if read == 0 {
                return Err(
                    format!("{words:?} did not start: see {}", member.home.display()).into()
                );
            }
            read = up.stdout.read_line(&mut text)?;
        }
        Ok(up)
    }

    /// Its process.
    pub(crate) fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended already.
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

impl Within {
    /// Runs `member`'s connector within this process.
    pub(crate) async fn start(member: &Member) -> Fallible<Self> {
        let node = Node::open(Home::at(&member.home))?;
        let sockets = Sockets::bind(&node.config.listen)?;
        let peers = node.peers.clone();
        let running = node.start(sockets).await?;
        let engine = running.engine().clone();
        Ok(Self { did: member.did.clone(), engine, peers, running })
    }

    /// Ends it in order.
    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }
}

/// Runs one command to its end and reads what it printed.
pub(crate) fn command(member: &Member, words: &[&str]) -> Fallible<Value> {
    let output = line(member, words).output()?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("{words:?}: {told}").into());
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
}

fn line(member: &Member, words: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(words).arg("--home").arg(&member.home).arg("--json").stdin(Stdio::null());
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command
}

/// A member of an object that is text.
pub(crate) fn text(value: &Value, member: &str) -> Fallible<String> {
    let text = value.get(member).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("`{member}` is missing in {value}"))?.to_owned())
}

/// A runtime as the program's own.
pub(crate) fn runtime() -> Fallible<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
