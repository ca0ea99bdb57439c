//! The parts of an engine under test: the real store behind a fuse, the fake clock, counted ids,
//! the network in memory, and the product's own decider.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use connector::clock::Clock;
use connector::engine::decider::{ByRule, Decider, Next, Situation};
use connector::engine::parts::Parts;
use connector::ids::{CountedIds, Ids};
use connector::store::{
    Batch, CommitError, Committed, Embedded, Entry, Key, Log, LogEntry, ReadError, Record, Span,
    StopReason, Store,
};

use crate::clock::FakeClock;
use crate::fuse::{Fuse, Point};
use crate::network::Line;

/// The parts, with any clock.
pub struct Kit<C = FakeClock>(PhantomData<C>);

impl<C: Clock> Parts for Kit<C> {
    type Store = Brittle;
    type Clock = C;
    type Ids = SharedIds;
    type Transport = Line;
    type Decider = Decides;
}

/// The product's decider; or, where a test says so, one that leaves every step to commands, as those
/// of the conformance kits' scripts.
#[derive(Clone, Debug, Default)]
pub struct Decides {
    stays: Arc<AtomicBool>,
}

impl Decides {
    /// From now on nothing is decided.
    pub fn stay(&self) {
        self.stays.store(true, Ordering::SeqCst);
    }
}

impl Decider for Decides {
    fn next(&self, situation: &Situation<'_>) -> Next {
        if self.stays.load(Ordering::SeqCst) { Next::Stay } else { ByRule.next(situation) }
    }
}

impl<C> fmt::Debug for Kit<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kit")
    }
}

/// Ids that go on where they were after a restart.
#[derive(Clone, Debug)]
pub struct SharedIds(Arc<CountedIds>);

impl SharedIds {
    /// Ids that start at `first`.
    #[must_use]
    pub fn starting_at(first: u64) -> Self {
        Self(Arc::new(CountedIds::starting_at(first)))
    }
}

impl Ids for SharedIds {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

/// The real store, whose process may die at each touch.
#[derive(Clone, Debug)]
pub struct Brittle {
    store: Embedded,
    fuse: Arc<Fuse>,
}

impl Brittle {
    /// `store` as long as `fuse` holds.
    #[must_use]
    pub fn new(store: Embedded, fuse: Arc<Fuse>) -> Self {
        Self { store, fuse }
    }
}

impl Store for Brittle {
    async fn get(&self, key: &Key) -> Result<Option<Record>, ReadError> {
        self.fuse.pass(Point::BeforeLoad).await;
        self.store.get(key).await
    }

    async fn range(&self, span: &Span) -> Result<Vec<Entry>, ReadError> {
        self.fuse.pass(Point::BeforeLoad).await;
        self.store.range(span).await
    }

    async fn entries(
        &self,
        log: &Log,
        index: u64,
        limit: usize,
    ) -> Result<Vec<LogEntry>, ReadError> {
        self.fuse.pass(Point::BeforeLoad).await;
        self.store.entries(log, index, limit).await
    }

    async fn log_size(&self, log: &Log) -> Result<u64, ReadError> {
        self.fuse.pass(Point::BeforeLoad).await;
        self.store.log_size(log).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.fuse.pass(Point::BeforeCommit).await;
        let committed = self.store.commit(batch).await;
        self.fuse.pass(Point::AfterCommit).await;
        committed
    }

    fn stopped(&self) -> Option<StopReason> {
        self.store.stopped()
    }
}
