//! A connector with nothing to do: memory, processor time, and which threads wake up.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Fallible;
use crate::contract::Negotiator;
use crate::machine::Process;
use crate::space::{Space, Within, runtime};

/// Until what a start, or the last negotiation, left to do is done.
const SETTLE: Duration = Duration::from_secs(15);

pub(crate) fn run(numbers: &[usize]) -> Fallible<()> {
    let seconds = numbers.first().copied().unwrap_or(30);
    let negotiations = numbers.get(1).copied().unwrap_or(0);
    let mut space = Space::found()?;
    let provider = space.join("provider.localhost")?;
    let consumer = space.join("consumer.localhost")?;
    let process = space.up(&provider)?;
    std::thread::sleep(SETTLE);
    watch("just started", process, seconds)?;
    if negotiations > 0 {
        std::fs::write(provider.folder().join("data").join("load.csv"), "a,b\n1,2\n")?;
        provider.publish("Load", "load.csv")?;
        runtime()?.block_on(async {
            let within = Within::start(&consumer).await?;
            let negotiator = Negotiator::new(&within, &provider).await?;
            negotiator.many(negotiations, 16).await?;
            within.stop().await;
            Fallible::Ok(())
        })?;
        std::thread::sleep(SETTLE);
        watch(&format!("after {negotiations} negotiations"), process, seconds)?;
    }
    Ok(())
}

fn watch(when: &str, process: Process, seconds: usize) -> Fallible<()> {
    let (cpu, before) = (process.cpu()?, process.sleeps()?);
    std::thread::sleep(Duration::from_secs(u64::try_from(seconds)?));
    let (cpu, after) = (process.cpu()?.saturating_sub(cpu), process.sleeps()?);
    println!(
        "{when}: resident {} KiB, of it not of files {} KiB, highest {} KiB, {} threads",
        process.kib("VmRSS")?,
        process.kib("RssAnon")?,
        process.kib("VmHWM")?,
        after.len(),
    );
    println!("{when}: processor time in {seconds} s: {} ms", cpu.as_millis());
    let mut by_name: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for (id, (name, count)) in &after {
        let earlier = before.get(id).map_or(0, |(_, count)| *count);
        let sum = by_name.entry(name).or_default();
        sum.0 += 1;
        sum.1 += count - earlier;
    }
    for (name, (threads, count)) in by_name {
        println!("{when}: {name} ({threads} threads) slept and woke {count} times");
    }
    Ok(())
}
