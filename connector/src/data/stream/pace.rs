//! How slow a reader may be.
//!
//! Counted is what a connection takes from the body. A connection takes no more than its buffers
//! hold, so the least pace that is never cut is one full send buffer per window: the listener
//! bounds the send buffer (256 KiB), which makes 4 KiB/s at a window of a minute. While the
//! *source* is the one waited for, no reader is slow.

use jiff::SignedDuration;

use crate::config::Limits;

/// How slow a reader may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pace {
    /// How long a reader is looked at before it is judged.
    pub window: SignedDuration,
    /// Bytes that it must take in this time.
    pub bytes_min: u64,
}

impl Pace {
    /// The pace of the settings.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        let window = i64::try_from(limits.slow_reader_window_s).unwrap_or(i64::MAX);
        Self { window: SignedDuration::from_secs(window), bytes_min: limits.slow_reader_bytes_min }
    }
}
