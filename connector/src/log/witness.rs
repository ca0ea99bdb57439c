//! Witnessing: each side keeps the last signed head that it saw of the other's log, and demands a
//! proof that the next one only adds to it; the authority countersigns members' heads.
//!
//! A head is taken only when it is signed with the log key that the authority's list registers for
//! its sender. Two heads of one log that do not lead to each other are an alarm: both are kept as a
//! proof that convinces anybody. Nothing here holds up a message.

mod countersign;
pub(super) mod keep;
pub(super) mod look;
pub(super) mod push;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use audit::anchors::Seen;
use audit::checkpoint::NOTE_BYTES_MAX;
use audit::entry::Shard;
use identity::keys::OpensslVerify;
use jiff::SignedDuration;
use protocol::message::extension::CHECKPOINT;
use protocol::status;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use wire::did::Did;
use wire::json::{Limits, parse};
use wire::node::Node;

use super::proof::Unproven;
use super::rounds::{Pace, Rounds};
use super::sequencer::Sequencer;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::engine::parts::Parts;

pub use countersign::COUNTERSIGN_PATH;
pub use look::{Looked, NotTaken};
pub use push::{NotPushed, Pushed};

/// Where a participant's mutual listener serves consistency proofs.
pub const CONSISTENCY_PATH: &str = "/witness/consistency";
/// The code with which a participant says that its log never had a head so large.
const NO_SUCH_HEAD: &str = "no-such-head";
/// The shortest time between two looks at one peer's heads, in milliseconds.
pub const WITNESS_INTERVAL_MS: i64 = 1_000;
/// A head goes to the authority when no newer one came for so long, in milliseconds,
pub const PUSH_QUIET_MS: i64 = 1_000;
/// but at the latest so long after the first, in milliseconds,
pub const PUSH_DELAY_MS_MAX: i64 = 10_000;
/// and so long after the one before, in milliseconds.
pub const PUSH_INTERVAL_MS: i64 = 2_000;
/// Heads that wait to be looked at; more are not taken, and come again with the next message.
const WAITING_MAX: usize = 10_000;

/// Looks at the heads of others and shows ours to the authority. One per process.
pub struct Witness<P: Parts> {
    engine: Arc<Engine<P>>,
    sequencer: Arc<Sequencer<P>>,
    verify: OpensslVerify,
    looks: Rounds<Pair>,
    /// The newest head of each pair that was not looked at yet.
    notes: Mutex<BTreeMap<Pair, String>>,
    pushes: Rounds<Did>,
}

/// Our participant and its peer.
type Pair = (Did, Did);

/// An answer of the witness endpoints: a status and a JSON body.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Reply {
    fn refused(status: u16, code: &str) -> Self {
        Self { status, body: json!({"code": code}) }
    }
}

impl<P: Parts> Witness<P> {
    /// The witness of `sequencer`'s participants.
    #[must_use]
    pub fn new(sequencer: Arc<Sequencer<P>>) -> Self {
        let ms = SignedDuration::from_millis;
        let looks = Rounds::new(Pace {
            quiet: SignedDuration::ZERO,
            delay_max: SignedDuration::ZERO,
            interval: ms(WITNESS_INTERVAL_MS),
        });
        let pushes = Rounds::new(Pace {
            quiet: ms(PUSH_QUIET_MS),
            delay_max: ms(PUSH_DELAY_MS_MAX),
            interval: ms(PUSH_INTERVAL_MS),
        });
        let engine = sequencer.engine().clone();
        let notes = Mutex::default();
        Self { engine, sequencer, verify: OpensslVerify, looks, notes, pushes }
    }

    /// A verified `peer` showed a head of its log to our `participant`. Never waits; it is looked at
    /// in the background, the newest of each peer at most once in [`WITNESS_INTERVAL_MS`].
    pub fn seen(&self, participant: &Did, peer: &Did, note: &str) {
        if note.len() > NOTE_BYTES_MAX {
            return;
        }
        let pair = (participant.clone(), peer.clone());
        {
            let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
            if notes.len() >= WAITING_MAX && !notes.contains_key(&pair) {
                return;
            }
            notes.insert(pair.clone(), note.to_owned());
        }
        self.looks.tell(pair, self.engine.clock().now());
    }

