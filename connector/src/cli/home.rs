//! The commands that work on a home folder before a connector runs in it: `init`, `join`,
//! `authority init`, `authority root-crl`.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;
use wire::did::Did;

use super::exit::{Exit, Failure};
use crate::authority::founding;
use crate::clock::{Clock as _, SystemClock};
use crate::home::Home;
use crate::ids::SystemIds;
use crate::management::view::{PeerName, Words};
use crate::setup::{self, FoundOptions, InitOptions, JoinOptions, SetupFault};

/// What `init` made.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Initialised {
    /// The participant.
    pub did: Did,
    /// The settings file.
    pub config: PathBuf,
    /// The folder whose files may be published.
    pub data_root: PathBuf,
}

/// What `authority init` made.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Founded {
    /// The authority, whose DID is the data space's id.
    pub did: Did,
    /// SHA-256 of the root certificate: goes out with every code.
    pub fingerprint: String,
    /// The folder of the root key, to be taken offline.
    pub root: PathBuf,
}

/// What `join` brought.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The participant.
    pub did: Did,
    /// The data space.
    pub dataspace: String,
    /// When its certificate expires, unless it is renewed.
    pub certificate_expires: Timestamp,
}

/// What `authority root-crl` signed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RootCrl {
    /// The list's number.
    pub number: u64,
    /// When the next one is due.
    pub next_update: Timestamp,
}

/// Makes a home with one participant, or adds a participant to the home that is there.
pub(super) fn init(home: &Home, options: &InitOptions) -> Result<Initialised, Failure> {
    let made = setup::init(home, options)?;
    Ok(Initialised { did: made.did, config: made.config, data_root: made.data_root })
}

/// Founds a data space in a fresh home.
pub(super) fn found(home: &Home, options: &FoundOptions) -> Result<Founded, Failure> {
    let made = setup::found(home, options, &SystemIds, SystemClock::default().now())?;
    Ok(Founded { did: made.did, fingerprint: made.fingerprint.to_string(), root: made.root })
}

/// Joins a data space.
pub(super) async fn join(home: &Home, options: JoinOptions) -> Result<Joined, Failure> {
    let joined = setup::join(home, options, SystemClock::default().now()).await?;
    let setup::Joined { did, dataspace, certificate_expires } = joined;
    Ok(Joined { did, dataspace, certificate_expires })
}

/// Signs the root's revocation list anew.
pub(super) fn root_crl(home: &Home) -> Result<RootCrl, Failure> {
    let list = founding::renew_root_crl(home, SystemClock::default().now())
        .map_err(SetupFault::Authority)?;
    Ok(RootCrl { number: list.number, next_update: list.next_update })
}

/// The participant of the home that is meant.
pub(super) fn participant(home: &Home, named: Option<&PeerName>) -> Result<Did, Failure> {
    let config = setup::config(home)?;
    let present: Vec<Did> = config.participants.into_iter().map(|known| known.did).collect();
    super::find::participant(named, present.iter())
}

impl From<SetupFault> for Failure {
    fn from(fault: SetupFault) -> Self {
        let exit = match &fault {
            SetupFault::Fetch(_) => Exit::Unreachable,
            SetupFault::Host { .. } | SetupFault::Name | SetupFault::NoParticipant { .. } => {
                Exit::Usage
            }
            SetupFault::Answer(_)
            | SetupFault::Authority(_)
            | SetupFault::Config(_)
            | SetupFault::Exists { .. }
            | SetupFault::Folder(_)
            | SetupFault::Io { .. }
            | SetupFault::Joined { .. }
            | SetupFault::NoHome { .. }
            | SetupFault::NotFresh { .. }
            | SetupFault::Refused { .. }
            | SetupFault::Request(_)
            | SetupFault::Statement(_)
            | SetupFault::Trust(_)
            | SetupFault::WrongRoot { .. } => Exit::Refused,
        };
        let what = Words::new(
            "Am Ordner des Konnektors wurde nichts geändert.",
            "nothing was changed in the home folder",
        );
        let remedy = Words::new(german(&fault), fault.remedy());
        Self::new(exit, fault.code(), what, remedy).because(fault.to_string())
    }
}

/// What helps, in German; where only the part below knows, its English words.
fn german(fault: &SetupFault) -> String {
    let text = match fault {
        SetupFault::Answer(_) => {
            "Dieselbe Version von Allmende verwenden wie die Vertrauensstelle."
        }
        SetupFault::Config(_) => "Die Einstellungen an der genannten Stelle berichtigen.",
        SetupFault::Exists { .. } => {
            "Einen anderen Rechnernamen wählen, oder den vorhandenen Teilnehmer verwenden."
        }
        SetupFault::Fetch(_) => {
            "Name und Port der Vertrauensstelle und `net.allow` prüfen, und ob sie läuft."
        }
        SetupFault::Folder(_) | SetupFault::Io { .. } => {
            "Prüfen, ob der Ordner da ist, Platz hat und Ihnen gehört."
        }
        SetupFault::Host { .. } => {
            "Einen Rechnernamen in Kleinbuchstaben angeben, etwa ulm.example.org."
        }
        SetupFault::Joined { .. } => "Für einen weiteren Datenraum einen neuen Teilnehmer anlegen.",
        SetupFault::Name => "Einen kürzeren Namen angeben.",
        SetupFault::NoHome { .. } => {
            "Zuerst `allmende init` ausführen, oder den Ordner mit `--home` nennen."
        }
        SetupFault::NoParticipant { .. } => "Die Teilnehmer stehen in allmende.toml.",
        SetupFault::NotFresh { .. } => "Mit `--home` einen anderen Ordner nennen.",
        SetupFault::Request(_) => {
            "Das Betriebsprotokoll ansehen; die Schlüssel des Teilnehmers sind vielleicht beschädigt."
        }
        SetupFault::WrongRoot { .. } => {
            "Nicht fortfahren: den Fingerabdruck am Telefon mit der Vertrauensstelle vergleichen; jemand steht vielleicht dazwischen."
        }
        SetupFault::Authority(_)
        | SetupFault::Refused { .. }
        | SetupFault::Statement(_)
        | SetupFault::Trust(_) => fault.remedy(),
    };
    text.to_owned()
}
