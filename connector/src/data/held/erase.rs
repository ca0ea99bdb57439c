//! Erasing a contract's copy in two steps, so that what was erased can still be recorded when the
//! process dies in between: first the bytes go, then, once that is recorded, the note of them.

use std::io;

use serde::{Deserialize, Serialize};
use wire::digest::Digest;

use super::{HeldError, Slot};
use crate::home;

const NOTE: &str = "erased.json";

/// What an erasure took away.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// How many bytes had been held: the whole copy's, or the part's where nothing was whole yet.
    pub bytes: u64,
    /// SHA-256 of the whole copy; absent where nothing was whole yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

impl Slot {
    /// Erases the bytes, and says what there was until [`Slot::forget`]; nothing where nothing was
    /// held. Called again, it goes on. Blocks on the disk.
    ///
    /// # Errors
    /// [`HeldError`] when something is still there.
    pub fn erase(&self) -> Result<Option<Gone>, HeldError> {
        let gone = match self.noted()? {
            Some(gone) => gone,
            None => {
                let Some(gone) = self.holding()? else { return Ok(None) };
                let text = serde_json::to_vec(&gone).map_err(io::Error::from);
                let note = self.folder.join(NOTE);
                let written = text.and_then(|text| home::write_secret(&note, &text));
                written.map_err(|source| self.unusable(source))?;
                gone
            }
        };
        self.remove_all_but_the_note().map_err(|source| self.unusable(source))?;
        Ok(Some(gone))
    }

    /// Forgets what was erased, once it is recorded. Blocks on the disk.
    ///
    /// # Errors
    /// [`HeldError`] when the folder is still there.
    pub fn forget(&self) -> Result<(), HeldError> {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.unusable(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn noted(&self) -> Result<Option<Gone>, HeldError> {
        match std::fs::read(self.folder.join(NOTE)) {
            // What cannot be read was not written whole: nothing was erased after it.
            Ok(text) => Ok(serde_json::from_slice(&text).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.unusable(source)),
        }
    }

    /// What lies here; nothing where there is no folder.
    fn holding(&self) -> Result<Option<Gone>, HeldError> {
        if let Some(copy) = self.current()? {
            return Ok(Some(Gone { bytes: copy.bytes, sha256: Some(copy.sha256) }));
        }
        match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.unusable(source)),
            Ok(_) => {
                let part = std::fs::metadata(self.folder.join(super::part::DATA));
                let bytes = part.map_or(0, |part| part.len());
                Ok(Some(Gone { bytes, sha256: None }))
            }
        }
    }

    fn remove_all_but_the_note(&self) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name() != NOTE {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}
