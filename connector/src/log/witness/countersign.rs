//! The authority as witness: members bring their newest heads with a proof, and get them back
//! countersigned (tlog-cosignature version 1, in a JSON envelope).

use audit::checkpoint::{KeyName, SignedCheckpoint};
use audit::merkle::{Hash, check_consistency};
use jiff::SignedDuration;
use protocol::status;
use serde_json::json;
use wire::did::Did;
use wire::node::Node;
use wire::sign::Sign;

use super::keep::{CONFLICT, Last};
use super::look::NotTaken;
use super::{Reply, WITNESS_INTERVAL_MS, Witness, object};
use crate::clock::Clock;
use crate::engine::parts::Parts;
use crate::log::proof::{count, hashes};
use crate::participant::Participant;

/// Where the authority's mutual listener takes members' heads.
pub const COUNTERSIGN_PATH: &str = "/witness/checkpoint";

/// HTTP status: asked too often.
pub(super) const TOO_MANY_REQUESTS: u16 = 429;

/// A head with the proof that it follows the one that the witness saw last.
pub(super) struct Shown {
    /// The size of the head that the witness saw last, as far as the sender knows.
    pub(super) old: u64,
    pub(super) proof: Vec<Hash>,
    pub(super) note: SignedCheckpoint,
}

/// What a head is to the one that was seen last.
enum Follows {
    /// It only adds to it.
    Grown,
    /// It contradicts it.
    No,
    /// It is the same.
    Same,
    /// It only adds to it, but comes too soon after it.
    TooSoon,
    /// Its sender believes that another head was seen last.
    Unknown,
}

impl Shown {
    pub(super) fn to_json(&self) -> serde_json::Value {
        json!({"old": self.old, "proof": self.proof, "checkpoint": self.note.to_string()})
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object().ok()?;
        Some(Self {
            old: count(&members.required("old").ok()?).ok()?,
            proof: hashes(&members.required("proof").ok()?).ok()?,
            note: members.required("checkpoint").ok()?.parse("a signed checkpoint").ok()?,
        })
    }
}

impl<P: Parts> Witness<P> {
    /// Serves [`COUNTERSIGN_PATH`] for our participant, which must be the data space's witness: keeps
    /// the member's head and countersigns it. A 409 names the size that was seen last.
    pub async fn serve_checkpoint(&self, participant: &Did, peer: &Did, body: &[u8]) -> Reply {
        let Some(shown) = object(body, Shown::read) else {
            return Reply::refused(status::BAD_REQUEST, "bad-checkpoint");
        };
        match self.countersign(participant, peer, &shown).await {
            Ok(reply) => reply,
            Err(NotTaken::Engine(error)) => {
                tracing::error!(%participant, %peer, %error, "a head cannot be countersigned");
                Reply::refused(status::UNAVAILABLE, "unavailable")
            }
            Err(error) => {
                tracing::warn!(%participant, %peer, code = error.code(), %error,
                    "a member's log head is not taken");
                Reply::refused(status::BAD_REQUEST, error.code())
            }
        }
    }

    async fn countersign(
        &self,
        participant: &Did,
        peer: &Did,
        shown: &Shown,
    ) -> Result<Reply, NotTaken> {
        let (ours, standing) = self.engine.member(participant)?;
        let witness = standing.list.witness.as_ref();
        let own = ours.keys().checkpoint.public_key();
        let Some(witness) = witness.filter(|witness| witness.key == own) else {
            return Ok(Reply::refused(status::NOT_FOUND, "not-a-witness"));
        };
        let Ok(name) = KeyName::parse(&witness.name) else {
            return Ok(Reply::refused(status::NOT_FOUND, "not-a-witness"));
        };
        let shard = self.check_sender(&standing.list, peer, &shown.note)?;
        let Some(last) = self.kept(participant, peer, shard).await? else {
            self.keep(&ours, peer, shard, None, &shown.note).await?;
            return Ok(self.countersigned(&ours, name, &shown.note));
        };
        match self.follows(&last, shown) {
            Follows::Same => {}
            Follows::Grown => {
                self.keep(&ours, peer, shard, Some(last.version), &shown.note).await?;
            }
            Follows::No => {
                self.alarm(&ours, peer, &last.note, &shown.note).await?;
                return Ok(Reply::refused(status::BAD_REQUEST, CONFLICT));
            }
            Follows::Unknown => return Ok(behind(last.note.checkpoint().size)),
            Follows::TooSoon => return Ok(Reply::refused(TOO_MANY_REQUESTS, "too-often")),
        }
        Ok(self.countersigned(&ours, name, &shown.note))
    }

    /// Whether a head follows the one that was seen last.
    fn follows(&self, last: &Last, shown: &Shown) -> Follows {
        let (seen, head) = (last.note.checkpoint(), shown.note.checkpoint());
        if seen.size == head.size {
            return if seen.root == head.root { Follows::Same } else { Follows::No };
        }
        if shown.old != seen.size || head.size < seen.size {
            return Follows::Unknown;
        }
        let (size, proof) = (head.size, &shown.proof);
        if check_consistency(seen.size, &seen.root, size, &head.root, proof).is_err() {
            return Follows::No;
        }
        // Each head that is taken is an entry of ours: no member may fill our log.
        let age = self.engine.clock().now().duration_since(last.at);
        let soon = age < SignedDuration::from_millis(WITNESS_INTERVAL_MS);
        if soon { Follows::TooSoon } else { Follows::Grown }
    }

    /// The countersignature over a head that was checked and is kept.
    fn countersigned(&self, ours: &Participant, name: KeyName, note: &SignedCheckpoint) -> Reply {
        let now = self.engine.clock().now();
        match note.cosign(name, &ours.keys().checkpoint, now) {
            Ok(line) => {
                Reply { status: status::OK, body: json!({"cosignature": line.to_string()}) }
            }
            Err(error) => {
                tracing::error!(participant = %ours.did(), %error, "a head was not countersigned");
                Reply::refused(status::UNAVAILABLE, "unavailable")
            }
        }
    }
}

/// The witness has seen another head than the sender believes.
fn behind(size: u64) -> Reply {
    Reply { status: status::CONFLICT, body: json!({"code": "checkpoint-behind", "size": size}) }
}
