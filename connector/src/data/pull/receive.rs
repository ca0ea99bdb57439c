//! Receiving a body into a part: the next chunks come in while the last ones are written.

use std::pin::pin;

use bytes::Bytes;
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use super::{Progress, PullError};
use crate::clock::Clock;
use crate::data::chunks::Chunks;
use crate::data::held::HeldError;
use crate::data::held::part::Part;
use crate::data::source::file::blocking;
use crate::engine::live::Admission;

/// Bytes that are gathered before they are written.
const BATCH_BYTES: usize = 256 * 1024;
/// Chunks that are gathered at most, so that tiny ones are not kept without end.
const BATCH_CHUNKS_MAX: usize = 1_024;
/// How long a provider may send nothing.
const STALL_S_MAX: i64 = 60;

/// A body that is received into a part.
pub(in crate::data) struct Taking<'a, C> {
    pub(in crate::data) clock: &'a C,
    pub(in crate::data) progress: &'a (dyn Fn(Progress) + Send + Sync),
    /// Bytes that came, over all bodies.
    pub(in crate::data) received: u64,
}

/// Why a body did not come whole, and what is there all the same.
pub(in crate::data) struct Short {
    pub(in crate::data) error: PullError,
    pub(in crate::data) part: Option<Part>,
}

impl From<PullError> for Short {
    fn from(error: PullError) -> Self {
        Self { error, part: None }
    }
}

impl<C: Clock> Taking<'_, C> {
    /// Receives `body` to its end. When it breaks off, what came is made safe and kept.
    pub(in crate::data) async fn receive(
        &mut self,
        part: Part,
        body: Chunks<PullError>,
        admission: &mut Admission,
    ) -> Result<Part, Short> {
        let total = part.head().total;
        let mut writer = Writer { bytes: part.bytes(), state: Some(State::Idle(Box::new(part))) };
        let received = self.drain(&mut writer, total, body, admission).await;
        let (part, written) = writer.rest().await?;
        match received {
            Ok(()) => Ok(written.map(|()| *part).map_err(PullError::from)?),
            Err(error) => {
                let saved = blocking(move || {
                    let mut part = *part;
                    part.save().map(|()| part)
                });
                let part = Some(saved.await.map_err(PullError::from)?);
                let error = match written {
                    Ok(()) => error.at(writer.bytes),
                    Err(error) => error.into(),
                };
                Err(Short { error, part })
            }
        }
    }

    async fn drain(
        &mut self,
        writer: &mut Writer,
        total: Option<u64>,
        mut body: Chunks<PullError>,
        admission: &mut Admission,
    ) -> Result<(), PullError> {
        let (mut batch, mut size) = (Vec::new(), 0);
        let mut mark = self.received;
        let mut stall = pin!(self.clock.sleep_until(stall_due(self.clock)));
        loop {
            let item = tokio::select! {
                biased;
                reason = admission.until_cut() => Some(Err(PullError::Cut { reason })),
                item = body.next() => item,
                () = &mut stall => {
                    if self.received == mark {
                        Some(Err(PullError::Stalled { seconds: STALL_S_MAX, bytes: 0 }))
                    } else {
                        mark = self.received;
                        stall.set(self.clock.sleep_until(stall_due(self.clock)));
                        continue;
                    }
                }
            };
            let over = match item {
                Some(Ok(chunk)) => {
                    self.received = self.received.saturating_add(chunk.len() as u64);
                    size += chunk.len();
                    batch.push(chunk);
                    None
                }
                Some(Err(error)) => Some(Err(error)),
                None => Some(Ok(())),
            };
            if over.is_some() || size >= BATCH_BYTES || batch.len() >= BATCH_CHUNKS_MAX {
                writer.write(std::mem::take(&mut batch), size).await?;
                size = 0;
                (self.progress)(Progress { bytes: writer.bytes, total });
            }
            if let Some(over) = over {
                return over;
            }
        }
    }
}

fn stall_due<C: Clock>(clock: &C) -> Timestamp {
    let due = clock.now().saturating_add(SignedDuration::from_secs(STALL_S_MAX));
    due.unwrap_or(Timestamp::MAX)
}

impl PullError {
    /// The same, knowing how many bytes are there.
    fn at(self, bytes: u64) -> Self {
        match self {
            Self::Broken { source, .. } => Self::Broken { bytes, source },
            Self::Stalled { seconds, .. } => Self::Stalled { seconds, bytes },
            Self::Cut { .. }
            | Self::Held { .. }
            | Self::Inconsistent { .. }
            | Self::Interrupted
            | Self::Refused { .. }
            | Self::Unreachable { .. } => self,
        }
    }
}

/// Writes one batch at a time on the blocking pool.
struct Writer {
    bytes: u64,
    /// Absent only after the worker was lost.
    state: Option<State>,
}

/// The part after a batch, and how it went.
type Written = (Box<Part>, Result<(), HeldError>);

enum State {
    Busy(JoinHandle<Written>),
    Idle(Box<Part>),
}

impl Writer {
    /// Waits for the batch before, and begins to write this one.
    async fn write(&mut self, batch: Vec<Bytes>, size: usize) -> Result<(), PullError> {
        let (mut part, written) = self.settled().await?;
        if let Err(error) = written {
            self.state = Some(State::Idle(part));
            return Err(error.into());
        }
        self.bytes = self.bytes.saturating_add(size as u64);
        let work = move || {
            let written = part.write(&batch);
            (part, written)
        };
        self.state = Some(State::Busy(tokio::task::spawn_blocking(work)));
        Ok(())
    }

    /// The part, when all is written or has failed.
    async fn rest(&mut self) -> Result<Written, PullError> {
        self.settled().await
    }

    async fn settled(&mut self) -> Result<Written, PullError> {
        match self.state.take() {
            Some(State::Idle(part)) => Ok((part, Ok(()))),
            Some(State::Busy(work)) => work.await.map_err(|_| PullError::Interrupted),
            None => Err(PullError::Interrupted),
        }
    }
}
