//! A copy while it is pulled: written in order, and safe on the disk up to a recorded length.
//!
//! After a crash only what was recorded counts, and only if its digest still matches, so a torn
//! file is never continued. All calls block on the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::digest::{Digest, Running};

use super::{HeldCopy, HeldError, Slot};
use crate::data::version::Version;
use crate::home;

pub(super) const DATA: &str = "part.data";
const RECORD: &str = "part.json";
/// A body is made safe first after this many bytes, then each time that it has doubled …
const SAVE_BYTES_FIRST: u64 = 1 << 20;
/// … and at least each time that this many have come.
const SAVE_BYTES_MAX: u64 = 64 << 20;
/// Bytes read at once when a part is checked.
const CHECK_BLOCK_BYTES: usize = 256 * 1024;

/// What is being pulled, as the provider announced it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PartHead {
    /// The provider's version; a part without a strong one cannot be continued.
    pub version: Option<Version>,
    /// The kind.
    pub media_type: String,
    /// The length of the whole, if known.
    pub total: Option<u64>,
}

/// What is safe on the disk.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Record {
    head: PartHead,
    safe_bytes: u64,
    safe_sha256: Digest,
}

/// A copy while it is pulled.
#[derive(Debug)]
pub struct Part {
    slot: Slot,
    head: PartHead,
    file: File,
    sha256: Running,
    bytes: u64,
    save_at: u64,
}

impl Part {
    /// Begins anew.
    ///
    /// # Errors
    /// [`HeldError`], also when the whole will not fit.
    pub fn start(slot: &Slot, head: PartHead) -> Result<Self, HeldError> {
        let unusable = |source| slot.unusable(source);
        home::create_private(&slot.folder).map_err(unusable)?;
        let file = open(slot, true).map_err(unusable)?;
        slot.disk.admit(&slot.folder, head.total.unwrap_or_default())?;
        let mut part = Self::at(slot, head, file, Running::new(), 0);
        part.save()?;
        Ok(part)
    }

    /// What an earlier pull left, as far as it is safe. Nothing when there is none that can be
    /// continued.
    ///
    /// # Errors
    /// [`HeldError`] when the disk cannot be read.
    pub fn resume(slot: &Slot) -> Result<Option<Self>, HeldError> {
        let Ok(text) = std::fs::read(slot.folder.join(RECORD)) else { return Ok(None) };
        let Ok(record) = serde_json::from_slice::<Record>(&text) else { return Ok(None) };
        if record.safe_bytes == 0 || !record.head.version.as_ref().is_some_and(Version::is_strong) {
            return Ok(None);
        }
        let Ok(mut file) = open(slot, false) else { return Ok(None) };
        let sha256 = digest_of(&mut file, record.safe_bytes);
        let Some(sha256) = sha256.map_err(|source| slot.unusable(source))? else {
            return Ok(None);
        };
        if sha256.so_far() != record.safe_sha256 {
            return Ok(None);
        }
        file.set_len(record.safe_bytes).map_err(|source| slot.unusable(source))?;
        Ok(Some(Self::at(slot, record.head, file, sha256, record.safe_bytes)))
    }

    fn at(slot: &Slot, head: PartHead, file: File, sha256: Running, bytes: u64) -> Self {
        let save_at = next_save(bytes);
        Self { slot: slot.clone(), head, file, sha256, bytes, save_at }
    }

    /// What is being pulled.
    #[must_use]
    pub fn head(&self) -> &PartHead {
        &self.head
    }

    /// How many bytes are there.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes what has come next.
    ///
    /// # Errors
    /// [`HeldError`]; what was written before stays and can be continued.
    pub fn write(&mut self, chunks: &[Bytes]) -> Result<(), HeldError> {
        let coming = chunks.iter().map(|chunk| chunk.len() as u64).sum();
        if let Err(full) = self.slot.disk.admit(&self.slot.folder, coming) {
            self.save()?;
            return Err(full);
        }
        for chunk in chunks {
            if let Err(source) = self.file.write_all(chunk) {
                return Err(self.slot.unusable(source));
            }
            self.sha256.update(chunk);
            self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        }
        if self.bytes >= self.save_at { self.save() } else { Ok(()) }
    }

    /// Makes all that was written safe, to be continued later.
    ///
    /// # Errors
    /// [`HeldError`] when the disk refuses.
    pub fn save(&mut self) -> Result<(), HeldError> {
        let record = Record {
            head: self.head.clone(),
            safe_bytes: self.bytes,
            safe_sha256: self.sha256.so_far(),
        };
        let text = serde_json::to_vec_pretty(&record).map_err(io::Error::from);
        let saved = self.file.sync_data().and(text);
        let record = self.slot.folder.join(RECORD);
        let saved = saved.and_then(|text| home::write_secret(&record, &text));
        saved.map_err(|source| self.slot.unusable(source))?;
        self.save_at = next_save(self.bytes);
        Ok(())
    }

    /// Makes it the contract's copy. The caller has seen the end of the body.
    ///
    /// # Errors
    /// [`HeldError`] when the disk refuses; the older copy is then still there.
    pub fn finish(self, now: Timestamp) -> Result<HeldCopy, HeldError> {
        let copy = HeldCopy {
            version: self.head.version,
            media_type: self.head.media_type,
            bytes: self.bytes,
            sha256: self.sha256.so_far(),
            fetched: now,
        };
        self.file.sync_all().map_err(|source| self.slot.unusable(source))?;
        self.slot.adopt(&path(&self.slot), &copy)?;
        Ok(copy)
    }
}

fn path(slot: &Slot) -> PathBuf {
    slot.folder.join(DATA)
}

fn open(slot: &Slot, anew: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(anew).truncate(anew).mode(0o600).open(path(slot))
}

fn next_save(bytes: u64) -> u64 {
    bytes.saturating_add(bytes.clamp(SAVE_BYTES_FIRST, SAVE_BYTES_MAX))
}

/// The running digest of the first `length` bytes, with the file standing behind them; nothing
/// when it has not as many.
fn digest_of(file: &mut File, length: u64) -> io::Result<Option<Running>> {
    let (mut sha256, mut left) = (Running::new(), length);
    let mut block = vec![0; CHECK_BLOCK_BYTES];
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(CHECK_BLOCK_BYTES).min(CHECK_BLOCK_BYTES);
        let got = match file.read(block.get_mut(..most).unwrap_or_default()) {
            Ok(0) => return Ok(None),
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        sha256.update(block.get(..got).unwrap_or_default());
        left = left.saturating_sub(got as u64);
    }
    Ok(Some(sha256))
}
