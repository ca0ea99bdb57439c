//! The folder of one shard on disk: its tiles and its signed head.
//!
//! Every file is written whole under another name first, so that none is ever seen by half. These
//! calls block; they are made away from the tasks that serve.

use std::io;
use std::path::{Path, PathBuf};

use audit::checkpoint::{NOTE_BYTES_MAX, SignedCheckpoint};
use audit::log::Write;
use audit::tile::{Kind, TILE_WIDTH, TileNodes, TilePath, hashes_at};

use super::error::LogError;
use crate::home::write_public;

/// The name of the signed head.
const CHECKPOINT: &str = "checkpoint";
/// The longest tile that is read, in bytes: a bundle of the longest entries.
const TILE_BYTES_MAX: u64 = 256 * (65_535 + 2);

/// One shard's folder.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The path of the signed head.
    pub(super) fn checkpoint_path(&self) -> PathBuf {
        self.folder.join(CHECKPOINT)
    }

    /// The path of a file of this shard.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// The content of a tile, if it is there.
    pub(super) fn tile(&self, path: &TilePath) -> Option<Vec<u8>> {
        read(&self.path(&path.to_string()), TILE_BYTES_MAX).ok().flatten()
    }

    /// Reads the signed head, if there is one.
    pub(super) fn checkpoint(&self) -> Result<Option<SignedCheckpoint>, LogError> {
        let path = self.checkpoint_path();
        let bytes = read(&path, NOTE_BYTES_MAX as u64);
        let Some(bytes) = bytes.map_err(|source| io(&path, source))? else { return Ok(None) };
        let note = SignedCheckpoint::parse(&bytes);
        note.map(Some).map_err(|_| LogError::Disagrees { file: path })
    }

    /// Writes tiles.
    pub(super) fn write(&self, files: &[Write]) -> Result<(), LogError> {
        for file in files {
            let path = self.path(&file.path);
            write_public(&path, &file.bytes).map_err(|source| io(&path, source))?;
        }
        Ok(())
    }

    /// Writes a tile unless it is there; one that is there must be the same.
    pub(super) fn complete(&self, file: &Write) -> Result<(), LogError> {
        let path = self.path(&file.path);
        match read(&path, TILE_BYTES_MAX).map_err(|source| io(&path, source))? {
            Some(bytes) if bytes == file.bytes => Ok(()),
            Some(_) => Err(LogError::Disagrees { file: path }),
            None => write_public(&path, &file.bytes).map_err(|source| io(&path, source)),
        }
    }

    /// Writes the signed head. Its tiles are on disk.
    pub(super) fn put_checkpoint(&self, note: &str) -> Result<(), LogError> {
        let path = self.checkpoint_path();
        write_public(&path, note.as_bytes()).map_err(|source| io(&path, source))
    }

    /// Removes folders of partial tiles that full ones have replaced and no signed head needs.
    pub(super) fn remove_superseded(&self, folders: &[String]) {
        for folder in folders {
            let path = self.path(folder);
            match std::fs::remove_dir_all(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::debug!(path = %path.display(), %error, "a partial tile stays");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    /// The tree of the first `size` entries of a log that now has `current`: where no partial tile
    /// was written for `size`, a longer one serves.
    pub(super) fn nodes(
        &self,
        size: u64,
        current: u64,
    ) -> TileNodes<impl Fn(&TilePath) -> Option<Vec<u8>>> {
        let read =
            move |path: &TilePath| self.tile(path).or_else(|| self.tile(&longest(path, current)?));
        TileNodes::new(read, size)
    }
}

/// Whether a log of `size` entries has a tile in just this form: all full ones, and the partial ones
/// at its right edge.
pub(super) fn is_needed(file: &Write, size: u64) -> bool {
    let path = file.path.parse::<TilePath>();
    path.is_ok_and(|path| longest(&path, size) == Some(path))
}

/// The form in which a log of `current` entries has the tile.
fn longest(path: &TilePath, current: u64) -> Option<TilePath> {
    let hashes = match path.kind() {
        Kind::Entries => current,
        Kind::Hashes { level } => hashes_at(level, current),
    };
    let before = path.index().checked_mul(TILE_WIDTH)?;
    TilePath::of_width(path.kind(), path.index(), hashes.checked_sub(before)?.min(TILE_WIDTH))
}

/// Reads a file of at most `bytes_max`; `None` if there is none.
fn read(path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
    let length = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if length > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    std::fs::read(path).map(Some)
}

fn io(path: &Path, source: io::Error) -> LogError {
    LogError::Io { path: path.to_owned(), source }
}
