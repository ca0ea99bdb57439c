//! sled 0.34.7 as an engine, hardened: opened under a guard, never acknowledged before `flush` *and*
//! `sync_data`, never relying on sled's own timed flush, and refused when commits that were
//! acknowledged are missing.
//!
//! Why each measure is needed: sled's `flush` uses `sync_file_range`, which writes neither the
//! file's size nor the disk's cache; a torn log makes it panic instead of returning an error; and a
//! damaged tail is dropped silently.

mod chunk;
mod guard;
mod height;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ::sled::{Config, Db, IVec};
use bytes::Bytes;

use super::{
    engine::{Engine, EngineError, META_KEY, Op, Raw},
    error::OpenError,
    span::{Direction, RawSpan},
};
use height::Height;

/// What sled may keep in memory, in bytes.
pub const CACHE_BYTES: u64 = 4 * 1024 * 1024;
/// A store whose file has at most this many bytes is read wholly when it is opened.
pub const VERIFY_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// An open sled store. Fields drop in order: the lock goes last.
pub(super) struct Sled {
    tree: Db,
    /// A second handle of sled's file: same inode, so that syncing it covers sled's writes.
    file: File,
    file_path: PathBuf,
    height: Height,
    blobs: PathBuf,
    blobs_synced: Mutex<BTreeSet<OsString>>,
    _lock: File,
}

impl Sled {
    /// Opens the store in `folder`, or makes one there.
    pub(super) fn open(folder: &Path) -> Result<Self, OpenError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(io_error(folder))?;
        let lock = lock(folder)?;
        let file_path = folder.join("db");
        let tree = open_guarded(folder, &file_path)?;
        let file = File::open(&file_path).map_err(io_error(&file_path))?;
        let height = Height::open(folder).map_err(|source| {
            let path = Height::path(folder);
            if source.kind() == io::ErrorKind::InvalidData {
                OpenError::Corrupt { file: path }
            } else {
                OpenError::Io { path, source }
            }
        })?;
        let engine = Self {
            tree,
            file,
            file_path,
            height,
            blobs: folder.join("blobs"),
            blobs_synced: Mutex::new(BTreeSet::new()),
            _lock: lock,
        };
        sync_new_files(folder)?;
        engine.check()?;
        Ok(engine)
    }

    /// Refuses a store that is older than what was acknowledged or, if it is small enough to be
    /// read wholly, one with a damaged record.
    fn check(&self) -> Result<(), OpenError> {
        let corrupt = |_| OpenError::Corrupt { file: self.file_path.clone() };
        let meta = self.get(&META_KEY).map_err(corrupt)?;
        let number = meta.as_deref().and_then(<[u8]>::last_chunk);
        let found = number.map_or(0, |number| u64::from_be_bytes(*number));
        let acknowledged = self.height.acknowledged();
        if found < acknowledged {
            return Err(OpenError::RolledBack {
                file: self.file_path.clone(),
                found,
                acknowledged,
            });
        }
        let length = self.file.metadata().map_err(io_error(&self.file_path))?.len();
        if length > VERIFY_BYTES_MAX {
            return Ok(());
        }
        let every_record = || -> Result<(), EngineError> {
            for pair in self.tree.iter().keys() {
                let key = pair.map_err(|error| self.error(&error))?;
                if !chunk::is_chunk(&key) {
                    self.read(&key)?;
                }
            }
            Ok(())
        };
        self.guarded(every_record).map_err(corrupt)
    }

    /// Runs sled's code; what it panics about becomes an error.
    fn guarded<T>(&self, f: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
        guard::quietly(f)
            .unwrap_or_else(|_| Err(EngineError::Panicked { file: self.file_path.clone() }))
    }

    fn error(&self, error: &::sled::Error) -> EngineError {
        let file = self.file_path.clone();
        match error {
            ::sled::Error::Io(error) => EngineError::Io { file, kind: error.kind() },
            ::sled::Error::Corruption { .. }
            | ::sled::Error::CollectionNotFound(_)
            | ::sled::Error::Unsupported(_) => EngineError::Corrupt { file },
            ::sled::Error::ReportableBug(_) => EngineError::Panicked { file },
        }
    }

    fn read(&self, key: &[u8]) -> Result<Option<Bytes>, EngineError> {
        match self.tree.get(key).map_err(|error| self.error(&error))? {
            Some(head) => self.assemble(key, &head).map(Some),
            None => Ok(None),
        }
    }

    fn assemble(&self, key: &[u8], head: &IVec) -> Result<Bytes, EngineError> {
        let corrupt = || EngineError::Corrupt { file: self.file_path.clone() };
        let (first, count) = chunk::read_head(head).ok_or_else(corrupt)?;
        let mut value = first.to_vec();
        for place in 0..count {
            let chunk = self.tree.get(chunk::key(key, place)).map_err(|e| self.error(&e))?;
            value.extend_from_slice(&chunk.ok_or_else(corrupt)?);
        }
        Ok(value.into())
    }

    fn batch(ops: &[Op]) -> ::sled::Batch {
        let mut batch = ::sled::Batch::default();
        for op in ops {
            let count = match &op.value {
                Some(value) => {
                    let (head, chunks) = chunk::split(value);
                    batch.insert(op.key.as_slice(), head);
                    let mut count = 0;
                    for chunk in chunks {
                        batch.insert(chunk::key(&op.key, count), chunk);
                        count += 1;
                    }
                    count
                }
                None => {
                    batch.remove(op.key.as_slice());
                    0
                }
            };
            for place in count..chunk::further(op.former_bytes) {
                batch.remove(chunk::key(&op.key, place));
            }
        }
        batch
    }

    /// Makes what sled wrote durable. Values are cut so that sled has no reason to write a file of
    /// its own for one; if it did all the same, that file is synced too, which sled leaves out.
    fn sync(&self) -> Result<(), EngineError> {
        self.tree.flush().map_err(|error| self.error(&error))?;
        let io = |file: &Path| {
            let file = file.to_owned();
            move |error: io::Error| EngineError::Io { file, kind: error.kind() }
        };
        let mut synced = self.blobs_synced.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found_new = false;
        for entry in fs::read_dir(&self.blobs).map_err(io(&self.blobs))? {
            let entry = entry.map_err(io(&self.blobs))?;
            if synced.insert(entry.file_name()) {
                found_new = true;
                File::open(entry.path()).and_then(|f| f.sync_all()).map_err(io(&entry.path()))?;
            }
        }
        if found_new {
            File::open(&self.blobs).and_then(|f| f.sync_all()).map_err(io(&self.blobs))?;
        }
        self.file.sync_data().map_err(io(&self.file_path))
    }
}

