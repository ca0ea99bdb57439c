//! A participant's data root: the only folder whose files it can publish.
//!
//! Opening never leaves the folder, follows no link of any kind and takes regular files only. The
//! root itself never holds or lies in the state of this process (keys, store, logs, held copies).

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, fstat, open, openat2};
use rustix::io::Errno;
use wire::did::Did;

use crate::home::Home;

use super::SourceError;

/// Folders of a participant that hold state and are never a data root.
const STATE_FOLDERS: [&str; 4] = ["held", "keys", "trust", "values"];

/// The opened folder.
#[derive(Clone, Debug)]
pub struct DataRoot {
    folder: Arc<OwnedFd>,
}

/// Why a folder cannot be a data root.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataRootError {
    /// It would publish keys, records or another participant's files.
    #[error("the data root `{path}` holds or lies in the state of this process")]
    HoldsState {
        /// The folder.
        path: PathBuf,
    },
    /// It cannot be opened.
    #[error("the data root `{path}` cannot be opened")]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

impl DataRoot {
    /// Opens `participant`'s data root at `path`, which is absolute or relative to the
    /// participant's folder. Symbolic links in `path` itself are the operator's own and followed.
    ///
    /// # Errors
    /// [`DataRootError`] when the folder is missing or would publish state.
    pub fn open(home: &Home, participant: &Did, path: &Path) -> Result<Self, DataRootError> {
        let own = home.participant(participant);
        let path = own.join(path);
        let unreadable = |source| DataRootError::Unreadable { path: path.clone(), source };
        let real = path.canonicalize().map_err(unreadable)?;
        let state = home.path().canonicalize().map_err(unreadable)?;
        let own = own.canonicalize().unwrap_or(own);
        if state.starts_with(&real) || (real.starts_with(&state) && !is_offered(&own, &real)) {
            return Err(DataRootError::HoldsState { path });
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = open(&real, flags, Mode::empty()).map_err(|errno| unreadable(errno.into()))?;
        Ok(Self { folder: Arc::new(folder) })
    }

    /// Opens the regular file at `path` below the root for reading. Blocks on the disk.
    ///
    /// # Errors
    /// [`SourceError`] when there is no such file or it may not be published.
    pub fn open_file(&self, path: &str) -> Result<File, SourceError> {
        // Looked at before it is opened: to open a pipe waits, and to open a device can act.
        let found = self.reach(path, OFlags::PATH)?;
        refuse_irregular(&found, path)?;
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = self.reach(path, flags)?;
        refuse_irregular(&file, path)?;
        Ok(File::from(file))
    }

    fn reach(&self, path: &str, flags: OFlags) -> Result<OwnedFd, SourceError> {
        let resolve =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let found = openat2(&*self.folder, path, flags, Mode::empty(), resolve);
        let found = found.map_err(|errno| refusal(errno, path))?;
        Ok(found)
    }
}

/// Inside the home, only a folder below the participant's own that holds no state.
fn is_offered(own: &Path, real: &Path) -> bool {
    let Ok(below) = real.strip_prefix(own) else { return false };
    match below.components().next() {
        Some(Component::Normal(first)) => STATE_FOLDERS.iter().all(|state| first != *state),
        Some(_) | None => false,
    }
}

fn refuse_irregular(found: &OwnedFd, path: &str) -> Result<(), SourceError> {
    let kind = FileType::from_raw_mode(fstat(found).map_err(io::Error::from)?.st_mode);
    if kind == FileType::RegularFile {
        return Ok(());
    }
    // Without following, a link at the end of the path is found as itself.
    if kind == FileType::Symlink {
        return Err(SourceError::Outside { path: path.to_owned() });
    }
    Err(SourceError::NotAFile { path: path.to_owned() })
}

fn refusal(errno: Errno, path: &str) -> SourceError {
    let path = path.to_owned();
    if errno == Errno::XDEV || errno == Errno::LOOP {
        return SourceError::Outside { path };
    }
    if errno == Errno::NOENT || errno == Errno::NOTDIR {
        return SourceError::Missing { path };
    }
    if errno == Errno::NXIO || errno == Errno::NODEV {
        return SourceError::NotAFile { path };
    }
    SourceError::Unreadable { source: errno.into() }
}

#[cfg(test)]
mod tests;
