//! One process of the simulated data space: engine and workers over a store that outlives them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use connector::config::Limits;
use connector::engine::decider::ByRule;
use connector::engine::openings::Forgotten;
use connector::engine::parts::Parts;
use connector::engine::{Engine, Made};
use connector::participant::{Hosted, Participant};
use connector::store::{Embedded, Settings};
use connector::worker;
use jiff::SignedDuration;

use super::clock::NodeClock;
use super::disk::Disk;
use super::executor::Life;
use super::judge::Judge;
use super::network::{Houses, Line};
use super::run::World;
use super::store::SimStore;
use crate::cast::{self, Says, Who, cast};
use crate::kit::SharedIds;

/// The parts of a simulated engine.
pub struct SimParts;

impl Parts for SimParts {
    type Store = SimStore;
    type Clock = NodeClock;
    type Ids = SharedIds;
    type Transport = Line;
    type Decider = ByRule;
}

impl fmt::Debug for SimParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SimParts")
    }
}

/// One process.
#[derive(Debug)]
pub struct SimNode {
    /// For whom.
    pub members: Vec<Who>,
    /// What outlives it.
    pub store: Embedded,
    /// What that lies on.
    pub disk: Disk,
    /// Its machine's clock.
    pub clock: NodeClock,
    /// Its present life; grows with each start.
    pub life: Life,
    /// The engine of this life.
    pub engine: Arc<Engine<SimParts>>,
}

/// What the authority says throughout: everybody is a member, for longer than anything takes.
#[must_use]
pub fn says() -> Says {
    Says { expires: Some(cast::now() + SignedDuration::from_hours(24 * 30)), ..Says::default() }
}

impl SimNode {
    /// Starts a process for `members` over an empty store.
    #[must_use]
    pub fn start(
        members: &[Who],
        life: Life,
        world: &Arc<World>,
        houses: &Arc<Houses>,
        judge: &Arc<Judge>,
    ) -> Self {
        let disk = Disk::default();
        let space = Arc::new(disk.clone());
        let store = Embedded::memory_in_place(Settings { space, reserve_bytes: 1 }).unwrap();
        let clock = NodeClock::new(&world.time);
        let node = (&store, &disk, &clock);
        let engine = open(members, life, node, world, houses, judge);
        Self { members: members.to_vec(), store, disk, clock, life, engine }
    }

    /// Starts it again as `life`, over the store of the last one.
    pub fn restart(
        &mut self,
        life: Life,
        world: &Arc<World>,
        houses: &Arc<Houses>,
        judge: &Arc<Judge>,
    ) {
        houses.disconnect(self.life);
        self.life = life;
        self.disk.replace();
        let node = (&self.store, &self.disk, &self.clock);
        self.engine = open(&self.members, life, node, world, houses, judge);
    }
}

/// Everybody, read and vetted once: what a process reads of them is never changed here.
fn participants() -> &'static BTreeMap<Who, Arc<Participant>> {
    static PARTICIPANTS: OnceLock<BTreeMap<Who, Arc<Participant>>> = OnceLock::new();
    PARTICIPANTS.get_or_init(|| {
        Who::ALL.into_iter().map(|who| (who, cast().participant(who, &says()))).collect()
    })
}

fn open(
    members: &[Who],
    life: Life,
    (store, disk, clock): (&Embedded, &Disk, &NodeClock),
    world: &Arc<World>,
    houses: &Arc<Houses>,
    judge: &Arc<Judge>,
) -> Arc<Engine<SimParts>> {
    let hosted = Hosted::new(members.iter().map(|who| participants()[who].clone()));
    let engine = Arc::new(Engine::new(Made {
        store: SimStore::new(store, disk, world, judge),
        clock: Arc::new(clock.clone()),
        // No life of any process gives the same id as another one.
        ids: SharedIds::starting_at(life << 24),
        transport: Line::new(world, houses),
        decider: ByRule,
        hosted,
        limits: limits(),
        openings: Arc::new(Forgotten),
    }));
    let (started, spawner, houses) = (engine.clone(), world.spawner.clone(), houses.clone());
    let (members, time) = (members.to_vec(), world.time.clone());
    // In the product's order: what died is closed before anything is served.
    world.spawner.spawn(life, async move {
        for who in &members {
            // The product does not start on a full disk; somebody tries again by and by.
            while started.end_what_died(&who.did()).await.is_err() {
                time.sleep(60_000).await;
            }
        }
        for who in &members {
            houses.connect(who.host(), life, &started);
        }
        let tasks = spawner.clone();
        let send = move |task| tasks.spawn(life, task);
        spawner.spawn(life, worker::run_outbox(started.clone(), send));
        spawner.spawn(life, worker::run_timers(started));
    });
    engine
}

/// The product's limits, but nobody signs checkpoints here.
fn limits() -> Limits {
    Limits { checkpoint_lag_max_ms: u64::from(u32::MAX) * 1000, ..Limits::default() }
}
