//! The push worker: sends what consumers asked to be sent, a bounded number at once, and comes back
//! to what failed. What was under way when the process died is sent again.

mod attempt;
mod places;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use wire::did::Did;

use crate::clock::Clock;
use crate::data::push::PushClient;
use crate::data::source::http::Fetch;
use crate::data::source::root::DataRoot;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::live::Cut;
use crate::engine::parts::Parts;
use crate::engine::push::PushKey;
use crate::engine::wake::Errand;

use super::{soon, until};

use self::attempt::{Attempt, attempt};
use self::places::Places;

/// The first pause after a failure; each further one doubles it.
const PAUSE_S_FIRST: i64 = 1;
/// The longest pause between two attempts.
const PAUSE_S_MAX: i64 = 300;

/// What pushes are sent from, and by which way.
#[derive(Debug)]
pub struct Plane<F, C> {
    /// Where each participant's files lie.
    pub roots: BTreeMap<Did, DataRoot>,
    /// Reads network sources, for each participant as its operator lists them.
    pub sources: BTreeMap<Did, F>,
    /// The way to consumers.
    pub client: C,
}

/// Runs for as long as the engine does.
pub async fn run<P: Parts, F: Fetch, C: PushClient>(engine: Arc<Engine<P>>, plane: Plane<F, C>) {
    let (plane, places) = (Arc::new(plane), Arc::new(Places::new()));
    // Whether something new was told of a push that is under way.
    let mut under_way: BTreeMap<PushKey, bool> = BTreeMap::new();
    let mut tasks: JoinSet<PushKey> = JoinSet::new();
    let (mut wanted, mut look_again) = all(&engine).await;
    loop {
        for key in std::mem::take(&mut wanted) {
            if let Some(again) = under_way.get_mut(&key) {
                *again = true;
                continue;
            }
            under_way.insert(key.clone(), false);
            let (engine, plane, places) = (engine.clone(), plane.clone(), places.clone());
            tasks.spawn(async move {
                push(&engine, &plane, &places, &key).await;
                key
            });
        }
        tokio::select! {
            errand = engine.pushes().next() => match errand {
                Errand::Key(key) => wanted.push(key),
                Errand::LookThrough => (wanted, look_again) = all(&engine).await,
            },
            () = until(engine.clock(), look_again) => (wanted, look_again) = all(&engine).await,
            Some(done) = tasks.join_next() => match done {
                Ok(key) => if under_way.remove(&key) == Some(true) {
                    wanted.push(key);
                },
                Err(error) => tracing::error!(%error, "a push ended in disorder"),
            },
        }
    }
}

/// Everything that is not over, after a start or when the queue was full; when to look again if
/// something could not be read.
async fn all<P: Parts>(engine: &Engine<P>) -> (Vec<PushKey>, Option<Timestamp>) {
    let mut look_again = None;
    let dids: Vec<Did> = engine.hosted().iter().map(|ours| ours.did().clone()).collect();
    let mut all = Vec::new();
    for did in dids {
        match engine.open_pushes(&did).await {
            Ok(pids) => all.extend(pids.into_iter().map(|pid| (did.clone(), pid))),
            Err(error) => {
                tracing::error!(%error, "the pushes cannot be read");
                look_again = Some(soon(engine.clock()));
            }
        }
    }
    (all, look_again)
}

/// Sends until all has come over, nothing may be sent any more, or there is no point in trying.
async fn push<P: Parts, F: Fetch, C: PushClient>(
    engine: &Arc<Engine<P>>,
    plane: &Plane<F, C>,
    places: &Places,
    key: &PushKey,
) {
    let (ours, pid) = key;
    let mut failures: u32 = 0;
    loop {
        let made = match engine.destination(ours, pid).await {
            Ok(None) => return,
            Ok(Some(to)) => {
                let Some(_place) = places.enter(&to.peer).await else { return };
                attempt(engine, plane, key).await
            }
            // The attempt meets it again, and says what follows.
            Err(_) => attempt(engine, plane, key).await,
        };
        let done = match made {
            Attempt::Delivered => engine.complete_transfer(ours, pid).await,
            Attempt::Idle => return,
            Attempt::Hopeless { cut, words } => give_up(engine, key, cut, words).await,
            Attempt::Passing { words, retry_after_s } => {
                failures = failures.saturating_add(1);
                // Once for the operator, and each try for whoever looks.
                if failures == 1 {
                    tracing::warn!(participant = %ours, pid, "a push did not come over, it is tried again: {words}");
                } else {
                    tracing::info!(participant = %ours, pid, failures, "a push did not come over: {words}");
                }
                if is_too_late(engine, key).await {
                    give_up(engine, key, Cut::PushFailed, words).await
                } else {
                    pause(engine, failures, retry_after_s).await;
                    continue;
                }
            }
        };
        match done {
            // Somebody else has ended or suspended it meanwhile.
            Ok(()) | Err(EngineError::NotFound | EngineError::Refused(_)) => return,
            Err(error) => {
                tracing::error!(%error, pid, "what came of a push cannot be recorded");
                failures = failures.saturating_add(1);
                pause(engine, failures, None).await;
            }
        }
    }
}

/// Ends a transfer whose data cannot be delivered.
async fn give_up<P: Parts>(
    engine: &Engine<P>,
    (ours, pid): &PushKey,
    cut: Cut,
    words: String,
) -> Result<(), EngineError> {
    tracing::warn!(participant = %ours, pid, "a push is given up: {words}");
    engine.terminate_transfer(ours, pid, cut, Some(words)).await
}

/// Whether it was tried for as long as messages are tried.
async fn is_too_late<P: Parts>(engine: &Engine<P>, (ours, pid): &PushKey) -> bool {
    let hours = i64::try_from(engine.limits().retry_hours_max).unwrap_or(i64::MAX);
    match engine.open_push(ours, pid).await {
        Ok(Some(row)) => engine.clock().now().duration_since(row.asked).as_hours() >= hours,
        // It is over, or cannot be known now: the next attempt sees.
        Ok(None) | Err(_) => false,
    }
}

async fn pause<P: Parts>(engine: &Engine<P>, failures: u32, asked_s: Option<u32>) {
    let doubled = PAUSE_S_FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let seconds = doubled.max(asked_s.map_or(0, i64::from)).min(PAUSE_S_MAX);
    let due = engine.clock().now().saturating_add(SignedDuration::from_secs(seconds));
    engine.clock().sleep_until(due.unwrap_or(Timestamp::MAX)).await;
}
