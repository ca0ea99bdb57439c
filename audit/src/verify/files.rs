//! The folder that is verified: how it is read, and what each file in it is by its path.

use std::collections::{BTreeMap, BTreeSet};

use wire::digest::Digest;

use crate::tile::TilePath;

/// The files of a folder. Paths are relative to it and use `/`.
pub trait Files {
    /// The content of a file, if there is one that can be read.
    fn read(&self, path: &str) -> Option<Vec<u8>>;

    /// All files below the folder, in any order.
    fn list(&self) -> Vec<String>;
}

impl Files for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.get(path).cloned()
    }

    fn list(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// What the files of a folder are, by their paths.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The folder of each log, and the tiles in it.
    pub(crate) logs: BTreeMap<String, BTreeSet<TilePath>>,
    /// Agreement documents: `…/agreements/<sha256>.json`.
    pub(crate) documents: BTreeSet<String>,
    /// What decisions were made from: `…/decisions/<sha256>.json`.
    pub(crate) decisions: BTreeSet<String>,
    /// Signed heads that somebody kept: `…/witness/…`.
    pub(super) notes: BTreeSet<String>,
    /// Everything else.
    pub(super) unknown: BTreeSet<String>,
}

impl Layout {
    pub(crate) fn of(files: &dyn Files) -> Self {
        let mut layout = Self::default();
        for path in files.list() {
            layout.place(path);
        }
        layout
    }

    fn place(&mut self, path: String) {
        if let Some((dir, tile)) = tile_of(&path) {
            self.logs.entry(dir.to_owned()).or_default().insert(tile);
        } else if let Some(dir) = path.strip_suffix("/checkpoint") {
            self.logs.entry(dir.to_owned()).or_default();
        } else if path.split('/').rev().nth(1) == Some("agreements") {
            self.documents.insert(path);
        } else if path.split('/').rev().nth(1) == Some("decisions") {
            self.decisions.insert(path);
        } else if path.split('/').rev().nth(1) == Some("witness") {
            self.notes.insert(path);
        } else {
            self.unknown.insert(path);
        }
    }
}

/// The digest that a document's file is named after.
pub(crate) fn digest_of_name(path: &str) -> Option<Digest> {
    let stem = path.rsplit('/').next()?.strip_suffix(".json")?;
    format!("sha256:{stem}").parse().ok()
}

fn tile_of(path: &str) -> Option<(&str, TilePath)> {
    let (dir, tile) = path.split_at_checked(path.rfind("/tile/")?)?;
    Some((dir, tile.strip_prefix('/')?.parse().ok()?))
}
