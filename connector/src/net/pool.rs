//! Kept connections to peers: one pool for the whole process, keyed by who calls whom and where.
//!
//! A connection is used by one request at a time (HTTP/1.1). When certificates, revocation lists or
//! DID documents change, the connections concerned are dropped and the next request opens a fresh
//! one, with everything checked anew.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use wire::did::Did;

use super::connection::Connection;

/// Idle connections kept per key.
const IDLE_PER_KEY_MAX: usize = 64;
/// Idle connections kept in all.
const IDLE_MAX: usize = 1024;

/// Who calls whom, and where.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct PoolKey {
    /// Our participant.
    pub from: Did,
    /// The participant at the other end, as its certificate proved.
    pub to: Did,
    /// `host:port`.
    pub authority: String,
}

/// A request's body, whole or as it comes.
pub type CallBody = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// All idle connections.
#[derive(Debug, Default)]
pub struct Pool {
    idle: Mutex<Idle>,
}

#[derive(Debug, Default)]
struct Idle {
    /// Counts the changes that close connections; one that was opened before is not taken back.
    epoch: u64,
    count: usize,
    by_key: BTreeMap<PoolKey, Vec<Connection>>,
}

/// The moment at which a connection was taken or opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Epoch(u64);

impl Pool {
    /// The present moment; to be taken before a connection is opened.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        Epoch(self.idle().epoch)
    }

    /// An idle connection that is still open, if there is one, with the moment it was taken.
    #[must_use]
    pub fn take(&self, key: &PoolKey) -> Option<(Epoch, Connection)> {
        let mut idle = self.idle();
        loop {
            let of_key = idle.by_key.get_mut(key)?;
            let connection = of_key.pop();
            if of_key.is_empty() {
                idle.by_key.remove(key);
            }
            let connection = connection?;
            idle.count -= 1;
            if !connection.is_closed() {
                return Some((Epoch(idle.epoch), connection));
            }
        }
    }

    /// Gives a connection back after its answer was read whole.
    pub fn give(&self, key: PoolKey, epoch: Epoch, connection: Connection) {
        let mut idle = self.idle();
        if idle.epoch != epoch.0 || idle.count >= IDLE_MAX || connection.is_closed() {
            return;
        }
        let of_key = idle.by_key.entry(key).or_default();
        if of_key.len() < IDLE_PER_KEY_MAX {
            of_key.push(connection);
            idle.count += 1;
        }
    }

    /// Closes all idle connections; those in use are closed when they would come back.
    pub fn close_all(&self) {
        self.close(|_| true);
    }

    /// Closes the idle connections whose key is `concerned`. Those in use do not come back,
    /// concerned or not: a fresh connection costs little, and a stale one must not stay.
    pub fn close(&self, concerned: impl Fn(&PoolKey) -> bool) {
        let mut idle = self.idle();
        idle.epoch += 1;
        idle.by_key.retain(|key, _| !concerned(key));
        idle.count = idle.by_key.values().map(Vec::len).sum();
    }

    /// Whether each idle connection is known to be closed.
    #[cfg(test)]
    pub(super) fn is_all_closed(&self) -> bool {
        self.idle().by_key.values().flatten().all(|connection| connection.is_closed())
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
