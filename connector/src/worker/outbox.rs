//! The outbox worker: sends what was committed, a bounded number at once and per peer, and comes
//! back to what failed when it is due.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::parts::Parts;
use crate::engine::send::Sent;
use crate::engine::wake::Errand;
use crate::engine::{Engine, OutboxKey};

/// Messages that are sent at once, over all peers.
const SENDS_MAX: usize = 512;
/// Seconds after which a message is tried again whose outcome could not be committed.
const STOPPED_SECONDS: i64 = 1;

/// What came of one try.
type Tried = (OutboxKey, Option<Timestamp>);

/// Runs for as long as the engine does.
pub async fn run<P: Parts>(engine: Arc<Engine<P>>) {
    let (tried_sender, mut tried) = mpsc::channel::<Tried>(SENDS_MAX);
    let lanes = Arc::new(Lanes::new(engine.limits().sends_per_peer_max));
    let all = Arc::new(Semaphore::new(SENDS_MAX));
    let mut plan = Plan::default();
    look_through(&engine, &mut plan).await;
    loop {
        let now = engine.clock().now();
        for key in plan.due(now) {
            let Ok(place) = all.clone().acquire_owned().await else { return };
            let task = Task { engine: engine.clone(), lanes: lanes.clone(), place };
            tokio::spawn(task.run(key, tried_sender.clone()));
        }
        let next = plan.next();
        tokio::select! {
            biased;
            back = tried.recv() => match back {
                Some((key, later)) => plan.done(key, later),
                None => return,
            },
            errand = engine.next_errand() => match errand {
                Errand::Key(key) => plan.add(key, Timestamp::MIN),
                Errand::LookThrough => look_through(&engine, &mut plan).await,
            },
            () = due(engine.clock(), next) => {}
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
                for (id, due) in waiting {
                    plan.add((did.clone(), id), due);
                }
            }
            Err(error) => tracing::error!(%error, "the outbox cannot be read"),
        }
    }
}

/// What is to be tried when. A message is never tried twice at once; what is told of one that is
/// under way, for instance that the message before it has gone, holds for the next try.
#[derive(Debug, Default)]
struct Plan {
    by_due: BTreeSet<(Timestamp, OutboxKey)>,
    planned: BTreeMap<OutboxKey, Timestamp>,
    under_way: BTreeMap<OutboxKey, Option<Timestamp>>,
}

impl Plan {
    fn add(&mut self, key: OutboxKey, due: Timestamp) {
        if let Some(again) = self.under_way.get_mut(&key) {
            *again = Some(again.map_or(due, |earlier| earlier.min(due)));
            return;
        }
        if let Some(earlier) = self.planned.insert(key.clone(), due) {
            self.by_due.remove(&(earlier, key.clone()));
        }
        self.by_due.insert((due, key));
    }

    /// What is due at `now`; it is under way from here on.
    fn due(&mut self, now: Timestamp) -> Vec<OutboxKey> {
        let mut due = Vec::new();
        while let Some((at, _)) = self.by_due.first() {
            if *at > now || due.len() >= SENDS_MAX {
                break;
            }
            let Some((_, key)) = self.by_due.pop_first() else { break };
            self.planned.remove(&key);
            self.under_way.insert(key.clone(), None);
            due.push(key);
        }
        due
    }

    fn done(&mut self, key: OutboxKey, later: Option<Timestamp>) {
        let again = self.under_way.remove(&key).flatten();
        if let Some(due) = again.or(later) {
            self.add(key, due);
        }
    }

    fn next(&self) -> Option<Timestamp> {
        self.by_due.first().map(|(due, _)| *due)
    }
}

/// A bounded number of sends to each peer.
#[derive(Debug)]
struct Lanes {
    width: usize,
    by_peer: Mutex<BTreeMap<Did, Arc<Semaphore>>>,
}

impl Lanes {
    fn new(width: usize) -> Self {
        Self { width, by_peer: Mutex::default() }
    }

    fn of(&self, peer: &Did) -> Arc<Semaphore> {
        let mut lanes = self.by_peer.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.len() > SENDS_MAX {
            // A lane that nobody holds is full again.
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
        }
        lanes.entry(peer.clone()).or_insert_with(|| Arc::new(Semaphore::new(self.width))).clone()
    }
}

struct Task<P: Parts> {
    engine: Arc<Engine<P>>,
    lanes: Arc<Lanes>,
    place: OwnedSemaphorePermit,
}

impl<P: Parts> Task<P> {
    async fn run(self, key: OutboxKey, tried: mpsc::Sender<Tried>) {
        let later = self.send(&key).await;
        drop(self.place);
        // The worker is gone only when the process stops.
        let _ = tried.send((key, later)).await;
    }

    async fn send(&self, key: &OutboxKey) -> Option<Timestamp> {
        let sent = async {
            let Some(peer) = self.engine.addressee(key).await? else { return Ok(Sent::Done) };
            let lane = self.lanes.of(&peer);
            let _place = lane.acquire().await;
            self.engine.send(key).await
        };
        match sent.await {
            Ok(Sent::Done | Sent::Behind) => None,
            Ok(Sent::Later(at)) => Some(at),
            Err(error) => {
                tracing::error!(%error, code = error.code(), "a message's outcome is not recorded");
                let pause = SignedDuration::from_secs(STOPPED_SECONDS);
                Some(self.engine.clock().now().saturating_add(pause).unwrap_or(Timestamp::MAX))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> OutboxKey {
        (Did::parse("did:web:a.example").unwrap(), id.to_owned())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_message_is_never_under_way_twice() {
        let mut plan = Plan::default();
        plan.add(key("1"), at(1));
        assert_eq!(plan.due(at(2)), [key("1")]);
        assert!(plan.due(at(9)).is_empty());
        plan.add(key("1"), at(9));
        assert!(plan.due(at(9)).is_empty());
        plan.done(key("1"), Some(at(10)));
        assert_eq!(plan.next(), Some(at(9)));
    }

    #[test]
    fn what_is_told_of_a_message_under_way_is_tried_once_it_is_back() {
        let mut plan = Plan::default();
        plan.add(key("2"), at(1));
        assert_eq!(plan.due(at(1)), [key("2")]);
        // It finds that another goes first; that one is gone before it is back.
        plan.add(key("2"), Timestamp::MIN);
        plan.done(key("2"), None);
        assert_eq!(plan.due(at(1)), [key("2")]);
        plan.done(key("2"), None);
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn the_earliest_comes_first_and_a_new_errand_replaces_the_old_due_time() {
        let mut plan = Plan::default();
        plan.add(key("late"), at(5));
        plan.add(key("early"), at(3));
        plan.add(key("late"), at(1));
        assert_eq!(plan.due(at(4)), [key("late"), key("early")]);
        assert_eq!(plan.next(), None);
    }
}
