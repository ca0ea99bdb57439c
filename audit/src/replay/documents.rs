//! The documents of a folder, by their digests.

use std::collections::BTreeMap;

use wire::digest::Digest;

use crate::verify::{Files, Layout, digest_of_name};

/// The documents that a folder holds. Each is read when it is asked for, and compared with its digest.
pub struct Documents<'a> {
    files: &'a dyn Files,
    /// Where each may lie: both sides' logs can name the same one.
    paths: BTreeMap<Digest, Vec<String>>,
}

/// Why a document is not there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Lost {
    /// What lies under its digest is something else.
    Changed {
        /// The file.
        file: String,
    },
    /// There is none.
    Missing,
}

impl std::fmt::Debug for Documents<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Documents").field("paths", &self.paths).finish_non_exhaustive()
    }
}

impl<'a> Documents<'a> {
    pub(super) fn new(files: &'a dyn Files, layout: &Layout) -> Self {
        let mut paths: BTreeMap<Digest, Vec<String>> = BTreeMap::new();
        for path in layout.documents.iter().chain(&layout.decisions) {
            if let Some(digest) = digest_of_name(path) {
                paths.entry(digest).or_default().push(path.clone());
            }
        }
        Self { files, paths }
    }

    /// The document with this digest.
    ///
    /// # Errors
    /// [`Lost`] if no file has it.
    pub fn read(&self, digest: Digest) -> Result<Vec<u8>, Lost> {
        let mut lost = Lost::Missing;
        for path in self.paths.get(&digest).into_iter().flatten() {
            match self.files.read(path) {
                Some(bytes) if Digest::of(&bytes) == digest => return Ok(bytes),
                Some(_) => lost = Lost::Changed { file: path.clone() },
                None => {}
            }
        }
        Err(lost)
    }
}
