//! Negotiations: request to finalized at the consumer, one after another and many at once. The
//! consumer runs within this process, the provider and the authority in processes of their own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use connector::engine::Engine;
use connector::engine::negotiation::Asked;
use connector::engine::parts::{Request, Transport as _};
use connector::runtime::Product;
use protocol::id::DatasetId;
use protocol::negotiation::State;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use wire::did::Did;

use crate::Fallible;
use crate::figures::Figures;
use crate::machine::Process;
use crate::space::{Member, Space, Within, runtime, text};

/// When a negotiation has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many are in flight where many are.
const FLOOD: usize = 64;
/// Negotiations before anything is measured: connections, caches, the first pages of the store.
const WARM_UP: usize = 2 * FLOOD;

/// Asks one provider for contracts about one dataset, again and again.
#[derive(Clone)]
pub(crate) struct Negotiator {
    engine: Arc<Engine<Product>>,
    ours: Did,
    peer: Did,
    dataset: DatasetId,
    offer: Value,
    waiting: Arc<Mutex<BTreeMap<String, oneshot::Sender<()>>>>,
}

impl Negotiator {
    /// As `within`, about the first dataset of `provider`'s catalogue.
    pub(crate) async fn new(within: &Within, provider: &Member) -> Fallible<Self> {
        let (engine, ours, peer) =
            (within.engine.clone(), within.did.clone(), provider.did.clone());
        let base = engine.transport().dsp_base(&ours, &peer).await?;
        let body = json!({"@context": [protocol::context::DSP], "@type": "CatalogRequestMessage"});
        let request = Request {
            url: format!("{base}/catalog/request"),
            body: Some(Bytes::from(body.to_string())),
        };
        let answer = engine.transport().exchange(&ours, &peer, request).await?;
        let catalog: Value = serde_json::from_slice(&answer.body)?;
        let dataset = catalog.pointer("/dataset/0").ok_or("an empty catalogue")?;
        let offer = dataset.pointer("/hasPolicy/0").ok_or("a dataset without offer")?.clone();
        let dataset = DatasetId::parse(&text(dataset, "@id")?)?;
        let negotiator = Self { engine, ours, peer, dataset, offer, waiting: Arc::default() };
        tokio::spawn(negotiator.clone().listen());
        Ok(negotiator)
    }

    /// One negotiation to its end; returns our pid.
    pub(crate) async fn one(&self) -> Fallible<String> {
        let asked = Asked {
            peer: self.peer.clone(),
            dataset: self.dataset.clone(),
            offer: self.offer.clone(),
            account: "load".to_owned(),
        };
        let pid = self.engine.ask(&self.ours, asked).await?;
        let (sender, finalized) = oneshot::channel();
        self.waiting().insert(pid.clone(), sender);
        if self.is_finalized(&pid).await? {
            return Ok(pid);
        }
        tokio::time::timeout(PATIENCE, finalized)
            .await
            .map_err(|_| format!("the negotiation `{pid}` is not finalized"))??;
        Ok(pid)
    }

