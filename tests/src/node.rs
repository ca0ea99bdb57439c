//! One process of the data space: an engine over a store that outlives it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use connector::config::Limits;
use connector::engine::openings::Forgotten;
use connector::engine::send::Sent;
use connector::engine::{Engine, Made};
use connector::participant::Hosted;
use connector::record::outbox::OutboxRow;
use connector::store::{Embedded, Kind, OnDisk, OpenError, Span, Store};
use jiff::Timestamp;
use wire::did::Did;

use crate::cast::{Says, Who, cast};
use crate::clock::FakeClock;
use crate::disk::Disk;
use crate::fuse::Fuse;
use crate::kit::{Brittle, Decides, Kit, SharedIds};
use crate::network::Network;

/// How often a store is opened whose last life may not have let go of it.
const OPENINGS_MAX: usize = 100;

/// One process.
#[derive(Debug)]
pub struct Node {
    /// For whom.
    pub members: Vec<Who>,
    /// Its disk.
    pub disk: Disk,
    /// What it does by itself.
    pub decides: Decides,
    place: Place,
    limits: Limits,
    hosted: Hosted,
    clock: FakeClock,
    ids: SharedIds,
    network: Network,
    running: Mutex<Option<Running>>,
}

/// Where the store lies.
#[derive(Debug)]
enum Place {
    Folder(OnDisk, PathBuf),
    Memory(Embedded),
}

/// What is gone when the process dies.
#[derive(Clone, Debug)]
pub struct Running {
    /// The engine.
    pub engine: Arc<Engine<Kit>>,
    /// The store, without the fuse.
    pub store: Embedded,
    /// Where it dies.
    pub fuse: Arc<Fuse>,
}

impl Node {
    /// Starts a process for `members` over a store in `folder`, or in memory.
    #[must_use]
    pub fn start(
        members: &[Who],
        folder: Option<(OnDisk, PathBuf)>,
        clock: &FakeClock,
        network: &Network,
    ) -> Self {
        let disk = Disk::default();
        let place = match folder {
            Some((engine, folder)) => Place::Folder(engine, folder),
            None => Place::Memory(Embedded::memory_with(disk.settings()).unwrap()),
        };
        let says = Says::default();
        let hosted = Hosted::new(members.iter().map(|who| cast().participant(*who, &says)));
        // Far apart, so that no two processes give the same id.
        let first = members.iter().map(|who| 1 + *who as u64).max().unwrap() << 40;
        let node = Self {
            members: members.to_vec(),
            disk,
            decides: Decides::default(),
            place,
            limits: limits(),
            hosted,
            clock: clock.clone(),
            ids: SharedIds::starting_at(first),
            network: network.clone(),
            running: Mutex::default(),
        };
        node.open();
        node
    }

    /// What runs now.
    #[must_use]
    pub fn running(&self) -> Running {
        self.running.lock().unwrap().clone().expect("the process runs")
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> Arc<Engine<Kit>> {
        self.running().engine
    }

    /// The process dies; nothing of it is left but its store.
    pub fn stop(&self) {
        drop(self.running.lock().unwrap().take());
    }

    /// The process is started again over the same store.
    pub fn restart(&self) {
        self.stop();
        self.open();
    }

    /// Whether its fuse has burnt.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.running().fuse.is_burnt()
    }

    /// From now on the authority says this; running deliveries are looked at anew.
    pub async fn learn(&self, says: &Says) {
        for who in &self.members {
            let participant = self.hosted.by_did(&who.did()).unwrap();
            participant.set_standing(cast().standing(*who, says));
            self.engine().reconsider_all(&who.did()).await.unwrap();
        }
    }

    /// Does everything that is due, once; says whether anything was done.
    pub async fn work(&self) -> bool {
        if self.is_dead() {
            self.restart();
            return true;
        }
        let Running { engine, fuse, .. } = self.running();
        let mut moved = false;
        for who in &self.members {
            let did = who.did();
            let work = async {
                // A full disk lets nothing be done; what is due stays due.
                let timers = Box::pin(engine.do_what_is_due(&did)).await;
                let mut moved = false;
                for (id, row) in engine.waiting(&did).await.unwrap() {
                    if row.due <= self.now() {
                        let sent = Box::pin(engine.send(&(did.clone(), id))).await;
                        moved |= matches!(sent, Ok(Sent::Done | Sent::Later(_)));
                    }
                }
                drop(timers);
                moved
            };
            // Dying is a move too.
            moved |= fuse.survive(Box::pin(work)).await.unwrap_or(true);
        }
        moved
    }

    /// The messages that wait, each with the instant at which it is due. One that is due already
    /// waits behind another one.
    pub async fn waiting(&self) -> Vec<(String, Timestamp)> {
        // Read past the fuse: a test looks here, and no process dies of being looked at.
        let store = self.running().store;
        let mut waiting = Vec::new();
        for who in &self.members {
            let span = Span::new(&who.did(), Kind::Outbox);
            let rows = store.range_json::<OutboxRow>(&span).await.unwrap();
            waiting.extend(rows.into_iter().map(|(id, _, row)| (id, row.due)));
        }
        waiting
    }

    /// When the next message of this process is tried again, if any waits.
    pub async fn next_due(&self) -> Option<Timestamp> {
        let dues = self.waiting().await.into_iter().map(|(_, due)| due);
        dues.filter(|due| *due > self.now()).min()
    }

    /// Whether `did` is served here.
    #[must_use]
    pub fn hosts(&self, did: &Did) -> bool {
        self.hosted.by_did(did).is_some()
    }

    fn now(&self) -> Timestamp {
        connector::clock::Clock::now(&self.clock)
    }

    fn open(&self) {
        let store = match &self.place {
            Place::Folder(engine, folder) => {
                open_again(|| Embedded::open(*engine, folder, self.disk.settings()))
            }
            Place::Memory(store) => store.clone(),
        };
        let fuse = Arc::new(Fuse::default());
        let engine = Arc::new(Engine::new(Made {
            store: Brittle::new(store.clone(), fuse.clone()),
            clock: Arc::new(self.clock.clone()),
            ids: self.ids.clone(),
            transport: self.network.line(fuse.clone()),
            decider: self.decides.clone(),
            hosted: self.hosted.clone(),
            limits: self.limits.clone(),
            openings: Arc::new(Forgotten),
        }));
        for who in &self.members {
            self.network.connect(who.host(), &engine, &fuse);
        }
        *self.running.lock().unwrap() = Some(Running { engine, store, fuse });
    }
}

/// The product's limits, but nobody signs checkpoints here: the log may lag for hours.
fn limits() -> Limits {
    Limits { checkpoint_lag_max_ms: 11 * 60 * 60 * 1000, ..Limits::default() }
}

/// Opens the store of a life that has just ended. sled's threads may still be at its files, which a
/// process takes with it when it dies, and a test does not: what is damaged stays so.
fn open_again(open: impl Fn() -> Result<Embedded, OpenError>) -> Embedded {
    for _ in 0..OPENINGS_MAX {
        match open() {
            Err(OpenError::Corrupt { .. }) => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
    open().unwrap()
}
