//! `allmende demo`: a whole data space on this machine, told step by step. Everything happens through
//! this program's own commands, run as a user would type them; nothing is simulated but the people,
//! a town's data and a company's program.
//!
//! Nothing outside the demo's folder is written, and no child process outlives the demo.

mod enter;
mod feed;
mod finish;
mod fixture;
mod flow;
mod folder;
mod line;
mod party;
mod program;
mod prove;
mod refuse;
mod stage;
mod teller;

use std::path::PathBuf;

use jiff::tz::TimeZone;

use self::party::Cast;
use self::stage::Stage;
use self::teller::Teller;
use crate::cli::exit::{Exit, Failure};
use crate::cli::local;
use crate::cli::task::Demo;
use crate::clock::Clock as _;
use crate::management::view::Words;
use crate::runtime::until_signal;

/// A demo under way.
struct Play {
    /// Its folder.
    folder: PathBuf,
    /// Who tells it.
    teller: Teller,
    /// Where the processes are.
    stage: Stage,
    /// Who plays.
    cast: Cast,
    /// The last day of the rule.
    until: String,
    /// What the summary says at the end.
    sums: Sums,
    /// Whether the story has been told to its end.
    told_whole: bool,
}

/// What the summary says at the end.
#[derive(Debug, Default)]
struct Sums {
    /// Milliseconds from asking for the contract until it was in force.
    contract_ms: i64,
    /// Bytes of the whole delivery, and its milliseconds.
    pulled: (u64, i64),
    /// Milliseconds from ending the contract until the running delivery was cut.
    cut_ms: i64,
}

/// Plays the story.
///
/// # Errors
/// [`Failure`] when a step does not go as it should, or when it is interrupted.
pub async fn run(options: Demo) -> Result<(), Failure> {
    folder::renew(&options.folder)?;
    let teller = Teller::begin(&options.folder, options.lang, options.json)?;
    let year = teller.clock().now().to_zoned(TimeZone::UTC).year();
    let mut play = Play {
        until: format!("{}-12-31", year.saturating_add(1)),
        cast: Cast::choose(&options.folder).map_err(|error| local(&error))?,
        stage: Stage::open()?,
        folder: options.folder,
        teller,
        sums: Sums::default(),
        told_whole: false,
    };
    let told = tokio::select! {
        told = play.tell(options.stay) => Some(told),
        _ = until_signal() => None,
    };
    play.stage.stop().await;
    match told {
        Some(told) => told,
        None if play.told_whole => Ok(()),
        None => Err(interrupted()),
    }
}

impl Play {
    async fn tell(&mut self, stay: bool) -> Result<(), Failure> {
        self.greet();
        self.found().await?;
        self.enrol().await?;
        self.start().await?;
        self.publish().await?;
        self.agree().await?;
        self.deliver().await?;
        self.refuse().await?;
        self.separate().await?;
        self.cut().await?;
        self.prove(stay).await?;
        self.sum_up();
        self.teller.done()?;
        self.told_whole = true;
        if stay {
            self.stay();
            // A signal ends this through `run`.
            std::future::pending().await
        } else {
            self.next();
            Ok(())
        }
    }

    fn greet(&mut self) {
        let folder = self.folder.display().to_string();
        self.teller.put("");
        self.teller.say(&Words::new(
            "ALLMENDE · ein ganzer Datenraum auf diesem Rechner",
            "ALLMENDE · a whole data space on this machine",
        ));
        self.teller.say(&Words::new(
            format!("Jede Zeile mit $ ist ein echter Befehl, den die Vorführung für Sie eintippt. Alles liegt in ./{folder} und darf danach gelöscht werden."),
            format!("Each line with $ is a real command, typed for you. Everything lies in ./{folder} and may be deleted afterwards."),
        ));
    }
}

/// Eight characters name a thing on the command line.
fn short(id: &str) -> String {
    let uuid = id.strip_prefix("urn:uuid:").unwrap_or(id);
    uuid.chars().take(8).collect()
}

/// Megabytes as people write them.
fn megabytes(bytes: u64) -> Words {
    let (whole, tenth) = (bytes / 1_000_000, bytes % 1_000_000 / 100_000);
    Words::new(format!("{whole},{tenth} MB"), format!("{whole}.{tenth} MB"))
}

fn interrupted() -> Failure {
    Failure::new(
        Exit::Refused,
        "demo-interrupted",
        Words::new(
            "Die Vorführung wurde unterbrochen; alle Prozesse sind beendet.",
            "the demo was interrupted; all its processes have ended",
        ),
        Words::new(
            "Noch einmal starten, wenn sie zu Ende laufen soll.",
            "start it again to see it to its end",
        ),
    )
}
