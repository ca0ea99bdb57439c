//! Deliveries that finish, break off, stall and are cut, without a clock that runs.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use tokio::sync::mpsc;
use wire::digest::Digest;

use super::*;
use crate::data::demand::Span;
use crate::data::fake::{HandClock, admit};
use crate::data::source::Parts;
use crate::data::tally::SoFar;
use crate::engine::live::Live;
use crate::engine::permit::Lending;

/// One running delivery whose source is fed by hand.
struct Bench {
    live: Live,
    clock: Arc<HandClock>,
    meter: Meter,
    source: Option<mpsc::Sender<Result<Bytes, SourceError>>>,
    severed: Arc<AtomicUsize>,
    windows: Arc<Mutex<Vec<SoFar>>>,
    ends: Arc<Mutex<Vec<DeliveryEnd>>>,
    delivery: Option<Delivery>,
}

/// Notes what it is told.
struct Notes {
    windows: Arc<Mutex<Vec<SoFar>>>,
    ends: Arc<Mutex<Vec<DeliveryEnd>>>,
}

impl EndSink for Notes {
    fn window(&mut self, so_far: SoFar) {
        self.windows.lock().unwrap().push(so_far);
    }

    fn ended(self: Box<Self>, end: DeliveryEnd) {
        self.ends.lock().unwrap().push(end);
    }
}

struct CountedLine(Arc<AtomicUsize>);

impl Line for CountedLine {
    fn sever(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Bench {
    fn of(total: Option<u64>) -> Self {
        Self::lent(total, None)
    }

    fn lent(total: Option<u64>, lender: Option<Box<dyn Lender>>) -> Self {
        let (sender, receiver) = mpsc::channel(16);
        let body = stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|chunk| (chunk, receiver))
        });
        let opened = Opened {
            version: None,
            media_type: "text/csv".to_owned(),
            total,
            span: None,
            parts: Parts::None,
            chunks: Chunks::new(body),
        };
        Self::deliver(opened, Some(sender), lender)
    }

    fn deliver(
        opened: Opened,
        source: Option<mpsc::Sender<Result<Bytes, SourceError>>>,
        lender: Option<Box<dyn Lender>>,
    ) -> Self {
        let (live, clock) = (Live::default(), Arc::new(HandClock::new()));
        let (meter, severed) = (Meter::default(), Arc::new(AtomicUsize::new(0)));
        let ends: Arc<Mutex<Vec<DeliveryEnd>>> = Arc::default();
        let windows: Arc<Mutex<Vec<SoFar>>> = Arc::default();
        let notes = Notes { windows: Arc::clone(&windows), ends: Arc::clone(&ends) };
        let control = Control {
            clock: Arc::clone(&clock),
            pace: Pace { window: SignedDuration::from_secs(60), bytes_min: 3 },
            meter: meter.clone(),
            line: Some(Box::new(CountedLine(Arc::clone(&severed)))),
            lender,
            end: Box::new(notes),
        };
        let delivery = Some(deliver(opened, admit(&live), control));
        Self { live, clock, meter, source, severed, windows, ends, delivery }
    }

    async fn feed(&self, chunk: &'static str) {
        let chunk = Ok(Bytes::from_static(chunk.as_bytes()));
        self.source.as_ref().unwrap().send(chunk).await.unwrap();
    }

    async fn next(&mut self) -> Option<Result<Bytes, CutOff>> {
        self.delivery.as_mut().unwrap().next().await
    }

    async fn take(&mut self, expected: &str) {
        assert_eq!(self.next().await.unwrap().unwrap(), expected);
    }

    /// The one end, after everything that still runs has had its turn.
    async fn end(&mut self) -> (Outcome, String) {
        drop(self.delivery.take());
        while !self.live.grounds().is_empty() {
            tokio::task::yield_now().await;
        }
        let ends = self.ends.lock().unwrap();
        assert_eq!(ends.len(), 1, "{ends:?}");
        let end = &ends[0];
        assert_eq!(self.meter.bytes(), end.bytes);
        (end.outcome, format!("{} {}", end.bytes, end.sha256))
    }
}

