//! The engine: load → step → commit → send.
//!
//! What happens is decided by the pure state machines of `protocol`, by the rule and by the
//! [`decider::Decider`]. The engine loads a process, lets it step, commits the new state together
//! with its log entries, outgoing messages and timers, and only then is anything sent. It spawns
//! nothing and polls nothing: whoever runs it drives its workers.

pub mod acceptance;
pub mod administer;
pub mod agreement;
pub mod catalog;
pub mod dataset;
pub mod decider;
mod died;
pub(crate) mod draft;
mod ending;
pub mod erased;
pub mod error;
pub mod facts;
pub mod foreign;
pub mod heads;
pub mod judge;
pub(crate) mod judged;
pub(crate) mod knowable;
mod lists;
pub mod live;
pub mod negotiation;
mod open;
pub mod openings;
pub mod parts;
pub mod permit;
pub(crate) mod promises;
pub mod push;
mod quiet;
pub mod recorder;
pub(crate) mod rests;
pub(crate) mod rule;
pub mod send;
mod shard;
pub mod strangers;
pub mod transfer;
mod usage;
pub mod wake;

use std::fmt;
use std::sync::Arc;

use identity::chain::VerifiedPeer;
use identity::trust::Status;
use jiff::Timestamp;
use tokio::sync::broadcast;
use wire::did::Did;

use crate::clock::Clock;
use crate::config::Limits;
use crate::ids::dated_urn;
use crate::participant::{Hosted, Participant, Standing};

use error::{EngineError, Unbelieved};
use heads::Heads;
use live::Live;
use openings::Openings;
use parts::Parts;
use shard::Shards;
use strangers::Strangers;
use wake::Wake;

/// Changes that a slow watcher may fall behind before it is told to look anew.
const CHANGES_MAX: usize = 1024;

/// A message that waits in the outbox: whose, and under which id.
pub type OutboxKey = (Did, String);

/// A message that waits in the outbox, for the worker.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Waiting {
    /// Which.
    pub key: OutboxKey,
    /// To whom it goes.
    pub peer: Did,
}

/// Something that people or programs wait for has changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// Whose.
    pub participant: Did,
    /// Our own pid of the process, or the agreement's id.
    pub subject: String,
}

/// One engine over its parts, for all participants of the process.
pub struct Engine<P: Parts> {
    store: P::Store,
    clock: Arc<P::Clock>,
    ids: P::Ids,
    transport: P::Transport,
    decider: P::Decider,
    hosted: Hosted,
    limits: Limits,
    openings: Arc<dyn Openings>,
    live: Live,
    open: open::Open,
    heads: Heads,
    lists: lists::Lists,
    shards: Shards,
    strangers: Strangers,
    outbox: Wake<Waiting>,
    timers: Wake<(Did, Timestamp)>,
    pushes: Wake<push::PushKey>,
    ended: Wake<erased::Over>,
    logged: Wake<Did>,
    changes: broadcast::Sender<Change>,
    catalogs: catalog::Catalogs,
}

/// What an engine is made of.
pub struct Made<P: Parts> {
    /// Where records lie.
    pub store: P::Store,
    /// What time it is.
    pub clock: Arc<P::Clock>,
    /// Fresh ids.
    pub ids: P::Ids,
    /// How peers are reached.
    pub transport: P::Transport,
    /// Who decides.
    pub decider: P::Decider,
    /// For whom.
    pub hosted: Hosted,
    /// Within which limits.
    pub limits: Limits,
    /// Where the openings of committed values are kept.
    pub openings: Arc<dyn Openings>,
}

impl<P: Parts> Engine<P> {
    /// An engine with nothing running yet.
    #[must_use]
    pub fn new(made: Made<P>) -> Self {
        Self {
            store: made.store,
            clock: made.clock,
            ids: made.ids,
            transport: made.transport,
            decider: made.decider,
            hosted: made.hosted,
            limits: made.limits,
            openings: made.openings,
            live: Live::default(),
            open: open::Open::default(),
            heads: Heads::default(),
            lists: lists::Lists::default(),
            shards: Shards::default(),
            strangers: Strangers::default(),
            outbox: Wake::new(),
            timers: Wake::new(),
            pushes: Wake::new(),
            ended: Wake::new(),
            logged: Wake::new(),
            changes: broadcast::channel(CHANGES_MAX).0,
            catalogs: catalog::Catalogs::default(),
        }
    }

    /// The participants.
    #[must_use]
    pub fn hosted(&self) -> &Hosted {
        &self.hosted
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &P::Clock {
        &self.clock
    }

    /// A fresh id of a process or an agreement.
    fn fresh_urn(&self) -> String {
        dated_urn(&self.ids, self.clock.now())
    }

    /// The clock, to be shared with tasks.
    #[must_use]
    pub fn shared_clock(&self) -> Arc<P::Clock> {
        self.clock.clone()
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &P::Store {
        &self.store
    }

    /// The source of ids.
    #[must_use]
    pub fn ids(&self) -> &P::Ids {
        &self.ids
    }

    /// The way to peers.
    #[must_use]
    pub fn transport(&self) -> &P::Transport {
        &self.transport
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The running deliveries.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The heads of the logs.
    #[must_use]
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// The refused strangers.
    #[must_use]
    pub fn strangers(&self) -> &Strangers {
        &self.strangers
    }

    /// Participants whose logs have new entries, for the sequencer.
    #[must_use]
    pub fn logged(&self) -> &Wake<Did> {
        &self.logged
    }

    /// Watches what changes from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Our participant `did` and its standing in its data space.
    ///
    /// # Errors
    /// When there is none, or it has not joined a data space.
    pub fn member(&self, did: &Did) -> Result<(Arc<Participant>, Arc<Standing>), EngineError> {
        let participant = self.hosted.by_did(did).ok_or(EngineError::NotFound)?.clone();
        let standing = participant.standing().ok_or(EngineError::NotJoined)?;
        Ok((participant, standing))
    }

    /// Whether `peer` is still believed by `participant`: its chain, its revocation, its place in
    /// the authority's list. Asked for every request.
    ///
    /// # Errors
    /// [`Unbelieved`] says why not.
    pub fn believe(
        &self,
        participant: &Participant,
        peer: &VerifiedPeer,
    ) -> Result<Arc<Standing>, Unbelieved> {
        let standing = participant.standing().ok_or(Unbelieved::NotJoined)?;
        let now = self.clock.now();
        standing.material.trust().recheck(peer, now).map_err(Unbelieved::Distrusted)?;
        if !peer.belongs_to(&standing.dataspace) {
            return Err(Unbelieved::OtherDataspace);
        }
        if standing.list.check_time(now).is_err() {
            return Err(Unbelieved::ListExpired);
        }
        match standing.list.member(peer.did()) {
            Some(member) if member.status == Status::Active => Ok(standing),
            Some(_) => Err(Unbelieved::Suspended),
            None if *peer.did() == standing.list.authority => Ok(standing),
            None => Err(Unbelieved::NotListed),
        }
    }
}

impl<P: Parts> fmt::Debug for Made<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("hosted", &self.hosted).finish_non_exhaustive()
    }
}

impl<P: Parts> fmt::Debug for Engine<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("hosted", &self.hosted).finish_non_exhaustive()
    }
}
