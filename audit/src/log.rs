//! Appending to a log: which tiles to write for new entries. Nothing is written here, and nothing
//! that was written is ever changed: only partial tiles grow into longer ones.
//!
//! Everything is derived from the entries in their order, so that after a crash the same appends
//! give the same files again.

use crate::{
    merkle::{Frontier, Hash, root},
    tile::{
        self, BundleError, Kind, LEVEL_MAX, TILE_HEIGHT, TILE_WIDTH, TilePath, hashes_at,
        push_entry, split_bundle, split_hash_tile,
    },
};

/// The right edge of a log: all that an append needs to know: one unfinished tile a level, and one
/// unfinished bundle.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Head {
    frontier: Frontier,
    /// The hashes of the partial tile of each level, from level 0; shorter than 256 each.
    edge: Vec<Vec<Hash>>,
    /// The entries of the partial bundle.
    bundle: Vec<u8>,
}

/// One file to write whole. It is immutable: writing it again gives the same bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Write {
    /// The path, relative to the log's folder.
    pub path: String,
    /// The whole content.
    pub bytes: Vec<u8>,
}

/// What an append demands. The files come first; only when all are durable may a checkpoint over
/// the new head be signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Writes {
    /// The head after the append.
    pub head: Head,
    /// The files to write, full tiles and the partial ones of the new size.
    pub files: Vec<Write>,
    /// Folders of partial tiles that the full ones among `files` replace; they may be deleted after.
    pub superseded: Vec<String>,
}

/// Why nothing can be appended. Ours, never a peer's fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AppendError {
    /// An entry is longer than its length prefix can say.
    #[error("the new entry {entry} has {bytes} bytes, more than a bundle can hold")]
    EntryTooLong {
        /// Its number among the new entries, from 0.
        entry: usize,
        /// Its length, in bytes.
        bytes: usize,
    },
}

/// Why the right edge of a log could not be read from its tiles.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeadError {
    /// The bundle at the right edge holds other entries than the hashes say.
    #[error("entry {entry} does not have the hash that its tile says")]
    Entry {
        /// The index of the entry in the log.
        entry: u64,
    },
    /// The bundle cannot be read.
    #[error("the tile `{path}` cannot be read")]
    Bundle {
        /// The tile.
        path: TilePath,
        /// What is wrong with it.
        #[source]
        source: BundleError,
    },
    /// A tile is missing.
    #[error("the tile `{path}` is missing")]
    Missing {
        /// The tile.
        path: TilePath,
    },
    /// A hash tile has another length.
    #[error("the tile `{path}` has another length than it must have")]
    Length {
        /// The tile.
        path: TilePath,
    },
}

impl Default for Head {
    fn default() -> Self {
        Self::empty()
    }
}

impl Head {
    /// The head of a log without entries.
    pub const fn empty() -> Self {
        Self { frontier: Frontier::new(), edge: Vec::new(), bundle: Vec::new() }
    }

    /// How many entries the log has.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of the log.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Reads the head of a log of `size` entries back from its tiles: one tile a level, and one bundle.
    /// The caller compares its root with the one that was signed.
    ///
    /// # Errors
    /// When a tile is missing or malformed; then the log is derived anew from the entries.
    pub fn load(size: u64, read: &dyn Fn(&TilePath) -> Option<Vec<u8>>) -> Result<Self, HeadError> {
        let mut edge = Vec::new();
        for level in 0..=LEVEL_MAX {
            let hashes = hashes_at(level, size);
            if hashes == 0 {
                break;
            }
            edge.push(load_hashes(Kind::Hashes { level }, hashes, read)?);
        }
        let mut frontier = Frontier::new();
        for (level, hashes) in edge.iter().enumerate().rev() {
            let height = u32::try_from(level).unwrap_or(LEVEL_MAX) * TILE_HEIGHT;
            hashes.iter().for_each(|hash| frontier.push_subtree(*hash, height));
        }
        let leaves = edge.first().map_or(&[][..], Vec::as_slice);
        let bundle = load_bundle(size, leaves, read)?;
        Ok(Self { frontier, edge, bundle })
    }

