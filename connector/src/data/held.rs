//! A participant's held copies: what it has pulled under each contract, in files of its own.
//!
//! ```text
//! held/<contract>/current.json      which copy is whole: version, length, digest
//! held/<contract>/<sha256>.data     its bytes
//! held/<contract>/part.json         what is being pulled: version, and how far it is safe
//! held/<contract>/part.data         its bytes so far
//! held/<contract>/erased.json       what was erased, until that is recorded
//! ```
//!
//! A copy is replaced by renaming, so a reader has the old one or the new one, whole. A folder's
//! name is a digest: nothing that a peer chooses becomes a path.

pub mod disk;
mod erase;
pub mod error;
pub mod part;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use protocol::id::AgreementId;
use serde::{Deserialize, Serialize};
use wire::did::Did;
use wire::digest::Digest;

use crate::home;

pub use self::disk::Disk;
pub use self::erase::Gone;
pub use self::error::HeldError;

use super::demand::Demand;
use super::source::Answer;
use super::source::file::{Found, answer_as};
use super::version::Version;

const CURRENT: &str = "current.json";

/// The held copies of one participant.
#[derive(Clone, Debug)]
pub struct Held {
    folder: PathBuf,
    disk: Disk,
}

/// The place of one contract's copy.
#[derive(Clone, Debug)]
pub struct Slot {
    folder: PathBuf,
    disk: Disk,
}

/// What is known of a whole copy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HeldCopy {
    /// The provider's version; absent when it names none.
    pub version: Option<Version>,
    /// The kind, as the provider names it.
    pub media_type: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of all its bytes.
    pub sha256: Digest,
    /// When it was whole, or last confirmed as unchanged.
    pub fetched: Timestamp,
}

/// A whole copy, opened. It stays readable when it is replaced meanwhile.
#[derive(Debug)]
pub struct HeldFile {
    copy: HeldCopy,
    found: Found,
}

impl Held {
    /// The copies beneath `folder` (`participants/<host>/held`).
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>, disk: Disk) -> Self {
        Self { folder: folder.into(), disk }
    }

    /// The folder of all copies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The place for `agreement` with `provider`; both, because two providers may use one id.
    #[must_use]
    pub fn slot(&self, provider: &Did, agreement: &AgreementId) -> Slot {
        let name = Digest::of(format!("{provider} {agreement}").as_bytes()).hex();
        Slot { folder: self.folder.join(name), disk: self.disk }
    }
}

impl Slot {
    /// Its folder, which no other contract shares.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The whole copy, if there is one. Blocks on the disk.
    ///
    /// # Errors
    /// [`HeldError`] when the disk cannot be read.
    pub fn open(&self) -> Result<Option<HeldFile>, HeldError> {
        // The copy may be replaced between reading its name and opening it; then look again.
        for _ in 0..3 {
            let Some(copy) = self.current()? else { return Ok(None) };
            match File::open(self.data(&copy.sha256)) {
                Ok(file) => {
                    let found = Found::new(file).map_err(|source| self.unusable(source))?;
                    let whole = found.length() == copy.bytes;
                    return Ok(whole.then_some(HeldFile { copy, found }));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(self.unusable(source)),
            }
        }
        Ok(None)
    }

    /// Makes the bytes at `whole`, which are safe on the disk, the contract's copy.
    fn adopt(&self, whole: &Path, copy: &HeldCopy) -> Result<(), HeldError> {
        let data = self.data(&copy.sha256);
        std::fs::rename(whole, &data).map_err(|source| self.unusable(source))?;
        self.confirm(copy)?;
        self.sweep(&data).map_err(|source| self.unusable(source))
    }

    /// Records what is known of the copy whose bytes lie here already.
    pub(super) fn confirm(&self, copy: &HeldCopy) -> Result<(), HeldError> {
        let text = serde_json::to_vec_pretty(copy).map_err(io::Error::from);
        let written = text.and_then(|text| home::write_secret(&self.folder.join(CURRENT), &text));
        written.map_err(|source| self.unusable(source))
    }

    fn current(&self) -> Result<Option<HeldCopy>, HeldError> {
        match std::fs::read(self.folder.join(CURRENT)) {
            // What cannot be read is not a copy: it is pulled anew.
            Ok(text) => Ok(serde_json::from_slice(&text).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.unusable(source)),
        }
    }

    /// Where the bytes of the copy with this digest lie, if it is the contract's.
    #[must_use]
    pub fn data(&self, sha256: &Digest) -> PathBuf {
        self.folder.join(format!("{}.data", sha256.hex()))
    }

    /// Removes everything but the copy at `keep` and its record.
    fn sweep(&self, keep: &Path) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.path() != keep && entry.file_name() != CURRENT {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn unusable(&self, source: io::Error) -> HeldError {
        self.disk.error(&self.folder, source)
    }
}

impl HeldFile {
    /// What is known of it.
    #[must_use]
    pub fn copy(&self) -> &HeldCopy {
        &self.copy
    }

    /// What it has for `demand`. Its version is its digest, whatever the provider's was.
    #[must_use]
    pub fn answer(self, demand: &Demand) -> Answer {
        let version = Version::strong(&self.copy.sha256.hex()).ok();
        answer_as(self.found, version, &self.copy.media_type, demand)
    }
}

#[cfg(test)]
mod tests;
