//! A disk that is full for a while, or fails: then nobody knows whether the last commit is on it, and
//! nothing is read or written until the process is started again.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use connector::store::{EngineError, Space};

/// A disk. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    full: AtomicBool,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    #[default]
    Good,
    /// The next commit meets the failure.
    Doomed,
    Failed,
}

impl Disk {
    /// Fills it, or makes room.
    pub fn fill(&self, full: bool) {
        self.0.full.store(full, Ordering::Relaxed);
    }

    /// Lets it fail at the next commit, if it has not failed before.
    pub fn fail(&self) {
        if !self.has_failed() {
            self.set(State::Doomed);
        }
    }

    /// Whether it has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        *self.0.state.lock().unwrap() == State::Failed
    }

    /// Nothing more happens to it; what has failed stays so until it is replaced.
    pub fn heal(&self) {
        self.fill(false);
        if !self.has_failed() {
            self.set(State::Good);
        }
    }

    /// Another disk with the same content.
    pub fn replace(&self) {
        self.set(State::Good);
    }

    /// Whether this commit is the one that fails.
    pub fn breaks(&self) -> bool {
        let breaks = *self.0.state.lock().unwrap() == State::Doomed;
        if breaks {
            self.set(State::Failed);
        }
        breaks
    }

    /// What a failed disk answers.
    ///
    /// # Errors
    /// When it has failed.
    pub fn works(&self) -> Result<(), EngineError> {
        match self.has_failed() {
            true => Err(broken()),
            false => Ok(()),
        }
    }

    fn set(&self, state: State) {
        *self.0.state.lock().unwrap() = state;
    }
}

/// The words of a failed disk.
#[must_use]
pub fn broken() -> EngineError {
    EngineError::Io { file: PathBuf::from("disk"), kind: io::ErrorKind::Other }
}

impl Space for Disk {
    fn free_bytes(&self) -> io::Result<u64> {
        Ok(if self.0.full.load(Ordering::Relaxed) { 0 } else { u64::MAX })
    }
}
