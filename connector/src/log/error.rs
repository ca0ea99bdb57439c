//! What can go wrong with a log. Always ours or the machine's, never a peer's.

use std::io;
use std::path::PathBuf;

use audit::checkpoint::SigningError;
use audit::log::AppendError;

use crate::engine::error::EngineError;
use crate::store::{BatchError, CommitError, Key, ReadError};

/// Why a log is not signed, served or started with.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// An entry does not fit into a bundle.
    #[error("an entry cannot be written to a tile")]
    Append(#[source] AppendError),
    /// More was signed than the store has: the store was put back to an older state.
    #[error(
        "`{}` is signed over {signed} entries, but the store says that only {stored} were signed",
        .file.display()
    )]
    Behind {
        /// The signed head.
        file: PathBuf,
        /// Its size.
        signed: u64,
        /// The size in the store.
        stored: u64,
    },
    /// Somebody else signs the same log.
    #[error("another process signs the log: `{key}` has changed")]
    Contended {
        /// The head's record.
        key: Key,
    },
    /// A file holds something else than the store's entries say.
    #[error("`{}` does not belong to the store's entries", .file.display())]
    Disagrees {
        /// The file.
        file: PathBuf,
    },
    /// The engine could not do its part.
    #[error("the log's shards cannot be managed")]
    Engine(#[source] EngineError),
    /// The head in the store is not that of the store's entries.
    #[error(
        "the signed head of {size} entries in the store does not belong to the store's entries; \
         its file is `{}`", .file.display()
    )]
    Head {
        /// The signed head's file.
        file: PathBuf,
        /// The size in the store.
        size: u64,
    },
    /// The system refused.
    #[error("`{}` cannot be read or written", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A record cannot be written as JSON.
    #[error("a record of the log cannot be written")]
    Record(#[source] BatchError),
    /// The store cannot be read.
    #[error("the log's entries cannot be read")]
    Read(#[source] ReadError),
    /// Entries that were signed are not in the store.
    #[error(
        "{signed} entries were signed, but the store has only {stored}; the signed head is `{}`",
        .file.display()
    )]
    Short {
        /// The signed head's file.
        file: PathBuf,
        /// How many were signed.
        signed: u64,
        /// How many the store has.
        stored: u64,
    },
    /// The head was not signed.
    #[error("the head of the log was not signed")]
    Sign(#[source] SigningError),
    /// A task of ours was stopped.
    #[error("writing the log was interrupted")]
    Stopped,
    /// The store commits nothing.
    #[error("the head of the log cannot be committed")]
    Store(#[source] CommitError),
    /// There is no such participant here, or it has not joined a data space.
    #[error("this participant has no log here")]
    Unknown,
}

impl LogError {
    /// The reason code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Behind { .. } | Self::Short { .. } => "log-rolled-back",
            Self::Contended { .. } => "log-contended",
            Self::Disagrees { .. } | Self::Head { .. } => "log-disagrees",
            Self::Append(_)
            | Self::Engine(_)
            | Self::Io { .. }
            | Self::Read(_)
            | Self::Record(_)
            | Self::Sign(_)
            | Self::Stopped
            | Self::Store(_) => "log-unwritable",
            Self::Unknown => "not-found",
        }
    }

    /// What an operator can do.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Behind { .. } | Self::Short { .. } => {
                "an older backup of the store was put back: keep a copy of the whole home, then \
                 put back the newest store; partners have seen the newer log and will notice"
            }
            Self::Contended { .. } => "stop the other process: only one may sign a log",
            Self::Disagrees { .. } | Self::Head { .. } => {
                "somebody changed the log: keep a copy of the whole home, and put back the file \
                 or the store from a backup"
            }
            Self::Io { .. } => "check that the disk is mounted, has free space and belongs to you",
            Self::Append(_) | Self::Engine(_) | Self::Record(_) | Self::Sign(_) | Self::Stopped => {
                "restart the process; if it happens again, report it with this message"
            }
            Self::Read(_) | Self::Store(_) => "see what the process says about its store",
            Self::Unknown => "check the participant's name, and that it has joined a data space",
        }
    }
}

impl From<EngineError> for LogError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<ReadError> for LogError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<BatchError> for LogError {
    fn from(error: BatchError) -> Self {
        Self::Record(error)
    }
}
