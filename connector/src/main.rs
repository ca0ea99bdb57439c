//! The program `allmende`.

use std::process::ExitCode;

use connector::runtime::Program;
use tikv_jemallocator::Jemalloc;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("ALLMENDE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    connector::cli::main(&Program)
}
