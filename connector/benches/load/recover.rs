//! Recovery: a consumer with many open negotiations is killed in the middle of sending, started again,
//! and works its outbox off. The provider runs within this process, the consumer in one that dies.

use std::time::{Duration, Instant};

use connector::engine::negotiation::Asked;
use connector::home::Home;
use connector::runtime::Node;
use rustix::process::{Pid, Signal, kill_process};
use wire::did::Did;

use crate::Fallible;
use crate::space::{Member, Space, Up, Within, runtime};

/// Requests that are written at once while the consumer is filled.
const ASKERS: usize = 64;
/// How often we look how far it has come.
const LOOK: Duration = Duration::from_millis(100);
/// When it has failed.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) fn run(numbers: &[usize]) -> Fallible<()> {
    let count = numbers.first().copied().unwrap_or(10_000);
    let mut space = Space::found()?;
    let provider = space.join("provider.localhost")?;
    let consumer = space.join("consumer.localhost")?;
    std::fs::write(provider.folder().join("data").join("load.csv"), "a,b\n1,2\n")?;
    let publisher = space.up(&provider)?;
    provider.publish("Load", "load.csv")?;
    space.end(publisher);
    runtime()?.block_on(async {
        let within = Within::start(&provider).await?;
        fill(&within, &consumer, &provider.did, count).await?;
        println!("{count} requests lie in the consumer's outbox");

        let began = Instant::now();
        let first = Up::spawn(&consumer, &["up"])?;
        until(&within, count / 3).await?;
        println!("a third of them was done {:.2} s after its start", began.elapsed().as_secs_f64());
        let pid = i32::try_from(first.process().0).ok().and_then(Pid::from_raw);
        kill_process(pid.ok_or("a process without a number")?, Signal::KILL)?;
        drop(first);
        let done = contracts(&within).await?;

        let again = Instant::now();
        let second = Up::spawn(&consumer, &["up"])?;
        let up = again.elapsed();
        until(&within, done + 1).await?;
        let next = again.elapsed();
        until(&within, count).await?;
        println!(
            "killed after {done}; started again: it listens after {:.2} s, the next contract is \
             concluded after {:.2} s, all {count} after {:.2} s ({:.2} s CPU, {} KiB resident)",
            up.as_secs_f64(),
            next.as_secs_f64(),
            again.elapsed().as_secs_f64(),
            second.process().cpu()?.as_secs_f64(),
            second.process().kib("VmHWM")?,
        );
        drop(second);
        within.stop().await;
        Fallible::Ok(())
    })
}

/// Writes the requests into the consumer's outbox; nobody sends them.
async fn fill(within: &Within, consumer: &Member, provider: &Did, count: usize) -> Fallible<()> {
    let dataset = within.engine.datasets(provider).await?.into_iter().next();
    let dataset = dataset.ok_or("the provider has no dataset")?;
    let node = Node::open(Home::at(&consumer.home))?;
    let mut askers = tokio::task::JoinSet::new();
    for first in 0..ASKERS {
        let (engine, ours) = (node.engine.clone(), consumer.did.clone());
        let (peer, dataset) = (provider.clone(), dataset.clone());
        askers.spawn(async move {
            for _ in (first..count).step_by(ASKERS) {
                let asked = Asked {
                    peer: peer.clone(),
                    dataset: dataset.id.clone(),
                    offer: dataset.offer.clone(),
                    account: "load".to_owned(),
                };
                engine.ask(&ours, asked).await?;
            }
            Fallible::Ok(())
        });
    }
    while let Some(done) = askers.join_next().await {
        done??;
    }
    Ok(())
}

async fn contracts(within: &Within) -> Fallible<usize> {
    Ok(within.engine.agreements(&within.did, "").await?.len())
}

/// Waits until the provider has concluded so many contracts.
async fn until(within: &Within, count: usize) -> Fallible<()> {
    let began = Instant::now();
    while contracts(within).await? < count {
        if began.elapsed() > PATIENCE {
            return Err(format!("{} of {count} contracts", contracts(within).await?).into());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
