//! A fetcher's streamed answer as a data source: a body of any size.

use futures_util::stream;

use super::Stream;
use crate::data::chunks::Chunks;
use crate::data::source::http::{FetchError, Fetched};
use crate::net::unsent::Failure;

impl Stream {
    /// The answer as a source's.
    pub(in crate::net) fn fetched(self) -> Fetched {
        Fetched { status: self.status(), headers: self.headers().clone(), chunks: chunks(self) }
    }
}

fn chunks(answer: Stream) -> Chunks<FetchError> {
    Chunks::new(stream::unfold(Some(answer), |answer| async move {
        let mut answer = answer?;
        match answer.chunk().await {
            Ok(Some(chunk)) => Some((Ok(chunk), Some(answer))),
            Ok(None) => None,
            Err(failure) => Some((Err(within(failure)), None)),
        }
    }))
}

/// A failure before the head of the answer.
impl From<Failure> for FetchError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::BadAddress | Failure::Forbidden { .. } => {
                Self::NotAllowed { words: failure.to_string() }
            }
            Failure::TimedOut => Self::TimedOut,
            Failure::Broken { .. }
            | Failure::Coding
            | Failure::Handshake { .. }
            | Failure::MediaType { .. }
            | Failure::Status { .. }
            | Failure::TooLarge { .. }
            | Failure::Unknown { .. }
            | Failure::Unresolved { .. }
            | Failure::Versions { .. } => Self::Unreachable { words: failure.to_string() },
        }
    }
}

/// A failure in the body.
fn within(failure: Failure) -> FetchError {
    match failure.into() {
        FetchError::Unreachable { words } => FetchError::Broken { words },
        other @ (FetchError::Broken { .. }
        | FetchError::NotAllowed { .. }
        | FetchError::TimedOut) => other,
    }
}
