//! Runs the Dataspace Protocol's test kit against a whole connector over mutual TLS.
//!
//! `allmende-kit dsp FOLDER RUNS [TEST]` sets up a data space of real processes on this machine, starts the kit and tears
//! everything down; `allmende-kit under-test` is the connector that the kit meets, with a script in the
//! place of people. Every other command is the program's own, so that authority, gate and connector are
//! one build. How to run it: `tests/conformance/dsp/README.md`.

#![expect(
    clippy::expect_used,
    reason = "this is a test of the connector from outside: a panic is how it ends"
)]

mod connector;
mod dsp;
mod script;
mod seeds;
mod trigger;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use ::connector::runtime::Program;
use serde_json::json;
use tracing_subscriber::EnvFilter;
use wire::did::Did;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["dsp", folder, runs, ref tests @ ..] => {
            dsp::run(&PathBuf::from(folder), runs.parse().expect("how many runs"), tests)
        }
        ["under-test", kit, port, "--home", home, "--json"] => {
            journal();
            under_test(kit, port.parse().expect("a port"), home)
        }
        _ => {
            journal();
            ::connector::cli::main(&Program)
        }
    }
}

fn journal() {
    let filter = EnvFilter::try_from_env("ALLMENDE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn under_test(kit: &str, port: u16, home: &str) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let kit = Did::parse(kit).expect("the kit's DID");
    runtime.expect("a runtime").block_on(connector::up(PathBuf::from(home), kit, port, || {
        let mut stdout = std::io::stdout();
        writeln!(stdout, "{}", json!({"triggers": port})).expect("stdout");
        stdout.flush().expect("stdout");
    }));
    ExitCode::SUCCESS
}
