//! The network of the simulator. Requests and answers are lost (which is not the same), come late,
//! twice or in another order; connections break while a request is handled; hosts are parted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use connector::engine::Engine;
use connector::engine::parts::{Answer, Request, Transport, Unsent};
use connector::http::DSP_PATH;
use tokio::sync::oneshot;
use wire::did::Did;

use super::executor::Life;
use super::node::SimParts;
use super::run::{NETWORK, World};
use crate::network::{Letter, answer, place_of};

/// How long a sender waits for an answer.
const PATIENCE_MS: i64 = 30_000;

/// Who answers under which host name.
#[derive(Debug, Default)]
pub struct Houses(Mutex<BTreeMap<String, House>>);

/// One life of a process, as others find it.
type House = (Life, Weak<Engine<SimParts>>);

impl Houses {
    /// From now on `host` is answered by `engine`.
    pub fn connect(&self, host: &str, life: Life, engine: &Arc<Engine<SimParts>>) {
        self.0.lock().unwrap().insert(host.to_owned(), (life, Arc::downgrade(engine)));
    }

    /// Nobody answers for this life any more.
    pub fn disconnect(&self, life: Life) {
        self.0.lock().unwrap().retain(|_, (owner, _)| *owner != life);
    }

    /// Whether this life answers under `host`: a process that is starting serves nobody.
    #[must_use]
    pub fn answers(&self, host: &str, life: Life) -> bool {
        self.0.lock().unwrap().get(host).is_some_and(|(owner, _)| *owner == life)
    }

    fn find(&self, host: &str) -> Option<(Life, Arc<Engine<SimParts>>)> {
        let houses = self.0.lock().unwrap();
        let (life, engine) = houses.get(host)?;
        Some((*life, engine.upgrade()?))
    }
}

/// One process's way into the network.
#[derive(Clone, Debug)]
pub struct Line {
    world: Arc<World>,
    houses: Arc<Houses>,
}

/// What becomes of one copy of a request.
#[derive(Clone, Copy, Debug, Default)]
struct Fate {
    lost: bool,
    late_ms: i64,
    answer_lost: bool,
}

impl Line {
    /// A line into the network of `houses`.
    #[must_use]
    pub fn new(world: &Arc<World>, houses: &Arc<Houses>) -> Self {
        Self { world: world.clone(), houses: houses.clone() }
    }

    /// How long the sender's connection holds.
    fn patience_ms(&self) -> i64 {
        let breaks = self.world.is_hostile() && self.world.dice.chance(self.world.weather);
        if breaks { self.world.dice.ms(1_000) } else { PATIENCE_MS }
    }

    fn fate(&self) -> Fate {
        let dice = &self.world.dice;
        if !self.world.is_hostile() {
            return Fate { late_ms: dice.ms(20), ..Fate::default() };
        }
        let bad = self.world.weather;
        Fate {
            lost: dice.chance(bad),
            late_ms: if dice.chance(bad) { dice.ms(300_000) } else { dice.ms(200) },
            answer_lost: dice.chance(bad),
        }
    }

    /// One copy on its way; what is lost drops `reply`, and the sender's connection is broken.
    fn send(&self, letter: Letter, reply: oneshot::Sender<Answer>) {
        let (fate, line) = (self.fate(), self.clone());
        self.world.trace(|| format!("{} -> {} {fate:?}", letter.from, letter.path));
        let world = self.world.clone();
        self.world.spawner.spawn(NETWORK, async move {
            world.time.sleep(fate.late_ms).await;
            let parted = world.are_parted(letter.from.host(), &letter.host);
            let found = line.houses.find(&letter.host).filter(|_| !fate.lost && !parted);
            if let Some((life, engine)) = found {
                let handled = handle(world.clone(), engine, letter, fate, reply);
                world.spawner.spawn(life, handled);
            }
        });
    }
}

/// The receiver's side of one request.
async fn handle(
    world: Arc<World>,
    engine: Arc<Engine<SimParts>>,
    letter: Letter,
    fate: Fate,
    reply: oneshot::Sender<Answer>,
) {
    // The listener deals with what it has read to its end, also when the sender hangs up meanwhile.
    let (answer, errands) = Box::pin(answer(&*engine, &letter)).await;
    world.trace(|| format!("{} {} answers {}", letter.host, letter.path, answer.status));
    world.point().await;
    if !fate.answer_lost {
        // A sender that has hung up hears nothing.
        let _ = reply.send(answer);
    }
    errands.release(&engine);
}

impl Transport for Line {
    async fn exchange(&self, from: &Did, to: &Did, request: Request) -> Result<Answer, Unsent> {
        self.world.point().await;
        let (host, path) = place_of(&request.url);
        assert_eq!(host, to.host(), "a message leaves for its addressee's own host only");
        let letter = Letter {
            from: from.clone(),
            host: host.to_owned(),
            path: path.to_owned(),
            body: request.body,
            status: None,
            answer: Bytes::new(),
        };
        let (reply, answered) = oneshot::channel();
        if self.world.is_hostile() && self.world.dice.chance(self.world.weather) {
            // A second copy, whose answer nobody reads.
            let (reply, answered) = oneshot::channel();
            self.send(letter.clone(), reply);
            self.world.spawner.spawn(NETWORK, async move { drop(answered.await) });
        }
        self.send(letter, reply);
        let answer = tokio::select! {
            biased;
            answer = answered => answer.ok(),
            () = self.world.time.sleep(self.patience_ms()) => None,
        };
        self.world.point().await;
        answer.ok_or_else(|| unsent("connection-broken"))
    }

    async fn dsp_base(&self, from: &Did, to: &Did) -> Result<String, Unsent> {
        self.world.point().await;
        if self.world.are_parted(from.host(), to.host()) {
            return Err(unsent("unreachable"));
        }
        Ok(format!("https://{}:9443{DSP_PATH}", to.host()))
    }
}

fn unsent(code: &'static str) -> Unsent {
    Unsent { code, words: "on the simulator's network".to_owned(), passing: true }
}
