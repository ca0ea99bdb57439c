//! Help that is grouped by who you are, and what is made of it for a release: manual pages and
//! shell completions.

use std::io;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::arguments::Arguments;

/// A heading of the help and its commands.
type Group = (&'static str, &'static [(&'static str, &'static str)]);

/// The commands by who uses them. A test compares them with the commands that exist.
const GROUPS: &[Group] = &[
    (
        "Clerk: share data, see and stop what happens to it",
        &[
            ("dataset", "publish, replace, withdraw and list datasets"),
            ("contract", "request, decide, follow and end contracts"),
            ("members", "list the members of the data space"),
        ],
    ),
    (
        "Engineer: find data and let it flow",
        &[
            ("catalog", "read a partner's catalogue"),
            ("pull", "fetch the data of a contract"),
            ("serve", "open a local address where your own programs read it"),
        ],
    ),
    (
        "Auditor: who got what, when, under which contract",
        &[("audit", "verify, read and export the log")],
    ),
    (
        "Operator: run it",
        &[
            ("init", "create the home folder, or add a participant to it"),
            ("join", "join a data space with an enrolment code"),
            ("up", "serve the participants of this home until stopped"),
            ("status", "show how the participant is doing"),
            ("doctor", "look for what is wrong"),
            ("account", "manage named accounts"),
            ("authority", "run the authority of a data space"),
        ],
    ),
    (
        "Everybody: see it work",
        &[("demo", "play a whole data space on this machine, step by step")],
    ),
];

/// The help of the program itself.
pub(super) fn root() -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "Allmende, a sovereign data-space connector.\n\nUsage: allmende [OPTIONS] <COMMAND>\n",
    );
    for (heading, commands) in GROUPS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{heading}");
        for (name, what) in *commands {
            let _ = writeln!(text, "  {name:<10} {what}");
        }
    }
    text.push_str(
        "
For every command:
  --home <FOLDER>         the folder of the process [env: ALLMENDE_HOME] [default: ./allmende]
  --participant <NAME>    whom to speak for, by host name or DID [env: ALLMENDE_PARTICIPANT]
  --json                  print data as JSON, and nothing else
  --lang <de|en>          the language; without it, that of the system
  --token-file <FILE>     the token of a named account [env: ALLMENDE_TOKEN_FILE]
  --connector <ADDRESS>   the management address [env: ALLMENDE_CONNECTOR]
  -h, --help              print help, also after a command
  -V, --version           print the version

Exit codes: 0 done, 1 refused, 2 usage, 3 unreachable, 4 verification failed.
Start with `allmende demo`.
",
    );
    text
}

/// Writes a manual page per command.
///
/// # Errors
/// The system's reason.
pub fn manual(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(plain(), folder)
}

/// Writes shell completions.
///
/// # Errors
/// The system's reason.
pub fn completions(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        let _ = clap_complete::generate_to(shell, &mut plain(), "allmende", folder)?;
    }
    Ok(())
}

/// The command line, as one value.
fn plain() -> clap::Command {
    Arguments::command()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_stands_in_one_group_of_the_help() {
        let listed: Vec<_> =
            GROUPS.iter().flat_map(|(_, commands)| *commands).map(|(name, _)| *name).collect();
        let listed_once: BTreeSet<_> = listed.iter().copied().collect();
        let command = plain();
        let exist: BTreeSet<_> = command
            .get_subcommands()
            .filter(|c| !c.is_hide_set())
            .map(clap::Command::get_name)
            .collect();
        assert_eq!(listed_once, exist);
        assert_eq!(listed.len(), exist.len());
    }

    #[test]
    fn every_global_option_stands_in_the_help() {
        let text = root();
        for option in plain().get_arguments().filter(|a| a.is_global_set() && !a.is_hide_set()) {
            let long = option.get_long().unwrap();
            assert!(text.contains(&format!("--{long}")), "{long}");
        }
    }

    #[test]
    fn no_option_takes_a_secret() {
        fn check(command: &clap::Command) {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                assert!(!["code", "token", "password", "key"].contains(&name), "{name}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&plain());
    }

    #[test]
    fn manual_and_completions_are_written() {
        let folder = tempfile::tempdir().unwrap();
        manual(folder.path()).unwrap();
        completions(folder.path()).unwrap();
        for name in ["allmende.1", "allmende-dataset-add.1", "allmende.bash", "_allmende"] {
            assert!(folder.path().join(name).is_file(), "{name}");
        }
    }
}
