//! One writer for many callers: commits that arrive together become durable together, and readers
//! never wait for them.
//!
//! An embedded engine shows a write before it is durable. Therefore the values that a running group
//! replaces are kept beside it until it is durable, and readers are given those: what is read has
//! always been acknowledged, and will be there after a power cut.

mod masks;
mod plan;
mod recent;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    fmt,
    path::Path,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{
    Committed, Entry, LogEntry, Record, Store, Version,
    batch::{Batch, Purpose},
    disk::OnDisk,
    engine::{Engine, EngineError, Raw},
    error::{CommitError, OpenError, ReadError, StopReason},
    key::{Key, Log},
    memory::Memory,
    space::{FolderSpace, Space, Unlimited},
    span::{RawSpan, Span},
};
use masks::Masks;
use recent::Recent;
use writer::{Job, Writer};

/// The most bytes of ids and values in one commit.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most puts, deletes and appends in one commit.
const BATCH_WRITES_MAX: usize = 4096;
/// The longest id of a record and name of a log, in bytes.
const ID_BYTES_MAX: usize = 1024;

/// What a store needs besides a place.
#[derive(Clone)]
pub struct Settings {
    /// Asked for the free space before each group of commits.
    pub space: Arc<dyn Space>,
    /// What must stay free for stopping, revoking and erasing, in bytes.
    pub reserve_bytes: u64,
}

impl Settings {
    /// The free space of the disk on which `folder` lies, of which `reserve_bytes` stay free.
    pub fn of_folder(folder: &Path, reserve_bytes: u64) -> Self {
        Self { space: Arc::new(FolderSpace(folder.to_owned())), reserve_bytes }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("reserve_bytes", &self.reserve_bytes)
            .finish_non_exhaustive()
    }
}

/// A store in this process, over an embedded engine. Clones are the same store; it closes when the
/// last one goes.
#[derive(Clone)]
pub struct Embedded {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    writer: Writer,
}

/// What readers and the writer share.
struct Shared {
    engine: Box<dyn Engine>,
    settings: Settings,
    shown: RwLock<Shown>,
    failed: OnceLock<EngineError>,
}

/// What readers see before they ask the engine.
#[derive(Default)]
struct Shown {
    masks: Masks,
    recent: Recent,
}

impl Embedded {
    /// A store that forgets everything with the process: for tests.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn memory() -> Result<Self, OpenError> {
        Self::memory_with(Settings { space: Arc::new(Unlimited), reserve_bytes: 0 })
    }

    /// As [`memory`](Self::memory), with a disk that the caller invents.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn memory_with(settings: Settings) -> Result<Self, OpenError> {
        Self::start(Box::new(Memory::default()), settings, Path::new("memory"))
    }

    /// As [`memory_with`](Self::memory_with), but each commit is written by the thread that asks for
    /// it: for a simulator that has one thread and wants no other.
    ///
    /// # Errors
    /// None at present.
    pub fn memory_in_place(settings: Settings) -> Result<Self, OpenError> {
        let shared = Shared::new(Box::new(Memory::default()), settings);
        Ok(Self { inner: Arc::new(Inner { shared, writer: Writer::in_place(0) }) })
    }

    /// Opens the store in `folder`, or makes one there.
    ///
    /// # Errors
    /// When another process has it open, another engine keeps it, it is damaged, commits that were
    /// acknowledged are missing, or the system refuses.
    pub fn open(engine: OnDisk, folder: &Path, settings: Settings) -> Result<Self, OpenError> {
        Self::start(engine.open(folder)?, settings, folder)
    }

    fn start(
        engine: Box<dyn Engine>,
        settings: Settings,
        folder: &Path,
    ) -> Result<Self, OpenError> {
        let last = plan::last_commit(engine.as_ref(), folder)?;
        let shared = Shared::new(engine, settings);
        let writer = Writer::start(&shared, last).map_err(OpenError::Writer)?;
        Ok(Self { inner: Arc::new(Inner { shared, writer }) })
    }
}

impl Shared {
    fn new(engine: Box<dyn Engine>, settings: Settings) -> Arc<Self> {
        let (shown, failed) = (RwLock::default(), OnceLock::new());
        Arc::new(Self { engine, settings, shown, failed })
    }

