//! What the body and its watcher share, and the watcher: it waits for the cut, for the end and
//! for the slow-reader window, whichever is first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use tokio::sync::{Notify, watch::Receiver};

use crate::clock::Clock;
use crate::engine::live::{Admission, Cut};

use super::super::tally::{SoFar, Tally};
use super::{CutOff, DeliveryEnd, EndSink, Line, Meter, Outcome, Pace};

pub(super) struct Shared {
    cut: Receiver<Option<Cut>>,
    body: AtomicWaker,
    ended: Notify,
    first: u64,
    meter: Meter,
    line: Option<Box<dyn Line>>,
    state: Mutex<State>,
}

struct State {
    tally: Tally,
    /// How often the reader asked and the source had nothing yet.
    stalls: u64,
    /// Whether the source is the one waited for now.
    stalled: bool,
    /// Set once, when the delivery is over.
    outcome: Option<Outcome>,
    sink: Option<Box<dyn EndSink>>,
}

impl Shared {
    pub(super) fn new(
        cut: Receiver<Option<Cut>>,
        first: u64,
        meter: Meter,
        line: Option<Box<dyn Line>>,
        sink: Box<dyn EndSink>,
    ) -> Self {
        let state = State {
            tally: Tally::default(),
            stalls: 0,
            stalled: false,
            outcome: None,
            sink: Some(sink),
        };
        let (body, ended) = (AtomicWaker::new(), Notify::new());
        Self { cut, body, ended, first, meter, line, state: Mutex::new(state) }
    }

    /// Lets `waker` know of a cut.
    pub(super) fn listen(&self, waker: &Waker) {
        self.body.register(waker);
    }

    /// The reason, if the delivery is cut: by the registry, even before the watcher has run, or by
    /// the watcher itself. Its end is reported then.
    pub(super) fn cut_now(&self) -> Option<Cut> {
        let cut = *self.cut.borrow();
        if let Some(reason) = cut {
            self.end(Outcome::Cut { reason });
        }
        match self.state().outcome {
            Some(Outcome::Cut { reason }) => Some(reason),
            Some(Outcome::Finished | Outcome::ReaderGone | Outcome::SourceFailed { .. }) | None => {
                None
            }
        }
    }

    /// Counts a chunk that is about to leave; says how many bytes have left with it. Refused when
    /// the cut came first.
    pub(super) fn hand_on(&self, chunk: &Bytes) -> Result<u64, CutOff> {
        let mut state = self.state();
        if let Some(Outcome::Cut { reason }) = state.outcome {
            return Err(CutOff::Cut { reason });
        }
        let State { tally, sink, .. } = &mut *state;
        tally.add(chunk, |so_far| {
            if let Some(sink) = sink {
                sink.window(so_far);
            }
        });
        state.stalled = false;
        self.meter.add(chunk.len() as u64);
        Ok(state.tally.bytes())
    }

    /// The reader asked, and the source has nothing yet.
    pub(super) fn source_stalls(&self) {
        let mut state = self.state();
        state.stalled = true;
        state.stalls = state.stalls.wrapping_add(1);
    }

    /// Ends the delivery, unless it is over already, and reports it.
    pub(super) fn end(&self, outcome: Outcome) {
        let report = {
            let mut state = self.state();
            if state.outcome.is_some() {
                return;
            }
            state.outcome = Some(outcome);
            let SoFar { bytes, sha256 } = state.tally.so_far();
            let end = DeliveryEnd { outcome, first: self.first, bytes, sha256 };
            state.sink.take().map(|sink| (sink, end))
        };
        // A reader that has stopped polling must see the cut too.
        if let (Outcome::Cut { .. }, Some(line)) = (outcome, &self.line) {
            line.sever();
        }
        self.body.wake();
        self.ended.notify_one();
        if let Some((sink, end)) = report {
            sink.ended(end);
        }
    }

    fn mark(&self) -> Mark {
        let state = self.state();
        Mark { bytes: state.tally.bytes(), stalls: state.stalls }
    }

    /// Whether the reader, and not the source, held up the delivery since `mark`.
    fn is_slow_since(&self, mark: Mark, bytes_min: u64) -> bool {
        let state = self.state();
        let taken = state.tally.bytes().saturating_sub(mark.bytes);
        taken < bytes_min && !state.stalled && state.stalls == mark.stalls
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far a delivery was at the beginning of a window.
#[derive(Clone, Copy)]
struct Mark {
    bytes: u64,
    stalls: u64,
}

/// Runs beside the body until the delivery is over, and holds its admission as long.
pub(super) async fn watch<C: Clock>(
    shared: Arc<Shared>,
    mut admission: Admission,
    clock: Arc<C>,
    pace: Pace,
) {
    loop {
        let mark = shared.mark();
        let due = clock.now().saturating_add(pace.window).unwrap_or(jiff::Timestamp::MAX);
        tokio::select! {
            biased;
            reason = admission.until_cut() => return shared.end(Outcome::Cut { reason }),
            () = shared.ended.notified() => return,
            () = clock.sleep_until(due) => {
                if shared.is_slow_since(mark, pace.bytes_min) {
                    return shared.end(Outcome::Cut { reason: Cut::SlowReader });
                }
            }
        }
    }
}
