//! A disk that is as full as a test says.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use connector::store::{Settings, Space};

/// What must stay free for stopping, in bytes.
pub const RESERVE_BYTES: u64 = 1_000_000;

/// The free space, invented. Clones are the same disk.
#[derive(Clone, Debug)]
pub struct Disk(Arc<AtomicU64>);

impl Default for Disk {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(u64::MAX)))
    }
}

impl Disk {
    /// Leaves less than the reserve.
    pub fn fill(&self) {
        self.0.store(RESERVE_BYTES - 1, Ordering::SeqCst);
    }

    /// Frees it again.
    pub fn free(&self) {
        self.0.store(u64::MAX, Ordering::SeqCst);
    }

    /// The settings of a store on this disk.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings { space: Arc::new(self.clone()), reserve_bytes: RESERVE_BYTES }
    }
}

impl Space for Disk {
    fn free_bytes(&self) -> io::Result<u64> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}
