//! A running delivery: hands chunks on until the body ends, breaks off, or is cut.
//!
//! A cut comes before the next chunk, also while the source stalls or the reader takes nothing. The
//! end is reported exactly once, with how much left and its digest. Nothing wakes up in between
//! but the timer of the slow-reader window.

mod allowance;
pub mod end;
pub mod line;
pub mod pace;
mod watch;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;

use crate::clock::Clock;
use crate::engine::live::{Admission, Cut};
use crate::engine::permit::Lender;

pub use self::end::{DeliveryEnd, EndSink, Meter, Outcome};
pub use self::line::{Line, SocketLine};
pub use self::pace::Pace;

use self::allowance::Allowance;
use self::watch::{Shared, watch};
use super::chunks::Chunks;
use super::source::{Opened, SourceError};

/// What a delivery runs with besides its body.
#[derive(Debug)]
pub struct Control<C> {
    /// Times the slow-reader window.
    pub clock: Arc<C>,
    /// How slow a reader may be.
    pub pace: Pace,
    /// Counts the bytes while they leave.
    pub meter: Meter,
    /// The connection, where it can be broken at once; without it, what lies in the buffers of
    /// the system at a cut may still arrive.
    pub line: Option<Box<dyn Line>>,
    /// Lends the bytes, where the rule limits their volume.
    pub lender: Option<Box<dyn Lender>>,
    /// Learns the end.
    pub end: Box<dyn EndSink>,
}

/// Why a body was broken off before its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CutOff {
    /// The delivery was cut.
    #[error("the delivery was cut: {}", .reason.code())]
    Cut {
        /// Why.
        reason: Cut,
    },
    /// The source failed.
    #[error("the source failed: {code}")]
    Source {
        /// The source's reason code.
        code: &'static str,
    },
}

/// The body of a running delivery. Dropped before its end, it reports that the reader has gone.
pub struct Delivery {
    chunks: Chunks<SourceError>,
    length: Option<u64>,
    shared: Arc<Shared>,
    allowance: Allowance,
    over: bool,
}

/// Starts to deliver `opened` for as long as `admission` is not cut. Needs a tokio runtime: one
/// small task waits for the cut, so that it also happens while nobody asks for a chunk.
pub fn deliver<C: Clock>(opened: Opened, admission: Admission, control: Control<C>) -> Delivery {
    let length = opened.length();
    let Control { clock, pace, meter, line, lender, end } = control;
    let first = opened.span.map_or(0, |span| span.first);
    let shared = Arc::new(Shared::new(admission.observe(), first, meter, line, end));
    tokio::spawn(watch(Arc::clone(&shared), admission, clock, pace));
    let allowance = Allowance::new(lender);
    Delivery { chunks: opened.chunks, length, shared, allowance, over: false }
}

impl Delivery {
    /// How many bytes will come, if known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Something to send, from the source unless some is there already.
    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), SourceError>>> {
        if self.allowance.keeps() {
            return Poll::Ready(Some(Ok(())));
        }
        match Pin::new(&mut self.chunks).poll_next(cx) {
            Poll::Pending => {
                self.shared.source_stalls();
                Poll::Pending
            }
            Poll::Ready(Some(Ok(chunk))) => {
                self.allowance.keep(chunk);
                Poll::Ready(Some(Ok(())))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error))),
            Poll::Ready(None) => Poll::Ready(None),
        }
    }

    /// What of it may leave. While more is being lent, no reader is slow.
    fn poll_leave(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, Cut>> {
        let leaving = self.allowance.poll_leave(cx);
        if leaving.is_pending() {
            self.shared.source_stalls();
        }
        leaving
    }

    fn take(&mut self, chunk: Bytes) -> Result<Bytes, CutOff> {
        let bytes = self.shared.hand_on(&chunk)?;
        // The last byte of an announced length is the end: the reader may close at once.
        if self.length == Some(bytes) {
            self.shared.end(Outcome::Finished);
        }
        Ok(chunk)
    }
}

impl Stream for Delivery {
    type Item = Result<Bytes, CutOff>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.over {
            return Poll::Ready(None);
        }
        this.shared.listen(cx.waker());
        if let Some(reason) = this.shared.cut_now() {
            this.over = true;
            return Poll::Ready(Some(Err(CutOff::Cut { reason })));
        }
        let item = match ready!(this.poll_source(cx)) {
            Some(Ok(())) => Some(match ready!(this.poll_leave(cx)) {
                Ok(chunk) => this.take(chunk),
                Err(reason) => {
                    this.shared.end(Outcome::Cut { reason });
                    Err(CutOff::Cut { reason })
                }
            }),
            Some(Err(error)) => {
                let code = error.code();
                this.shared.end(Outcome::SourceFailed { code });
                Some(Err(CutOff::Source { code }))
            }
            None => {
                this.shared.end(Outcome::Finished);
                None
            }
        };
        this.over = !matches!(item, Some(Ok(_)));
        Poll::Ready(item)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.shared.end(Outcome::ReaderGone);
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("length", &self.length).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
