//! From exec to the first answer over mutual TLS. An answer, because in TLS 1.3 a client cannot tell
//! an accepted handshake from a refused one before it has read something.

use std::time::{Duration, Instant};

use crate::Fallible;
use crate::figures::Figures;
use crate::line::Caller;
use crate::machine::Process;
use crate::space::{Space, Up};

/// Between two tries to connect.
const PAUSE: Duration = Duration::from_micros(200);
/// When a start has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn run(numbers: &[usize]) -> Fallible<()> {
    let rounds = numbers.first().copied().unwrap_or(20);
    let space = Space::found()?;
    let (provider, consumer) =
        (space.join("provider.localhost")?, space.join("consumer.localhost")?);
    let caller = Caller::new(&consumer, &provider)?;
    let (mut wall, mut cpu) = (Figures::default(), Figures::default());
    for _ in 0..rounds {
        let began = Instant::now();
        let up = Up::exec(&provider, &["up"])?;
        let answered = loop {
            let asked = caller.connect().and_then(|mut line| line.ask("GET", VERSION, ""));
            match asked {
                Ok(_) => break began.elapsed(),
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => std::thread::sleep(PAUSE),
            }
        };
        wall.add(answered);
        cpu.add(Process::cpu(up.process())?);
    }
    wall.print("exec to first answer over mutual TLS");
    cpu.print("processor time of the connector until then (10 ms steps)");
    crate::disk::print(space.path())
}

const VERSION: &str = "/.well-known/dspace-version";
