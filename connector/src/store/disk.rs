//! An engine in a folder: one process at a time, a panic of the engine's code as an error, and not
//! opened when commits that were acknowledged are missing.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::{
    engine::{Engine, EngineError, META_KEY, Op, Raw},
    error::OpenError,
    guard,
    height::{self, Height},
    redb::Redb,
    sled::Sled,
    span::RawSpan,
};

/// What an engine may keep in memory, in bytes.
pub(super) const CACHE_BYTES: usize = 4 * 1024 * 1024;
/// A store whose file has at most this many bytes is read wholly when it is opened.
pub(super) const VERIFY_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What keeps the records of a folder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OnDisk {
    /// redb 4.
    Redb,
    /// sled 0.34 in its hardened form.
    Sled,
}

impl OnDisk {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Redb, Self::Sled];

    /// Its name in `allmende.toml`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Redb => "redb",
            Self::Sled => "sled",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Redb => Redb::FILE,
            Self::Sled => Sled::FILE,
        }
    }

    /// Whose records lie in `folder`; nothing in a folder without a store.
    #[must_use]
    pub fn found_in(folder: &Path) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| folder.join(engine.file()).exists())
    }

    /// Opens the store in `folder`, or makes one there.
    pub(super) fn open(self, folder: &Path) -> Result<Box<dyn Engine>, OpenError> {
        self.open_locked(folder, lock(folder)?)
    }

    /// The same for whoever has the folder's lock.
    pub(super) fn open_locked(
        self,
        folder: &Path,
        lock: File,
    ) -> Result<Box<dyn Engine>, OpenError> {
        if let Some(found) = Self::found_in(folder).filter(|found| *found != self) {
            return Err(OpenError::Engine { folder: folder.to_owned(), found, wanted: self });
        }
        Ok(match self {
            Self::Redb => Box::new(Disk::<Redb>::open(folder, lock)?),
            Self::Sled => Box::new(Disk::<Sled>::open(folder, lock)?),
        })
    }
}

/// Ordered bytes in a file. Its code may panic: [`Disk`] runs it under a guard.
pub(super) trait Medium: Send + Sync + Sized + 'static {
    /// The name of the file in the folder.
    const FILE: &'static str;

    /// Opens the file, or makes it, and reads it wholly where it has at most [`VERIFY_BYTES_MAX`].
    fn open(folder: &Path) -> Result<Self, OpenError>;

    /// As [`Engine::get`].
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Fault>;

    /// As [`Engine::range`].
    fn range(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, Fault>;

    /// As [`Engine::apply`].
    fn apply(&self, ops: &[Op]) -> Result<(), Fault>;
}

/// How a medium failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    Corrupt,
    GaveUp,
    Io(io::ErrorKind),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error.kind())
    }
}

/// A medium in its folder. Fields drop in order: the lock goes last.
pub(super) struct Disk<M> {
    medium: M,
    file: PathBuf,
    height: Height,
    _lock: File,
}

impl<M: Medium> Disk<M> {
    fn open(folder: &Path, lock: File) -> Result<Self, OpenError> {
        let file = folder.join(M::FILE);
        let medium = guard::quietly(|| M::open(folder))
            .unwrap_or_else(|guard::Panicked| Err(OpenError::Corrupt { file: file.clone() }))?;
        let height = Height::open(folder).map_err(|source| {
            let path = Height::path(folder);
            if source.kind() == io::ErrorKind::InvalidData {
                OpenError::Corrupt { file: path }
            } else {
                OpenError::Io { path, source }
            }
        })?;
        File::open(folder).and_then(|it| it.sync_all()).map_err(io_error(folder))?;
        let disk = Self { medium, file, height, _lock: lock };
        disk.refuse_older()?;
        Ok(disk)
    }

    /// Refuses a store that is older than what was acknowledged.
    fn refuse_older(&self) -> Result<(), OpenError> {
        let file = self.file.clone();
        let Ok(meta) = self.get(&META_KEY) else { return Err(OpenError::Corrupt { file }) };
        let number = meta.as_deref().and_then(<[u8]>::last_chunk);
        let found = number.map_or(0, |number| u64::from_be_bytes(*number));
        let acknowledged = self.height.acknowledged();
        if found < acknowledged {
            return Err(OpenError::RolledBack { file, found, acknowledged });
        }
        Ok(())
    }

    /// Runs the medium's code; what it panics about becomes an error.
    fn guarded<T>(&self, f: impl FnOnce(&M) -> Result<T, Fault>) -> Result<T, EngineError> {
        let done = guard::quietly(|| f(&self.medium));
        let file = || self.file.clone();
        done.unwrap_or(Err(Fault::GaveUp)).map_err(|fault| match fault {
            Fault::Corrupt => EngineError::Corrupt { file: file() },
            Fault::GaveUp => EngineError::Panicked { file: file() },
            Fault::Io(kind) => EngineError::Io { file: file(), kind },
        })
    }
}

impl<M: Medium> Engine for Disk<M> {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, EngineError> {
        self.guarded(|medium| medium.get(key))
    }

    fn range(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, EngineError> {
        self.guarded(|medium| medium.range(span, skip))
    }

    fn apply(&self, ops: &[Op], number: u64) -> Result<(), EngineError> {
        self.guarded(|medium| medium.apply(ops))?;
        self.height.acknowledge(number).map_err(|error| EngineError::Io {
            file: self.file.with_file_name(height::NAME),
            kind: error.kind(),
        })
    }
}

/// Takes the folder, which is made where there is none, for this process; the lock ends with the file
/// and its clones.
pub(super) fn lock(folder: &Path) -> Result<File, OpenError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).map_err(io_error(folder))?;
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(io_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(OpenError::Io { path, source }),
    }
}

pub(super) fn io_error(path: &Path) -> impl Fn(io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Io { path: path.clone(), source }
}

/// Whether the system, and not the file, is why something did not open.
pub(super) fn blames_the_system(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as K;
    [K::NotFound, K::PermissionDenied, K::StorageFull, K::ReadOnlyFilesystem, K::QuotaExceeded]
        .contains(&kind)
}

#[cfg(test)]
mod tests;
