//! One commit in the making: new state, log entries, documents and outgoing messages together.
//!
//! Nothing of it is visible, and nothing is sent, before [`Draft::commit`] has returned.

use std::sync::Arc;

use audit::commitment::Commitment;
use audit::entry::{AgreementRef, Body, Code, Entry, Process, Random, Shard};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::Role;
use protocol::id::AgreementId;
use serde::Serialize;
use serde_json::Value;
use wire::did::Did;
use wire::digest::Digest;
use wire::json::canonical;

use super::error::EngineError;
use super::openings::Place;
use super::parts::Parts;
use super::shard::is_shard_lost;
use super::wake::Wake;
use super::{Change, Engine, Waiting};
use crate::clock::Clock;
use crate::ids::random;
use crate::participant::{Participant, Standing};
use crate::record::delivery::{self, PushRecord};
use crate::record::outbox::OutboxRow;
use crate::record::timer::TimerRow;
use crate::record::{agreement, document};
use crate::store::{Batch, Committed, Key, Kind, Log, Store, Version};

/// What a log entry is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) process: Option<Process>,
    pub(crate) counterparty: Option<Did>,
    pub(crate) role: Option<Role>,
    pub(crate) reasons: Vec<String>,
    /// The name of the account that did it.
    pub(crate) actor: Option<String>,
}

/// One commit in the making.
pub(crate) struct Draft<'e, P: Parts> {
    engine: &'e Engine<P>,
    participant: &'e Participant,
    standing: Arc<Standing>,
    at: Timestamp,
    batch: Batch,
    counter: Option<Counter>,
    entries: Vec<Entry>,
    outbox: Vec<Waiting>,
    timers: Vec<Timestamp>,
    pushes: Vec<String>,
    changed: Vec<String>,
}

/// The running number of entries about one agreement.
struct Counter {
    key: Key,
    agreement: AgreementId,
    version: Option<Version>,
    count: u64,
}

impl<'e, P: Parts> Draft<'e, P> {
    pub(crate) fn new(
        engine: &'e Engine<P>,
        participant: &'e Participant,
        standing: Arc<Standing>,
    ) -> Self {
        Self {
            engine,
            participant,
            standing,
            at: engine.clock.now(),
            batch: Batch::new(),
            counter: None,
            entries: Vec::new(),
            outbox: Vec::new(),
            timers: Vec::new(),
            pushes: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// The instant of this commit.
    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.standing
    }

    pub(crate) fn participant(&self) -> &'e Participant {
        self.participant
    }

    /// From here on, entries are numbered as entries about `agreement`; a commit is about one.
    pub(crate) async fn count_for(
        &mut self,
        agreement: &AgreementId,
        peer: &Did,
    ) -> Result<(), EngineError> {
        if self.counter.is_some() {
            return Ok(());
        }
        let id = format!("entries/{}", agreement::id(agreement, peer));
        let key = Key::new(self.participant.did(), Kind::Meter, id);
        let found = self.engine.store.get_json::<u64>(&key).await?;
        let (version, count) = match found {
            Some((version, count)) => (Some(version), count),
            None => (None, 0),
        };
        self.counter = Some(Counter { key, agreement: agreement.clone(), version, count });
        Ok(())
    }

    /// Adds a log entry. Its shard is the one that is open when this is committed.
    pub(crate) fn record(&mut self, about: About, body: Body) -> Result<(), EngineError> {
        self.record_with(Random::new(random(&self.engine.ids)), about, body)
    }

