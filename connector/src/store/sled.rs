//! sled 0.34.7 as an engine, hardened: opened under a guard, never acknowledged before `flush` *and*
//! `sync_data`, never relying on sled's own timed flush.
//!
//! Why each measure is needed: sled's `flush` uses `sync_file_range`, which writes neither the
//! file's size nor the disk's cache; a torn log makes it panic instead of returning an error; and a
//! damaged tail is dropped silently, which [`super::disk`] notices.

mod chunk;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ::sled::{Config, Db, IVec};
use bytes::Bytes;

use super::{
    disk::{CACHE_BYTES, Fault, Medium, VERIFY_BYTES_MAX, blames_the_system, io_error},
    engine::{Op, Raw},
    error::OpenError,
    span::RawSpan,
};

/// An open sled store.
pub(super) struct Sled {
    tree: Db,
    /// A second handle of sled's file: same inode, so that syncing it covers sled's writes.
    file: File,
    blobs: PathBuf,
    blobs_synced: Mutex<BTreeSet<OsString>>,
}

impl Sled {
    /// Reads every record: one that is damaged is an error.
    fn read_all(&self) -> Result<(), Fault> {
        for key in self.tree.iter().keys() {
            let key = key?;
            if !chunk::is_chunk(&key) {
                self.get(&key)?;
            }
        }
        Ok(())
    }

    fn assemble(&self, key: &[u8], head: &IVec) -> Result<Bytes, Fault> {
        let (first, count) = chunk::read_head(head).ok_or(Fault::Corrupt)?;
        let mut value = first.to_vec();
        for place in 0..count {
            let chunk = self.tree.get(chunk::key(key, place))?;
            value.extend_from_slice(&chunk.ok_or(Fault::Corrupt)?);
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
    fn sync(&self) -> Result<(), Fault> {
        self.tree.flush()?;
        let mut synced = self.blobs_synced.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found_new = false;
        for entry in fs::read_dir(&self.blobs)? {
            let entry = entry?;
            if synced.insert(entry.file_name()) {
                found_new = true;
                File::open(entry.path())?.sync_all()?;
            }
        }
        if found_new {
            File::open(&self.blobs)?.sync_all()?;
        }
        Ok(self.file.sync_data()?)
    }
}

impl Medium for Sled {
    const FILE: &'static str = "db";

    fn open(folder: &Path) -> Result<Self, OpenError> {
        let file_path = folder.join(Self::FILE);
        let tree = open_tree(folder, &file_path)?;
        let file = File::open(&file_path).map_err(io_error(&file_path))?;
        // sled does not sync the files that it makes when it is opened first.
        for path in [&folder.join("conf"), &file_path] {
            File::open(path).and_then(|file| file.sync_all()).map_err(io_error(path))?;
        }
        let length = file.metadata().map_err(io_error(&file_path))?.len();
        let (blobs, blobs_synced) = (folder.join("blobs"), Mutex::new(BTreeSet::new()));
        let sled = Self { tree, file, blobs, blobs_synced };
        if length <= VERIFY_BYTES_MAX && sled.read_all().is_err() {
            return Err(OpenError::Corrupt { file: file_path });
        }
        Ok(sled)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Fault> {
        match self.tree.get(key)? {
            Some(head) => self.assemble(key, &head).map(Some),
            None => Ok(None),
        }
    }

    fn range(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, Fault> {
        let Some((start, end)) = span.bounds() else { return Ok(Vec::new()) };
        span.read(self.tree.range(start..end), |pair| {
            let (key, head) = pair?;
            if skip(&key) {
                return Ok(None);
            }
            let value = self.assemble(&key, &head)?;
            Ok(Some(Raw { key: key.to_vec(), value }))
        })
    }

    fn apply(&self, ops: &[Op]) -> Result<(), Fault> {
        self.tree.apply_batch(Self::batch(ops))?;
        self.sync()
    }
}

fn open_tree(folder: &Path, file: &Path) -> Result<Db, OpenError> {
    let config = Config::new()
        .path(folder)
        .flush_every_ms(None)
        .cache_capacity(CACHE_BYTES as u64)
        .use_compression(false);
    config.open().map_err(|error| match error {
        ::sled::Error::Io(source) if blames_the_system(source.kind()) => {
            OpenError::Io { path: file.to_owned(), source }
        }
        // sled's settings file has a checksum and a version of its own.
        ::sled::Error::Unsupported(_) => OpenError::Corrupt { file: folder.join("conf") },
        ::sled::Error::Io(_)
        | ::sled::Error::Corruption { .. }
        | ::sled::Error::CollectionNotFound(_)
        | ::sled::Error::ReportableBug(_) => OpenError::Corrupt { file: file.to_owned() },
    })
}

impl From<::sled::Error> for Fault {
    fn from(error: ::sled::Error) -> Self {
        match error {
            ::sled::Error::Io(error) => error.into(),
            ::sled::Error::Corruption { .. }
            | ::sled::Error::CollectionNotFound(_)
            | ::sled::Error::Unsupported(_) => Self::Corrupt,
            ::sled::Error::ReportableBug(_) => Self::GaveUp,
        }
    }
}

#[cfg(test)]
mod tests;
