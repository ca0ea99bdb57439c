//! Sending what lies in the outbox: at least once, in the order of its writing per process, retried
//! with growing pauses, resumed after a restart.
//!
//! A 4xx is the peer's final word about a message; 5xx, broken connections and silence are not.

use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use protocol::message::AgreementTerminationMessage;
use serde_json::Value;
use wire::did::Did;
use wire::json::{Limits, parse};

use super::error::EngineError;
use super::parts::{Answer, Parts, Request, Transport};
use super::quiet::Told;
use super::wake::{Errand, Wake};
use super::{Engine, OutboxKey, Waiting};
use crate::clock::Clock;
use crate::ids::random;
use crate::record::outbox::{Machine, OutboxRow};
use crate::store::{Batch, CommitError, Key, Kind, Span, Store, Version};

/// The pause after the first failure; each further one doubles it.
const RETRY_FIRST_MS: i64 = 250;
/// The longest pause between two tries.
const RETRY_MAX_MS: i64 = 5 * 60 * 1000;
/// How often a message is tried again when the peer knows neither the process nor, perhaps, us:
/// about a minute, in which a peer learns of new members and writes what it has just sent.
const UNKNOWN_TRIES_MAX: u32 = 8;
/// The longest code of a peer's that goes to the journal, in characters.
const CODE_CHARS_MAX: usize = 128;
/// HTTP status: there is no such process.
const NOT_FOUND: u16 = 404;
/// HTTP status: asked too often.
const TOO_MANY_REQUESTS: u16 = 429;
/// HTTP status: the request took too long to arrive.
const REQUEST_TIMEOUT: u16 = 408;

/// What became of a message.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The peer took it.
    Acknowledged {
        /// Its answer's body.
        body: Bytes,
    },
    /// The peer refused it for good.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The peer's code.
        code: String,
        /// The peer's words.
        words: Vec<String>,
        /// The state that the peer reports for the process, where it was asked.
        peer_state: Option<String>,
    },
    /// It was asked for its state.
    Told {
        /// What it said.
        told: Told,
        /// When it was to be asked: what has happened since makes its answer old.
        asked: Timestamp,
    },
    /// No answer came in all the time that retries may take.
    GivenUp,
}

/// What to do with an outbox row after a try.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sent {
    /// It is gone, one way or another.
    Done,
    /// An earlier message of the same process goes first; it wakes this one.
    Behind,
    /// Try again at this instant.
    Later(Timestamp),
}

impl<P: Parts> Engine<P> {
    /// What the outbox worker waits on.
    #[must_use]
    pub fn outbox(&self) -> &Wake<Waiting> {
        &self.outbox
    }

    /// The next outbox errand.
    pub async fn next_errand(&self) -> Errand<Waiting> {
        self.outbox.next().await
    }

