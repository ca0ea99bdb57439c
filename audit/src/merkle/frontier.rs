//! The right edge of a tree: enough to append and to know the root, in at most 64 hashes.

use super::Hash;

/// The roots of the complete subtrees of which a tree consists, from the largest to the smallest:
/// one for each bit that is set in its size.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf: a hash for each carry of the size, fewer than one on average.
    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(leaf, 0);
    }

    /// Appends a complete subtree of `2^level` leaves. The caller sees to it that the size is a
    /// multiple of that; it always is when subtrees are appended from the largest to the smallest.
    pub(crate) fn push_subtree(&mut self, root: Hash, level: u32) {
        let mut hash = root;
        let carries = (self.size >> level.min(63)).trailing_ones();
        for _ in 0..carries {
            if let Some(left) = self.peaks.pop() {
                hash = Hash::node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1_u64.checked_shl(level).unwrap_or(0));
    }

    /// The root of the whole tree; of no leaves, the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Hash::empty_root() };
        peaks.fold(*last, |right, left| Hash::node(left, &right))
    }
}
