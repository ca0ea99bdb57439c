//! The outbox worker: sends what was committed, a bounded number at once and per peer, and comes
//! back to what failed when it is due.

mod plan;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::parts::Parts;
use crate::engine::send::Sent;
use crate::engine::wake::Errand;
use crate::engine::{Engine, OutboxKey, Waiting};

use super::Task;
use plan::{Plan, Widths};

/// Messages that are sent at once, over all peers.
const SENDS_MAX: usize = 512;
/// Seconds after which a message is tried again whose outcome could not be committed.
const STOPPED_SECONDS: i64 = 1;

/// What came of one try.
type Tried = (OutboxKey, Option<Timestamp>);

/// Runs for as long as the engine does; each message is sent in a task that `spawn` lets run.
pub async fn run<P: Parts>(engine: Arc<Engine<P>>, spawn: impl Fn(Task)) {
    let (tried_sender, mut tried) = mpsc::channel::<Tried>(SENDS_MAX);
    let per_peer = engine.limits().sends_per_peer_max;
    let mut plan = Plan::new(Widths { all: SENDS_MAX, per_peer });
    look_through(&engine, &mut plan).await;
    loop {
        for key in plan.start(engine.clock().now()) {
            spawn(Box::pin(attempt(engine.clone(), key, tried_sender.clone())));
        }
        tokio::select! {
            biased;
            back = tried.recv() => match back {
                Some((key, later)) => plan.done(&key, later),
                None => return,
            },
            errand = engine.next_errand() => match errand {
                Errand::Key(Waiting { key, peer }) => plan.add(key, peer, Timestamp::MIN),
                Errand::LookThrough => look_through(&engine, &mut plan).await,
            },
            () = due(engine.clock(), plan.next()) => {}
        }
    }
}

async fn due(clock: &impl Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

/// Everything that lies in the outboxes, after a start or when the queue was full.
async fn look_through<P: Parts>(engine: &Engine<P>, plan: &mut Plan) {
    let dids: Vec<Did> = engine.hosted().iter().map(|ours| ours.did().clone()).collect();
    for did in dids {
        match engine.waiting(&did).await {
            Ok(waiting) => {
                for (id, row) in waiting {
                    plan.add((did.clone(), id), row.peer, row.due);
                }
            }
            Err(error) => tracing::error!(%error, "the outbox cannot be read"),
        }
    }
}

async fn attempt<P: Parts>(engine: Arc<Engine<P>>, key: OutboxKey, tried: mpsc::Sender<Tried>) {
    let later = match engine.send(&key).await {
        Ok(Sent::Done | Sent::Behind) => None,
        Ok(Sent::Later(at)) => Some(at),
        Err(error) => {
            tracing::error!(%error, code = error.code(), "a message's outcome is not recorded");
            let pause = SignedDuration::from_secs(STOPPED_SECONDS);
            Some(engine.clock().now().saturating_add(pause).unwrap_or(Timestamp::MAX))
        }
    };
    // The worker is gone only when the process stops.
    let _ = tried.send((key, later)).await;
}