    /// Everything in a participant's outbox, by id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn waiting(
        &self,
        participant: &Did,
    ) -> Result<Vec<(String, OutboxRow)>, EngineError> {
        let mut waiting = Vec::new();
        let mut span = Span::new(participant, Kind::Outbox);
        loop {
            let rows = self.store.range_json::<OutboxRow>(&span).await?;
            let Some((last, _, _)) = rows.last() else { return Ok(waiting) };
            span = Span::new(participant, Kind::Outbox).after(last.clone());
            waiting.extend(rows.into_iter().map(|(id, _, row)| (id, row)));
        }
    }

    /// Sends the message under `key` once, if it is still there and first of its process.
    ///
    /// # Errors
    /// When the outcome cannot be committed; the message is then sent again.
    pub async fn send(&self, key: &OutboxKey) -> Result<Sent, EngineError> {
        let Some((version, row)) = self.outbox_row(key).await? else { return Ok(Sent::Done) };
        if self.is_preceded(key, &row).await? {
            if row.body.is_none() {
                // Whatever comes of the message before it tells more than the question would.
                let mut batch = Batch::new();
                batch.remove(Key::new(&key.0, Kind::Outbox, &*key.1), version);
                return match self.store.commit(batch).await {
                    Ok(_) | Err(CommitError::Lost { .. }) => Ok(Sent::Done),
                    Err(error) => Err(error.into()),
                };
            }
            return Ok(Sent::Behind);
        }
        let request = Request { url: row.url.clone(), body: row.body.clone().map(Bytes::from) };
        let answer = self.transport.exchange(&key.0, &row.peer, request).await;
        let asked_to_wait = answer.as_ref().ok().and_then(|answer| answer.retry_after);
        match self.judge(&row, answer) {
            Some(outcome) => {
                let outcome = if row.body.is_none() {
                    Outcome::Told { told: Told::of(&outcome), asked: row.written }
                } else if let Some(outcome) = self.with_peer_state(key, &row, outcome).await {
                    tell_end(&row, &outcome);
                    outcome
                } else {
                    return self.put_off(key, version, row, asked_to_wait).await;
                };
                self.answered(key, &row, number_of(&key.1), &outcome).await?;
                self.wake_next(key, &row).await?;
                Ok(Sent::Done)
            }
            None => self.put_off(key, version, row, asked_to_wait).await,
        }
    }

    fn judge(
        &self,
        row: &OutboxRow,
        answer: Result<Answer, super::parts::Unsent>,
    ) -> Option<Outcome> {
        let (final_word, why) = match answer {
            Ok(answer) if answer.is_success() => {
                return Some(Outcome::Acknowledged { body: answer.body });
            }
            Ok(answer) => {
                // A peer that is quicker to send than to store answers 404 for a moment.
                let unknown_yet = answer.status == NOT_FOUND && row.attempts < UNKNOWN_TRIES_MAX;
                let passing = answer.status >= 500
                    || answer.status == TOO_MANY_REQUESTS
                    || answer.status == REQUEST_TIMEOUT
                    || unknown_yet;
                // The first of these answers are no news: mostly the peer is about to know us.
                let is_news = row.attempts == 0 && !unknown_yet;
                let why = (format!("HTTP status {}", answer.status), is_news);
                ((!passing).then(|| refusal(&answer)), why)
            }
            Err(unsent) => {
                let why = (unsent.to_string(), row.attempts == 0);
                let refused = (!unsent.passing).then(|| Outcome::Refused {
                    status: 0,
                    code: unsent.code.to_owned(),
                    words: vec![unsent.words],
                    peer_state: None,
                });
                (refused, why)
            }
        };
        let overdue = || self.is_overdue(row.written).then_some(Outcome::GivenUp);
        let outcome = final_word.or_else(overdue);
        if outcome.is_none() {
            tell_delay(row, &why.0, why.1);
        }
        outcome
    }

    /// A message whose first answer was lost is refused when it comes again: the peer's own state
    /// tells that it arrived. Asked only where the process is known to the peer. Nothing where the
    /// peer could not be asked: then it is too early to believe the refusal.
    async fn with_peer_state(
        &self,
        key: &OutboxKey,
        row: &OutboxRow,
        outcome: Outcome,
    ) -> Option<Outcome> {
        let Outcome::Refused { status, code, words, .. } = outcome else { return Some(outcome) };
        let (base, _) = row.url.rsplit_once('/').unwrap_or((&row.url, ""));
        let url = base.strip_suffix("/agreement").unwrap_or(base).to_owned();
        // A message that opens a process was sent to no process yet.
        let is_opening = url.ends_with("/negotiations") || url.ends_with("/transfers");
        let asked = Request { url, body: None };
        let is_of_agreement = row.message == AgreementTerminationMessage::NAME;
        let answer = if matches!(status, 0 | NOT_FOUND) || is_opening || is_of_agreement {
            None
        } else {
            match self.transport.exchange(&key.0, &row.peer, asked).await {
                Ok(answer) if answer.status >= 500 && !self.is_overdue(row.written) => return None,
                Err(unsent) if unsent.passing && !self.is_overdue(row.written) => return None,
                asked => asked.ok(),
            }
        };
        let body = answer.filter(Answer::is_success).map(|answer| answer.body);
        let process = body.and_then(|body| parse(&body, &Limits::message()).ok());
        let state = process.and_then(|process| Some(process.get("state")?.as_str()?.to_owned()));
        Some(Outcome::Refused { status, code, words, peer_state: state })
    }

    async fn answered(
        &self,
        key: &OutboxKey,
        row: &OutboxRow,
        number: u32,
        outcome: &Outcome,
    ) -> Result<(), EngineError> {
        let pid = &row.process.pid;
        if row.message == AgreementTerminationMessage::NAME {
            return self.agreement_end_told(key, row, outcome).await;
        }
        match row.process.machine {
            Machine::Negotiation => self.negotiation_answered(&key.0, pid, number, outcome).await,
            Machine::Transfer => self.transfer_answered(&key.0, pid, number, outcome).await,
        }
    }

    /// The next message of the same process, if one waits behind this one.
    async fn wake_next(&self, key: &OutboxKey, row: &OutboxRow) -> Result<(), EngineError> {
        let prefix = row.process.outbox_prefix();
        let span = Span::new(&key.0, Kind::Outbox).prefix(prefix).after(key.1.clone()).limit(1);
        for next in self.store.range(&span).await? {
            let key = (key.0.clone(), next.id);
            self.outbox.tell(Waiting { key, peer: row.peer.clone() });
        }
        Ok(())
    }

    /// One message at a time and in order: an earlier one of the same process goes first.
    async fn is_preceded(&self, key: &OutboxKey, row: &OutboxRow) -> Result<bool, EngineError> {
        if number_of(&key.1) == 1 {
            return Ok(false);
        }
        let prefix = row.process.outbox_prefix();
        let span = Span::new(&key.0, Kind::Outbox).prefix(prefix).before(key.1.clone()).limit(1);
        Ok(!self.store.range(&span).await?.is_empty())
    }

    async fn put_off(
        &self,
        key: &OutboxKey,
        version: Version,
        mut row: OutboxRow,
        asked_to_wait: Option<Duration>,
    ) -> Result<Sent, EngineError> {
        row.attempts = row.attempts.saturating_add(1);
        let asked = asked_to_wait.and_then(|pause| SignedDuration::try_from(pause).ok());
        let pause = self.pause(row.attempts).max(asked.unwrap_or_default());
        row.due = self.clock.now().saturating_add(pause).unwrap_or(row.due);
        let due = row.due;
        let mut batch = Batch::new();
        batch.replace_json(Key::new(&key.0, Kind::Outbox, &*key.1), version, &row)?;
        match self.store.commit(batch).await {
            Ok(_) => Ok(Sent::Later(due)),
            // Withdrawn in the meantime.
            Err(CommitError::Lost { .. }) => Ok(Sent::Done),
            Err(error) => Err(error.into()),
        }
    }

    /// The pause before the next try: doubling, with up to half of it random, so that peers that
    /// come back are not met by everyone at once.
    fn pause(&self, attempts: u32) -> SignedDuration {
        let doubled = RETRY_FIRST_MS.saturating_mul(1 << attempts.saturating_sub(1).min(20));
        let capped = doubled.min(RETRY_MAX_MS);
        let [dice] = random::<1>(&self.ids);
        let jitter = capped / 2 * i64::from(dice) / 255;
        SignedDuration::from_millis(capped - jitter)
    }

    async fn outbox_row(
        &self,
        key: &OutboxKey,
    ) -> Result<Option<(Version, OutboxRow)>, EngineError> {
        let key = Key::new(&key.0, Kind::Outbox, &*key.1);
        Ok(self.store.get_json(&key).await?)
    }
}

