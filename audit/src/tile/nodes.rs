//! Hashes of complete subtrees, read from tiles: what a log serves proofs from.

use super::{Kind, LEVEL_MAX, TILE_HEIGHT, TILE_WIDTH, TilePath, hashes_at, split_hash_tile};
use crate::merkle::{Hash, Nodes, root};

/// The tiles of a log of a given size, read through a function.
///
/// What it reads is not checked against a root: a proof made from it is checked by who receives it.
pub struct TileNodes<R> {
    read: R,
    size: u64,
}

impl<R: Fn(&TilePath) -> Option<Vec<u8>>> TileNodes<R> {
    /// The tiles of a log of `size` entries; `read` gives the bytes of a tile.
    pub const fn new(read: R, size: u64) -> Self {
        Self { read, size }
    }

    /// The hashes of one tile as far as this size needs it; the full tile serves for a partial one.
    pub fn tile(&self, level: u32, index: u64) -> Option<Vec<Hash>> {
        let before = index.checked_mul(TILE_WIDTH)?;
        let width = hashes_at(level, self.size).checked_sub(before)?.min(TILE_WIDTH);
        let path = TilePath::of_width(Kind::Hashes { level }, index, width)?;
        let bytes = (self.read)(&path).or_else(|| (self.read)(&path.to_full()))?;
        let width = usize::try_from(width).ok()?;
        Some(split_hash_tile(&bytes)?.get(..width)?.to_vec())
    }
}

impl<R> std::fmt::Debug for TileNodes<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TileNodes").field("size", &self.size).finish_non_exhaustive()
    }
}

impl<R: Fn(&TilePath) -> Option<Vec<u8>>> Nodes for TileNodes<R> {
    fn node(&self, level: u32, index: u64) -> Option<Hash> {
        let (tile_level, within) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        if tile_level > LEVEL_MAX {
            return None;
        }
        let first = index.checked_shl(within)?;
        let tile = self.tile(tile_level, first / TILE_WIDTH)?;
        let start = usize::try_from(first % TILE_WIDTH).ok()?;
        Some(root(tile.get(start..start.checked_add(1 << within)?)?))
    }
}
