//! A whole data space: two towns in one process, a company and a firm in processes of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector::clock::Clock;
use connector::engine::Engine;
use connector::store::OnDisk;
use jiff::{SignedDuration, Timestamp};

use crate::cast::{self, Says, Who};
use crate::clock::FakeClock;
use crate::judge;
use crate::kit::Kit;
use crate::network::Network;
use crate::node::Node;

/// Rounds after which a data space that finds no rest is broken.
const ROUNDS_MAX: usize = 2_000;

/// The data space.
#[derive(Debug)]
pub struct Dataspace {
    /// The time.
    pub clock: FakeClock,
    /// What joins the processes.
    pub network: Network,
    /// The processes.
    pub nodes: Vec<Node>,
    /// What was judged so far.
    pub judged: tokio::sync::Mutex<judge::Judged>,
}

impl Default for Dataspace {
    fn default() -> Self {
        Self::new()
    }
}

impl Dataspace {
    /// Over stores in memory.
    #[must_use]
    pub fn new() -> Self {
        Self::start(|_| None)
    }

    /// Over an engine's stores below `folder`.
    #[must_use]
    pub fn on_disk(engine: OnDisk, folder: &Path) -> Self {
        Self::start(|name| Some((engine, folder.join(name))))
    }

    fn start(place: impl Fn(&str) -> Option<(OnDisk, PathBuf)>) -> Self {
        let clock = FakeClock::at(cast::now());
        let network = Network::default();
        let node =
            |name: &str, members: &[Who]| Node::start(members, place(name), &clock, &network);
        let nodes = vec![
            node("towns", &[Who::Ulm, Who::NeuUlm]),
            node("company", &[Who::Company]),
            node("firm", &[Who::Firm]),
        ];
        Self { clock, network, nodes, judged: tokio::sync::Mutex::default() }
    }

    /// The process that serves `who`.
    #[must_use]
    pub fn node(&self, who: Who) -> &Node {
        self.nodes.iter().find(|node| node.members.contains(&who)).unwrap()
    }

    /// The engine that serves `who`.
    #[must_use]
    pub fn at(&self, who: Who) -> Arc<Engine<Kit>> {
        self.node(who).engine()
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Everybody learns that the authority says this from now on.
    pub async fn learn(&self, says: &Says) {
        for node in &self.nodes {
            node.learn(says).await;
        }
    }

    /// Works until nothing is due any more. Dead processes are started again. After each step
    /// everything is judged.
    pub async fn settle(&self) {
        for _ in 0..ROUNDS_MAX {
            let mut moved = false;
            for node in &self.nodes {
                if Box::pin(node.work()).await {
                    moved = true;
                    judge::check(self).await;
                }
            }
            if !moved {
                return;
            }
        }
        panic!("the data space finds no rest");
    }

    /// As [`Dataspace::settle`], and moves the time on to each retry, until all outboxes are empty
    /// and what was held back has arrived.
    pub async fn settle_in_time(&self) {
        for _ in 0..ROUNDS_MAX {
            Box::pin(self.settle()).await;
            if self.network.holds_back() {
                self.network.deliver_late().await;
                judge::check(self).await;
                continue;
            }
            let (mut dues, mut waiting) = (Vec::new(), Vec::new());
            for node in &self.nodes {
                dues.extend(node.next_due().await);
                waiting.extend(node.waiting().await);
            }
            match dues.into_iter().min() {
                Some(due) => self.clock.advance_to(due),
                None => {
                    assert!(waiting.is_empty(), "nothing wakes {waiting:?}");
                    return;
                }
            }
        }
        panic!("the outboxes never empty");
    }

    /// Moves the time on, and does what is due then.
    pub async fn pass(&self, time: SignedDuration) {
        self.clock.advance(time);
        self.settle().await;
    }
}
