//! How often strangers may try to enrol: per source and in all, in a sliding window of a minute.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Attempts of one source within the window.
const PER_SOURCE_MAX: usize = 20;
/// Attempts of all sources together within the window.
const IN_ALL_MAX: usize = 200;
/// Seconds of the window.
const WINDOW_SECONDS: u64 = 60;

/// The attempts of the last minute, oldest first; never more than [`IN_ALL_MAX`].
#[derive(Debug, Default)]
pub(super) struct Quota {
    attempts: Mutex<VecDeque<(Instant, IpAddr)>>,
}

impl Quota {
    /// Whether `source` may try once more now; the attempt is counted if so.
    pub(super) fn admit(&self, source: IpAddr) -> bool {
        self.admit_at(source, now())
    }

    fn admit_at(&self, source: IpAddr, now: Instant) -> bool {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let window = Duration::from_secs(WINDOW_SECONDS);
        while attempts.front().is_some_and(|(at, _)| now.duration_since(*at) >= window) {
            attempts.pop_front();
        }
        let mut counts = BTreeMap::<IpAddr, usize>::new();
        for (_, source) in attempts.iter() {
            *counts.entry(network(*source)).or_default() += 1;
        }
        let own = counts.get(&network(source)).copied().unwrap_or_default();
        let free = own < PER_SOURCE_MAX && attempts.len() < IN_ALL_MAX;
        if free {
            attempts.push_back((now, source));
        }
        free
    }
}

/// Half an IPv6 address is one customer's.
fn network(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(address) => {
            IpAddr::V6(std::net::Ipv6Addr::from_bits(address.to_bits() >> 64 << 64))
        }
    }
}

/// The runtime's own clock: a window of a quota is no time of any record.
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_tries_too_often_waits_and_others_do_not() {
        let quota = Quota::default();
        let start = now();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..PER_SOURCE_MAX {
            assert!(quota.admit_at(one, start));
        }
        assert!(!quota.admit_at(one, start));
        assert!(quota.admit_at(other, start));
        assert!(quota.admit_at(one, start + Duration::from_secs(WINDOW_SECONDS)));
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_together() {
        let quota = Quota::default();
        let start = now();
        for host in 0..PER_SOURCE_MAX {
            assert!(quota.admit_at(format!("2001:db8::{host:x}").parse().unwrap(), start));
        }
        assert!(!quota.admit_at("2001:db8::ffff".parse().unwrap(), start));
        assert!(quota.admit_at("2001:db8:0:1::1".parse().unwrap(), start));
    }
}
