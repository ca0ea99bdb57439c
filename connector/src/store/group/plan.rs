//! What a group of batches comes to: each is checked against what is durable and against the
//! earlier ones of its group; losers leave no trace.

use std::{collections::BTreeMap, path::Path};

use bytes::Bytes;

use super::{Shared, masks::Masks, version_of};
use crate::store::{
    Committed, Version,
    batch::{Batch, Expectation, Write},
    engine::{Engine, EngineError, META_KEY, Op},
    error::{CommitError, OpenError},
    key::Log,
};

/// The layout of keys and values that this code writes.
const LAYOUT: u8 = 1;

/// A group under way.
pub(super) struct Plan<'a> {
    shared: &'a Shared,
    known: BTreeMap<Vec<u8>, Known>,
    last: u64,
}

/// What is known of a key: its durable value, and what the group makes of it.
struct Known {
    durable: Option<Bytes>,
    planned: Option<Option<Bytes>>,
}

impl Known {
    fn current(&self) -> Option<&Bytes> {
        self.planned.as_ref().unwrap_or(&self.durable).as_ref()
    }
}

/// Why a batch does not join its group.
pub(super) enum Refused {
    Engine(EngineError),
    Lost(CommitError),
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl<'a> Plan<'a> {
    /// A group that follows the commit `last`.
    pub(super) fn new(shared: &'a Shared, last: u64) -> Self {
        Self { shared, known: BTreeMap::new(), last }
    }

    /// Adds a batch, if all that it expects holds.
    pub(super) fn admit(&mut self, batch: Batch) -> Result<Committed, Refused> {
        for (key, expectation) in &batch.expectations {
            let current = self.look(key.encode())?.current().and_then(split).map(|(v, _)| v);
            let holds = match expectation {
                Expectation::Absent => current.is_none(),
                Expectation::Version(version) => current == Some(*version),
            };
            if !holds {
                return Err(Refused::Lost(CommitError::Lost { key: key.clone() }));
            }
        }
        // Everything that a batch needs to read is read before its first write is planned, so that
        // a batch is never planned by half.
        for key in batch.writes.keys() {
            self.look(key.encode())?;
        }
        for (log, _) in &batch.appends {
            self.look(log.size_key())?;
        }
        if batch.is_empty() {
            return Ok(Committed { version: Version(self.last), appended: Vec::new() });
        }
        self.last += 1;
        let number = self.last;
        for (key, write) in batch.writes {
            let Some(known) = self.known.get_mut(&key.encode()) else { continue };
            match write {
                Write::Keep(_) if known.current().is_some() => {}
                Write::Keep(value) | Write::Put(value) => {
                    known.planned = Some(Some(join(number, &value)));
                }
                Write::Delete => known.planned = Some(None),
            }
        }
        let append = |(log, value)| self.append(log, value);
        let appended = batch.appends.into_iter().map(append).collect();
        Ok(Committed { version: Version(number), appended })
    }

    /// The writes of the group with the number of its last commit, and what readers see meanwhile;
    /// nothing when nothing is written.
    pub(super) fn finish(self) -> Option<(Vec<Op>, Masks, u64)> {
        let mut ops = Vec::new();
        let mut masks = Masks::default();
        for (key, known) in self.known {
            if let Some(value) = known.planned {
                let former_bytes = known.durable.as_ref().map_or(0, Bytes::len);
                masks.0.insert(key.clone(), known.durable);
                ops.push(Op { key, value, former_bytes });
            }
        }
        if ops.is_empty() {
            return None;
        }
        let mut meta = vec![LAYOUT];
        meta.extend_from_slice(&self.last.to_be_bytes());
        let former_bytes = meta.len();
        ops.push(Op { key: META_KEY.to_vec(), value: Some(meta.into()), former_bytes });
        Some((ops, masks, self.last))
    }

    fn append(&mut self, log: Log, value: Vec<u8>) -> (Log, u64) {
        let size_key = log.size_key();
        let index = size(self.known.get(&size_key).and_then(Known::current).map(|raw| &**raw));
        // An entry beyond the size was never there: no need to ask the engine.
        let entry = Known { durable: None, planned: Some(Some(value.into())) };
        self.known.insert(log.entry_key(index), entry);
        if let Some(known) = self.known.get_mut(&size_key) {
            known.planned = Some(Some(Bytes::copy_from_slice(&(index + 1).to_be_bytes())));
        }
        (log, index)
    }

    fn look(&mut self, key: Vec<u8>) -> Result<&Known, EngineError> {
        use std::collections::btree_map::Entry;
        match self.known.entry(key) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let durable = self.shared.get(unknown.key())?;
                Ok(unknown.insert(Known { durable, planned: None }))
            }
        }
    }
}

/// A record's version and value.
pub(super) fn split(raw: &Bytes) -> Option<(Version, Bytes)> {
    let version = raw.first_chunk()?;
    Some((version_of(*version), raw.slice(version.len()..)))
}

fn join(number: u64, value: &[u8]) -> Bytes {
    [&number.to_be_bytes(), value].concat().into()
}

/// A log's size from its record; 0 where there is none.
pub(super) fn size(raw: Option<&[u8]>) -> u64 {
    raw.and_then(|raw| raw.first_chunk()).map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The number of the last commit in an engine, 0 in a new one.
pub(super) fn last_commit(engine: &dyn Engine, folder: &Path) -> Result<u64, OpenError> {
    let meta = engine.get(&META_KEY).map_err(opening)?;
    match meta.as_deref() {
        None => Ok(0),
        Some([LAYOUT, number @ ..]) => Ok(size(Some(number))),
        Some(other) => Err(OpenError::Format {
            folder: folder.to_owned(),
            found: other.first().copied().unwrap_or(0),
            known: LAYOUT,
        }),
    }
}

fn opening(error: EngineError) -> OpenError {
    match error {
        EngineError::Corrupt { file } | EngineError::Panicked { file } => {
            OpenError::Corrupt { file }
        }
        EngineError::Io { file, kind } => OpenError::Io { path: file, source: kind.into() },
    }
}
