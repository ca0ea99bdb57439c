//! The real memory store on a disk that is sometimes slow, full or broken, with a witness at its door: each record
//! that a commit changes is shown to the judge the moment it is durable.

use std::sync::Arc;

use connector::store::{
    Batch, CommitError, Committed, Embedded, Entry, Key, Log, LogEntry, ReadError, Record, Span,
    StopReason, Store,
};

use super::disk::{Disk, broken};
use super::executor::wait;
use super::judge::Judge;
use super::run::World;

/// The store of one process.
#[derive(Clone, Debug)]
pub struct SimStore {
    store: Embedded,
    disk: Disk,
    world: Arc<World>,
    judge: Arc<Judge>,
}

impl SimStore {
    /// `store` on `disk`, watched by `judge`.
    #[must_use]
    pub fn new(store: &Embedded, disk: &Disk, world: &Arc<World>, judge: &Arc<Judge>) -> Self {
        let (store, disk) = (store.clone(), disk.clone());
        Self { store, disk, world: world.clone(), judge: judge.clone() }
    }

    /// Commits; what is durable is shown to the judge.
    fn write(&self, batch: Batch) -> Result<Committed, CommitError> {
        let touched: Vec<Key> = batch.touched().cloned().collect();
        let committed = wait(self.store.commit(batch))?;
        for key in touched {
            self.judge.saw(&self.store, &key);
        }
        Ok(committed)
    }
}

impl Store for SimStore {
    async fn get(&self, key: &Key) -> Result<Option<Record>, ReadError> {
        self.world.point().await;
        self.disk.works()?;
        wait(self.store.get(key))
    }

    async fn range(&self, span: &Span) -> Result<Vec<Entry>, ReadError> {
        self.world.point().await;
        self.disk.works()?;
        wait(self.store.range(span))
    }

    async fn entries(
        &self,
        log: &Log,
        index: u64,
        limit: usize,
    ) -> Result<Vec<LogEntry>, ReadError> {
        self.disk.works()?;
        wait(self.store.entries(log, index, limit))
    }

    async fn log_size(&self, log: &Log) -> Result<u64, ReadError> {
        self.disk.works()?;
        wait(self.store.log_size(log))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        // Dying before this point is dying before the commit, and after it behind the commit.
        self.world.disk().await;
        let stopped = |error| CommitError::Stopped { reason: StopReason::Engine(error) };
        self.disk.works().map_err(stopped)?;
        if self.disk.breaks() {
            // Whether it got there is not known to whoever wanted it.
            if self.world.dice.chance(500) {
                let _ = self.write(batch);
            }
            return Err(stopped(broken()));
        }
        let committed = self.write(batch)?;
        self.world.disk().await;
        Ok(committed)
    }

    fn stopped(&self) -> Option<StopReason> {
        self.disk.works().err().map(StopReason::Engine).or_else(|| self.store.stopped())
    }
}
