//! An answer whose follow-up messages leave only once it has been written: the standard's state
//! machines move on the acknowledgement, so it must be read first.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;

use crate::engine::Engine;
use crate::engine::negotiation::Errands;
use crate::engine::parts::Parts;

/// A body that releases messages when the connection has taken it.
pub(super) struct Released<P: Parts> {
    bytes: Bytes,
    after: Option<(Errands, Arc<Engine<P>>)>,
}

impl<P: Parts> Released<P> {
    pub(super) fn new(bytes: Bytes, errands: Errands, engine: Arc<Engine<P>>) -> Self {
        Self { bytes, after: Some((errands, engine)) }
    }
}

impl<P: Parts> MessageBody for Released<P> {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.bytes.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)))
    }
}

impl<P: Parts> Drop for Released<P> {
    /// Also when the connection broke: what was committed is sent, with or without an answer.
    fn drop(&mut self) {
        if let Some((errands, engine)) = self.after.take() {
            errands.release(&engine);
        }
    }
}
