//! Where everything is kept: ordered keys under a participant, and commits that happen wholly,
//! durably, or not at all.
//!
//! There is no call without a participant (or, for what belongs to the whole process, without
//! saying so), no snapshot, no event feed and no way to change a log's entries. What the values
//! mean is the business of the records on top; they know no engine, and engines know no records.

#[cfg(test)]
mod again;
mod batch;
mod disk;
mod engine;
mod error;
mod group;
mod guard;
mod height;
mod key;
mod memory;
mod migrate;
mod redb;
mod sled;
mod space;
mod span;
#[cfg(test)]
mod suite;

use std::{fmt, future::Future};

use bytes::Bytes;
use serde::de::DeserializeOwned;

pub use batch::{Batch, BatchError, Expectation};
pub use disk::OnDisk;
pub use engine::EngineError;
pub use error::{CommitError, OpenError, ReadError, StopReason};
pub use group::{Embedded, Settings};
pub use key::{Key, Kind, Log, Scope};
pub use migrate::{MigrateError, Moved, migrate};
pub use space::{FolderSpace, Space, Unlimited};
pub use span::{RANGE_MAX, Span};

/// The one interface to kept state. Reads see what is durable and nothing else.
pub trait Store: Clone + Send + Sync + 'static {
    /// The record under `key`, if there is one.
    ///
    /// # Errors
    /// When the engine cannot read.
    fn get(&self, key: &Key) -> impl Future<Output = Result<Option<Record>, ReadError>> + Send;

    /// The records of one kind of one scope, in the order of their ids, at most the span's limit.
    ///
    /// # Errors
    /// When the engine cannot read.
    fn range(&self, span: &Span) -> impl Future<Output = Result<Vec<Entry>, ReadError>> + Send;

    /// The entries of a log from `index` (counted from 0) on, at most `limit` of them.
    ///
    /// # Errors
    /// When the engine cannot read.
    fn entries(
        &self,
        log: &Log,
        index: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<LogEntry>, ReadError>> + Send;

    /// How many entries a log has; its next index.
    ///
    /// # Errors
    /// When the engine cannot read.
    fn log_size(&self, log: &Log) -> impl Future<Output = Result<u64, ReadError>> + Send;

    /// Does all that the batch says, or nothing. Returns when it is durable. A caller that stops
    /// waiting does not stop the commit.
    ///
    /// # Errors
    /// [`CommitError::Lost`] when an expectation does not hold: load again and decide again.
    /// [`CommitError::Stopped`] when nothing can be written; see there for what that leaves open.
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<Committed, CommitError>> + Send;

    /// Why commits stand still just now, if they do.
    fn stopped(&self) -> Option<StopReason>;

    /// The record under `key`, read as `T`, with its version.
    ///
    /// # Errors
    /// When the engine cannot read, or the value is not a `T`.
    fn get_json<T: DeserializeOwned>(
        &self,
        key: &Key,
    ) -> impl Future<Output = Result<Option<(Version, T)>, ReadError>> + Send {
        async move {
            let Some(record) = self.get(key).await? else { return Ok(None) };
            let value = serde_json::from_slice(&record.value)
                .map_err(|_| ReadError::Unreadable { key: key.clone() })?;
            Ok(Some((record.version, value)))
        }
    }

    /// The records of a span, each read as `T`, with ids and versions.
    ///
    /// # Errors
    /// When the engine cannot read, or a value is not a `T`.
    fn range_json<T: DeserializeOwned>(
        &self,
        span: &Span,
    ) -> impl Future<Output = Result<Vec<(String, Version, T)>, ReadError>> + Send {
        async move {
            let entries = self.range(span).await?;
            let read = |entry: Entry| match serde_json::from_slice(&entry.value) {
                Ok(value) => Ok((entry.id, entry.version, value)),
                Err(_) => Err(ReadError::Unreadable { key: span.key(entry.id) }),
            };
            entries.into_iter().map(read).collect()
        }
    }
}

/// The version of a record: the number of the commit that wrote it. It grows with every commit of
/// the store and is never used twice, so that a record deleted and made anew is another one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version(u64);

impl Version {
    /// The number of the commit, counted from 1.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A record as it was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// Which commit wrote it.
    pub version: Version,
    /// What was written.
    pub value: Bytes,
}

/// A record of a span.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The id within the span's scope and kind.
    pub id: String,
    /// Which commit wrote it.
    pub version: Version,
    /// What was written.
    pub value: Bytes,
}

/// An entry of a log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogEntry {
    /// Its place, counted from 0 without gaps.
    pub index: u64,
    /// What was appended.
    pub value: Bytes,
}

/// The proof that a batch is durable. Only the store makes one; the sender asks for it.
#[derive(Debug, Eq, PartialEq)]
pub struct Committed {
    version: Version,
    appended: Vec<(Log, u64)>,
}

impl Committed {
    /// The version that every record put by the batch has now.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The indexes that the batch's appends were given, in the order of the appends.
    pub fn appended(&self) -> &[(Log, u64)] {
        &self.appended
    }
}
