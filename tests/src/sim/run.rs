//! One run from its seed: people and misfortune for some hours, then peace until everything has come
//! to rest, then everybody ends what is still open.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::auditor::audit;
use super::clock::Time;
use super::dice::Dice;
use super::executor::{Executor, Life, Spawner, pass_on, wait};
use super::judge::{Judge, check_rest};
use super::network::Houses;
use super::node::SimNode;
use super::people;
use crate::cast::{self, Who};
use crate::judge::{Kept, kept_by, records_of};

/// The life of the network itself, which never ends.
pub const NETWORK: Life = 0;
/// Polls after which a run that finds no rest is broken.
const STEPS_MAX: u64 = 2_000_000;
/// How long the processes have to start before anybody acts.
const START: SignedDuration = SignedDuration::from_mins(1);
/// How often people act.
const ACTS: usize = 60;
/// How long everything has to come to rest in peace: longer than any message is tried again.
const PEACE: SignedDuration = SignedDuration::from_hours(30);

/// What all parts of a simulated world share.
#[derive(Debug)]
pub struct World {
    /// Chance.
    pub dice: Dice,
    /// The time.
    pub time: Time,
    /// Lets tasks run.
    pub spawner: Spawner,
    /// How often something goes wrong on the network, in a thousand times.
    pub weather: u32,
    hostile: AtomicBool,
    parted: Mutex<BTreeSet<(String, String)>>,
    trace: Option<Mutex<Vec<String>>>,
}

impl World {
    /// A point at which something else may go first.
    pub async fn point(&self) {
        while self.dice.chance(250) {
            pass_on().await;
        }
    }

    /// The disk, which is slow now and then.
    pub async fn disk(&self) {
        self.point().await;
        if self.is_hostile() && self.dice.chance(15) {
            self.time.sleep(self.dice.ms(40_000)).await;
        }
    }

    /// Whether misfortune happens at present.
    #[must_use]
    pub fn is_hostile(&self) -> bool {
        self.hostile.load(Ordering::Relaxed)
    }

    /// Whether no packet gets from one host to the other.
    #[must_use]
    pub fn are_parted(&self, from: &str, to: &str) -> bool {
        self.parted.lock().unwrap().contains(&(from.to_owned(), to.to_owned()))
    }

    /// Parts two hosts in one direction, or joins them again.
    pub fn part(&self, from: &str, to: &str, part: bool) {
        let pair = (from.to_owned(), to.to_owned());
        let mut parted = self.parted.lock().unwrap();
        if part {
            parted.insert(pair);
        } else {
            parted.remove(&pair);
        }
    }

    /// Notes what happens, if anybody wants to read it.
    pub fn trace(&self, what: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            let line = format!("{} {}", self.time.now(), what());
            trace.lock().unwrap().push(line);
        }
    }
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Done {
    /// Polls of tasks.
    pub steps: u64,
    /// Contracts that were concluded.
    pub contracts: usize,
    /// Transfers that were asked for.
    pub transfers: usize,
    /// Entries in all logs.
    pub entries: usize,
    /// Processes that died.
    pub deaths: u64,
}

/// A simulated data space.
#[derive(Debug)]
pub struct Simulation {
    /// What all share.
    pub world: Arc<World>,
    /// The processes.
    pub nodes: Vec<SimNode>,
    houses: Arc<Houses>,
    judge: Arc<Judge>,
    executor: Executor,
    lives: Life,
}

impl Simulation {
    /// A data space in which nothing has happened yet.
    #[must_use]
    pub fn new(seed: u64, traced: bool) -> Self {
        let (dice, time) = (Dice::new(seed), Time::starting_at(cast::now()));
        let executor = Executor::new(&dice, &time);
        let weather = *dice.choose(&[0, 20, 60, 150, 300]);
        let world = Arc::new(World {
            weather,
            spawner: executor.spawner(),
            dice,
            time,
            hostile: AtomicBool::new(true),
            parted: Mutex::default(),
            trace: traced.then(Mutex::default),
        });
        let (houses, judge) = (Arc::new(Houses::default()), Arc::new(Judge::default()));
        let processes: [&[Who]; 3] = [&[Who::Ulm, Who::NeuUlm], &[Who::Company], &[Who::Firm]];
        let nodes = (1..).zip(processes);
        let nodes = nodes.map(|(life, who)| SimNode::start(who, life, &world, &houses, &judge));
        Self { nodes: nodes.collect(), world, houses, judge, executor, lives: 3 }
    }

