//! The sequencer: turns the store's entries into tiles and signed heads, for each participant.
//!
//! It is woken by commits and works in rounds: all that came meanwhile gets one head. The order is
//! tiles, then the head in the store (in place of the one that was read), then the signature, then
//! the file: after a stop between any two of them [`Sequencer::catch_up`] finishes the work. It
//! never signs a head that is smaller than, or of another root than, one it signed before.

mod check;
mod tail;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use audit::entry::Shard;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::broadcast;
use wire::did::Did;

use super::error::LogError;
use super::rounds::{Pace, Rounds};
use super::shelf::Shelf;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::engine::draft::shard_of;
use crate::engine::parts::Parts;
use crate::engine::wake::Errand;
use crate::home::Home;
use crate::participant::Participant;

use tail::Tail;

/// A head is signed when nothing new came for so long, in milliseconds,
pub const SIGN_QUIET_MS: i64 = 50;
/// but at the latest so long after the first entry without one, in milliseconds.
pub const SIGN_DELAY_MS_MAX: i64 = 1_000;
/// The pause after a failed round, in milliseconds.
const RETRY_MS: i64 = 1_000;
/// Signed heads that a slow watcher may miss before it is told to look anew.
const SIGNED_MAX: usize = 1_024;

/// Derives the files of all participants' logs. One per process.
pub struct Sequencer<P: Parts> {
    engine: Arc<Engine<P>>,
    home: Home,
    rounds: Rounds<Did>,
    tails: Mutex<BTreeMap<Did, SharedTail>>,
    signed: broadcast::Sender<Did>,
}

/// What is known of a participant's newest shard; `None` until it was checked.
type SharedTail = Arc<tokio::sync::Mutex<Option<Tail>>>;

impl<P: Parts> Sequencer<P> {
    /// The sequencer of `engine`'s participants, with files beneath `home`.
    #[must_use]
    pub fn new(engine: Arc<Engine<P>>, home: Home) -> Self {
        let rounds = Rounds::new(Pace {
            quiet: SignedDuration::from_millis(SIGN_QUIET_MS),
            delay_max: SignedDuration::from_millis(SIGN_DELAY_MS_MAX),
            interval: SignedDuration::ZERO,
        });
        let (signed, _) = broadcast::channel(SIGNED_MAX);
        Self { engine, home, rounds, tails: Mutex::default(), signed }
    }

    /// Brings a participant's log up to date and says whether its files, its signed head and the
    /// store's entries belong together. Called for each participant before any listener serves, and
    /// after it has joined a data space; does nothing before that.
    ///
    /// # Errors
    /// [`LogError`] names the file that does not belong to the entries. Do not serve then.
    pub async fn catch_up(&self, participant: &Did) -> Result<(), LogError> {
        let participant = self.participant(participant)?;
        let Some(standing) = participant.standing() else { return Ok(()) };
        self.engine.open_first_shard(participant.did(), &standing.dataspace).await?;
        let shared = self.tail(participant.did());
        let mut tail = shared.lock().await;
        *tail = None;
        self.follow(&participant, &mut tail).await
    }