/// Lends what was put into it, piece by piece, and then no more; nothing while it is empty.
#[derive(Debug)]
struct Lends(Arc<Mutex<Vec<u64>>>);

impl Lender for Lends {
    fn first(&self) -> u64 {
        0
    }

    fn more(&self) -> Lending {
        let lent = self.0.clone();
        Box::pin(async move {
            let next = lent.lock().unwrap().pop();
            next.ok_or(Cut::RuleRefuses)
        })
    }
}

fn left(text: &str) -> String {
    format!("{} {}", text.len(), Digest::of(text.as_bytes()))
}

#[tokio::test]
async fn a_finished_body_is_reported_once_with_its_digest() {
    let mut bench = Bench::of(None);
    bench.feed("ab").await;
    bench.feed("c").await;
    bench.take("ab").await;
    bench.take("c").await;
    bench.source = None;
    assert_eq!(bench.next().await, None);
    assert_eq!(bench.next().await, None);
    assert_eq!(bench.end().await, (Outcome::Finished, left("abc")));
}

#[tokio::test]
async fn a_reader_that_closes_after_the_last_announced_byte_has_got_all() {
    let mut bench = Bench::of(Some(3));
    bench.feed("abc").await;
    bench.take("abc").await;
    assert_eq!(bench.end().await, (Outcome::Finished, left("abc")));
}

#[tokio::test]
async fn a_reader_that_closes_early_is_reported_as_gone() {
    let mut bench = Bench::of(Some(3));
    bench.feed("ab").await;
    bench.take("ab").await;
    assert_eq!(bench.end().await, (Outcome::ReaderGone, left("ab")));
}

#[tokio::test]
async fn a_source_that_breaks_off_breaks_the_body_off() {
    let mut bench = Bench::of(Some(3));
    bench.feed("ab").await;
    bench.source.as_ref().unwrap().send(Err(SourceError::Changed)).await.unwrap();
    bench.take("ab").await;
    assert_eq!(bench.next().await, Some(Err(CutOff::Source { code: "source-changed" })));
    assert_eq!(bench.next().await, None);
    let outcome = Outcome::SourceFailed { code: "source-changed" };
    assert_eq!(bench.end().await, (outcome, left("ab")));
}

#[tokio::test]
async fn a_cut_comes_before_chunks_that_are_ready() {
    let mut bench = Bench::of(None);
    bench.feed("ab").await;
    bench.feed("cd").await;
    bench.take("ab").await;
    assert_eq!(bench.live.cut(Cut::AgreementEnded, |_| true), 1);
    // Nothing else has run since: the body itself sees the cut.
    let cut = CutOff::Cut { reason: Cut::AgreementEnded };
    assert_eq!(bench.next().await, Some(Err(cut)));
    assert_eq!(bench.next().await, None);
    assert_eq!(bench.severed.load(Ordering::SeqCst), 1);
    assert_eq!(bench.end().await, (Outcome::Cut { reason: Cut::AgreementEnded }, left("ab")));
}

#[tokio::test]
async fn a_cut_comes_while_the_source_stalls() {
    let mut bench = Bench::of(None);
    let live = bench.live.clone();
    let mut delivery = bench.delivery.take().unwrap();
    let reader = tokio::spawn(async move { delivery.next().await });
    tokio::task::yield_now().await;
    live.cut(Cut::TransferStopped, |_| true);
    let cut = CutOff::Cut { reason: Cut::TransferStopped };
    assert_eq!(reader.await.unwrap(), Some(Err(cut)));
    assert_eq!(bench.end().await, (Outcome::Cut { reason: Cut::TransferStopped }, left("")));
}

#[tokio::test]
async fn a_cut_is_reported_while_nobody_reads() {
    let mut bench = Bench::of(None);
    bench.feed("ab").await;
    bench.live.cut(Cut::RuleRefuses, |_| true);
    while bench.ends.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.severed.load(Ordering::SeqCst), 1);
    assert_eq!(bench.end().await, (Outcome::Cut { reason: Cut::RuleRefuses }, left("")));
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_cut_after_the_window() {
    let mut bench = Bench::of(None);
    bench.feed("abc").await;
    bench.take("abc").await;
    bench.clock.pass(60).await;
    while bench.ends.lock().unwrap().is_empty() && bench.clock.now().as_second() < 600 {
        bench.clock.pass(60).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.severed.load(Ordering::SeqCst), 1);
    assert_eq!(bench.end().await, (Outcome::Cut { reason: Cut::SlowReader }, left("abc")));
}

