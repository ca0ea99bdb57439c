//! Why a home was not made or did not join.

use std::io;
use std::path::PathBuf;

use identity::authority::AuthorityError;
use identity::enrol::{EnrolError, Fingerprint};
use wire::did::{Did, DidError};

use crate::authority::Refusal;
use crate::authority::envelope::EnvelopeError;
use crate::config::ConfigError;
use crate::net::unsent::Failure;
use crate::participant::folder::FolderError;
use crate::trust::TrustFault;

/// What was not done, and why.
#[derive(Debug, thiserror::Error)]
pub enum SetupFault {
    /// The authority's answer is not what it should be.
    #[error("the authority's answer is not understood: {0}")]
    Answer(#[from] EnvelopeError),
    /// The authority's root could not be founded.
    #[error("{0}")]
    Authority(#[from] Refusal),
    /// The settings are refused.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// There is a participant of that name already.
    #[error("the home has a participant with the host name of `{did}` already")]
    Exists {
        /// Who was to be made.
        did: Box<Did>,
    },
    /// The authority was not reached, or what it served could not be taken.
    #[error("the authority cannot be asked: {0}")]
    Fetch(#[from] Failure),
    /// Files of the participant.
    #[error("{0}")]
    Folder(#[from] FolderError),
    /// Not a host name.
    #[error("`{host}` cannot be a participant's host name: {source}")]
    Host {
        /// What was given.
        host: String,
        /// Why.
        source: DidError,
    },
    /// A file or folder.
    #[error("`{path}` cannot be read or written: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has joined a data space already.
    #[error("`{did}` is a member of the data space of `{authority}` already")]
    Joined {
        /// Who.
        did: Box<Did>,
        /// Of which.
        authority: Box<Did>,
    },
    /// The data space's name.
    #[error("a data space needs a name of at most 48 characters")]
    Name,
    /// There is no home.
    #[error("there is no home at `{path}`")]
    NoHome {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The home has no such participant.
    #[error("the home has no participant `{did}`")]
    NoParticipant {
        /// Who was named.
        did: Box<Did>,
    },
    /// A data space is founded in a home of its own.
    #[error("`{path}` holds a home already")]
    NotFresh {
        /// Which.
        path: PathBuf,
    },
    /// The authority says no.
    #[error("the authority refused: {code} (HTTP status {status})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its reason code.
        code: String,
        /// What it advises.
        remedy: String,
    },
    /// A request could not be made.
    #[error("the request for a certificate could not be made: {0}")]
    Request(#[from] AuthorityError),
    /// A statement could not be made.
    #[error("the statement over the request could not be made: {0}")]
    Statement(#[from] EnrolError),
    /// What the authority served does not verify.
    #[error("{0}")]
    Trust(#[from] TrustFault),
    /// The root that was served is another one.
    #[error("the root served has the fingerprint `{found}`, not `{expected}`")]
    WrongRoot {
        /// What went with the code.
        expected: Fingerprint,
        /// What was served.
        found: Fingerprint,
    },
}

impl SetupFault {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Answer(source) => source.code(),
            Self::Authority(source) => source.code(),
            Self::Config(_) => "settings-refused",
            Self::Exists { .. } => "participant-exists",
            Self::Fetch(source) => source.code(),
            Self::Folder(_) => "participant-files",
            Self::Host { .. } => "host-name",
            Self::Io { .. } => "home-files",
            Self::Joined { .. } => "joined-already",
            Self::Name => "dataspace-name",
            Self::NoHome { .. } => "no-home",
            Self::NoParticipant { .. } => "no-participant",
            Self::NotFresh { .. } => "home-not-fresh",
            Self::Refused { .. } => "enrolment-refused",
            Self::Request(_) => "enrolment-request",
            Self::Statement(source) => source.code(),
            Self::Trust(source) => source.code(),
            Self::WrongRoot { .. } => "root-fingerprint",
        }
    }

    /// What helps.
    #[must_use]
    pub fn remedy(&self) -> &str {
        match self {
            Self::Authority(source) => source.remedy(),
            Self::Refused { remedy, .. } => remedy,
            Self::Statement(source) => source.remedy(),
            Self::Trust(source) => source.remedy(),
            Self::Answer(_) => "use the same version of allmende as the authority",
            Self::Config(_) => "correct the settings file; the message names the place",
            Self::Exists { .. } => "choose another host name, or use the participant that is there",
            Self::Fetch(_) => "check the authority's name and port, net.allow, and that it runs",
            Self::Folder(_) | Self::Io { .. } => {
                "check that the folder exists, has space, and belongs to you"
            }
            Self::Host { .. } => "give a lower-case host name such as ulm.example.org",
            Self::Joined { .. } => "make a new participant for another data space",
            Self::Name => "give a shorter name",
            Self::NoHome { .. } => "run `allmende init` first, or name the home with --home",
            Self::NoParticipant { .. } => "see the participants in allmende.toml",
            Self::NotFresh { .. } => "give another folder with --home",
            Self::Request(_) => "see the journal; the participant's keys may be damaged",
            Self::WrongRoot { .. } => {
                "do not go on: compare the fingerprint with the authority by telephone; somebody \
                 may stand between you and it"
            }
        }
    }
}
