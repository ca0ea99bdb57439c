//! Instants between the crates: `jiff` outside, ASN.1 and Unix seconds inside. Never asks a clock.

use jiff::Timestamp;
use openssl::asn1::Asn1Time;
use openssl::error::ErrorStack;

/// The ASN.1 form of an instant, in whole seconds.
pub(crate) fn to_asn1(instant: Timestamp) -> Result<Asn1Time, ErrorStack> {
    Asn1Time::from_unix(instant.as_second())
}

/// The instant of a number of Unix seconds; `None` where `jiff` cannot hold it.
pub(crate) fn from_unix(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}

/// From when to when something holds; both ends are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first instant.
    pub not_before: Timestamp,
    /// The last instant.
    pub not_after: Timestamp,
}

impl Validity {
    /// A span of `days` days that begins at `not_before`; `None` if the end lies outside of what
    /// a timestamp can hold.
    #[must_use]
    pub fn days(not_before: Timestamp, days: u32) -> Option<Self> {
        let end = not_before.as_second().checked_add(i64::from(days).checked_mul(86_400)?)?;
        Some(Self { not_before, not_after: from_unix(end)? })
    }

    /// Whether `now` lies inside.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}
