//! Why a held copy cannot be read or written.

use std::io;
use std::path::PathBuf;

/// Why a held copy cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeldError {
    /// Writing more would use up the space that is kept for stopping and recording.
    #[error(
        "the disk of `{folder}` is full: {free_bytes} bytes are free, {reserve_bytes} are kept in \
         reserve, and {needed_bytes} more are needed"
    )]
    DiskFull {
        /// The copy's folder.
        folder: PathBuf,
        /// What is free now.
        free_bytes: u64,
        /// What must stay free (`store.disk_reserve_mib`).
        reserve_bytes: u64,
        /// What was to be written.
        needed_bytes: u64,
    },
    /// The system refuses.
    #[error("the held copy in `{folder}` cannot be read or written")]
    Unusable {
        /// The copy's folder.
        folder: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

impl HeldError {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DiskFull { .. } => "disk-full",
            Self::Unusable { .. } => "held-copy-unusable",
        }
    }

    /// What to do next.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::DiskFull { .. } => {
                "free space on that disk or lower store.disk_reserve_mib, then pull again; what \
                 was pulled is kept"
            }
            Self::Unusable { .. } => "check the folder's owner, rights and disk, then pull again",
        }
    }
}

impl From<io::Error> for HeldError {
    /// For a worker that stopped: no folder is at fault.
    fn from(source: io::Error) -> Self {
        Self::Unusable { folder: PathBuf::new(), source }
    }
}
