//! Why a process does not start, in words for whoever started it.

use std::error::Error;

use super::node::StartError;
use super::sockets::BindError;
use crate::book::BookFault;
use crate::cli::exit::{Exit, Failure};
use crate::management::view::Words;
use crate::store::MigrateError;

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        let address = error.address;
        Self::new(
            Exit::Refused,
            "address-taken",
            Words::new(
                format!("Die Adresse {address} lässt sich nicht verwenden."),
                format!("the address {address} cannot be used"),
            ),
            Words::new(
                "Prüfen, ob der Konnektor schon läuft; sonst die Adresse in allmende.toml ändern.",
                "check whether the connector runs already; else change the address in allmende.toml",
            ),
        )
        .because(chain(&error))
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let (code, remedy) = remedy(&error);
        let what = Words::new("Der Konnektor startet nicht.", "the connector does not start");
        Self::new(Exit::Refused, code, what, remedy).because(chain(&error))
    }
}

impl From<BookFault> for Failure {
    fn from(error: BookFault) -> Self {
        let (code, remedy) = sentences();
        let what = Words::new(
            "Die Sätze dieses Ordners gelten nicht.",
            "the sentences of this home are refused",
        );
        Self::new(Exit::Refused, code, what, remedy).because(chain(&error))
    }
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        let what = match &error {
            MigrateError::Unsure { .. } => Words::new(
                "Der Speicher ist umgezogen, aber vielleicht nicht auf Dauer.",
                "the store is moved, but perhaps not for good",
            ),
            MigrateError::Differs { .. }
            | MigrateError::Engine(_)
            | MigrateError::Former { .. }
            | MigrateError::Io { .. }
            | MigrateError::Nothing { .. }
            | MigrateError::Open(_) => Words::new(
                "Der Speicher zieht nicht um; er ist, wie er war.",
                "the store is not moved; it is as it was",
            ),
        };
        let (code, remedy) = match &error {
            MigrateError::Open(open) => ("store-unusable", Words::same(open.hint())),
            MigrateError::Engine(_) | MigrateError::Differs { .. } => (
                "store-not-copied",
                Words::new(
                    "Den Platz und die Gesundheit der Platte prüfen, dann noch einmal.",
                    "check the disk's room and health, then try again",
                ),
            ),
            MigrateError::Former { .. } => (
                "store-former",
                Words::new(
                    "Den Ordner löschen oder wegräumen: er ist von einem früheren Umzug.",
                    "remove it or put it elsewhere: it is from an earlier move",
                ),
            ),
            MigrateError::Nothing { .. } => (
                "store-absent",
                Words::new(
                    "Mit --home den richtigen Ordner nennen; ein neuer braucht keinen Umzug.",
                    "name the right folder with --home; a new one needs no move",
                ),
            ),
            MigrateError::Unsure { .. } => (
                "store-move-unsure",
                Words::new(
                    "Die Platte prüfen, dann noch einmal: der Befehl sagt, ob der Speicher dort ist.",
                    "check the disk, then try again: the command says whether the store is there",
                ),
            ),
            MigrateError::Io { .. } => (
                "store-not-swapped",
                Words::new(
                    "Den Ordner auf ein Dateisystem legen, das zwei Ordner tauschen kann (ext4, XFS, Btrfs), und dessen Rechte prüfen.",
                    "put the home on a file system that can exchange two folders (ext4, XFS, Btrfs), and check its permissions",
                ),
            ),
        };
        Self::new(Exit::Refused, code, what, remedy).because(chain(&error))
    }
}

/// Settings under which nothing is kept.
pub(super) fn keeps_nothing() -> Failure {
    Failure::new(
        Exit::Refused,
        "store-in-memory",
        Words::new(
            "Nach allmende.toml liegt der Speicher nur im Arbeitsspeicher.",
            "by allmende.toml the store is in memory only",
        ),
        Words::new(
            "`engine` unter `[store]` auf sled oder redb setzen.",
            "set `engine` under `[store]` to sled or redb",
        ),
    )
}

/// Sentences in place of ours that cannot be read.
fn sentences() -> (&'static str, Words) {
    let remedy = Words::new(
        "Die Stelle in der genannten Datei berichtigen, oder `policy.sentences` aus allmende.toml nehmen; docs/sentences.md sagt, was dort steht.",
        "correct the place in the file named, or take `policy.sentences` out of allmende.toml; docs/sentences.md says what stands there",
    );
    ("sentences-refused", remedy)
}

fn remedy(error: &StartError) -> (&'static str, Words) {
    match error {
        StartError::Config(_) | StartError::Network | StartError::NoParticipant => (
            "bad-settings",
            Words::new(
                "allmende.toml an der genannten Stelle berichtigen.",
                "correct allmende.toml at the place named",
            ),
        ),
        StartError::Book(_) => sentences(),
        StartError::OtherKind { gate: true } => (
            "gate-home",
            Words::new(
                "Diesen Ordner mit `allmende gate` bedienen, oder `[gate]` aus allmende.toml nehmen.",
                "serve this home with `allmende gate`, or take `[gate]` out of allmende.toml",
            ),
        ),
        StartError::OtherKind { gate: false } => (
            "no-gate-home",
            Words::new(
                "Den Ordner mit `allmende init --gate <ADRESSE>` anlegen, bevor er beitritt.",
                "make the home with `allmende init --gate <ADDRESS>`, before it joins",
            ),
        ),
        StartError::NotJoined { .. } => (
            "not-joined",
            Words::new(
                "Erst mit `allmende join` einem Datenraum beitreten.",
                "join a data space with `allmende join` first",
            ),
        ),
        StartError::Store(open) => ("store-unusable", Words::same(open.hint())),
        StartError::Log { source, .. } => (source.code(), Words::same(source.hint())),
        StartError::Trust { source, .. } => (source.code(), Words::same(source.remedy())),
        StartError::Authority { source } => (source.code(), Words::same(source.remedy())),
        StartError::DataRoot { .. } => (
            "data-root",
            Words::new(
                "Den Ordner anlegen oder data_root in allmende.toml berichtigen.",
                "create the folder, or correct data_root in allmende.toml",
            ),
        ),
        StartError::Folder { .. }
        | StartError::Gate(_)
        | StartError::GateFile { .. }
        | StartError::Roots { .. } => (
            "files-unusable",
            Words::new(
                "Die genannte Datei aus der Sicherung zurückholen oder ihre Rechte berichtigen.",
                "put the file named back from a backup, or correct its permissions",
            ),
        ),
        StartError::Listen(_) | StartError::Local(_) | StartError::Tls(_) => (
            "listener-unusable",
            Words::new(
                "OpenSSL und die Netzwerkeinstellungen prüfen.",
                "check OpenSSL and the network settings",
            ),
        ),
    }
}

/// An error with all its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