    /// As [`Draft::record`], with the random bits that a commitment in `body` was made for.
    pub(crate) fn record_with(
        &mut self,
        random: Random,
        about: About,
        body: Body,
    ) -> Result<(), EngineError> {
        let retention = body.entry_type().retention();
        let agreement = self.counter.as_mut().map(|counter| {
            counter.count += 1;
            AgreementRef { id: counter.agreement.clone(), counter: counter.count }
        });
        let place = Place { random: &random, field: "actor" };
        let actor = about.actor.map(|name| self.commit_to(&name, place)).transpose()?;
        let reasons = about.reasons.iter().map(|code| Code::parse(code)).collect::<Result<_, _>>();
        let entry = Entry {
            participant: self.participant.did().clone(),
            dataspace: self.standing.dataspace.clone(),
            shard: shard_of(self.at),
            time: self.at,
            random,
            retention,
            agreement,
            process: about.process,
            counterparty: about.counterparty,
            role: about.role,
            actor,
            reasons: reasons.map_err(|_| EngineError::Internal { what: "a reason code" })?,
            body,
        };
        self.entries.push(entry);
        Ok(())
    }

    /// Commits to a value that the log must not show. Its opening is kept first.
    pub(crate) fn commit_to(
        &self,
        value: &str,
        place: Place<'_>,
    ) -> Result<Commitment, EngineError> {
        opened_commitment(self.engine, self.participant.did(), value, place)
    }

    /// Keeps a document under its digest.
    pub(crate) fn document(
        &mut self,
        digest: &Digest,
        document: &Value,
    ) -> Result<(), EngineError> {
        let bytes =
            canonical(document).map_err(|_| EngineError::Internal { what: "a document" })?;
        self.keep(digest, bytes);
        Ok(())
    }

    /// As [`Draft::document`], for the canonical bytes of one.
    pub(crate) fn keep(&mut self, digest: &Digest, bytes: Vec<u8>) {
        let key = Key::new(self.participant.did(), Kind::Document, document::id(digest));
        self.batch.keep(key, bytes);
    }

    /// Writes a record of ours in place of the version that was read, or as a new one.
    pub(crate) fn write<T: Serialize>(
        &mut self,
        kind: Kind,
        id: &str,
        version: Option<Version>,
        record: &T,
    ) -> Result<(), EngineError> {
        let key = Key::new(self.participant.did(), kind, id);
        match version {
            Some(version) => self.batch.replace_json(key, version, record)?,
            None => self.batch.create_json(key, record)?,
        };
        Ok(())
    }

    /// Writes a record of ours, whatever is there.
    pub(crate) fn put<T: Serialize>(
        &mut self,
        kind: Kind,
        id: &str,
        record: &T,
    ) -> Result<(), EngineError> {
        self.batch.put_json(Key::new(self.participant.did(), kind, id), record)?;
        Ok(())
    }

    /// Takes over changes that were prepared elsewhere.
    pub(crate) fn merge(&mut self, changes: Batch) {
        self.batch.merge(changes);
    }

    /// Deletes a record of ours, if it is there.
    pub(crate) fn delete(&mut self, kind: Kind, id: &str) {
        self.batch.delete(Key::new(self.participant.did(), kind, id));
    }

    /// Puts a message into the outbox.
    pub(crate) fn send(&mut self, number: u32, row: &OutboxRow) -> Result<(), EngineError> {
        let id = row.process.outbox_id(number);
        self.batch.put_json(Key::new(self.participant.did(), Kind::Outbox, &*id), row)?;
        let key = (self.participant.did().clone(), id);
        self.outbox.push(Waiting { key, peer: row.peer.clone() });
        Ok(())
    }

    /// Sets a deadline.
    pub(crate) fn timer(&mut self, row: &TimerRow) -> Result<(), EngineError> {
        self.batch.put_json(Key::new(self.participant.did(), Kind::Timer, row.id()), row)?;
        self.timers.push(row.due);
        Ok(())
    }

    /// Lets our data plane send through the transfer `pid`.
    pub(crate) fn push(&mut self, pid: &str, row: &PushRecord) -> Result<(), EngineError> {
        self.put(Kind::Delivery, &delivery::push_id(pid), row)?;
        self.pushes.push(pid.to_owned());
        Ok(())
    }

    /// Tells watchers about `subject` once this is committed.
    pub(crate) fn changed(&mut self, subject: impl Into<String>) {
        self.changed.push(subject.into());
    }

