//! The Merkle tree of RFC 6962 section 2.1: leaf and node hashes, roots, and the proofs over them.
//!
//! Only hashes are known here: what an entry says is not read. Every function is total and bounded
//! by the number of hashes that it is given.

mod frontier;
mod proof;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

pub use frontier::Frontier;
pub use proof::{
    Nodes, PROOF_HASHES_MAX, ProofError, Tree, check_consistency, check_inclusion,
    consistency_proof, inclusion_proof, root_of_range,
};

/// A hash of the tree. Its text form is padded base64, as in a checkpoint.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Hash([u8; 32]);

/// A text that is no hash: only the padded base64 of 32 bytes is taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a hash is written as the padded base64 of 32 bytes")]
pub struct HashError;

impl Hash {
    /// The root of the empty tree: SHA-256 of nothing (RFC 6962 section 2.1).
    pub fn empty_root() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of an entry: SHA-256 over `0x00` and its bytes.
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// The hash of two subtrees: SHA-256 over `0x01` and both hashes.
    pub fn node(left: &Self, right: &Self) -> Self {
        let hasher = Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0);
        Self(hasher.finalize().into())
    }

    /// A hash that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let bytes = STANDARD.decode(text).map_err(|_| HashError)?;
        Ok(Self(bytes.try_into().map_err(|_| HashError)?))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The root over `leaves` (already hashed), the Merkle Tree Hash of RFC 6962 section 2.1.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}
