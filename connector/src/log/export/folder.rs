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
    /// Creates the folder; an existing one must be empty.
    pub(super) fn create(root: &Path) -> Result<Self, LogError> {
        create_private(root).map_err(|source| io_error(root, source))?;
        let mut inside = fs::read_dir(root).map_err(|source| io_error(root, source))?;
        if inside.next().is_some() {
            return Err(io_error(root, io::ErrorKind::DirectoryNotEmpty.into()));
        }
        Ok(Self { root: root.to_owned(), files: 0, bytes: 0 })
    }

    /// How many files and bytes were written.
    pub(super) fn written(&self) -> (u64, u64) {
        (self.files, self.bytes)
    }

    /// Writes one file.
    pub(super) async fn file(self, name: String, bytes: Vec<u8>) -> Result<Self, LogError> {
        self.away(move |folder| folder.put(&name, &bytes)).await
    }

    /// Copies the files of a shard of `size` entries into the folder `name`.
    pub(super) async fn shard(
        self,
        shelf: Shelf,
        name: String,
        size: u64,
    ) -> Result<Self, LogError> {
        self.away(move |folder| folder.copy(&shelf, &name, size)).await
    }

    async fn away(
        mut self,
        work: impl FnOnce(&mut Self) -> Result<(), LogError> + Send + 'static,
    ) -> Result<Self, LogError> {
        let written = tokio::task::spawn_blocking(move || work(&mut self).map(|()| self));
        written.await.unwrap_or(Err(LogError::Stopped))
    }

    fn copy(&mut self, shelf: &Shelf, name: &str, size: u64) -> Result<(), LogError> {
        let note = shelf.checkpoint()?;
        let missing = || io_error(&shelf.checkpoint_path(), io::ErrorKind::NotFound.into());
        self.put(&format!("{name}/checkpoint"), note.ok_or_else(missing)?.to_string().as_bytes())?;
        for path in tile::paths(size) {
            let file = shelf.path(&path.to_string());
            let bytes = fs::read(&file).map_err(|source| io_error(&file, source))?;
            self.put(&format!("{name}/{path}"), &bytes)?;
        }
        Ok(())
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