    /// This commit stops, revokes or erases something: it may use the space kept for that.
    pub(crate) fn restricting(&mut self) {
        self.batch.restricting();
    }

    /// Makes everything durable, then tells workers and watchers. The messages that became due are
    /// returned instead of being handed to the worker, for a reply that must leave first.
    pub(crate) async fn commit(mut self) -> Result<(Committed, Errands), EngineError> {
        if let Some(counter) = self.counter.take() {
            match counter.version {
                Some(version) => self.batch.replace_json(counter.key, version, &counter.count)?,
                None => self.batch.create_json(counter.key, &counter.count)?,
            };
        }
        let did = self.participant.did();
        let entries = std::mem::take(&mut self.entries);
        let committed = if entries.is_empty() {
            self.engine.store.commit(self.batch).await?
        } else {
            let batch = std::mem::take(&mut self.batch);
            self.append(batch, entries).await?
        };
        for due in self.timers {
            self.engine.timers.tell((did.clone(), due));
        }
        for push in self.pushes {
            self.engine.pushes.tell((did.clone(), push));
        }
        for subject in self.changed {
            // Nobody watching is no error.
            let _ = self.engine.changes.send(Change { participant: did.clone(), subject });
        }
        let outbox = Some(self.engine.outbox.clone());
        Ok((committed, Errands { outbox, waiting: self.outbox }))
    }

    /// Commits with entries: they go into the shard that is open now, which stays open meanwhile.
    async fn append(
        &self,
        mut batch: Batch,
        entries: Vec<Entry>,
    ) -> Result<Committed, EngineError> {
        let (engine, did) = (self.engine, self.participant.did());
        let entrance = engine.entrance(did, &self.standing.dataspace, self.at).await?;
        entrance.demand(did, &mut batch);
        for mut entry in entries {
            entry.shard = entrance.shard();
            let bytes =
                entry.to_bytes().map_err(|_| EngineError::Internal { what: "a log entry" })?;
            batch.append(log_of(did, entry.shard), bytes);
        }
        let committed = engine.store.commit(batch).await;
        drop(entrance);
        if committed.as_ref().is_err_and(|error| is_shard_lost(did, error)) {
            engine.shards.forget(did).await;
        }
        let committed = committed?;
        engine.heads.appended(did, self.at);
        engine.logged.tell(did.clone());
        Ok(committed)
    }
}

/// A commitment whose opening is kept already.
pub(super) fn opened_commitment<P: Parts>(
    engine: &Engine<P>,
    participant: &Did,
    value: &str,
    place: Place<'_>,
) -> Result<Commitment, EngineError> {
    let salt = engine.openings.salt(participant, value, random(&engine.ids), place);
    let salt = salt.map_err(|_| EngineError::Internal { what: "the opening of a commitment" })?;
    Ok(Commitment::new(place.field, &salt, value.as_bytes()))
}

/// Messages that were committed and may leave once the reply has been written. Whoever drops them,
/// because the connection broke over the reply, has released them: they are durable and must leave.
#[derive(Debug, Default)]
#[must_use = "messages wait until they are released"]
pub struct Errands {
    outbox: Option<Wake<Waiting>>,
    waiting: Vec<Waiting>,
}

impl Errands {
    /// Hands them to the worker.
    pub fn release<P: Parts>(self, _: &Engine<P>) {}
}

impl Drop for Errands {
    fn drop(&mut self) {
        for waiting in self.waiting.drain(..) {
            if let Some(outbox) = &self.outbox {
                outbox.tell(waiting);
            }
        }
    }
}

/// The shard that an instant belongs to: its year in UTC.
pub(crate) fn shard_of(at: Timestamp) -> Shard {
    let year = at.to_zoned(TimeZone::UTC).year();
    Shard::first(u16::try_from(year).unwrap_or(0))
}

/// The log of one shard of a participant.
pub(crate) fn log_of(participant: &Did, shard: Shard) -> Log {
    Log::new(participant, shard.to_string())
}