impl Engine for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, EngineError> {
        self.guarded(|| self.read(key))
    }

    fn range(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, EngineError> {
        let Some((start, end)) = span.bounds() else { return Ok(Vec::new()) };
        self.guarded(|| {
            let mut records = self.tree.range(start..end);
            let mut found = Vec::new();
            while found.len() < span.limit {
                let next = match span.direction {
                    Direction::Forwards => records.next(),
                    Direction::Backwards => records.next_back(),
                };
                let Some(pair) = next else { break };
                let (key, head) = pair.map_err(|error| self.error(&error))?;
                if !skip(&key) {
                    let value = self.assemble(&key, &head)?;
                    found.push(Raw { key: key.to_vec(), value });
                }
            }
            Ok(found)
        })
    }

    fn apply(&self, ops: &[Op], number: u64) -> Result<(), EngineError> {
        self.guarded(|| {
            self.tree.apply_batch(Self::batch(ops)).map_err(|error| self.error(&error))?;
            self.sync()
        })?;
        self.height.acknowledge(number).map_err(|error| EngineError::Io {
            file: self.file_path.with_file_name(height::NAME),
            kind: error.kind(),
        })
    }
}

/// Takes the folder for this process; the lock ends with the file.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(io_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(OpenError::Io { path, source }),
    }
}

fn open_guarded(folder: &Path, file: &Path) -> Result<Db, OpenError> {
    let config = Config::new()
        .path(folder)
        .flush_every_ms(None)
        .cache_capacity(CACHE_BYTES)
        .use_compression(false);
    let corrupt = || OpenError::Corrupt { file: file.to_owned() };
    match guard::quietly(|| config.open()) {
        Ok(Ok(tree)) => Ok(tree),
        Ok(Err(::sled::Error::Io(source))) if blames_the_system(source.kind()) => {
            Err(OpenError::Io { path: file.to_owned(), source })
        }
        // sled's settings file has a checksum and a version of its own.
        Ok(Err(::sled::Error::Unsupported(_))) => {
            Err(OpenError::Corrupt { file: folder.join("conf") })
        }
        Ok(Err(
            ::sled::Error::Io(_)
            | ::sled::Error::Corruption { .. }
            | ::sled::Error::CollectionNotFound(_)
            | ::sled::Error::ReportableBug(_),
        ))
        | Err(guard::Panicked) => Err(corrupt()),
    }
}

fn blames_the_system(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as K;
    [K::NotFound, K::PermissionDenied, K::StorageFull, K::ReadOnlyFilesystem, K::QuotaExceeded]
        .contains(&kind)
}

/// sled does not sync the files that it makes when it is opened first.
fn sync_new_files(folder: &Path) -> Result<(), OpenError> {
    for path in [folder.join("conf"), folder.join("db"), folder.to_owned()] {
        File::open(&path).and_then(|file| file.sync_all()).map_err(io_error(&path))?;
    }
    Ok(())
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Io { path: path.clone(), source }
}

#[cfg(test)]
mod tests;
