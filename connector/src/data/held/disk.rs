//! How much of a disk may be used for copies.

use std::io;
use std::path::Path;

use rustix::fs::statvfs;

use super::HeldError;

/// Keeps a reserve free, so that a full disk never stops stopping, revoking and recording.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Disk {
    reserve_bytes: u64,
}

impl Disk {
    /// Keeps `reserve_bytes` free.
    #[must_use]
    pub fn keeping(reserve_bytes: u64) -> Self {
        Self { reserve_bytes }
    }

    /// Whether `needed_bytes` may be written beneath `folder`, which exists.
    pub(super) fn admit(self, folder: &Path, needed_bytes: u64) -> Result<(), HeldError> {
        let free_bytes = free(folder)
            .map_err(|source| HeldError::Unusable { folder: folder.to_owned(), source })?;
        if free_bytes.saturating_sub(self.reserve_bytes) >= needed_bytes {
            return Ok(());
        }
        let (folder, reserve_bytes) = (folder.to_owned(), self.reserve_bytes);
        Err(HeldError::DiskFull { folder, free_bytes, reserve_bytes, needed_bytes })
    }

    /// The system's refusal, told apart by whether the disk is full.
    pub(super) fn error(self, folder: &Path, source: io::Error) -> HeldError {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        let folder = folder.to_owned();
        if full.contains(&source.kind()) {
            let free_bytes = free(&folder).unwrap_or_default();
            let reserve_bytes = self.reserve_bytes;
            return HeldError::DiskFull { folder, free_bytes, reserve_bytes, needed_bytes: 1 };
        }
        HeldError::Unusable { folder, source }
    }
}

/// Bytes that we may still write on the disk of `folder`.
fn free(folder: &Path) -> io::Result<u64> {
    let disk = statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}
