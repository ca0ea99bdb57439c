//! Inclusion and consistency proofs: made from the hashes of complete subtrees, checked against roots
//! alone (RFC 6962 sections 2.1.1 and 2.1.2, checks as in RFC 9162 sections 2.1.3.2 and 2.1.4.2).

use super::Hash;

/// The longest proof that is checked, in hashes: a tree has at most 2^64 leaves.
pub const PROOF_HASHES_MAX: usize = 65;

/// Where the hashes of complete subtrees are read from.
pub trait Nodes {
    /// The root of the complete subtree over the leaves `index·2^level .. (index+1)·2^level`.
    fn node(&self, level: u32, index: u64) -> Option<Hash>;
}

/// Why there is no proof, or why a proof proves nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofError {
    /// The proof has another number of hashes than the sizes demand.
    #[error("the proof has {hashes} hashes, which these sizes do not need")]
    Length {
        /// How many it has.
        hashes: usize,
    },
    /// A hash that the proof needs could not be read.
    #[error("the hash of subtree {index} at level {level} is missing")]
    Missing {
        /// The level, 0 for leaves.
        level: u32,
        /// The index within the level.
        index: u64,
    },
    /// An index that is not in the tree, or an older size that is larger than the newer.
    #[error("{inner} does not lie within a tree of {size} entries")]
    OutOfRange {
        /// The index or older size.
        inner: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// All complete subtrees in memory: about 64 bytes for each leaf.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over `leaves`, already hashed.
    pub fn new(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let pairs = below.chunks_exact(2).filter_map(|pair| match pair {
                [left, right] => Some(Hash::node(left, right)),
                _ => None,
            });
            let above = pairs.collect();
            levels.push(above);
        }
        Self { levels }
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }
}

impl Nodes for Tree {
    fn node(&self, level: u32, index: u64) -> Option<Hash> {
        let level = self.levels.get(usize::try_from(level).ok()?)?;
        level.get(usize::try_from(index).ok()?).copied()
    }
}

/// The root over the leaves `start..end`, where `start` is a multiple of the smallest power of two
/// that is not smaller than `end - start`, as all subtrees of RFC 6962 are.
///
/// # Errors
/// When a hash is missing, or the range is empty or not one of a subtree.
pub fn root_of_range(nodes: &dyn Nodes, start: u64, end: u64) -> Result<Hash, ProofError> {
    let out = ProofError::OutOfRange { inner: start, size: end };
    let width = end.checked_sub(start).filter(|width| *width > 0).ok_or(out)?;
    let aligned = width.checked_next_power_of_two().is_some_and(|step| start.is_multiple_of(step));
    if !aligned {
        return Err(out);
    }
    // The complete subtrees of the range, from the left; each starts at a multiple of its width.
    let mut peaks = Vec::new();
    let mut at = start;
    for level in (0..64).rev().filter(|level| width >> level & 1 == 1) {
        let index = at >> level;
        peaks.push(nodes.node(level, index).ok_or(ProofError::Missing { level, index })?);
        at = at.saturating_add(1 << level);
    }
    let mut peaks = peaks.into_iter().rev();
    let last = peaks.next().ok_or(out)?;
    Ok(peaks.fold(last, |right, left| Hash::node(&left, &right)))
}

/// The proof that the leaf `index` is in the tree of the first `size` leaves (`PATH(m, D[n])`),
/// from the leaf upwards.
///
/// # Errors
/// When `index` is not in the tree, or a hash is missing.
pub fn inclusion_proof(nodes: &dyn Nodes, index: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange { inner: index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(root_of_range(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(root_of_range(nodes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of the first `size` leaves begins with that of the first `old`
/// (`PROOF(m, D[n])`). Between equal sizes, and from the empty tree, it has no hashes.
///
/// # Errors
/// When `old` is larger than `size`, or a hash is missing.
pub fn consistency_proof(nodes: &dyn Nodes, old: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
    if old > size {
        return Err(ProofError::OutOfRange { inner: old, size });
    }
    if old == 0 || old == size {
        return Ok(Vec::new());
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(root_of_range(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(root_of_range(nodes, start, middle)?);
            start = middle;
        }
    }
    if start > 0 {
        proof.push(root_of_range(nodes, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that `leaf` is the leaf `index` of the tree of `size` leaves with this root.
///
/// # Errors
/// When the proof does not prove it.
pub fn check_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    let length = ProofError::Length { hashes: proof.len() };
    if index >= size {
        return Err(ProofError::OutOfRange { inner: index, size });
    }
    if proof.len() > PROOF_HASHES_MAX {
        return Err(length);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return Err(length);
        }
        if node & 1 == 1 || node == last {
            hash = Hash::node(step, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = Hash::node(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `size` leaves with root `root` begins with the tree of `old` leaves with
/// root `old_root`.
///
/// # Errors
/// When the proof does not prove it.
pub fn check_consistency(
    old: u64,
    old_root: &Hash,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let length = ProofError::Length { hashes: proof.len() };
    if old > size {
        return Err(ProofError::OutOfRange { inner: old, size });
    }
    if old == size || old == 0 {
        let expected = if old == size { *root } else { Hash::empty_root() };
        return match (proof.is_empty(), expected == *old_root) {
            (false, _) => Err(length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    if proof.len() > PROOF_HASHES_MAX {
        return Err(length);
    }
    let mut steps = proof.iter();
    // Where the old tree is complete, its root is the first hash and is left out of the proof.
    let first = if old.is_power_of_two() { Some(old_root) } else { steps.next() };
    let first = *first.ok_or(length)?;
    let skipped = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> skipped, (size - 1) >> skipped);
    let (mut old_hash, mut hash) = (first, first);
    for step in steps {
        if last == 0 {
            return Err(length);
        }
        if node & 1 == 1 || node == last {
            old_hash = Hash::node(step, &old_hash);
            hash = Hash::node(step, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = Hash::node(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(length);
    }
    if old_hash == *old_root && hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// The largest power of two below `width`, which is at least 2.
const fn split(width: u64) -> u64 {
    1 << (63 - (width - 1).leading_zeros())
}
