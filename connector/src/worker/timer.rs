//! The timer worker: does what is due, for all participants, and sleeps until the next deadline.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::engine::parts::Parts;
use crate::engine::wake::Errand;

use super::{soon, until};

/// Runs for as long as the engine does.
pub async fn run<P: Parts>(engine: Arc<Engine<P>>) {
    let all: Vec<Did> = engine.hosted().iter().map(|ours| ours.did().clone()).collect();
    let mut deadlines = BTreeMap::new();
    for did in &all {
        look(&engine, did, &mut deadlines).await;
    }
    loop {
        let now = engine.clock().now();
        let due: Vec<Did> = deadlines
            .iter()
            .filter(|(_, deadline)| **deadline <= now)
            .map(|(did, _): (&Did, _)| did.clone())
            .collect();
        for did in due {
            if let Err(error) = engine.do_what_is_due(&did).await {
                tracing::error!(%error, code = error.code(), "a deadline could not be kept");
                deadlines.insert(did, soon(engine.clock()));
            } else {
                look(&engine, &did, &mut deadlines).await;
            }
        }
        let next = deadlines.values().min().copied();
        tokio::select! {
            biased;
            errand = engine.timers().next() => match errand {
                Errand::Key((did, due)) => {
                    let deadline = deadlines.entry(did).or_insert(due);
                    *deadline = due.min(*deadline);
                }
                Errand::LookThrough => {
                    for did in &all {
                        look(&engine, did, &mut deadlines).await;
                    }
                }
            },
            () = until(engine.clock(), next) => {}
        }
    }
}

async fn look<P: Parts>(engine: &Engine<P>, did: &Did, deadlines: &mut BTreeMap<Did, Timestamp>) {
    match engine.next_deadline(did).await {
        Ok(Some(deadline)) => {
            deadlines.insert(did.clone(), deadline);
        }
        Ok(None) => {
            deadlines.remove(did);
        }
        Err(error) => {
            tracing::error!(%error, "the deadlines cannot be read");
            deadlines.insert(did.clone(), soon(engine.clock()));
        }
    }
}
