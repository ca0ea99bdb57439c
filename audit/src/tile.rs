//! Where a log lies in files: the paths and bytes of C2SP tlog-tiles (hash tiles of 256 hashes,
//! bundles of 256 length-prefixed entries, and their partial forms).
//!
//! Paths are relative to the log's folder. Nothing is read or written here.

mod bundle;
mod nodes;
mod path;
#[cfg(test)]
mod tests;

pub use bundle::{BundleError, ENTRY_BYTES_MAX, push_entry, split_bundle};
pub use nodes::TileNodes;
pub use path::{Kind, PathError, TilePath};

use crate::merkle::Hash;

/// How many hashes or entries a full tile holds.
pub const TILE_WIDTH: u64 = 256;
/// The height of a tile in levels of the tree.
pub const TILE_HEIGHT: u32 = 8;
/// The length of a full hash tile, in bytes.
pub const TILE_BYTES: usize = 8192;
/// The highest level of hash tiles of a log that has fewer than 2^64 entries.
pub const LEVEL_MAX: u32 = 7;

/// The bytes of a hash tile: its hashes, one after the other.
pub fn hash_tile(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// The hashes of a hash tile, if it holds between 1 and 256 whole ones.
pub fn split_hash_tile(bytes: &[u8]) -> Option<Vec<Hash>> {
    if bytes.is_empty() || bytes.len() > TILE_BYTES || !bytes.len().is_multiple_of(32) {
        return None;
    }
    let hash = |chunk: &[u8]| Some(Hash::from_bytes(chunk.try_into().ok()?));
    bytes.chunks_exact(32).map(hash).collect()
}

/// How many hashes the level `level` of hash tiles has in a tree of `size` leaves: one for each
/// complete subtree of `256^level`.
pub const fn hashes_at(level: u32, size: u64) -> u64 {
    if level > LEVEL_MAX { 0 } else { size >> (level * TILE_HEIGHT) }
}

/// The paths of all tiles and bundles of a log of `size` entries, in its final form: full ones, and
/// the partial ones at the right edge.
pub fn paths(size: u64) -> impl Iterator<Item = TilePath> {
    let of = move |kind: Kind, hashes: u64| {
        let full = (0..hashes / TILE_WIDTH).map(move |index| TilePath::full(kind, index));
        full.chain(TilePath::partial(kind, hashes / TILE_WIDTH, hashes % TILE_WIDTH))
    };
    let hashes =
        (0..=LEVEL_MAX).flat_map(move |level| of(Kind::Hashes { level }, hashes_at(level, size)));
    hashes.chain(of(Kind::Entries, size))
}
