//! The command line: what is typed becomes calls to the running connector, or work on a home
//! folder; answers go to stdout, talk to stderr, and the exit code says how it went.
//!
//! It opens no store and decides nothing.

pub mod arguments;
pub mod client;
pub mod exit;
pub mod help;
pub mod home;
pub mod output;
mod partner;
pub mod show;
pub mod task;

mod contract;
mod dataset;
mod delivery;
mod find;
mod policy;
mod pull;
mod replay;
mod run;
mod verify;

#[cfg(test)]
mod tests;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::FromArgMatches as _;

use arguments::{Arguments, Command};
use exit::{Exit, Failure};
use output::Output;
use task::Tasks;

use crate::management::view::Words;

/// Reads the process's command line, does it, and says how it went.
pub fn main<T: Tasks>(tasks: &T) -> ExitCode {
    let arguments = typed();
    let (mut stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    let mut output = Output::new(&mut stdout, &mut stderr, arguments.common.lang());
    output.json = arguments.common.json;
    output.progress = std::io::stderr().is_terminal();
    let serves = matches!(
        arguments.command,
        Command::Up
            | Command::Gate
            | Command::Demo { .. }
            | Command::Authority(arguments::AuthorityCommand::Up)
    );
    let mut runtime = if serves {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let exit = match runtime.enable_all().build() {
        Ok(runtime) => runtime.block_on(run(tasks, arguments, &mut output)),
        Err(error) => output.fail(&local(&error)),
    };
    exit.into()
}

/// The command line as it was typed. Ends the process where it makes no sense, or asks for help.
#[expect(
    clippy::disallowed_methods,
    reason = "the help needs its language before clap has read LANG"
)]
fn typed() -> Arguments {
    let all: Vec<_> = std::env::args_os().collect();
    let texts = all.iter().filter_map(|argument| argument.to_str());
    let lang = help::lang(texts, &std::env::var("LANG").unwrap_or_default());
    let matches = help::command(lang).get_matches_from(&all);
    Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// Does one command.
pub async fn run<T: Tasks>(tasks: &T, arguments: Arguments, output: &mut Output<'_>) -> Exit {
    match run::run(tasks, arguments, output).await {
        Ok(exit) => exit,
        Err(failure) => output.fail(&failure),
    }
}

/// A failure of this machine: a file that cannot be read, an output that nobody takes.
pub(crate) fn local(error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Refused,
        "local-io",
        Words::new("Auf diesem Rechner ging etwas schief.", "something failed on this machine"),
        Words::new("Rechte und freien Platz prüfen.", "check permissions and free space"),
    )
    .because(error.to_string())
}

/// A failure to read or write `path`.
pub(crate) fn local_file(path: &std::path::Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::new(
        Exit::Refused,
        "local-io",
        Words::new(
            format!("`{path}` ist nicht les- oder schreibbar."),
            format!("`{path}` cannot be read or written"),
        ),
        Words::new(
            "Pfad, Rechte und freien Platz prüfen.",
            "check path, permissions and free space",
        ),
    )
    .because(error.to_string())
}

/// The deepest folder that is looked into.
const DEPTH_MAX: usize = 16;

/// The files below a folder with their paths in it, sorted. Symbolic links are not followed.
fn files_below(folder: &std::path::Path) -> Vec<String> {
    let mut files = Vec::new();
    list(folder, "", DEPTH_MAX, &mut files);
    files.sort();
    files
}

fn list(folder: &std::path::Path, prefix: &str, depth: usize, files: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (Ok(kind), Some(name)) =
            (entry.file_type(), entry.file_name().to_str().map(str::to_owned))
        else {
            continue;
        };
        let path = format!("{prefix}{name}");
        if kind.is_file() {
            files.push(path);
        } else if kind.is_dir() && depth > 0 {
            list(&entry.path(), &format!("{path}/"), depth - 1, files);
        }
    }
}