    /// Puts a hash at the edge of a level. A tile that becomes full is written, and its own hash goes
    /// one level up.
    fn push_hash(&mut self, level: usize, hash: Hash, writes: &mut Vec<(TilePath, Vec<u8>)>) {
        let (mut level, mut hash) = (level, hash);
        loop {
            if self.edge.len() <= level {
                self.edge.resize_with(level + 1, Vec::new);
            }
            let Some(edge) = self.edge.get_mut(level) else { return };
            edge.push(hash);
            if edge.len() as u64 != TILE_WIDTH {
                return;
            }
            let full = std::mem::take(edge);
            let number = u32::try_from(level).unwrap_or(LEVEL_MAX);
            let index = (hashes_at(number, self.frontier.size()) / TILE_WIDTH).saturating_sub(1);
            let path = TilePath::full(Kind::Hashes { level: number }, index);
            writes.push((path, tile::hash_tile(&full)));
            hash = root(&full);
            level += 1;
        }
    }
}

/// Appends entries: the files to write and the head after it.
///
/// Costs about two hashes an entry and, once for each call, the writing of the partial tiles: so
/// entries are best appended in groups.
///
/// # Errors
/// When an entry is longer than [`tile::ENTRY_BYTES_MAX`]; then nothing is to be written.
pub fn append<E: AsRef<[u8]>>(head: &Head, entries: &[E]) -> Result<Writes, AppendError> {
    let mut head = head.clone();
    let before = head.size();
    let mut full = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let entry = entry.as_ref();
        if !push_entry(&mut head.bundle, entry) {
            return Err(AppendError::EntryTooLong { entry: number, bytes: entry.len() });
        }
        let leaf = Hash::leaf(entry);
        head.frontier.push(leaf);
        head.push_hash(0, leaf, &mut full);
        if head.size().is_multiple_of(TILE_WIDTH) {
            let path = TilePath::full(Kind::Entries, head.size() / TILE_WIDTH - 1);
            full.push((path, std::mem::take(&mut head.bundle)));
        }
    }
    let superseded = full.iter().map(|(path, _)| path.partials_folder()).collect();
    let edge = edge_tiles(&head, before);
    let files = full.into_iter().chain(edge);
    let files = files.map(|(path, bytes)| Write { path: path.to_string(), bytes }).collect();
    Ok(Writes { head, files, superseded })
}

/// The partial tiles of a head that a log of `before` entries did not have.
fn edge_tiles(head: &Head, before: u64) -> Vec<(TilePath, Vec<u8>)> {
    let mut tiles = Vec::new();
    let size = head.size();
    for (level, hashes) in (0_u32..).zip(&head.edge) {
        let (old, new) = (hashes_at(level, before), hashes_at(level, size));
        let kind = Kind::Hashes { level };
        let path = TilePath::partial(kind, new / TILE_WIDTH, new % TILE_WIDTH);
        if let Some(path) = path.filter(|_| new > old) {
            tiles.push((path, tile::hash_tile(hashes)));
        }
    }
    let bundle = TilePath::partial(Kind::Entries, size / TILE_WIDTH, size % TILE_WIDTH);
    if let Some(path) = bundle.filter(|_| size > before) {
        tiles.push((path, head.bundle.clone()));
    }
    tiles
}

fn load_hashes(
    kind: Kind,
    hashes: u64,
    read: &dyn Fn(&TilePath) -> Option<Vec<u8>>,
) -> Result<Vec<Hash>, HeadError> {
    let Some(path) = TilePath::partial(kind, hashes / TILE_WIDTH, hashes % TILE_WIDTH) else {
        return Ok(Vec::new());
    };
    let bytes = read(&path).ok_or(HeadError::Missing { path })?;
    let hashes = split_hash_tile(&bytes).filter(|hashes| hashes.len() as u64 == path.width());
    hashes.ok_or(HeadError::Length { path })
}

