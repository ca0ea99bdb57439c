//! The network between engines, in memory: it hands each request to the other engine exactly as the
//! mutual listener does, remembers every letter, and loses, repeats or holds back what a test says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use connector::engine::Engine;
use connector::engine::negotiation::{Errands, Incoming, Reply};
use connector::engine::parts::{Answer, Pages, Parts, Request, Transport, Unsent};
use connector::http::DSP_PATH;
use protocol::http_path::ROUTES;
use protocol::message::MessageKind;
use protocol::status;
use wire::did::Did;

use crate::cast::{Who, cast};
use crate::fuse::{Fuse, Point};
use crate::kit::Kit;

/// What happens to one request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// It stays on the way; the sender hears nothing, and it arrives when the test says so.
    Delay,
    /// It never arrives.
    LoseRequest,
    /// It arrives, and the answer is lost.
    LoseResponse,
    /// It arrives twice; the sender sees the second answer.
    Twice,
    /// It never arrives; something answers in the receiver's place, with this status and no body.
    Answer(u16),
}

/// One request as it was on the network, and what came of it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The sender.
    pub from: Did,
    /// The host it was sent to.
    pub host: String,
    /// The path below the Dataspace Protocol's base.
    pub path: String,
    /// The body; none for GET.
    pub body: Option<Bytes>,
    /// The status of the answer, if one was given.
    pub status: Option<u16>,
    /// The answer's body.
    pub answer: Bytes,
}

/// The network. Clones are the same network.
#[derive(Clone, Debug, Default)]
pub struct Network {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    houses: BTreeMap<String, House>,
    unreachable: BTreeSet<String>,
    planned: Vec<(String, Trouble)>,
    dice: Option<Dice>,
    letters: Vec<Letter>,
    held_back: Vec<Letter>,
}

#[derive(Clone)]
struct House {
    engine: Weak<Engine<Kit>>,
    fuse: Arc<Fuse>,
}

/// Troubles by seed: the same ones each time.
#[derive(Debug)]
struct Dice {
    state: u64,
    left: usize,
}

/// One engine's way into the network.
#[derive(Debug)]
pub struct Line {
    network: Network,
    fuse: Arc<Fuse>,
}

impl Network {
    /// A line for an engine that dies with `fuse`.
    #[must_use]
    pub fn line(&self, fuse: Arc<Fuse>) -> Line {
        Line { network: self.clone(), fuse }
    }

    /// From now on `host` is answered by `engine`.
    pub fn connect(&self, host: &str, engine: &Arc<Engine<Kit>>, fuse: &Arc<Fuse>) {
        let house = House { engine: Arc::downgrade(engine), fuse: fuse.clone() };
        self.inner().houses.insert(host.to_owned(), house);
    }

    /// The next request whose method and path (`GET /transfers/…`) contain `part` meets `trouble`.
    pub fn trouble(&self, part: &str, trouble: Trouble) {
        self.inner().planned.push((part.to_owned(), trouble));
    }

    /// Up to `count` requests meet troubles that `seed` chooses.
    pub fn troubles_by(&self, seed: u64, count: usize) {
        self.inner().dice = Some(Dice { state: seed, left: count });
    }

    /// Nobody reaches `who` any more.
    pub fn cut_off(&self, who: Who) {
        self.inner().unreachable.insert(who.host().to_owned());
    }

    /// Everybody reaches `who` again.
    pub fn reconnect(&self, who: Who) {
        self.inner().unreachable.remove(who.host());
    }

