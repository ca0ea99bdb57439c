//! Why a source delivers nothing, or not all. Written for the operator; a reader is told only that
//! the source failed.

use std::io;

use super::http::FetchError;

/// Why a source delivers nothing, or not all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file or the upstream body became another one while it was read.
    #[error("the source changed while it was read")]
    Changed,
    /// The upstream sent a content coding that was not asked for.
    #[error("the upstream sent the body in a content coding that was not asked for")]
    Encoded,
    /// The upstream could not be called.
    #[error("the upstream did not answer")]
    Fetch {
        /// Why.
        #[source]
        source: FetchError,
    },
    /// The upstream broke its own announcement.
    #[error("the upstream's answer contradicts itself")]
    Inconsistent,
    /// There is no such file.
    #[error("the file `{path}` does not exist beneath the data root")]
    Missing {
        /// The path below the data root.
        path: String,
    },
    /// A folder, a pipe, a device or the like.
    #[error("`{path}` is not a regular file")]
    NotAFile {
        /// The path below the data root.
        path: String,
    },
    /// The path leads out of the data root, or through a symbolic link.
    #[error("`{path}` leaves the data root or passes a symbolic link")]
    Outside {
        /// The path as written.
        path: String,
    },
    /// The body is shorter than announced.
    #[error("the source ended before its announced length")]
    Truncated,
    /// The body is longer than announced, or than any that is delivered.
    #[error("the source is longer than announced or allowed")]
    TooLong,
    /// The system refuses to read.
    #[error("the source cannot be read")]
    Unreadable {
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The upstream answered with something else than a body.
    #[error("the upstream answered with status `{status}`")]
    Upstream {
        /// The HTTP status.
        status: u16,
    },
}

impl SourceError {
    /// The reason code for the log and the operator.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed => "source-changed",
            Self::Encoded => "source-encoded",
            Self::Fetch { source } => source.code(),
            Self::Inconsistent => "source-inconsistent",
            Self::Missing { .. } => "source-missing",
            Self::NotAFile { .. } => "source-not-a-file",
            Self::Outside { .. } => "source-outside-root",
            Self::Truncated => "source-truncated",
            Self::TooLong => "source-too-long",
            Self::Unreadable { .. } => "source-unreadable",
            Self::Upstream { .. } => "source-refused",
        }
    }
}

impl From<io::Error> for SourceError {
    fn from(source: io::Error) -> Self {
        Self::Unreadable { source }
    }
}