/// Tells the journal that a message is not delivered yet: once for the operator, and each try for
/// whoever looks. A question that we ask on our own account is no news.
fn tell_delay(row: &OutboxRow, why: &str, is_news: bool) {
    let (peer, message, pid) = (&row.peer, &row.message, &row.process.pid);
    if is_news && row.body.is_some() {
        tracing::warn!(%peer, message, pid, "a message is not delivered yet, it is tried again: {why}");
    } else {
        let tries = row.attempts.saturating_add(1);
        tracing::info!(%peer, message, pid, tries, "a message was not sent: {why}");
    }
}

/// Tells the journal that a message will not be delivered.
fn tell_end(row: &OutboxRow, outcome: &Outcome) {
    let (peer, message, pid) = (&row.peer, &row.message, &row.process.pid);
    match outcome {
        Outcome::GivenUp => {
            let tries = row.attempts.saturating_add(1);
            tracing::warn!(%peer, message, pid, tries, "a message is given up");
        }
        Outcome::Refused { status, code, .. } => {
            let code = wire::text::shown_within(code, CODE_CHARS_MAX);
            tracing::warn!(%peer, message, pid, status, %code, "the peer refused a message");
        }
        Outcome::Acknowledged { .. } | Outcome::Told { .. } => {}
    }
}

/// The number of a message, from its outbox id.
fn number_of(id: &str) -> u32 {
    id.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// A peer's error body, as far as it can be read. Its shape is never demanded.
fn refusal(answer: &Answer) -> Outcome {
    let body = parse(&answer.body, &Limits::message()).unwrap_or(Value::Null);
    let code = body.get("code").and_then(Value::as_str).unwrap_or("refused-by-peer");
    let reasons = body.get("reason").and_then(Value::as_array);
    let words = reasons.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    Outcome::Refused {
        status: answer.status,
        code: code.to_owned(),
        words: words.collect(),
        peer_state: None,
    }
}
