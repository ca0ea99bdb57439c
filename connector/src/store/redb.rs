//! redb 4 as an engine: each group of commits is one transaction, durable when it returns.
//!
//! redb checks a file that was not closed when it is opened again, and believes the pages of one that
//! was. Therefore small files are always checked, each value has a checksum of its own, and damage
//! that redb gives up on becomes an error in [`super::disk`].

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt as _, path::Path};

use ::redb::{
    Builder, Database, DatabaseError, Error, ReadOnlyTable, ReadableDatabase as _, StorageError,
    TableDefinition,
};
use bytes::Bytes;
use crc32fast::Hasher;

use super::{
    disk::{CACHE_BYTES, Fault, Medium, VERIFY_BYTES_MAX, blames_the_system, io_error},
    engine::{Op, Raw},
    error::OpenError,
    span::RawSpan,
};

const RECORDS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("records");

/// An open redb store.
pub(super) struct Redb(Database);

impl Redb {
    /// Makes the table, where the file is new.
    fn prepare(&self) -> Result<(), Error> {
        let write = self.0.begin_write()?;
        write.open_table(RECORDS)?;
        Ok(write.commit()?)
    }

    fn open_file(path: &Path, is_checked: bool) -> Result<Self, DatabaseError> {
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(is_checked);
        if !is_checked {
            // What is left to be told takes a second for a gigabyte, or more.
            builder.set_repair_callback(|repair| {
                let done = repair.progress();
                tracing::warn!(done, "the store was not closed: its file is checked");
            });
        }
        builder.create(path).map(Self)
    }

    fn records(&self) -> Result<ReadOnlyTable<&'static [u8], &'static [u8]>, Error> {
        Ok(self.0.begin_read()?.open_table(RECORDS)?)
    }

    fn find(&self, key: &[u8]) -> Result<Option<Bytes>, Fault> {
        let found = self.records()?.get(key).map_err(Error::from)?;
        found.map(|sealed| open_value(key, sealed.value())).transpose()
    }

    fn read(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, Fault> {
        let Some((start, end)) = span.bounds() else { return Ok(Vec::new()) };
        let records = self.records()?.range(start..end).map_err(Error::from)?;
        span.read(records, |pair| {
            let (key, value) = pair.map_err(Error::from)?;
            if skip(key.value()) {
                return Ok(None);
            }
            let value = open_value(key.value(), value.value())?;
            Ok(Some(Raw { key: key.value().to_vec(), value }))
        })
    }

    fn write(&self, ops: &[Op]) -> Result<(), Error> {
        let write = self.0.begin_write()?;
        let mut records = write.open_table(RECORDS)?;
        for op in ops {
            let key = op.key.as_slice();
            match &op.value {
                Some(value) => drop(records.insert(key, seal(key, value).as_slice())?),
                None => drop(records.remove(key)?),
            }
        }
        drop(records);
        Ok(write.commit()?)
    }
}

impl Medium for Redb {
    const FILE: &'static str = "records.redb";

    fn open(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(Self::FILE);
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).read(true).write(true).mode(0o600);
        let file = options.open(&path).and_then(|file| file.metadata()).map_err(io_error(&path))?;
        let is_small = (1..=VERIFY_BYTES_MAX).contains(&file.len());
        let redb = Self::open_file(&path, is_small).map_err(|error| not_opened(error, &path))?;
        redb.prepare().map_err(|_| OpenError::Corrupt { file: path })?;
        Ok(redb)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Fault> {
        self.find(key)
    }

    fn range(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, Fault> {
        self.read(span, skip)
    }

    fn apply(&self, ops: &[Op]) -> Result<(), Fault> {
        Ok(self.write(ops)?)
    }
}

fn not_opened(error: DatabaseError, path: &Path) -> OpenError {
    let path = path.to_owned();
    if matches!(error, DatabaseError::DatabaseAlreadyOpen) {
        return OpenError::InUse { folder: path.parent().unwrap_or(&path).to_owned() };
    }
    if let DatabaseError::Storage(StorageError::Io(source)) = error
        && blames_the_system(source.kind())
    {
        return OpenError::Io { path, source };
    }
    OpenError::Corrupt { file: path }
}

/// A value led by the CRC-32 of its key and itself.
fn seal(key: &[u8], value: &[u8]) -> Vec<u8> {
    [&checksum(key, value).to_be_bytes(), value].concat()
}

fn open_value(key: &[u8], sealed: &[u8]) -> Result<Bytes, Fault> {
    let (sum, value) = sealed.split_first_chunk().ok_or(Fault::Corrupt)?;
    if u32::from_be_bytes(*sum) == checksum(key, value) {
        Ok(Bytes::copy_from_slice(value))
    } else {
        Err(Fault::Corrupt)
    }
}

fn checksum(key: &[u8], value: &[u8]) -> u32 {
    let mut sum = Hasher::new();
    sum.update(key);
    sum.update(value);
    sum.finalize()
}

impl From<Error> for Fault {
    /// What is neither the system's refusal nor damage is redb's own fault or ours.
    fn from(error: Error) -> Self {
        if let Error::Io(error) = error {
            return error.into();
        }
        if matches!(error, Error::Corrupted(_)) { Self::Corrupt } else { Self::GaveUp }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;

    #[test]
    fn a_changed_value_of_a_large_file_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(Redb::FILE);
        let op = |key: &[u8], value: &'static [u8]| Op {
            key: key.to_vec(),
            value: Some(Bytes::from_static(value)),
            former_bytes: 0,
        };
        let redb = Redb::open(folder.path()).unwrap();
        redb.apply(&[op(b"\0a", b"one that is changed"), op(b"\0b", b"another")]).unwrap();
        drop(redb);
        let bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(7).position(|it| it == b"changed").unwrap();
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all_at(b"C", at.try_into().unwrap()).unwrap();
        let redb = Redb::open_file(&path, false).unwrap();
        assert_eq!(redb.get(b"\0a"), Err(Fault::Corrupt));
        assert_eq!(redb.get(b"\0b"), Ok(Some(Bytes::from_static(b"another"))));
        assert!(redb.range(&RawSpan::all_after(None, 9), &|_| false).is_err());
    }
}