    /// Lives through everything that follows from the seed. Panics where something must not be.
    pub fn run(&mut self) -> Done {
        self.live_until(self.world.time.now() + START);
        people::begin(self);
        for _ in 0..ACTS {
            // Mostly at once or soon, now and then much later.
            let most = *self.world.dice.choose(&[0, 500, 20_000, 20_000, 20 * 60_000]);
            let pause = self.world.dice.ms(most);
            self.live_until(self.world.time.now() + SignedDuration::from_millis(pause));
            people::act(self);
            self.restart_where_the_disk_failed(300);
        }
        self.make_peace();
        self.live_until(self.world.time.now() + PEACE);
        check_rest(&self.kept(), false);
        people::end_everything(self);
        self.live_until(self.world.time.now() + PEACE);
        let kept = self.kept();
        check_rest(&kept, true);
        let done = Done {
            steps: self.executor.steps(),
            contracts: kept.iter().map(|kept| kept.agreements.len()).sum::<usize>() / 2,
            transfers: kept.iter().map(|kept| kept.transfers.len()).sum::<usize>() / 2,
            entries: kept.iter().map(|kept| kept.log.len()).sum(),
            deaths: self.lives - 3,
        };
        self.audit(kept);
        done
    }

    /// The process `index` dies where it stands and is started again.
    pub fn crash(&mut self, index: usize) {
        self.lives += 1;
        let node = &mut self.nodes[index];
        self.world.trace(|| format!("{:?} dies", node.members));
        self.executor.kill(node.life);
        node.restart(self.lives, &self.world, &self.houses, &self.judge);
    }

    /// The process that serves `who`.
    #[must_use]
    pub fn node(&self, who: Who) -> &SimNode {
        self.nodes.iter().find(|node| node.members.contains(&who)).unwrap()
    }

    /// Whether the process that serves `who` has started.
    #[must_use]
    pub fn is_up(&self, who: Who) -> bool {
        self.houses.answers(who.host(), self.node(who).life)
    }

    /// What `who` keeps beside its log.
    #[must_use]
    pub fn kept_of(&self, who: Who) -> Kept {
        wait(records_of(&self.node(who).store, &who.did()))
    }

    /// What was noted, if the run was traced.
    #[must_use]
    pub fn trace(&self) -> Vec<String> {
        self.world.trace.as_ref().map(|trace| trace.lock().unwrap().clone()).unwrap_or_default()
    }

    /// All logs, an entry a line.
    #[must_use]
    pub fn logs(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for kept in self.kept() {
            for (index, entry) in kept.log.iter().enumerate() {
                let entry = serde_json::to_string(entry).unwrap();
                lines.push(format!("{} {index} {entry}", kept.did.host()));
            }
        }
        lines
    }

    fn kept(&self) -> Vec<Kept> {
        let kept = |who: Who| wait(kept_by(&self.node(who).store, &who.did()));
        Who::ALL.into_iter().map(kept).collect()
    }

    fn audit(&self, kept: Vec<Kept>) {
        let all = Who::ALL.into_iter().zip(kept);
        let all = all.map(|(who, kept)| (who, kept, self.node(who).store.clone()));
        audit(&all.collect::<Vec<_>>());
    }

    /// Operators notice by and by that a process writes nothing any more.
    fn restart_where_the_disk_failed(&mut self, per_mille: u32) {
        for index in 0..self.nodes.len() {
            if self.nodes[index].disk.has_failed() && self.world.dice.chance(per_mille) {
                self.crash(index);
            }
        }
    }

    fn make_peace(&mut self) {
        self.world.trace(|| "peace".to_owned());
        self.world.hostile.store(false, Ordering::Relaxed);
        self.world.parted.lock().unwrap().clear();
        self.nodes.iter().for_each(|node| node.disk.heal());
        self.restart_where_the_disk_failed(1000);
    }

    fn live_until(&mut self, end: Timestamp) {
        // Somebody who waits for the end, so that the time gets there.
        let time = self.world.time.clone();
        let ms = i64::try_from(end.duration_since(time.now()).as_millis()).unwrap();
        self.world.spawner.spawn(NETWORK, async move { time.sleep(ms).await });
        while self.executor.step(end) {
            assert!(self.executor.steps() < STEPS_MAX, "no end of work");
        }
    }
}
