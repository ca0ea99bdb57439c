//! Consistency proofs of our own logs: that a larger head only added to a smaller one. A proof names
//! hashes only, never an entry.

use audit::entry::Shard;
use audit::merkle::{Hash, consistency_proof};
use serde_json::{Value, json};
use wire::did::Did;
use wire::json::{Limits, parse};
use wire::node::{Node, ShapeError};

use super::error::LogError;
use super::head::signed_head;
use super::sequencer::Sequencer;
use crate::engine::parts::Parts;

/// Longest proof document that is read, in bytes: 65 hashes in base64.
pub(super) const PROOF_BYTES_MAX: usize = 8 * 1024;

/// The hashes that lead from one size of a shard to a larger one (RFC 6962 section 2.1.2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proof {
    /// The shard.
    pub shard: Shard,
    /// The smaller size.
    pub from: u64,
    /// The larger size.
    pub to: u64,
    /// The hashes.
    pub hashes: Vec<Hash>,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum Unproven {
    /// The log never had a signed head so large, or the sizes are the wrong way round.
    #[error("there is no head of this size")]
    NoSuchHead,
    /// Our tiles or store cannot be read.
    #[error("the proof cannot be made")]
    Log(#[source] LogError),
}

impl Proof {
    /// The form in which proofs travel.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Self { shard, from, to, hashes } = self;
        json!({"shard": shard, "from": from, "to": to, "proof": hashes})
    }

    /// Reads a proof, if it is one. What it proves is not checked here.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let value = parse(bytes, &Limits::message().with_bytes_max(PROOF_BYTES_MAX)).ok()?;
        Self::read(&Node::root(&value)).ok()
    }

    fn read(node: &Node<'_>) -> Result<Self, ShapeError> {
        let members = node.object()?;
        let size = |name| members.required(name).and_then(|node| count(&node));
        Ok(Self {
            shard: members.required("shard")?.parse("a shard")?,
            from: size("from")?,
            to: size("to")?,
            hashes: hashes(&members.required("proof")?)?,
        })
    }
}

/// A number of entries.
pub(super) fn count(node: &Node<'_>) -> Result<u64, ShapeError> {
    let expected = wire::node::Expected::Named("a number from 0");
    u64::try_from(node.integer()?).map_err(|_| node.wrong(expected))
}

/// A list of hashes.
pub(super) fn hashes(node: &Node<'_>) -> Result<Vec<Hash>, ShapeError> {
    node.array()?.iter().map(|hash| hash.parse("a hash")).collect()
}

impl<P: Parts> Sequencer<P> {
    /// The proof that the head of `to` entries of a shard begins with that of `from` entries.
    ///
    /// # Errors
    /// [`Unproven::NoSuchHead`] where no head of `to` entries was signed.
    pub async fn proof(
        &self,
        participant: &Did,
        shard: Shard,
        from: u64,
        to: u64,
    ) -> Result<Proof, Unproven> {
        let store = self.engine().store();
        let head = signed_head(store, participant, shard).await;
        let head = head.map_err(|source| Unproven::Log(source.into()))?;
        let current = head.map_or(0, |head| head.size);
        if from > to || to > current {
            return Err(Unproven::NoSuchHead);
        }
        let shelf = self.shelf(participant, shard);
        let made = tokio::task::spawn_blocking(move || {
            consistency_proof(&shelf.nodes(to, current), from, to)
        });
        match made.await {
            Ok(Ok(hashes)) => Ok(Proof { shard, from, to, hashes }),
            // A tile is missing, or the task was stopped.
            Ok(Err(_)) | Err(_) => Err(Unproven::Log(LogError::Stopped)),
        }
    }
}