    /// `count` negotiations, `in_flight` at once; how long each took.
    pub(crate) async fn many(&self, count: usize, in_flight: usize) -> Fallible<Figures> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..in_flight {
            let (negotiator, next) = (self.clone(), next.clone());
            workers.spawn(async move {
                let mut took = Vec::new();
                while next.fetch_add(1, Ordering::Relaxed) < count {
                    let began = Instant::now();
                    negotiator.one().await?;
                    took.push(began.elapsed());
                }
                Fallible::Ok(took)
            });
        }
        let mut figures = Figures::default();
        while let Some(took) = workers.join_next().await {
            took??.into_iter().for_each(|duration| figures.add(duration));
        }
        Ok(figures)
    }

    async fn listen(self) {
        let mut changes = self.engine.watch();
        loop {
            let pids: Vec<String> = match changes.recv().await {
                Ok(change) if self.waiting().contains_key(&change.subject) => vec![change.subject],
                Ok(_) => vec![],
                Err(RecvError::Lagged(_)) => self.waiting().keys().cloned().collect(),
                Err(RecvError::Closed) => return,
            };
            for pid in pids {
                if self.is_finalized(&pid).await.unwrap_or(false)
                    && let Some(sender) = self.waiting().remove(&pid)
                {
                    // Whoever asked may have found out by itself.
                    let _ = sender.send(());
                }
            }
        }
    }

    async fn is_finalized(&self, pid: &str) -> Fallible<bool> {
        let found = self.engine.negotiation(&self.ours, pid).await?;
        match found.record.process.state {
            Some(State::Terminated) => Err("the provider refused".into()),
            state => Ok(state == Some(State::Finalized)),
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, oneshot::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn lone(numbers: &[usize]) -> Fallible<()> {
    measure(numbers.first().copied().unwrap_or(100), 1)
}

pub(crate) fn flood(numbers: &[usize]) -> Fallible<()> {
    let in_flight = numbers.get(1).copied().unwrap_or(16);
    measure(numbers.first().copied().unwrap_or(2_000), in_flight)
}

/// Lone and many in flight, on a fresh store and on one that holds `count` negotiations more.
pub(crate) fn stored(numbers: &[usize]) -> Fallible<()> {
    let count = numbers.first().copied().unwrap_or(100_000);
    let (lone, flood, more) =
        (Round::new(100, 1), Round::new(1_000, FLOOD), Round::new(count, FLOOD));
    rounds(&[lone, flood, more, lone, flood])
}

fn measure(count: usize, in_flight: usize) -> Fallible<()> {
    rounds(&[Round::new(count, in_flight)])
}

/// So many negotiations, so many of them at once.
#[derive(Clone, Copy, Debug)]
struct Round {
    count: usize,
    in_flight: usize,
}

impl Round {
    const fn new(count: usize, in_flight: usize) -> Self {
        Self { count, in_flight }
    }
}

/// One data space that goes through all rounds.
fn rounds(rounds: &[Round]) -> Fallible<()> {
    let mut space = Space::found()?;
    let provider = space.join("provider.localhost")?;
    let consumer = space.join("consumer.localhost")?;
    std::fs::write(provider.folder().join("data").join("load.csv"), "a,b\n1,2\n")?;
    let theirs = space.up(&provider)?;
    provider.publish("Load", "load.csv")?;
    crate::disk::print(space.path())?;
    let processes = [Process::ours(), theirs, space.authority().ok_or("no authority")?];
    runtime()?.block_on(async {
        let within = Within::start(&consumer).await?;
        let negotiator = Negotiator::new(&within, &provider).await?;
        negotiator.many(WARM_UP, FLOOD).await?;
        for round in rounds {
            one_round(&negotiator, *round, processes).await?;
        }
        within.stop().await;
        Fallible::Ok(())
    })?;
    crate::disk::print(space.path())
}

async fn one_round(
    negotiator: &Negotiator,
    Round { count, in_flight }: Round,
    processes: [Process; 3],
) -> Fallible<()> {
    let cpu = spent_by(processes)?;
    let began = Instant::now();
    let figures = negotiator.many(count, in_flight).await?;
    let wall = began.elapsed();
    figures.print(&format!("request to finalized at the consumer, {in_flight} in flight"));
    let spent = spent_by(processes)?;
    let [ours, theirs, authority] =
        std::array::from_fn(|side| side).map(|side: usize| spent_of(&spent, &cpu, side));
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let n = count as f64;
    println!(
        "{count} negotiations in {:.2} s: {:.0} a second; {:.0} per CPU-second of both sides \
         (consumer {:.2} ms, provider {:.2} ms each; the authority {:.2} ms)",
        wall.as_secs_f64(),
        n / wall.as_secs_f64(),
        n / (ours + theirs),
        ours * 1_000.0 / n,
        theirs * 1_000.0 / n,
        authority * 1_000.0 / n,
    );
    Ok(())
}

fn spent_by([ours, theirs, authority]: [Process; 3]) -> Fallible<[Duration; 3]> {
    Ok([ours.cpu()?, theirs.cpu()?, authority.cpu()?])
}

/// Seconds that one side spent.
fn spent_of(spent: &[Duration; 3], before: &[Duration; 3], side: usize) -> f64 {
    let spent = spent.get(side).copied().unwrap_or_default();
    spent.saturating_sub(before.get(side).copied().unwrap_or_default()).as_secs_f64()
}
