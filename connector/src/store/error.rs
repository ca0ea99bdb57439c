//! Why a store did not open, read or write. The fault is ours or the machine's, never a peer's;
//! only a lost expectation is nobody's.

use std::{io, path::PathBuf};

use super::{disk::OnDisk, engine::EngineError, key::Key};

/// Why a commit did not happen.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CommitError {
    /// An expectation does not hold: someone else committed first. Load and decide again.
    #[error("the record `{key}` changed in the meantime")]
    Lost {
        /// The record.
        key: Key,
    },
    /// Commits stand still. Where the reason is the engine's, what was being written may or may not
    /// be there when the store is opened again; in all other cases nothing was written.
    #[error("nothing can be committed")]
    Stopped {
        /// Why.
        #[source]
        reason: StopReason,
    },
    /// The batch is larger than a commit may be. Nothing was written.
    #[error("a commit of {bytes} bytes in {writes} writes is more than one may have")]
    TooLarge {
        /// The bytes of ids and values.
        bytes: usize,
        /// The puts, deletes and appends.
        writes: usize,
    },
}

/// Why commits stand still.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StopReason {
    /// The engine failed. Commits go on after the store is opened again.
    #[error("the store's engine failed and must be opened again")]
    Engine(#[source] EngineError),
    /// Less space is free than the reserve. Commits go on as soon as space is free again;
    /// restricting ones never stopped.
    #[error("only {free_bytes} bytes are free on the store's disk, {reserve_bytes} are reserved")]
    LowSpace {
        /// What is free, in bytes.
        free_bytes: u64,
        /// What must stay free, in bytes.
        reserve_bytes: u64,
    },
    /// How much space is free cannot be found out.
    #[error("the free space on the store's disk cannot be found out ({kind})")]
    SpaceUnknown {
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The writer has ended: the store is being closed.
    #[error("the store is closed")]
    WriterGone,
}

impl StopReason {
    /// What an operator can do.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Engine(_) => {
                "restart the process; if it does not start, it names the damaged file"
            }
            Self::LowSpace { .. } => {
                "free space on the disk of the store; commits then go on by themselves"
            }
            Self::SpaceUnknown { .. } => "check that the disk of the store is mounted and readable",
            Self::WriterGone => "the process is ending; start it again",
        }
    }
}

/// Why a read failed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// The engine failed.
    #[error("the store cannot be read")]
    Engine(#[source] EngineError),
    /// A record is there but is not what its kind says.
    #[error("the record `{key}` cannot be understood")]
    Unreadable {
        /// The record.
        key: Key,
    },
}

impl From<EngineError> for ReadError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// Why a store was not opened. The operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The files are damaged.
    #[error("the store's file `{}` is damaged", .file.display())]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
    },
    /// Another engine keeps the records in this folder.
    #[error(
        "the store in `{}` is kept by {}, and {} is to keep it",
        .folder.display(), .found.name(), .wanted.name()
    )]
    Engine {
        /// The store's folder.
        folder: PathBuf,
        /// Whose records lie there.
        found: OnDisk,
        /// Who was to open them.
        wanted: OnDisk,
    },
    /// The store was written by a version that lays it out differently.
    #[error("the store in `{}` has layout {found}, this version knows layout {known}", .folder.display())]
    Format {
        /// The store's folder.
        folder: PathBuf,
        /// The layout found.
        found: u8,
        /// The layout known.
        known: u8,
    },
    /// Another process has the store open.
    #[error("another process has the store in `{}` open", .folder.display())]
    InUse {
        /// The store's folder.
        folder: PathBuf,
    },
    /// The system refused.
    #[error("cannot open `{}`", .path.display())]
    Io {
        /// What was to be opened.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Acknowledged commits are missing: the file is damaged at its end or older than it was.
    #[error(
        "the store's file `{}` ends at commit {found}, but commit {acknowledged} was acknowledged",
        .file.display()
    )]
    RolledBack {
        /// The file.
        file: PathBuf,
        /// The last commit in it.
        found: u64,
        /// The last commit that is known to have been acknowledged.
        acknowledged: u64,
    },
    /// The writer's thread could not be started.
    #[error("the store's writer could not be started")]
    Writer(#[source] io::Error),
}

impl OpenError {
    /// What an operator can do.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Corrupt { .. } | Self::RolledBack { .. } => {
                "keep a copy of the folder, then put back a backup of the whole store folder; \
                 the log's tiles beside it are plain files and can still be read and verified"
            }
            Self::Engine { .. } => {
                "`allmende store migrate` moves the records to the engine that `store.engine` in \
                 allmende.toml names; or name the former one there again"
            }
            Self::Format { .. } => "use the version of allmende that wrote the store",
            Self::InUse { .. } => "stop the other process first: only one may use a store",
            Self::Io { .. } => "check that the folder exists on a mounted disk and belongs to you",
            Self::Writer(_) => "the system is short of threads or memory",
        }
    }
}
