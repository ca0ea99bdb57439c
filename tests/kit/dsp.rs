//! One data space, in which the kit is run once or more often: an authority, the connector under test
//! and the kit's gate as processes of their own, and the kit itself in a Java machine.
//!
//! The kit speaks plain HTTP and shows no certificate. Through the gate it is a member like any other:
//!
//! kit → gate (loopback) → mutual TLS → connector, and connector → mutual TLS → gate → kit (loopback).

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use allmende_tests::machines::{Machine, Machines};
use allmende_tests::program::Up;
use connector::http::DSP_PATH;
use connector::http::versions::AUTH_PROTOCOL;
use protocol::Role;
use serde_json::json;
use wire::did::Did;

use crate::seeds::Seeds;
use crate::trigger::{NEGOTIATIONS, TRANSFERS};

/// Where the kit is a member.
const KIT: &str = "kit.localhost";
/// Where the connector under test is one.
const OURS: &str = "company.localhost";
/// What the kit calls itself in its agreements; it cannot be told otherwise.
const KIT_NAME: &str = "TCK_PARTICIPANT";
/// Lines of each journal that are shown after a failure.
const LINES_SHOWN: usize = 60;

/// What the kit must be told.
struct Addresses {
    ours: Did,
    /// The port on which the kit listens.
    kit_port: u16,
    /// What partners call to reach the kit.
    callback: String,
    /// What the kit calls to reach the connector: without a path.
    root: String,
    /// Where the kit triggers negotiations and transfers.
    triggers: u16,
    /// Whether the kit tells each of its steps.
    talks: bool,
}

