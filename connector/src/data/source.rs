//! Where the bytes of a dataset come from, opened for one delivery.
//!
//! What is opened is fixed by whoever published the dataset. A reader chooses a part or a version
//! and nothing else: none of its input becomes a path or a query.

pub mod error;
pub mod file;
pub mod http;
pub mod root;

use crate::record::dataset::Source;

pub use error::SourceError;

use self::http::Fetch;
use self::root::DataRoot;
use super::chunks::Chunks;
use super::demand::{Demand, Span};
use super::version::Version;

/// What a source has for a demand.
#[derive(Debug)]
pub enum Answer {
    /// The reader has it already.
    NotModified {
        /// What it has.
        version: Version,
    },
    /// A body.
    Opened(Opened),
    /// The part that was asked for does not exist.
    Unsatisfiable {
        /// How long the whole is, if known.
        length: Option<u64>,
    },
}

/// A body that is ready to be read once.
#[derive(Debug)]
pub struct Opened {
    /// Changes when the content changes; absent when the source cannot tell.
    pub version: Option<Version>,
    /// What the reader is told about its kind.
    pub media_type: String,
    /// How long the whole is, if known.
    pub total: Option<u64>,
    /// The part that `chunks` holds; absent: the whole.
    pub span: Option<Span>,
    /// Whether parts can be asked for.
    pub parts: Parts,
    /// The bytes.
    pub chunks: Chunks<SourceError>,
}

/// Whether a source can deliver parts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Parts {
    /// Only ever the whole.
    None,
    /// Ranges of bytes.
    Ranges,
}

impl Opened {
    /// How many bytes will come, if known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.span.map_or(self.total, |span| Some(span.length))
    }
}

/// Opens `source` for a participant whose files lie beneath `root`, and whose network calls go
/// through `fetch`. A file is opened again for each call: what is delivered is what lies there now.
///
/// # Errors
/// [`SourceError`] says why there is nothing to deliver; no byte has left then.
pub async fn open<F: Fetch>(
    source: &Source,
    media_type: &str,
    demand: &Demand,
    root: &DataRoot,
    fetch: &F,
) -> Result<Answer, SourceError> {
    match source {
        Source::File { path } => {
            let (root, path) = (root.clone(), path.clone());
            let found = file::blocking(move || {
                Ok::<_, SourceError>(file::Found::new(root.open_file(&path)?)?)
            })
            .await?;
            Ok(file::answer(found, media_type, demand))
        }
        Source::Http { url } => http::open(fetch, url, media_type, demand).await,
    }
}