fn load_bundle(
    size: u64,
    leaves: &[Hash],
    read: &dyn Fn(&TilePath) -> Option<Vec<u8>>,
) -> Result<Vec<u8>, HeadError> {
    let edge = TilePath::partial(Kind::Entries, size / TILE_WIDTH, size % TILE_WIDTH);
    let Some(path) = edge else { return Ok(Vec::new()) };
    let bytes = read(&path).ok_or(HeadError::Missing { path })?;
    let entries =
        split_bundle(&bytes, path.width()).map_err(|source| HeadError::Bundle { path, source })?;
    for ((index, entry), leaf) in (size - path.width()..).zip(entries).zip(leaves) {
        if Hash::leaf(entry) != *leaf {
            return Err(HeadError::Entry { entry: index });
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn entry(index: u64) -> Vec<u8> {
        format!("entry {index}").into_bytes()
    }

    fn entries(from: u64, to: u64) -> Vec<Vec<u8>> {
        (from..to).map(entry).collect()
    }

    fn written(into: &mut BTreeMap<String, Vec<u8>>, writes: &Writes) {
        for Write { path, bytes } in &writes.files {
            let old = into.insert(path.clone(), bytes.clone());
            assert!(old.is_none_or(|old| old == *bytes), "{path} was changed");
        }
    }

    fn reader(files: &BTreeMap<String, Vec<u8>>) -> impl Fn(&TilePath) -> Option<Vec<u8>> {
        |path| files.get(&path.to_string()).cloned()
    }

    #[test]
    fn one_entry_writes_three_small_files() {
        let writes = append(&Head::empty(), &entries(0, 1)).unwrap();
        let paths: Vec<&str> = writes.files.iter().map(|write| write.path.as_str()).collect();
        assert_eq!(paths, ["tile/0/000.p/1", "tile/entries/000.p/1"]);
        assert_eq!(writes.superseded, Vec::<String>::new());
        assert_eq!(writes.head.root(), Hash::leaf(&entry(0)));
    }

    #[test]
    fn full_tiles_supersede_the_partial_ones() {
        let head = append(&Head::empty(), &entries(0, 255)).unwrap().head;
        let writes = append(&head, &entries(255, 257)).unwrap();
        let paths: Vec<&str> = writes.files.iter().map(|write| write.path.as_str()).collect();
        let full = ["tile/0/000", "tile/entries/000"];
        let edge = ["tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/001.p/1"];
        assert_eq!(paths, [&full[..], &edge[..]].concat());
        assert_eq!(writes.superseded, ["tile/0/000.p", "tile/entries/000.p"]);
    }

    #[test]
    fn an_entry_that_is_too_long_writes_nothing() {
        let long = [vec![0; 3], vec![0; tile::ENTRY_BYTES_MAX + 1]];
        let refused = AppendError::EntryTooLong { entry: 1, bytes: tile::ENTRY_BYTES_MAX + 1 };
        assert_eq!(append(&Head::empty(), &long), Err(refused));
    }

    #[test]
    fn a_damaged_edge_is_not_loaded() {
        let writes = append(&Head::empty(), &entries(0, 3)).unwrap();
        let mut files = BTreeMap::new();
        written(&mut files, &writes);
        assert_eq!(Head::load(3, &reader(&files)), Ok(writes.head));
        let path: TilePath = "tile/0/000.p/4".parse().unwrap();
        assert_eq!(Head::load(4, &reader(&files)), Err(HeadError::Missing { path }));
        files.get_mut("tile/entries/000.p/3").unwrap()[4] ^= 1;
        assert_eq!(Head::load(3, &reader(&files)), Err(HeadError::Entry { entry: 0 }));
        files.get_mut("tile/0/000.p/3").unwrap().pop();
        let path: TilePath = "tile/0/000.p/3".parse().unwrap();
        assert_eq!(Head::load(3, &reader(&files)), Err(HeadError::Length { path }));
    }

    #[test]
    fn two_levels_of_tiles_are_filled() {
        let writes = append(&Head::empty(), &entries(0, 256 * 256 + 1)).unwrap();
        let mut files = BTreeMap::new();
        written(&mut files, &writes);
        for path in tile::paths(256 * 256 + 1) {
            assert!(files.contains_key(&path.to_string()), "{path}");
        }
        assert_eq!(files.len(), tile::paths(256 * 256 + 1).count());
        assert_eq!(Head::load(256 * 256 + 1, &reader(&files)), Ok(writes.head));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn however_entries_are_grouped_the_log_is_the_same(
            groups in prop::collection::vec(0_u64..300, 1..8),
        ) {
            let (mut head, mut files) = (Head::empty(), BTreeMap::new());
            for group in groups {
                let to = head.size() + group;
                let writes = append(&head, &entries(head.size(), to)).unwrap();
                written(&mut files, &writes);
                prop_assert_eq!(&Head::load(to, &reader(&files)).unwrap(), &writes.head);
                head = writes.head;
            }
            let whole = append(&Head::empty(), &entries(0, head.size())).unwrap();
            prop_assert_eq!(&whole.head, &head);
            for path in tile::paths(head.size()) {
                let path = path.to_string();
                let derived = whole.files.iter().find(|write| write.path == path);
                prop_assert_eq!(files.get(&path), derived.map(|write| &write.bytes), "{}", path);
            }
        }
    }
}