    /// As [`Witness::seen`], with the head that a protocol message carries, if it carries one.
    /// `body` is a message that was taken.
    pub fn seen_in(&self, participant: &Did, peer: &Did, body: &[u8]) {
        let Ok(value) = parse(body, &Limits::message()) else { return };
        if let Some(note) = value.get(CHECKPOINT).and_then(Value::as_str) {
            self.seen(participant, peer, note);
        }
    }

    /// Looks at heads and shows ours to the authority, for ever. One task runs this.
    pub async fn run(&self) {
        let clock = self.engine.clock();
        let looks = self.looks.run(clock, |pair| self.look_round(pair));
        let pushes = self.pushes.run(clock, |participant| self.push_round(participant));
        tokio::join!(looks, pushes, self.listen());
    }

    /// Serves [`CONSISTENCY_PATH`]: the query names `shard`, `from` and `to`. Any verified member may
    /// ask.
    pub async fn serve_consistency(&self, participant: &Did, query: &str) -> Reply {
        let Some((shard, from, to)) = range(query) else {
            return Reply::refused(status::BAD_REQUEST, "bad-query");
        };
        match self.sequencer.proof(participant, shard, from, to).await {
            Ok(proof) => Reply { status: status::OK, body: proof.to_json() },
            Err(Unproven::NoSuchHead) => Reply::refused(status::NOT_FOUND, NO_SUCH_HEAD),
            Err(Unproven::Log(error)) => {
                tracing::error!(%participant, code = error.code(), %error, "no proof can be made");
                Reply::refused(status::UNAVAILABLE, "unavailable")
            }
        }
    }

    /// The newest heads of others that `participant` keeps, as an auditor is told of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn witnessed(&self, participant: &Did) -> Result<Vec<Seen>, super::LogError> {
        keep::witnessed(self.engine.store(), participant).await
    }

    async fn listen(&self) {
        let mut signed = self.sequencer.watch();
        // What was signed before anybody watched.
        self.push_all();
        loop {
            match signed.recv().await {
                Ok(participant) => self.pushes.tell(participant, self.engine.clock().now()),
                Err(RecvError::Lagged(_)) => self.push_all(),
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn push_all(&self) {
        for participant in self.engine.hosted().iter() {
            self.pushes.tell(participant.did().clone(), self.engine.clock().now());
        }
    }

    async fn look_round(&self, pair: Pair) {
        let note = {
            let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
            notes.remove(&pair)
        };
        let (Some(note), (participant, peer)) = (note, pair) else { return };
        match self.look(&participant, &peer, &note).await {
            Ok(looked) => tracing::debug!(%participant, %peer, ?looked, "a partner's log was seen"),
            Err(error) => tracing::warn!(%participant, %peer, code = error.code(), %error,
                "a partner's log head is not taken"),
        }
    }
}

/// `shard=2026&from=3&to=7`, each once, in any order.
fn range(query: &str) -> Option<(Shard, u64, u64)> {
    let mut members = BTreeMap::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=')?;
        if members.insert(name, value).is_some() {
            return None;
        }
    }
    let size = |name: &str| {
        let text = members.get(name)?;
        text.parse::<u64>().ok().filter(|size| size.to_string() == *text)
    };
    let range = (members.get("shard")?.parse().ok()?, size("from")?, size("to")?);
    (members.len() == 3).then_some(range)
}

/// The base of a peer's mutual listener, from that of its protocol endpoints.
fn mutual_base(dsp_base: &str) -> Option<&str> {
    dsp_base.strip_suffix(crate::http::DSP_PATH)
}

/// Reads a JSON object of a peer's.
fn object<T>(bytes: &[u8], read: impl Fn(&Node<'_>) -> Option<T>) -> Option<T> {
    let value = parse(bytes, &Limits::message()).ok()?;
    read(&Node::root(&value))
}

impl<P: Parts> fmt::Debug for Witness<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("waiting", &self.looks.len()).finish_non_exhaustive()
    }
}
