//! The messages that a process has taken already, so that the same bytes again change nothing.
//!
//! DSP 2025-1 has no message ids; type and digest of the body stand in for them.

use serde::{Deserialize, Serialize};
use wire::digest::Digest;

use crate::message::MessageKind;

/// How many messages a process remembers; older ones are judged by the state machine alone.
pub const SEEN_MAX: usize = 8;

/// The latest messages of one process, oldest first.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Seen(Vec<(MessageKind, Digest)>);

impl Seen {
    /// Whether these bytes were taken before.
    #[must_use]
    pub fn has(&self, kind: MessageKind, digest: Digest) -> bool {
        self.0.contains(&(kind, digest))
    }

    /// Remembers a message that was taken, and forgets the oldest beyond [`SEEN_MAX`].
    pub fn push(&mut self, kind: MessageKind, digest: Digest) {
        if self.0.len() >= SEEN_MAX {
            self.0.remove(0);
        }
        self.0.push((kind, digest));
    }
}