/// Runs the kit, or the `tests` of it that are named, `runs` times over; the jars lie in `jars`, and
/// the judge in `classes` beside them.
pub(crate) fn run(folder: &Path, runs: u32, tests: &[&str]) -> ExitCode {
    let (kit_port, triggers) = (free_port(), free_port());
    let machines = Machines::found();
    let connector = machines.closed("connector", &[OURS]);
    let mut gate = machines.closed_gate(KIT, &format!("http://127.0.0.1:{kit_port}"));
    tell_paths(&gate, kit_port, serve_versions());
    gate.up();
    let kit = gate.did(KIT);
    let known_as = format!("partner_ids = {{ \"{kit}\" = \"{KIT_NAME}\" }}");
    connector.set("sources = []", &format!("sources = []\n{known_as}"));
    let under_test = ["under-test", kit.as_str(), &triggers.to_string()];
    let up = Up::start(&connector.home, &under_test).expect("the connector under test");

    let secret = std::fs::read_to_string(gate.home.join("gate").join("secret"));
    let secret = secret.expect("the gate's secret");
    let outward = gate.outward[0];
    let addresses = Addresses {
        ours: connector.did(OURS),
        kit_port,
        callback: format!("https://{KIT}:{}{DSP_PATH}", gate.mutual().port()),
        root: format!("http://{outward}/{}/{OURS}:{}", secret.trim(), connector.mutual().port()),
        triggers,
        talks: !tests.is_empty(),
    };
    let properties = machines.path().join("kit.properties");
    std::fs::write(&properties, addresses.properties()).expect("the kit's properties");
    let java = format!("@{}", gate.home.join("gate").join("java-options").display());
    let passed = (0..runs).all(|_| play(folder, &java, &properties, tests));
    if !passed {
        show(&[&connector, &gate]);
    }
    drop(up);
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One run of the kit, with the gate's options for a Java machine; whether all that was wanted passed.
fn play(folder: &Path, options: &str, properties: &Path, tests: &[&str]) -> bool {
    let jars = folder.join("jars").join("*");
    let classes = format!("{}:{}", folder.join("classes").display(), jars.display());
    let mut java = Command::new("java");
    java.args([options, "-cp", &classes, "Check"]).arg(properties).args(tests).stdin(Stdio::null());
    java.status().expect("java").success()
}

impl Addresses {
    /// The kit's properties (`docs` of the kit; read to the end of each line).
    fn properties(&self) -> String {
        let Self { ours, kit_port, callback, root, triggers, talks } = self;
        let kit = "dataspacetck";
        let cut = "dataspacetck.dsp.connector";
        let mut text = format!(
            "{kit}.debug={talks}\n{kit}.ansi=false\n\
             {kit}.host=127.0.0.1\n{kit}.port={kit_port}\n{kit}.callback.address={callback}\n\
             {kit}.dsp.local.connector=false\n{kit}.dsp.default.wait=12\n\
             {cut}.agent.id={ours}\n\
             {cut}.http.url={root}{DSP_PATH}\n{cut}.http.base.url={root}\n\
             {cut}.negotiation.initiate.url=http://127.0.0.1:{triggers}{NEGOTIATIONS}\n\
             {cut}.transfer.initiate.url=http://127.0.0.1:{triggers}{TRANSFERS}\n\
             CAT_01_03_DATASETID=CAT0103\n"
        );
        let seeds = Seeds::read();
        for role in [Role::Provider, Role::Consumer] {
            for dataset in seeds.side(role).datasets.keys() {
                let test = test_of(dataset);
                let _ = writeln!(text, "{test}_DATASETID={dataset}");
                let _ = writeln!(text, "{test}_OFFERID=CD123:{dataset}:456");
            }
            for agreement in seeds.side(role).agreements.keys() {
                let test = test_of(agreement);
                let _ = writeln!(text, "{test}_AGREEMENTID={agreement}");
                let _ = writeln!(text, "{test}_FORMAT=HttpData-PULL");
            }
        }
        text
    }
}

/// The test that an id is for: `ACNC0102` for `CN_C_01_02`.
fn test_of(id: &str) -> String {
    let (letters, digits) = id.split_at(id.len() - 4);
    let (group, test) = digits.split_at(2);
    let letters = match letters {
        "ACN" => "CN",
        "ACNC" => "CN_C",
        "ATP" => "TP",
        "ATPC" => "TP_C",
        letters => letters,
    };
    format!("{letters}_{group}_{test}")
}

/// The kit serves no version document, which each connector must have: what partners ask of it under
/// our usual paths is told to the gate.
fn tell_paths(gate: &Machine, kit: u16, versions: u16) {
    let path = gate.home.join("allmende.toml");
    let mut text = std::fs::read_to_string(&path).expect("the gate's settings");
    text.push_str(&format!(
        "\n[gate.paths]\n\"{DSP_PATH}\" = \"http://127.0.0.1:{kit}\"\n\
         \"/.well-known\" = \"http://127.0.0.1:{versions}\"\n"
    ));
    std::fs::write(path, text).expect("the gate's settings");
}

/// Serves the version document that the kit lacks; its port.
fn serve_versions() -> u16 {
    let entry = json!({
        "version": "2025-1", "path": DSP_PATH, "binding": "HTTPS",
        "auth": {"protocol": AUTH_PROTOCOL, "version": "1"},
    });
    let body = json!({"protocolVersions": [entry]}).to_string();
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                head.extend(byte);
            }
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}"
            );
        }
    });
    port
}

/// What the processes said, for whoever looks for the fault.
fn show(machines: &[&Machine]) {
    let mut stderr = std::io::stderr();
    for machine in machines {
        let journal = machine.journal();
        let lines: Vec<&str> = journal.lines().collect();
        let from = lines.len().saturating_sub(LINES_SHOWN);
        let _ = writeln!(stderr, "\n== the end of {}'s journal", machine.home.display());
        for line in lines.iter().skip(from) {
            let _ = writeln!(stderr, "{line}");
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_names_its_test() {
        for (id, test) in
            [("ACN0101", "CN_01_01"), ("ATPC0306", "TP_C_03_06"), ("CAT0102", "CAT_01_02")]
        {
            assert_eq!(test_of(id), test);
        }
    }
}