    /// Every letter so far.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.inner().letters.clone()
    }

    /// The only letter whose path contains `part`.
    #[must_use]
    pub fn letter(&self, part: &str) -> Letter {
        let found: Vec<_> =
            self.letters().into_iter().filter(|it| it.path.contains(part)).collect();
        assert_eq!(found.len(), 1, "letters to `{part}`: {found:?}");
        found.into_iter().next().unwrap()
    }

    /// Whether letters are held back.
    #[must_use]
    pub fn holds_back(&self) -> bool {
        !self.inner().held_back.is_empty()
    }

    /// Whether somebody cannot be told what the others know.
    #[must_use]
    pub fn keeps_apart(&self) -> bool {
        self.holds_back() || !self.inner().unreachable.is_empty()
    }

    /// What was held back arrives, last one first; nobody waits for the answers any more.
    pub async fn deliver_late(&self) -> Vec<Answer> {
        let held_back = std::mem::take(&mut self.inner().held_back);
        let mut answers = Vec::new();
        for letter in held_back.into_iter().rev() {
            // Whoever dies over it is sent it again.
            answers.extend(self.post(letter).await);
        }
        answers
    }

    /// Sends a letter, perhaps one that was sent before or a changed one, with nothing in its way.
    ///
    /// # Errors
    /// When the receiver is not there.
    pub async fn post(&self, mut letter: Letter) -> Result<Answer, Unsent> {
        let house = {
            let inner = self.inner();
            let away = inner.unreachable.contains(&letter.host);
            inner.houses.get(&letter.host).filter(|_| !away).cloned()
        };
        let house = house.ok_or_else(|| unsent("unreachable"))?;
        let engine = house.engine.upgrade().filter(|_| !house.fuse.is_burnt());
        let engine = engine.ok_or_else(|| unsent("unreachable"))?;
        let answered = house.fuse.survive(Box::pin(answer(&engine, &letter))).await;
        let answered = answered.map(|(answer, errands)| {
            errands.release(&engine);
            answer
        });
        if let Some(answer) = &answered {
            letter.status = Some(answer.status);
            letter.answer = answer.body.clone();
        }
        self.inner().letters.push(letter);
        answered.ok_or_else(|| unsent("connection-broken"))
    }

    async fn exchange(&self, letter: Letter) -> Result<Answer, Unsent> {
        let method = if letter.body.is_some() { "POST" } else { "GET" };
        match self.next_trouble(&format!("{method} {}", letter.path)) {
            None => self.post(letter).await,
            Some(Trouble::LoseRequest) => Err(unsent("request-lost")),
            Some(Trouble::LoseResponse) => {
                self.post(letter).await?;
                Err(unsent("response-lost"))
            }
            Some(Trouble::Twice) => {
                self.post(letter.clone()).await?;
                self.post(letter).await
            }
            Some(Trouble::Answer(status)) => Ok(told(status, Bytes::new())),
            Some(Trouble::Delay) => {
                self.inner().held_back.push(letter);
                Err(unsent("too-late"))
            }
        }
    }

    fn next_trouble(&self, request: &str) -> Option<Trouble> {
        let mut inner = self.inner();
        if let Some(place) = inner.planned.iter().position(|(part, _)| request.contains(part)) {
            return Some(inner.planned.remove(place).1);
        }
        inner.dice.as_mut()?.roll()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dice {
    fn roll(&mut self) -> Option<Trouble> {
        if self.left == 0 {
            return None;
        }
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let trouble = match (mixed ^ (mixed >> 31)) % 8 {
            0 => Trouble::Delay,
            1 => Trouble::LoseRequest,
            2 => Trouble::LoseResponse,
            3 => Trouble::Twice,
            _ => return None,
        };
        self.left -= 1;
        Some(trouble)
    }
}

impl Transport for Line {
    async fn exchange(&self, from: &Did, to: &Did, request: Request) -> Result<Answer, Unsent> {
        self.fuse.pass(Point::BeforeSend).await;
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
        let answer = Box::pin(self.network.exchange(letter)).await;
        self.fuse.pass(Point::AfterSend).await;
        answer
    }

    async fn dsp_base(&self, _: &Did, to: &Did) -> Result<String, Unsent> {
        if self.network.inner().unreachable.contains(to.host()) {
            return Err(unsent("unreachable"));
        }
        Ok(format!("https://{}:9443{DSP_PATH}", to.host()))
    }
}

/// Host and path of an address.
pub(crate) fn place_of(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("https://").expect("every address is HTTPS");
    let (authority, path) = rest.split_once('/').expect("every address has a path");
    let host = authority.split(':').next().unwrap();
    let path = path.strip_prefix(DSP_PATH.trim_start_matches('/')).expect("below the base");
    (host, path)
}

fn unsent(code: &'static str) -> Unsent {
    Unsent { code, words: "on the test's network".to_owned(), passing: true }
}

/// What the mutual listener does with a request whose handshake is over: the answer, and what may
/// leave once it is written.
pub async fn answer<P: Parts>(engine: &Engine<P>, letter: &Letter) -> (Answer, Errands) {
    match reply(engine, letter).await {
        Ok(reply) => (told(reply.status, Bytes::from(reply.body.to_string())), reply.errands),
        Err(refused) => (refused, Errands::default()),
    }
}

async fn reply<P: Parts>(engine: &Engine<P>, letter: &Letter) -> Result<Reply, Answer> {
    let participant = engine.hosted().by_host(&letter.host).expect("it is hosted there").clone();
    let who = Who::ALL.into_iter().find(|who| who.did() == letter.from).expect("one of the cast");
    let peer = cast().verified(who);
    let Ok(standing) = engine.believe(&participant, &peer) else {
        return Err(told(status::NOT_FOUND, Bytes::new()));
    };
    let (ours, peer) = (participant.did(), peer.did());
    let plain = |body| Reply { status: 200, body, errands: Errands::default(), checkpoint: None };
    let incoming = |expected, pid| {
        let (body, standing) = (letter.body.as_deref().unwrap(), standing.clone());
        Incoming { participant: &participant, standing, peer, expected, pid, body }
    };
    let is_transfer = letter.path.starts_with("/transfers");
    let done = if let Some(id) = ended_agreement(&letter.path) {
        let incoming = incoming(MessageKind::TransferTerminationMessage, Some(id));
        engine.receive_agreement_end(&incoming).await
    } else {
        match route(&letter.path, letter.body.is_some()) {
            (None, Some(pid)) if is_transfer => {
                engine.transfer_for(ours, peer, pid).await.map(plain)
            }
            (None, Some(pid)) => engine.negotiation_for(ours, peer, pid).await.map(plain),
            (None, None) => panic!("nothing is asked at `{}`", letter.path),
            (Some(expected), pid) if is_transfer => {
                engine.receive_transfer(incoming(expected, pid)).await
            }
            (Some(expected), pid) => engine.receive_negotiation(incoming(expected, pid)).await,
        }
    };
    done.map_err(|error| {
        let problem = error.problem();
        let body = if is_transfer {
            problem.transfer_body(None, None)
        } else {
            problem.negotiation_body(None, None)
        };
        told(problem.status, Bytes::from(body.to_string()))
    })
}

fn told(status: u16, body: Bytes) -> Answer {
    Answer { status, body, pages: Pages::default(), retry_after: None }
}

/// The agreement whose end is told at a path.
fn ended_agreement(path: &str) -> Option<&str> {
    path.strip_prefix("/agreements/")?.strip_suffix("/termination")
}

/// The message that a path takes, and the process id in it.
fn route(path: &str, is_post: bool) -> (Option<MessageKind>, Option<&str>) {
    for route in ROUTES.iter().filter(|route| route.takes.is_some() == is_post) {
        let (wanted, given) = (route.path.split('/'), path.split('/'));
        if wanted.clone().count() != given.clone().count() {
            continue;
        }
        let mut pairs = wanted.zip(given.clone());
        if pairs.all(|(wanted, given)| wanted == given || wanted == "{pid}") {
            let pid = route.path.split('/').zip(given).find(|(wanted, _)| *wanted == "{pid}");
            return (route.takes, pid.map(|(_, pid)| pid));
        }
    }
    panic!("no endpoint at `{path}`")
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("letters", &self.letters.len()).finish_non_exhaustive()
    }
}
