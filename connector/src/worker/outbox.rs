//! The outbox worker: sends what was committed, a bounded number at once and per peer, and comes
//! back to what failed when it is due.

mod plan;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::parts::Parts;
use crate::engine::send::Sent;
use crate::engine::wake::Errand;
use crate::engine::{Engine, OutboxKey, Waiting};

use super::{Task, soon, until};
use plan::{Plan, Widths};

/// Messages that are sent at once, over all peers.
const SENDS_MAX: usize = 512;

/// What came of one try.
type Tried = (OutboxKey, Option<Timestamp>);

/// Runs for as long as the engine does; each message is sent in a task that `spawn` lets run.
pub async fn run<P: Parts>(engine: Arc<Engine<P>>, spawn: impl Fn(Task)) {
    let (tried_sender, mut tried) = mpsc::channel::<Tried>(SENDS_MAX);
    let per_peer = engine.limits().sends_per_peer_max;
    let mut plan = Plan::new(Widths { all: SENDS_MAX, per_peer });
    let mut look_again = look_through(&engine, &mut plan).await;
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
                Errand::LookThrough => look_again = look_through(&engine, &mut plan).await,
            },
            () = until(engine.clock(), look_again) => {
                look_again = look_through(&engine, &mut plan).await;
            }
            () = until(engine.clock(), plan.next()) => {}
        }
    }
}

/// Everything that lies in the outboxes, after a start or when the queue was full; when to look again
/// if one could not be read.
async fn look_through<P: Parts>(engine: &Engine<P>, plan: &mut Plan) -> Option<Timestamp> {
    let mut look_again = None;
    let dids: Vec<Did> = engine.hosted().iter().map(|ours| ours.did().clone()).collect();
    for did in dids {
        match engine.waiting(&did).await {
            Ok(waiting) => {
                for (id, row) in waiting {
                    plan.add((did.clone(), id), row.peer, row.due);
                }
            }
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                look_again = Some(soon(engine.clock()));
            }
        }
    }
    look_again
}

async fn attempt<P: Parts>(engine: Arc<Engine<P>>, key: OutboxKey, tried: mpsc::Sender<Tried>) {
    let later = match engine.send(&key).await {
        Ok(Sent::Done | Sent::Behind) => None,
        Ok(Sent::Later(at)) => Some(at),
        Err(error) => {
            tracing::error!(%error, code = error.code(), "a message's outcome is not recorded");
            Some(soon(engine.clock()))
        }
    };
    // The worker is gone only when the process stops.
    let _ = tried.send((key, later)).await;
}
