//! Failed handshakes of strangers: counted per minute, asked-for host and reason, for the
//! operator's journal. They never reach the log: only what a verified peer does is recorded there.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Different pairs of host and reason that are counted apart; what is more is counted together.
const PAIRS_MAX: usize = 1024;

/// The counts since they were last taken.
#[derive(Debug, Default)]
pub struct Strangers {
    counts: Mutex<BTreeMap<(String, &'static str), u64>>,
}

impl Strangers {
    /// Counts one refused handshake that asked for `host`.
    pub fn count(&self, host: Option<&str>, code: &'static str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.is_empty() {
            tracing::warn!(
                host = host.map(wire::text::shown).map(tracing::field::display),
                code,
                "a stranger was refused"
            );
        }
        let host = match host {
            Some(host) if counts.len() < PAIRS_MAX => host.to_owned(),
            Some(_) | None => String::new(),
        };
        *counts.entry((host, code)).or_default() += 1;
    }

    /// The counts so far; they start again from zero.
    pub fn take(&self) -> Vec<(String, &'static str, u64)> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::take(&mut *counts);
        taken.into_iter().map(|((host, code), count)| (host, code, count)).collect()
    }
}
