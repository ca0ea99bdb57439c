//! The number of the last acknowledged commit, beside the store: sled drops a damaged tail without
//! a word, and this tells that something is missing.
//!
//! The file is written after a group is durable and is not synced for each: it may lag behind after
//! a power cut, and then proves less, but never claims too much.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

pub(super) const NAME: &str = "height";

/// The file, and what it said when it was opened.
#[derive(Debug)]
pub(super) struct Height {
    file: File,
    acknowledged: u64,
}

impl Height {
    /// Where the file lies.
    pub(super) fn path(folder: &Path) -> PathBuf {
        folder.join(NAME)
    }

    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// `InvalidData` when it is damaged.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(Self::path(folder))?;
        let acknowledged = if file.metadata()?.len() == 0 { 0 } else { read(&file)? };
        file.sync_all()?;
        Ok(Self { file, acknowledged })
    }

    /// The last commit that was known to be acknowledged when the file was opened; 0 if none.
    pub(super) const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Notes that `number` and all before it are durable.
    pub(super) fn acknowledge(&self, number: u64) -> io::Result<()> {
        let complement = (!number).to_be_bytes();
        let bytes = [number.to_be_bytes(), complement].concat();
        self.file.write_all_at(&bytes, 0)
    }
}

fn read(file: &File) -> io::Result<u64> {
    let mut number = [0; 8];
    let mut complement = [0; 8];
    file.read_exact_at(&mut number, 0).map_err(|_| io::ErrorKind::InvalidData)?;
    file.read_exact_at(&mut complement, 8).map_err(|_| io::ErrorKind::InvalidData)?;
    let number = u64::from_be_bytes(number);
    if !number == u64::from_be_bytes(complement) {
        Ok(number)
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}
