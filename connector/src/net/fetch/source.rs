//! The fetcher under data sources: the same guard, a body of any size.

use futures_util::stream;
use http::HeaderName;

use super::{Fetcher, Stream};
use crate::data::chunks::Chunks;
use crate::data::source::http::{Fetch, FetchError, Fetched};
use crate::net::unsent::Failure;

impl Fetch for Fetcher {
    async fn get(
        &self,
        url: &str,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<Fetched, FetchError> {
        let answer = self.open(url, headers).await.map_err(before)?;
        Ok(Fetched {
            status: answer.status(),
            headers: answer.headers().clone(),
            chunks: chunks(answer),
        })
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
fn before(failure: Failure) -> FetchError {
    match failure {
        Failure::BadAddress | Failure::Forbidden { .. } => {
            FetchError::NotAllowed { words: failure.to_string() }
        }
        Failure::TimedOut => FetchError::TimedOut,
        Failure::Broken { .. }
        | Failure::Handshake { .. }
        | Failure::MediaType { .. }
        | Failure::Status { .. }
        | Failure::TooLarge { .. }
        | Failure::Unknown { .. }
        | Failure::Unresolved { .. } => FetchError::Unreachable { words: failure.to_string() },
    }
}

/// A failure in the body.
fn within(failure: Failure) -> FetchError {
    match before(failure) {
        FetchError::Unreachable { words } => FetchError::Broken { words },
        other @ (FetchError::Broken { .. }
        | FetchError::NotAllowed { .. }
        | FetchError::TimedOut) => other,
    }
}
