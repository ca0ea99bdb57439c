//! An answer of a peer whose body is read as it comes. Read to its end, its connection is kept for
//! the next request; dropped before, it is closed.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http::response::Parts;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::connection::Connection;
use super::pool::{Epoch, Pool, PoolKey};
use super::unsent::Failure;

/// A connection in use, and where it comes from.
pub(super) type Taken = (PoolKey, Epoch, Connection);

/// An answer whose body is read as it comes.
pub struct Streamed {
    head: Parts,
    body: Incoming,
    pool: Arc<Pool>,
    taken: Option<Taken>,
}

impl Streamed {
    pub(super) fn new(answer: Response<Incoming>, pool: Arc<Pool>, taken: Taken) -> Self {
        let (head, body) = answer.into_parts();
        Self { head, body, pool, taken: Some(taken) }
    }

    /// Status and header fields.
    #[must_use]
    pub const fn head(&self) -> &Parts {
        &self.head
    }

    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// [`Failure`] when the connection breaks.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(Failure::from)?;
            // Whoever knows the length does not ask for the end.
            self.give_back_at_end();
            if let Ok(chunk) = frame.into_data() {
                return Ok(Some(chunk));
            }
        }
        self.give_back_at_end();
        Ok(None)
    }

    fn give_back_at_end(&mut self) {
        if self.body.is_end_stream()
            && let Some((key, epoch, connection)) = self.taken.take()
        {
            self.pool.give(key, epoch, connection);
        }
    }
}

impl fmt::Debug for Streamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streamed").field("status", &self.head.status).finish_non_exhaustive()
    }
}
