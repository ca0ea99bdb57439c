//! The load programs behind `docs/performance.md`: `cargo bench -p allmende --bench load -- <name>`.
//!
//! Each one founds a data space of its own in a temporary folder, with the built program as authority
//! and provider in processes of their own, and measures with everything on: mutual TLS, durable
//! commits, log, witnessing. Stores are sled's, or redb's when `redb` is among the arguments. They print
//! figures; they judge nothing and change nothing outside that folder.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a load program measures with the machine's clock, waits, and prints what it found"
)]

mod bulk;
mod catalog;
mod contract;
mod cut;
mod disk;
mod figures;
mod idle;
mod line;
mod machine;
mod recover;
mod space;
mod start;
mod transfer;

use std::error::Error;
use std::process::ExitCode;

use connector::store::OnDisk;
use tikv_jemallocator::Jemalloc;

/// The consumer runs in this process, with the memory that `allmende` has.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// What a load program returns.
type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A load program: its name, what it measures, and itself.
type Program = (&'static str, &'static str, fn(&[usize]) -> Fallible<()>);

const PROGRAMS: [Program; 10] = [
    ("start", "[rounds]: exec to the first answer over mutual TLS", start::run),
    ("idle", "[seconds] [negotiations]: memory, CPU and wake-ups of one connector", idle::run),
    ("lone", "[count]: one negotiation after another, request to finalized", contract::lone),
    ("flood", "[count] [in flight]: negotiations per CPU-second", contract::flood),
    (
        "stored",
        "[count]: lone and flood before and after so many more negotiations",
        contract::stored,
    ),
    ("recover", "[count]: an outbox worked off after kill -9", recover::run),
    ("transfer", "[count]: transfer request to first byte", transfer::run),
    ("cut", "[deliveries]: running deliveries cut when their contract ends", cut::run),
    ("catalog", "[datasets]: one page of 50, and all of them streamed", catalog::run),
    ("bulk", "[MiB] [rounds]: one large delivery beside nginx", bulk::run),
];

fn main() -> ExitCode {
    // cargo passes `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let Some((name, rest)) = arguments.split_first() else {
        for (name, what, _) in PROGRAMS {
            println!("{name} {what}");
        }
        return ExitCode::SUCCESS;
    };
    if let Some(engine) = OnDisk::ALL.into_iter().find(|it| rest.iter().any(|w| w == it.name())) {
        space::keep_in(engine);
    }
    let numbers: Vec<usize> = rest.iter().filter_map(|text| text.parse().ok()).collect();
    let Some((_, _, program)) = PROGRAMS.iter().find(|(known, _, _)| known == name) else {
        println!("there is no load program `{name}`");
        return ExitCode::from(2);
    };
    match program(&numbers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}