    /// The durable value under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, EngineError> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        match shown.masks.find(key).or_else(|| shown.recent.find(key)) {
            Some(durable) => Ok(durable.clone()),
            None => self.engine.get(key),
        }
    }

    fn range(&self, span: &RawSpan) -> Result<Vec<Raw>, EngineError> {
        let masks = &self.shown.read().unwrap_or_else(PoisonError::into_inner).masks;
        let found = self.engine.range(span, &|key| masks.find(key).is_some())?;
        Ok(masks.merge(found, span))
    }

    /// Whether a commit may be tried just now, where ordinary ones need `room`.
    fn admits(
        &self,
        purpose: Purpose,
        room: impl FnOnce() -> Result<(), StopReason>,
    ) -> Result<(), StopReason> {
        match (self.failed.get(), purpose) {
            (Some(error), _) => Err(StopReason::Engine(error.clone())),
            (None, Purpose::Ordinary) => room(),
            (None, Purpose::Restricting) => Ok(()),
        }
    }

    /// Whether what is kept free for stopping, revoking and erasing would stay free.
    fn room(&self) -> Result<(), StopReason> {
        let reserve_bytes = self.settings.reserve_bytes;
        match self.settings.space.free_bytes() {
            Ok(free_bytes) if free_bytes >= reserve_bytes => Ok(()),
            Ok(free_bytes) => Err(StopReason::LowSpace { free_bytes, reserve_bytes }),
            Err(error) => Err(StopReason::SpaceUnknown { kind: error.kind() }),
        }
    }

    fn fail(&self, error: EngineError) -> StopReason {
        StopReason::Engine(self.failed.get_or_init(|| error).clone())
    }
}

impl Store for Embedded {
    async fn get(&self, key: &Key) -> Result<Option<Record>, ReadError> {
        let Some(raw) = self.inner.shared.get(&key.encode())? else { return Ok(None) };
        match plan::split(&raw) {
            Some((version, value)) => Ok(Some(Record { version, value })),
            None => Err(ReadError::Unreadable { key: key.clone() }),
        }
    }

    async fn range(&self, span: &Span) -> Result<Vec<Entry>, ReadError> {
        let id_start = span.id_start();
        let found = self.inner.shared.range(&span.raw())?;
        let entry = |Raw { key, value }: Raw| {
            let id = String::from_utf8_lossy(key.get(id_start..).unwrap_or_default()).into_owned();
            match plan::split(&value) {
                Some((version, value)) => Ok(Entry { id, version, value }),
                None => Err(ReadError::Unreadable { key: span.key(id) }),
            }
        };
        found.into_iter().map(entry).collect()
    }

    async fn entries(
        &self,
        log: &Log,
        index: u64,
        limit: usize,
    ) -> Result<Vec<LogEntry>, ReadError> {
        let found = self.inner.shared.range(&RawSpan::of_log(log, index, limit))?;
        let entry =
            |Raw { key, value }: Raw| Log::index_of(&key).map(|index| LogEntry { index, value });
        Ok(found.into_iter().filter_map(entry).collect())
    }

    async fn log_size(&self, log: &Log) -> Result<u64, ReadError> {
        Ok(plan::size(self.inner.shared.get(&log.size_key())?.as_deref()))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        check_limits(&batch)?;
        let (answer, answered) = oneshot::channel();
        self.inner.writer.take(&self.inner.shared, Job { batch, answer }).await;
        answered.await.unwrap_or(Err(CommitError::Stopped { reason: StopReason::WriterGone }))
    }

    fn stopped(&self) -> Option<StopReason> {
        if self.inner.writer.is_gone() {
            return Some(StopReason::WriterGone);
        }
        let shared = &self.inner.shared;
        shared.admits(Purpose::Ordinary, || shared.room()).err()
    }
}

fn check_limits(batch: &Batch) -> Result<(), CommitError> {
    let bytes = batch.bytes();
    let writes = batch.writes.len() + batch.appends.len();
    let keys = batch.writes.keys().map(|key| key.id().len());
    let longest = keys.chain(batch.appends.iter().map(|(log, _)| log.name().len())).max();
    if bytes > BATCH_BYTES_MAX
        || writes > BATCH_WRITES_MAX
        || longest.is_some_and(|length| length > ID_BYTES_MAX)
    {
        return Err(CommitError::TooLarge { bytes, writes });
    }
    Ok(())
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded")
            .field("failed", &self.inner.shared.failed)
            .finish_non_exhaustive()
    }
}

/// The version in front of a record's value.
fn version_of(bytes: [u8; 8]) -> Version {
    Version(u64::from_be_bytes(bytes))
}
