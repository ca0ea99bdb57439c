//! How much space is free where the store lies: asked before each group of commits, so that a full
//! disk is met at a time of our choosing, with room left to stop, revoke and erase.

use std::{io, path::PathBuf};

/// Tells the free space.
pub trait Space: Send + Sync + 'static {
    /// The bytes that may still be written.
    ///
    /// # Errors
    /// When the system does not tell; commits then stand still.
    fn free_bytes(&self) -> io::Result<u64>;
}

/// The free space of the file system on which a folder lies.
#[derive(Clone, Debug)]
pub struct FolderSpace(pub PathBuf);

impl Space for FolderSpace {
    fn free_bytes(&self) -> io::Result<u64> {
        let found = rustix::fs::statvfs(&self.0)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

/// No end of space: for stores in memory.
#[derive(Clone, Copy, Debug)]
pub struct Unlimited;

impl Space for Unlimited {
    fn free_bytes(&self) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}
