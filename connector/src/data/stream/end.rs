//! How a delivery ended, and who learns it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wire::digest::Digest;

use crate::data::tally::SoFar;
use crate::engine::live::Cut;

/// The end of one delivery, as it goes to the log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeliveryEnd {
    /// How it ended.
    pub outcome: Outcome,
    /// Where in the whole body it began; 0 unless a part was asked for.
    pub first: u64,
    /// How many bytes were handed to the connection; the reader may have got fewer.
    pub bytes: u64,
    /// SHA-256 over exactly these bytes.
    pub sha256: Digest,
}

/// How a delivery ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It was cut.
    Cut {
        /// Why.
        reason: Cut,
    },
    /// All bytes were handed to the connection.
    Finished,
    /// The reader closed the connection.
    ReaderGone,
    /// The source broke off.
    SourceFailed {
        /// The source's reason code.
        code: &'static str,
    },
}

impl Outcome {
    /// The reason code of the log.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Cut { reason } => reason.code(),
            Self::Finished => "finished",
            Self::ReaderGone => "reader-gone",
            Self::SourceFailed { code } => code,
        }
    }
}

/// Learns how one delivery goes, from a task that must not wait.
pub trait EndSink: Send + 'static {
    /// Told of each window of the delivery that is full, so that the log also knows of deliveries
    /// that run for long. Whoever cannot record it cuts the delivery.
    fn window(&mut self, _so_far: SoFar) {}

    /// Takes the end; called exactly once. What has to wait, such as a commit to the log, is to be
    /// handed to a task.
    fn ended(self: Box<Self>, end: DeliveryEnd);
}

impl<F: FnOnce(DeliveryEnd) + Send + 'static> EndSink for F {
    fn ended(self: Box<Self>, end: DeliveryEnd) {
        self(end);
    }
}

impl std::fmt::Debug for dyn EndSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EndSink")
    }
}

/// Counts bytes while they leave; clones show the same count.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    bytes: Arc<AtomicU64>,
}

impl Meter {
    /// Bytes counted so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}
