//! Why the authority does not do what it was asked, and whose fault that is.

use identity::authority::AuthorityError;
use identity::enrol::EnrolError;
use identity::jws::JwsError;
use wire::did::Did;

use super::envelope::EnvelopeError;
use super::record::NotRecorded;
use crate::participant::folder::FolderError;
use crate::store::{BatchError, CommitError, ReadError};
use crate::trust::TrustFault;

/// Whose fault a refusal is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The asker's request is not what it must be.
    Asker,
    /// It does not fit what the authority knows.
    Conflict,
    /// Something of ours is broken, or stands still.
    Ours,
}

/// What was not done, and why. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A value could not be written: a fault of the program.
    #[error("{0}")]
    Batch(#[from] BatchError),
    /// The store did not take the change.
    #[error("the change could not be stored: {0}")]
    Commit(#[from] CommitError),
    /// The request for certificates is bad.
    #[error("{0}")]
    Enrol(#[from] EnrolError),
    /// The body around it is bad.
    #[error("the request is {0}")]
    Envelope(#[from] EnvelopeError),
    /// The files cannot be read or written.
    #[error("{0}")]
    Folder(#[from] FolderError),
    /// Another participant has this host name.
    #[error("the host name of `{did}` belongs to the member `{member}`")]
    HostTaken {
        /// Who was named.
        did: Box<Did>,
        /// Who has it.
        member: Box<Did>,
    },
    /// More members than a trust list can name.
    #[error("a data space has at most `{members_max}` members")]
    Full {
        /// How many.
        members_max: usize,
    },
    /// The authority's own certificate may not be managed like a member's.
    #[error("`{did}` is the authority itself")]
    Itself {
        /// The authority.
        did: Box<Did>,
    },
    /// The certificate that carries the connection is not one of the member's.
    #[error("the certificate shown is not one that was issued to this member and is in force")]
    NotItsCertificate,
    /// Nobody by that name.
    #[error("`{did}` is not a member of this data space")]
    NotAMember {
        /// Who was named.
        did: Box<Did>,
    },
    /// The log did not take the entry.
    #[error("{0}")]
    NotRecorded(#[from] NotRecorded),
    /// The store cannot be read.
    #[error("the authority's records cannot be read: {0}")]
    Read(#[from] ReadError),
    /// Signing a certificate or revocation list failed.
    #[error("the authority could not sign: {0}")]
    Signing(#[from] AuthorityError),
    /// Signing the trust list failed.
    #[error("the authority could not sign its trust list: {0}")]
    SigningList(#[from] JwsError),
    /// The member is suspended or its certificates were revoked.
    #[error("`{did}` is suspended")]
    Suspended {
        /// Who.
        did: Box<Did>,
    },
    /// The lists that were just signed do not verify.
    #[error("{0}")]
    Trust(#[from] TrustFault),
    /// A file or record of the authority does not hold what it should.
    #[error("a file or record of the authority does not hold what it should")]
    Unusable,
}

impl Refusal {
    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Enrol(_) | Self::Envelope(_) => Fault::Asker,
            Self::Full { .. }
            | Self::HostTaken { .. }
            | Self::Itself { .. }
            | Self::NotAMember { .. }
            | Self::NotItsCertificate
            | Self::Suspended { .. } => Fault::Conflict,
            Self::Batch(_)
            | Self::Commit(_)
            | Self::Folder(_)
            | Self::NotRecorded(_)
            | Self::Read(_)
            | Self::Signing(_)
            | Self::SigningList(_)
            | Self::Trust(_)
            | Self::Unusable => Fault::Ours,
        }
    }

    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Batch(_) | Self::Unusable => "authority-records",
            Self::Commit(CommitError::Lost { .. }) => "changed-meanwhile",
            Self::Commit(CommitError::Stopped { .. } | CommitError::TooLarge { .. }) => {
                "store-stopped"
            }
            Self::Enrol(source) => source.code(),
            Self::Envelope(source) => source.code(),
            Self::Folder(_) => "participant-files",
            Self::Full { .. } => "dataspace-full",
            Self::HostTaken { .. } => "host-taken",
            Self::Itself { .. } => "authority-itself",
            Self::NotItsCertificate => "renewal-certificate",
            Self::NotAMember { .. } => "not-a-member",
            Self::NotRecorded(_) => "log-stopped",
            Self::Read(_) => "store-unreadable",
            Self::Signing(_) | Self::SigningList(_) => "authority-signing",
            Self::Suspended { .. } => "member-suspended",
            Self::Trust(source) => source.code(),
        }
    }

    /// What helps.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Enrol(source) => source.remedy(),
            Self::Envelope(_) => "join again with a current version of allmende",
            Self::Full { .. } => "found a second data space and let the two trust each other",
            Self::HostTaken { .. } => {
                "give the new participant a host name of its own, or revoke the old member first"
            }
            Self::Itself { .. } => "name a member; the authority looks after its own certificates",
            Self::NotItsCertificate => "ask the authority for a new code and join again",
            Self::NotAMember { .. } => "invite it first; `members` lists all",
            Self::Suspended { .. } => "ask the authority why; it can reinstate the member",
            Self::Trust(source) => source.remedy(),
            Self::Commit(CommitError::Lost { .. }) => "try again",
            Self::Batch(_)
            | Self::Commit(CommitError::Stopped { .. } | CommitError::TooLarge { .. })
            | Self::Folder(_)
            | Self::NotRecorded(_)
            | Self::Read(_)
            | Self::Signing(_)
            | Self::SigningList(_)
            | Self::Unusable => "see the authority's journal, and free space on its disk",
        }
    }
}
