//! The tiles of one log against the hashes of its entries: the needed ones must be there, and every
//! one that is there must be right.

use std::collections::BTreeSet;

use super::{
    Files,
    finding::{Failure, Place, Problem, Remark, RemarkKind},
};
use crate::{
    merkle::{Hash, root},
    tile::{self, Kind, TILE_WIDTH, TilePath, hash_tile, split_bundle, split_hash_tile},
};

/// What was found in the tiles.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) failures: Vec<Failure>,
    pub(super) remarks: Vec<Remark>,
}

struct Checked<'a> {
    files: &'a dyn Files,
    dir: &'a str,
    /// The hashes of each level of tiles, from the leaves upwards.
    levels: Vec<Vec<Hash>>,
    /// Whether the entries lead to the signed root. Then a tile that differs is what was changed;
    /// else the entry may be.
    entries_hold: bool,
    found: Found,
}

pub(super) fn check(
    files: &dyn Files,
    dir: &str,
    tiles: &BTreeSet<TilePath>,
    leaves: &[Hash],
    entries_hold: bool,
) -> Found {
    let levels = levels(leaves);
    let mut checked = Checked { files, dir, levels, entries_hold, found: Found::default() };
    for path in tile::paths(leaves.len() as u64).filter(|path| !tiles.contains(path)) {
        checked.fail(checked.place(path), Problem::FileMissing);
    }
    for path in tiles {
        checked.check_one(*path);
    }
    checked.found
}

fn levels(leaves: &[Hash]) -> Vec<Vec<Hash>> {
    let mut levels = vec![leaves.to_vec()];
    while let Some(below) = levels.last().filter(|below| below.len() as u64 >= TILE_WIDTH) {
        let above = below.chunks_exact(TILE_WIDTH as usize).map(root).collect();
        levels.push(above);
    }
    levels
}

impl Checked<'_> {
    fn place(&self, path: TilePath) -> Place {
        Place::file(format!("{}/{path}", self.dir))
    }

    fn fail(&mut self, place: Place, problem: Problem) {
        self.found.failures.push(Failure { place, problem });
    }

    /// The hashes that a tile must hold, or that the entries of a bundle must have.
    fn expected(&self, path: TilePath) -> Option<Vec<Hash>> {
        let level = match path.kind() {
            Kind::Entries => 0,
            Kind::Hashes { level } => usize::try_from(level).ok()?,
        };
        let start = usize::try_from(path.index().checked_mul(TILE_WIDTH)?).ok()?;
        let end = start.checked_add(usize::try_from(path.width()).ok()?)?;
        Some(self.levels.get(level)?.get(start..end)?.to_vec())
    }

    fn check_one(&mut self, path: TilePath) {
        let place = self.place(path);
        let Some(expected) = self.expected(path) else {
            let kind = RemarkKind::BeyondCheckpoint;
            return self.found.remarks.push(Remark { place, kind });
        };
        let Some(bytes) = self.files.read(&place.file) else {
            return self.fail(place, Problem::FileMissing);
        };
        match path.kind() {
            Kind::Entries => {
                let entries = split_bundle(&bytes, path.width()).unwrap_or_default();
                let hashes: Vec<Hash> = entries.into_iter().map(Hash::leaf).collect();
                if hashes != expected {
                    self.fail(place, Problem::TileChanged);
                }
            }
            Kind::Hashes { level } => self.check_hashes(path, level, &bytes, &expected),
        }
    }

    fn check_hashes(&mut self, path: TilePath, level: u32, bytes: &[u8], expected: &[Hash]) {
        if bytes == hash_tile(expected) {
            return;
        }
        let found = split_hash_tile(bytes).filter(|found| found.len() == expected.len());
        let Some(found) = found.filter(|_| level == 0 && !self.entries_hold) else {
            return self.fail(self.place(path), Problem::TileChanged);
        };
        // The entries do not lead to the signed root, so where tile and entry differ, say which entry.
        let first = path.index() * TILE_WIDTH;
        for (index, _) in (first..).zip(found.iter().zip(expected)).filter(|(_, (a, b))| a != b) {
            let file = format!("{}/{path}", self.dir);
            self.fail(Place::entry(file, index), Problem::EntryChanged);
        }
    }
}
