//! Processes in which nothing happens any more: the peer is asked for its state, so that no two
//! parties wait for each other for ever. The question goes through the outbox like a message, behind
//! those that wait before it (`docs/divergences.md`, Comparing states).

use std::str::FromStr;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use protocol::Role;
use protocol::{http_path, negotiation, transfer};
use wire::did::Did;
use wire::json::{Limits, parse};

use super::Engine;
use super::draft::Draft;
use super::error::EngineError;
use super::parts::Parts;
use super::send::Outcome;
use crate::clock::Clock;
use crate::record::outbox::{Machine, OutboxRow, ProcessRef};
use crate::record::timer::{TimerErrand, TimerRow};
use crate::store::Kind;

/// The reason code of what follows from a comparison.
pub(super) const STATES_COMPARED: &str = "states-compared";
/// The silence after which the peer is asked first, in seconds.
const FIRST_SECONDS: u32 = 10 * 60;
/// The longest pause between two questions, in seconds.
const LAST_SECONDS: u32 = 24 * 60 * 60;
/// The number of the question among a process's messages: behind all of them.
const QUESTION: u32 = u32::MAX;
/// HTTP status: there is no such process.
const NOT_FOUND: u16 = 404;

/// What is known of a process that may be quiet.
struct Quiet {
    peer: Did,
    /// Where the peer shows its state; nothing while its process id is unknown.
    url: Option<String>,
    since: Timestamp,
    /// Whether a message of ours is under way, which will tell more than a question could.
    awaiting: bool,
}

impl<P: Parts> Draft<'_, P> {
    /// A process begins: from now on its silence is noticed.
    pub(super) fn watch_silence(&mut self, process: ProcessRef) -> Result<(), EngineError> {
        let row = first(process, self.at());
        self.timer(&row)
    }

    /// A process that was opened at `opened` is over.
    pub(super) fn silence_matters_no_more(&mut self, process: ProcessRef, opened: Timestamp) {
        self.delete(Kind::Timer, &first(process, opened).id());
    }
}

fn first(process: ProcessRef, opened: Timestamp) -> TimerRow {
    let errand = TimerErrand::Compare { process, pause_seconds: FIRST_SECONDS };
    TimerRow { due: after(opened, FIRST_SECONDS), errand }
}

fn after(at: Timestamp, seconds: u32) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}

impl<P: Parts> Engine<P> {
    /// The deadline `id` of a process has come: if nothing has happened since, its peer is asked.
    pub(super) async fn compare_if_quiet(
        &self,
        participant: &Did,
        id: &str,
        process: &ProcessRef,
        pause_seconds: u32,
    ) -> Result<(), EngineError> {
        let (ours, standing) = self.member(participant)?;
        let mut draft = Draft::new(self, &ours, standing);
        draft.delete(Kind::Timer, id);
        if let Some(quiet) = self.quiet(participant, process).await? {
            let asked_at = after(quiet.since, FIRST_SECONDS);
            let (due, pause) = match quiet.url {
                Some(url) if asked_at <= draft.at() && !quiet.awaiting => {
                    draft.send(QUESTION, &question(process, quiet.peer, url, draft.at()))?;
                    (after(draft.at(), pause_seconds), pause_seconds.saturating_mul(2))
                }
                Some(_) | None => (asked_at.max(after(draft.at(), 1)), FIRST_SECONDS),
            };
            let errand = TimerErrand::Compare {
                process: process.clone(),
                pause_seconds: pause.min(LAST_SECONDS),
            };
            let row = TimerRow { due, errand };
            draft.timer(&row)?;
        }
        let (_, errands) = draft.commit().await?;
        errands.release(self);
        Ok(())
    }

    async fn quiet(
        &self,
        participant: &Did,
        process: &ProcessRef,
    ) -> Result<Option<Quiet>, EngineError> {
        let quiet = match process.machine {
            Machine::Negotiation => match self.negotiation(participant, &process.pid).await {
                Ok(found) if !found.record.process.is_over() => {
                    let process = found.record.process;
                    let url = negotiation_path(&process).map(|at| process.peer_address.join(&at));
                    let awaiting = process.awaiting.is_some();
                    Quiet { peer: process.peer, url, since: process.since, awaiting }
                }
                Ok(_) | Err(EngineError::NotFound) => return Ok(None),
                Err(error) => return Err(error),
            },
            Machine::Transfer => match self.transfer(participant, &process.pid).await {
                Ok(found) if !found.record.process.is_over() => {
                    let process = found.record.process;
                    let url = transfer_path(&process).map(|at| process.peer_address.join(&at));
                    let awaiting = process.awaiting.is_some();
                    Quiet { peer: process.peer, url, since: process.since, awaiting }
                }
                Ok(_) | Err(EngineError::NotFound) => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        Ok(Some(quiet))
    }

    /// Whether nothing has happened for longer than any message is tried again.
    pub(super) fn is_overdue(&self, since: Timestamp) -> bool {
        let hours = i64::try_from(self.limits.retry_hours_max).unwrap_or(i64::MAX);
        self.clock.now().duration_since(since).as_hours() >= hours
    }
}

/// What a peer said when it was asked for its state.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// The state, as it spells it.
    State(String),
    /// It knows no such process.
    NoProcess,
    /// Nothing that could be read: no answer is no disagreement.
    Nothing,
}

impl Told {
    pub(super) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Acknowledged { body } => state_in(body).map_or(Self::Nothing, Self::State),
            Outcome::Refused { status: NOT_FOUND, .. } => Self::NoProcess,
            Outcome::Refused { .. } | Outcome::GivenUp | Outcome::Told { .. } => Self::Nothing,
        }
    }

    /// The state, where it is one that the standard knows; the inner nothing is *no such process*.
    pub(super) fn read<S: FromStr>(&self) -> Option<Option<S>> {
        match self {
            Self::State(state) => state.parse().ok().map(Some),
            Self::NoProcess => Some(None),
            Self::Nothing => None,
        }
    }
}

fn question(process: &ProcessRef, peer: Did, url: String, at: Timestamp) -> OutboxRow {
    OutboxRow {
        process: process.clone(),
        peer,
        url,
        message: "GET".to_owned(),
        body: None,
        attempts: 0,
        written: at,
        due: at,
    }
}

/// The state in an answer to `GET`; nothing where it cannot be read.
fn state_in(body: &Bytes) -> Option<String> {
    let process = parse(body, &Limits::message()).ok()?;
    Some(process.get("state")?.as_str()?.to_owned())
}

fn negotiation_path(process: &negotiation::Negotiation) -> Option<String> {
    match process.role {
        Role::Consumer => process.provider_pid.as_ref().map(http_path::negotiation_at_provider),
        Role::Provider => process.consumer_pid.as_ref().map(http_path::negotiation_at_consumer),
    }
}

fn transfer_path(process: &transfer::Transfer) -> Option<String> {
    match process.role {
        Role::Consumer => process.provider_pid.as_ref().map(http_path::transfer_at_provider),
        Role::Provider => Some(http_path::transfer_at_consumer(&process.consumer_pid)),
    }
}