    /// Signs everything that has been committed so far. For an export and an orderly end.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn sign_now(&self, participant: &Did) -> Result<(), LogError> {
        let participant = self.participant(participant)?;
        if participant.standing().is_none() {
            return Ok(());
        }
        let shared = self.tail(participant.did());
        let mut tail = shared.lock().await;
        self.follow(&participant, &mut tail).await
    }

    /// Follows the commits, for ever. One task runs this.
    pub async fn run(&self) {
        let clock = self.engine.clock();
        let rounds = self.rounds.run(clock, |participant| self.round(participant));
        tokio::join!(self.listen(), self.years(), rounds);
    }

    /// Watches whose logs get a new signed head from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Did> {
        self.signed.subscribe()
    }

    /// The home.
    pub(super) fn home(&self) -> &Home {
        &self.home
    }

    /// The engine.
    pub(super) fn engine(&self) -> &Arc<Engine<P>> {
        &self.engine
    }

    /// The folder of one shard.
    pub(super) fn shelf(&self, participant: &Did, shard: Shard) -> Shelf {
        Shelf::new(self.home.log(participant).join(shard.to_string()))
    }

    /// Keeps a participant's files as they are while this is held.
    pub(super) async fn hold(&self, participant: &Did) -> impl Sized + use<P> {
        self.tail(participant).lock_owned().await
    }

    async fn listen(&self) {
        loop {
            let errand = self.engine.logged().next().await;
            let now = self.engine.clock().now();
            match errand {
                Errand::Key(participant) => self.rounds.tell(participant, now),
                Errand::LookThrough => {
                    for participant in self.engine.hosted().iter() {
                        self.rounds.tell(participant.did().clone(), now);
                    }
                }
            }
        }
    }

    /// At the beginning of each year (UTC) every log goes on in a new shard.
    async fn years(&self) {
        let clock = self.engine.clock();
        loop {
            clock.sleep_until(next_year(clock.now())).await;
            for participant in self.engine.hosted().iter() {
                self.rounds.tell(participant.did().clone(), clock.now());
            }
        }
    }

    async fn round(&self, participant: Did) {
        let Err(error) = self.sign_now(&participant).await else { return };
        tracing::error!(%participant, code = error.code(), hint = error.hint(), error = chain(&error),
            "the log is not signed; when it lags too far, nothing is served");
        let clock = self.engine.clock();
        let pause = SignedDuration::from_millis(RETRY_MS);
        let again = clock.now().saturating_add(pause).unwrap_or(Timestamp::MAX);
        clock.sleep_until(again).await;
        self.rounds.tell(participant, clock.now());
    }

    /// Signs what is there, and goes on in a new shard when the year is over.
    async fn follow(
        &self,
        participant: &Participant,
        tail: &mut Option<Tail>,
    ) -> Result<(), LogError> {
        let before = tail.as_ref().map(|tail| tail.note().to_owned());
        let result = self.follow_tail(participant, tail).await;
        if result.is_err() {
            // Whatever was known, it is checked again.
            *tail = None;
        } else if tail.as_ref().map(Tail::note) != before.as_deref() {
            // Nobody watching is no error.
            let _ = self.signed.send(participant.did().clone());
        }
        result
    }

    async fn follow_tail(
        &self,
        participant: &Participant,
        tail: &mut Option<Tail>,
    ) -> Result<(), LogError> {
        let did = participant.did();
        let Some(newest) = self.engine.newest_shard(did).await? else { return Ok(()) };
        let current = match tail.take().filter(|tail| tail.shard() == newest) {
            Some(current) => current,
            None => self.load(participant, newest).await?,
        };
        let current = tail.insert(current);
        self.advance(participant, current).await?;
        let over = newest.year() < shard_of(self.engine.clock().now()).year();
        if over || self.engine.is_shard_closing(did).await? {
            *current = self.change_shard(participant, current).await?;
            self.advance(participant, current).await?;
        }
        Ok(())
    }

    /// Closes the newest shard, signs it to its end and opens the next one with that head.
    async fn change_shard(
        &self,
        participant: &Participant,
        tail: &mut Tail,
    ) -> Result<Tail, LogError> {
        let did = participant.did();
        let standing = participant.standing().ok_or(LogError::Unknown)?;
        let closed = self.engine.close_shard(did).await?;
        if let Err(error) = self.advance(participant, tail).await {
            self.engine.reopen_shard(did, closed).await?;
            return Err(error);
        }
        let this_year = shard_of(self.engine.clock().now());
        let next = if this_year > closed.shard() { this_year } else { closed.shard().next() };
        let previous = tail.note().to_owned();
        tracing::info!(participant = %did, shard = %next, "a new shard of the log is opened");
        self.engine.open_next_shard(did, &standing.dataspace, closed, next, previous).await?;
        Ok(Tail::empty(next))
    }

    fn participant(&self, did: &Did) -> Result<Arc<Participant>, LogError> {
        self.engine.hosted().by_did(did).cloned().ok_or(LogError::Unknown)
    }

    fn tail(&self, participant: &Did) -> SharedTail {
        let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        tails.entry(participant.clone()).or_default().clone()
    }
}

/// The beginning of the next year, UTC.
fn next_year(now: Timestamp) -> Timestamp {
    let year = now.to_zoned(TimeZone::UTC).year();
    let first = Date::new(year.saturating_add(1), 1, 1).ok();
    let first = first.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    first.map_or(Timestamp::MAX, |day| day.timestamp())
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl<P: Parts> std::fmt::Debug for Sequencer<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sequencer").field("home", &self.home).finish_non_exhaustive()
    }
}