#[tokio::test]
async fn a_reader_that_keeps_up_with_a_slow_source_is_not_cut() {
    let mut bench = Bench::of(None);
    let mut delivery = bench.delivery.take().unwrap();
    let reader = tokio::spawn(async move {
        let mut taken = 0;
        while let Some(chunk) = delivery.next().await {
            taken += chunk.unwrap().len();
        }
        taken
    });
    for _ in 0..5 {
        bench.clock.pass(60).await;
        tokio::task::yield_now().await;
        bench.feed("a").await;
        tokio::task::yield_now().await;
    }
    bench.source = None;
    assert_eq!(reader.await.unwrap(), 5);
    assert_eq!(bench.end().await, (Outcome::Finished, left("aaaaa")));
}

#[tokio::test]
async fn a_long_delivery_is_reported_at_each_full_window() {
    let mut bench = Bench::of(None);
    let window = usize::try_from(audit::entry::DELIVERY_WINDOW_BYTES).unwrap();
    let body = Bytes::from(vec![7; 2 * window + 3]);
    let source = bench.source.take().unwrap();
    source.send(Ok(body.slice(..window - 1))).await.unwrap();
    bench.next().await.unwrap().unwrap();
    assert!(bench.windows.lock().unwrap().is_empty());
    source.send(Ok(body.slice(window - 1..))).await.unwrap();
    bench.next().await.unwrap().unwrap();
    let so_far = |end: usize| SoFar { bytes: end as u64, sha256: Digest::of(&body[..end]) };
    assert_eq!(*bench.windows.lock().unwrap(), [so_far(window), so_far(2 * window)]);
    drop(source);
    assert_eq!(bench.next().await, None);
    assert_eq!(bench.end().await.0, Outcome::Finished);
}

#[tokio::test]
async fn a_part_says_where_it_began() {
    let opened = Opened {
        version: None,
        media_type: "text/csv".to_owned(),
        total: Some(9),
        span: Some(Span { first: 4, length: 2 }),
        parts: Parts::Ranges,
        chunks: Chunks::new(stream::iter([Ok(Bytes::from_static(b"ef"))])),
    };
    let mut bench = Bench::deliver(opened, None, None);
    bench.take("ef").await;
    assert_eq!(bench.end().await, (Outcome::Finished, left("ef")));
    assert_eq!(bench.ends.lock().unwrap()[0].first, 4);
}

#[tokio::test]
async fn a_chunk_leaves_in_parts_as_it_is_lent_and_no_byte_more() {
    let lent = Arc::new(Mutex::new(vec![1, 3, 2]));
    let mut bench = Bench::lent(Some(8), Some(Box::new(Lends(lent))));
    bench.feed("abcd").await;
    bench.feed("efgh").await;
    for part in ["ab", "cd", "e", "f"] {
        bench.take(part).await;
    }
    let cut = CutOff::Cut { reason: Cut::RuleRefuses };
    assert_eq!(bench.next().await, Some(Err(cut)));
    assert_eq!(bench.next().await, None);
    assert_eq!(bench.end().await, (Outcome::Cut { reason: Cut::RuleRefuses }, left("abcdef")));
}

#[tokio::test]
async fn a_body_that_ends_with_what_was_lent_asks_for_no_more() {
    for total in [None, Some(3)] {
        let lent = Arc::new(Mutex::new(vec![3]));
        let mut bench = Bench::lent(total, Some(Box::new(Lends(lent))));
        bench.feed("abc").await;
        bench.take("abc").await;
        bench.source = None;
        assert_eq!(bench.next().await, None);
        assert_eq!(bench.end().await, (Outcome::Finished, left("abc")));
    }
}
