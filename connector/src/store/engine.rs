//! What an embedded engine must be able to do. Everything else (versions, expectations, logs,
//! groups, reserve) is done once, above.

use std::{io, path::PathBuf};

use bytes::Bytes;

use super::span::RawSpan;

/// Where the store keeps its layout (one byte) and the number of its last commit (eight bytes).
/// Keys of records begin with `0x00` or `0x01`.
pub(super) const META_KEY: [u8; 2] = [0xFF, b'm'];

/// One write of a group; no key occurs twice in a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Op {
    pub(super) key: Vec<u8>,
    /// Nothing deletes.
    pub(super) value: Option<Bytes>,
    /// How long the value is that lies there already, bytes; 0 where none does.
    pub(super) former_bytes: usize,
}

/// A key and its value as an engine holds them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Raw {
    pub(super) key: Vec<u8>,
    pub(super) value: Bytes,
}

/// Ordered bytes on some medium. Reads may run beside a write; the layer above never lets them ask
/// for a key that is being written.
pub(super) trait Engine: Send + Sync + 'static {
    /// The value under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, EngineError>;

    /// The keys and values of a span, in its direction, at most its limit, passing over those for
    /// which `skip` holds.
    fn range(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, EngineError>;

    /// Does all of `ops` or nothing, and returns when they are durable. `number` is the last commit
    /// among them. After an error the engine may hold all of them or none.
    fn apply(&self, ops: &[Op], number: u64) -> Result<(), EngineError>;
}

/// How an engine failed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// A file is damaged.
    #[error("the file `{}` is damaged", .file.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
    },
    /// The system refused to read or write.
    #[error("cannot read or write `{}` ({kind})", .file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The engine's own code gave up.
    #[error("the engine of `{}` gave up", .file.display())]
    Panicked {
        /// The file.
        file: PathBuf,
    },
}
