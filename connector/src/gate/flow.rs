//! Handing a body on as it comes: bounded in bytes, cut when it stands still or when its partner is
//! not believed any more, and never ended well unless it came whole.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;

/// Chunks between the two connections.
const QUEUE_MAX: usize = 4;
/// Milliseconds between two looks at whether a body still moves and its partner is still believed.
const LOOK_MS: u64 = 500;

/// How far and how slowly a body may go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Bytes of the whole body.
    pub(super) bytes_max: u64,
    /// Seconds in which it must move.
    pub(super) silence_s: u64,
}

/// Why a body broke off.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Broken {
    /// The partner is not believed any more.
    #[error("the partner is not believed any more")]
    Cut,
    /// Its sender broke off.
    #[error("its sender broke off: {0}")]
    Sender(String),
    /// It has not moved for too long.
    #[error("it has not moved for too long")]
    Still,
    /// It is longer than it may be.
    #[error("it is longer than it may be")]
    TooLarge,
    /// Whoever it was for has gone.
    #[error("whoever it was for has gone")]
    Unwanted,
}

impl Broken {
    /// The reason code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Cut => "gate-cut",
            Self::Sender(_) => "body-broken",
            Self::Still => "body-too-slow",
            Self::TooLarge => "body-too-large",
            Self::Unwanted => "reader-gone",
        }
    }
}

enum Piece {
    Chunk(Bytes),
    End,
}

/// The reading end of a body that is handed on.
pub(super) struct Flow {
    pieces: mpsc::Receiver<Piece>,
    length: Option<u64>,
    ended: bool,
}

/// The writing end.
pub(super) struct Feed {
    pieces: mpsc::Sender<Piece>,
    ended: oneshot::Sender<()>,
}

/// Resolves when the whole body has been taken, and never if it broke off.
pub(super) type Taken = oneshot::Receiver<()>;

/// A body of `length` bytes, if that is known.
pub(super) fn flow(length: Option<u64>) -> (Feed, Flow, Taken) {
    let (sender, pieces) = mpsc::channel(QUEUE_MAX);
    let (ended, taken) = oneshot::channel();
    (Feed { pieces: sender, ended }, Flow { pieces, length, ended: false }, taken)
}

impl Feed {
    /// Hands `source` on until it ends, while `stands` says yes.
    ///
    /// # Errors
    /// [`Broken`]: the reading end then breaks off too.
    pub(super) async fn pump<E: std::fmt::Display>(
        self,
        source: impl Stream<Item = Result<Bytes, E>>,
        bounds: Bounds,
        stands: impl Fn() -> bool,
    ) -> Result<(), Broken> {
        let mut source = std::pin::pin!(source);
        let mut looks = tokio::time::interval(Duration::from_millis(LOOK_MS));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let patience = bounds.silence_s.saturating_mul(1_000) / LOOK_MS;
        if !stands() {
            return Err(Broken::Cut);
        }
        let (mut waiting, mut still, mut left) = (None, 0_u64, bounds.bytes_max);
        loop {
            tokio::select! {
                biased;
                _ = looks.tick() => {
                    if !stands() {
                        return Err(Broken::Cut);
                    }
                    still += 1;
                    if still > patience {
                        return Err(Broken::Still);
                    }
                }
                room = self.pieces.reserve(), if waiting.is_some() => {
                    let room = room.map_err(|_| Broken::Unwanted)?;
                    if let Some(piece) = waiting.take() {
                        let last = matches!(piece, Piece::End);
                        room.send(piece);
                        if last {
                            // Nobody may wait for it.
                            let _ = self.ended.send(());
                            return Ok(());
                        }
                    }
                    still = 0;
                }
                chunk = source.next(), if waiting.is_none() => {
                    still = 0;
                    waiting = Some(match chunk {
                        Some(Ok(chunk)) => {
                            let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                            left = left.checked_sub(length).ok_or(Broken::TooLarge)?;
                            Piece::Chunk(chunk)
                        }
                        Some(Err(error)) => return Err(Broken::Sender(error.to_string())),
                        None => Piece::End,
                    });
                }
            }
        }
    }
}

impl Flow {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(context).map(|piece| match piece {
            Some(Piece::Chunk(chunk)) => Some(Ok(chunk)),
            Some(Piece::End) => {
                self.ended = true;
                None
            }
            None => {
                self.ended = true;
                Some(Err(BrokenOff))
            }
        })
    }
}

/// The body did not come whole; the other side of the gate knows why.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body broke off")]
pub(super) struct BrokenOff;

impl Stream for Flow {
    type Item = Result<Bytes, BrokenOff>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl Body for Flow {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.poll(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.length == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    const BOUNDS: Bounds = Bounds { bytes_max: 5, silence_s: 60 };

    fn chunks(
        parts: &'static [Result<&'static str, &'static str>],
    ) -> impl Stream<Item = Result<Bytes, &'static str>> {
        stream::iter(parts.iter().map(|part| part.map(|part| Bytes::from_static(part.as_bytes()))))
    }

    async fn check(
        parts: &'static [Result<&'static str, &'static str>],
        stands: bool,
        expected: Result<(), Broken>,
    ) {
        let (feed, flow, taken) = flow(None);
        let read = async { flow.collect::<Vec<_>>().await };
        let (pumped, read) = tokio::join!(feed.pump(chunks(parts), BOUNDS, || stands), read);
        assert_eq!(pumped, expected);
        assert_eq!(read.iter().all(Result::is_ok), expected.is_ok(), "{read:?}");
        assert_eq!(taken.await.is_ok(), expected.is_ok());
    }

    #[tokio::test]
    async fn a_body_comes_whole_or_breaks_off_at_both_ends() {
        check(&[Ok("abc"), Ok("de")], true, Ok(())).await;
        check(&[], true, Ok(())).await;
        check(&[Ok("abc"), Ok("def")], true, Err(Broken::TooLarge)).await;
        check(&[Ok("a"), Err("gone")], true, Err(Broken::Sender("gone".into()))).await;
        check(&[Ok("a")], false, Err(Broken::Cut)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stands_still_is_cut_on_either_side() {
        let (feed, _reader, _) = flow(None);
        let silent = stream::pending::<Result<Bytes, &str>>();
        assert_eq!(feed.pump(silent, BOUNDS, || true).await, Err(Broken::Still));
        let (feed, _reader, _) = flow(None);
        let endless = stream::repeat_with(|| Ok::<_, &str>(Bytes::from_static(b"a")));
        let wide = Bounds { bytes_max: u64::MAX, ..BOUNDS };
        assert_eq!(feed.pump(endless, wide, || true).await, Err(Broken::Still));
        let (feed, reader, _) = flow(None);
        drop(reader);
        assert_eq!(feed.pump(chunks(&[Ok("a")]), BOUNDS, || true).await, Err(Broken::Unwanted));
    }
}
