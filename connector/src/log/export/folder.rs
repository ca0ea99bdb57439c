//! Writing the auditor's folder. Blocking work is done away from the tasks that serve.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use audit::tile;

use crate::home::create_private;
use crate::log::error::LogError;
use crate::log::shelf::Shelf;

/// A folder that is being written.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    files: u64,
    bytes: u64,
}

impl Folder {
    /// Creates the folder; there must be nothing of the participant of this host in it.
    pub(super) fn create(root: &Path, host: &str) -> Result<Self, LogError> {
        let own = root.join(host);
        if own.exists() {
            return Err(io_error(&own, io::ErrorKind::AlreadyExists.into()));
        }
        create_private(&own).map_err(|source| io_error(&own, source))?;
        Ok(Self { root: root.to_owned(), files: 0, bytes: 0 })
    }

    /// How many files and bytes were written.
    pub(super) fn written(&self) -> (u64, u64) {
        (self.files, self.bytes)
    }

    /// Writes one file.
    pub(super) async fn file(mut self, name: String, bytes: Vec<u8>) -> Result<Self, LogError> {
        let work = move || self.put(&name, &bytes).map(|()| self);
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(LogError::Stopped))
    }

    /// Copies the files of a shard into the folder `name`; how many entries its signed head covers.
    pub(super) async fn shard(
        mut self,
        shelf: Shelf,
        name: String,
    ) -> Result<(Self, u64), LogError> {
        let work = move || self.copy(&shelf, &name).map(|size| (self, size));
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(LogError::Stopped))
    }

    fn copy(&mut self, shelf: &Shelf, name: &str) -> Result<u64, LogError> {
        let missing = || io_error(&shelf.checkpoint_path(), io::ErrorKind::NotFound.into());
        let note = shelf.checkpoint()?.ok_or_else(missing)?;
        let size = note.checkpoint().size;
        self.put(&format!("{name}/checkpoint"), note.to_string().as_bytes())?;
        for path in tile::paths(size) {
            let file = shelf.path(&path.to_string());
            let bytes = fs::read(&file).map_err(|source| io_error(&file, source))?;
            self.put(&format!("{name}/{path}"), &bytes)?;
        }
        Ok(size)
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            create_private(parent).map_err(|source| io_error(parent, source))?;
        }
        fs::write(&path, bytes).map_err(|source| io_error(&path, source))?;
        self.files += 1;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

fn io_error(path: &Path, source: io::Error) -> LogError {
    LogError::Io { path: path.to_owned(), source }
}
