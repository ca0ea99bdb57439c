//! Help that is grouped by who you are, and what is made of it for a release: manual pages and
//! shell completions.

mod groups;

use std::io;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use self::groups::GROUPS;
use super::arguments::Arguments;
use crate::words::Lang;

/// A text in German and in English, side by side so that neither is forgotten.
struct Both {
    de: &'static str,
    en: &'static str,
}

const fn both(de: &'static str, en: &'static str) -> Both {
    Both { de, en }
}

impl Both {
    const fn text(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::De => self.de,
            Lang::En => self.en,
        }
    }
}

const OPENING: Both = both(
    "Allmende, ein souveräner Konnektor für Datenräume.\n\nAufruf: allmende [OPTIONEN] <BEFEHL>\n",
    "Allmende, a sovereign data-space connector.\n\nUsage: allmende [OPTIONS] <COMMAND>\n",
);

const FOR_EVERY_COMMAND: Both = both("Für jeden Befehl:", "For every command:");

/// The options of every command. A test compares them with the options that exist.
const OPTIONS: &[(&str, Both)] = &[
    (
        "--home <FOLDER>",
        both(
            "der Ordner des Dienstes [env: ALLMENDE_HOME] [sonst: ./allmende]",
            "the folder of the process [env: ALLMENDE_HOME] [default: ./allmende]",
        ),
    ),
    (
        "--participant <NAME>",
        both(
            "für wen gesprochen wird, Rechnername oder DID [env: ALLMENDE_PARTICIPANT]",
            "whom to speak for, by host name or DID [env: ALLMENDE_PARTICIPANT]",
        ),
    ),
    (
        "--json",
        both("Daten als JSON ausgeben, sonst nichts", "print data as JSON, and nothing else"),
    ),
    (
        "--lang <de|en>",
        both(
            "die Sprache; ohne Angabe die des Systems",
            "the language; without it, that of the system",
        ),
    ),
    (
        "--token-file <FILE>",
        both(
            "der Zugangsschlüssel eines Kontos [env: ALLMENDE_TOKEN_FILE]",
            "the token of a named account [env: ALLMENDE_TOKEN_FILE]",
        ),
    ),
    (
        "--connector <ADDRESS>",
        both(
            "die Adresse der Verwaltung [env: ALLMENDE_CONNECTOR]",
            "the management address [env: ALLMENDE_CONNECTOR]",
        ),
    ),
    (
        "-h, --help",
        both("Hilfe zeigen, auch nach einem Befehl", "print help, also after a command"),
    ),
    ("-V, --version", both("die Version zeigen", "print the version")),
];

const CLOSING: Both = both(
    "
Rückgabewerte: 0 getan, 1 abgelehnt, 2 falsch aufgerufen, 3 nicht erreichbar, 4 Prüfung gescheitert.
Zum Einstieg: `allmende demo`.
",
    "
Exit codes: 0 done, 1 refused, 2 usage, 3 unreachable, 4 verification failed.
Start with `allmende demo`.
",
);

/// The help of the program itself.
pub(super) fn root(lang: Lang) -> String {
    use std::fmt::Write as _;
    let mut text = OPENING.text(lang).to_owned();
    for (heading, commands) in GROUPS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{}", heading.text(lang));
        for (name, what) in *commands {
            let _ = writeln!(text, "  {name:<10} {}", what.text(lang));
        }
    }
    let _ = writeln!(text, "\n{}", FOR_EVERY_COMMAND.text(lang));
    for (option, what) in OPTIONS {
        let _ = writeln!(text, "  {option:<23} {}", what.text(lang));
    }
    text.push_str(CLOSING.text(lang));
    text
}

/// The command line with its help in `lang`: the groups of the program's own help, and what each
/// command is for.
pub(super) fn command(lang: Lang) -> clap::Command {
    let command = plain().override_help(root(lang));
    match lang {
        Lang::En => command,
        Lang::De => GROUPS
            .iter()
            .flat_map(|(_, commands)| *commands)
            .fold(command, |command, (name, what)| {
                command.mut_subcommand(*name, |it| it.about(what.de))
            }),
    }
}

/// The language to help in, before the command line is read as a whole: a mistyped one still gets
/// its help.
pub(super) fn lang<'a>(arguments: impl IntoIterator<Item = &'a str>, locale: &str) -> Lang {
    let mut arguments = arguments.into_iter();
    let mut chosen = None;
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--lang") {
            Some("") => arguments.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        chosen = value.and_then(|value| value.parse().ok()).or(chosen);
    }
    chosen.unwrap_or_else(|| Lang::of_locale(locale))
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
    fn every_text_of_the_help_is_there_in_both_languages() {
        let groups = GROUPS.iter().flat_map(|(heading, commands)| {
            std::iter::once(heading).chain(commands.iter().map(|(_, what)| what))
        });
        let rest = [&OPENING, &FOR_EVERY_COMMAND, &CLOSING];
        for text in groups.chain(OPTIONS.iter().map(|(_, what)| what)).chain(rest) {
            assert!(
                !text.de.is_empty() && !text.en.is_empty() && text.de != text.en,
                "{}",
                text.en
            );
        }
        for lang in [Lang::De, Lang::En] {
            assert!(root(lang).lines().all(|line| line.chars().count() <= 100), "{}", root(lang));
        }
    }

    #[test]
    fn the_help_speaks_the_language_that_is_asked_for() {
        for (arguments, locale, expected) in [
            ("--help", "de_DE.UTF-8", Lang::De),
            ("--help", "C.UTF-8", Lang::En),
            ("--lang de --help", "C", Lang::De),
            ("pull --lang=en --help", "de", Lang::En),
            ("--lang fr", "de", Lang::De),
            ("--lang", "", Lang::En),
        ] {
            assert_eq!(lang(arguments.split(' '), locale), expected, "{arguments} {locale}");
        }
        let help = command(Lang::De).render_help().to_string();
        assert!(help.contains("Sachbearbeitung") && !help.contains("Clerk"), "{help}");
    }

    #[test]
    fn every_global_option_stands_in_the_help() {
        for option in plain().get_arguments().filter(|a| a.is_global_set() && !a.is_hide_set()) {
            let long = format!("--{}", option.get_long().unwrap());
            let listed = OPTIONS.iter().filter(|(name, _)| name.split(' ').any(|it| it == long));
            assert_eq!(listed.count(), 1, "{long}");
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
