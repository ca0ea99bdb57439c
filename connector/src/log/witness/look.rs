//! Looking at a head that a peer showed: whose it is, and whether it follows the last one.

use audit::checkpoint::{KeyKind, KeyName, NoteError, SignedCheckpoint, VerifierKey};
use audit::entry::Shard;
use audit::merkle::check_consistency;
use identity::trust::TrustList;
use protocol::status;
use wire::did::Did;
use wire::sign::PublicKey;

use super::{CONSISTENCY_PATH, NO_SUCH_HEAD, Witness, mutual_base, object};
use crate::engine::error::EngineError;
use crate::engine::parts::{Parts, Request, Transport, Unsent};
use crate::log::proof::Proof;
use crate::participant::Participant;

/// What a look at a head came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Looked {
    /// It contradicts the one that is kept: an alarm was raised.
    Conflict,
    /// It is the first of its log, and kept.
    First,
    /// It only adds to the one that is kept, and takes its place.
    Grown,
    /// It is the one that is kept.
    Known,
    /// It is an older one, to which the kept one only adds: a message was late.
    Older,
}

/// Why a head is not taken. What is not taken proves nothing, neither for nor against the peer.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Ours: the store or the engine.
    #[error("a head cannot be kept")]
    Engine(#[from] EngineError),
    /// The authority's list does not name the sender or its log key.
    #[error("the authority's list has no log key of the sender")]
    NotListed,
    /// It is no signed head.
    #[error("it is no signed head")]
    Note(#[source] NoteError),
    /// It is the head of a log that is not the sender's.
    #[error("it is the head of `{origin}`, which is not the sender's log")]
    OtherLog {
        /// The log.
        origin: KeyName,
    },
    /// The sender gave no proof that can be read. Asked again when it shows its next head.
    #[error("the sender gave no proof; it answered with the status {status}")]
    Unproven {
        /// The HTTP status.
        status: u16,
    },
    /// The sender could not be asked for a proof.
    #[error("the sender cannot be asked for a proof")]
    Unreachable(#[source] Unsent),
    /// It is not signed with the registered key.
    #[error("it is not signed with the sender's registered log key")]
    Unsigned(#[source] NoteError),
}

impl NotTaken {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code(),
            Self::NotListed => "not-a-member",
            Self::Note(_) => "checkpoint-malformed",
            Self::OtherLog { .. } => "checkpoint-other-log",
            Self::Unproven { .. } => "checkpoint-unproven",
            Self::Unreachable(unsent) => unsent.code,
            Self::Unsigned(_) => "checkpoint-unsigned",
        }
    }
}

/// What a peer said when it was asked for a proof.
enum Asked {
    /// A proof, whatever it is worth.
    Given(Proof),
    /// It has no such head.
    NoSuchHead,
}

impl<P: Parts> Witness<P> {
    /// Looks at a head that a verified `peer` showed to our `participant`.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub(super) async fn look(
        &self,
        participant: &Did,
        peer: &Did,
        note: &str,
    ) -> Result<Looked, NotTaken> {
        let (ours, standing) = self.engine.member(participant)?;
        let note = SignedCheckpoint::parse(note.as_bytes()).map_err(NotTaken::Note)?;
        let shard = self.check_sender(&standing.list, peer, &note)?;
        let Some(last) = self.kept(participant, peer, shard).await? else {
            self.keep(&ours, peer, shard, None, &note).await?;
            return Ok(Looked::First);
        };
        let kept = last.note;
        let (was, is) = (kept.checkpoint(), note.checkpoint());
        if was.size == is.size && was.root == is.root {
            return Ok(Looked::Known);
        }
        if !self.leads(&ours, peer, shard, &kept, &note).await? {
            self.alarm(&ours, peer, &kept, &note).await?;
            return Ok(Looked::Conflict);
        }
        if is.size < was.size {
            return Ok(Looked::Older);
        }
        self.keep(&ours, peer, shard, Some(last.version), &note).await?;
        Ok(Looked::Grown)
    }

    /// Whether the head is one of the sender's own log, signed with the key that the authority
    /// registered. Gives the shard.
    pub(super) fn check_sender(
        &self,
        list: &TrustList,
        peer: &Did,
        note: &SignedCheckpoint,
    ) -> Result<Shard, NotTaken> {
        let (name, key) = log_key(list, peer).ok_or(NotTaken::NotListed)?;
        let origin = note.checkpoint().origin.clone();
        let shard = origin.as_str().strip_prefix(name.as_str());
        let shard = shard.and_then(|rest| rest.strip_prefix('/')?.parse::<Shard>().ok());
        let shard = shard.ok_or_else(|| NotTaken::OtherLog { origin: origin.clone() })?;
        let key = VerifierKey::new(origin, KeyKind::Log, key).map_err(|_| NotTaken::NotListed)?;
        note.check(&key, &self.verify).map_err(NotTaken::Unsigned)?;
        Ok(shard)
    }

    /// Whether the smaller of two heads leads to the larger one, as far as the peer can prove it. A
    /// peer that does not have the larger one any more has lost or changed its log.
    async fn leads(
        &self,
        ours: &Participant,
        peer: &Did,
        shard: Shard,
        kept: &SignedCheckpoint,
        received: &SignedCheckpoint,
    ) -> Result<bool, NotTaken> {
        let (was, is) = (kept.checkpoint(), received.checkpoint());
        if was.size == is.size {
            return Ok(false);
        }
        let (old, new) = if was.size < is.size { (was, is) } else { (is, was) };
        match self.ask(ours.did(), peer, shard, old.size, new.size).await? {
            Asked::Given(proof) => {
                let fits = (proof.shard, proof.from, proof.to) == (shard, old.size, new.size);
                let checked =
                    check_consistency(old.size, &old.root, new.size, &new.root, &proof.hashes);
                Ok(fits && checked.is_ok())
            }
            // It showed the larger one itself just now: that is no proof of anything yet.
            Asked::NoSuchHead if was.size < is.size => {
                Err(NotTaken::Unproven { status: status::NOT_FOUND })
            }
            Asked::NoSuchHead => Ok(false),
        }
    }

    /// Asks the peer for a consistency proof.
    async fn ask(
        &self,
        ours: &Did,
        peer: &Did,
        shard: Shard,
        from: u64,
        to: u64,
    ) -> Result<Asked, NotTaken> {
        let transport = self.engine.transport();
        let base = transport.dsp_base(ours, peer).await.map_err(NotTaken::Unreachable)?;
        let base = mutual_base(&base).ok_or(NotTaken::Unproven { status: 0 })?;
        let url = format!("{base}{CONSISTENCY_PATH}?shard={shard}&from={from}&to={to}");
        let request = Request { url, body: None };
        let answer = transport.exchange(ours, peer, request).await;
        let answer = answer.map_err(NotTaken::Unreachable)?;
        // Said in these words only: a 404 alone may come from something that knows no logs.
        if answer.status == status::NOT_FOUND && code_of(&answer.body) == Some(NO_SUCH_HEAD.into())
        {
            return Ok(Asked::NoSuchHead);
        }
        let unproven = NotTaken::Unproven { status: answer.status };
        let proof = Some(&answer).filter(|answer| answer.is_success());
        proof.and_then(|answer| Proof::parse(&answer.body)).map(Asked::Given).ok_or(unproven)
    }
}

/// The name and key of a member's log, or of the authority's own.
pub(in crate::log) fn log_key(list: &TrustList, peer: &Did) -> Option<(String, PublicKey)> {
    if let Some(member) = list.member(peer) {
        let registered = &member.registration;
        return Some((registered.log_origin.clone(), registered.log_key.clone()));
    }
    let witness = list.witness.as_ref().filter(|_| *peer == list.authority)?;
    Some((crate::trust::log_name(peer), witness.key.clone()))
}

/// The code of a refusal.
fn code_of(body: &[u8]) -> Option<String> {
    object(body, |node| Some(node.object().ok()?.required("code").ok()?.string().ok()?.to_owned()))
}
