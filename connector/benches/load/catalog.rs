//! A large catalogue: one page of it, and the whole streamed, read by a client that throws it away.

use connector::engine::dataset::Described;
use connector::home::Home;
use connector::record::dataset::{ApprovalRule, ListedFor, Source};
use connector::runtime::Node;
use serde_json::{Value, json};

use crate::Fallible;
use crate::figures::Figures;
use crate::line::Caller;
use crate::space::{Member, Space, runtime};

const PATH: &str = "/dsp/2025-1/catalog/request";
const PAGES: usize = 200;
const WHOLES: usize = 20;
const PUBLISHERS: usize = 64;

pub(crate) fn run(numbers: &[usize]) -> Fallible<()> {
    let datasets = numbers.first().copied().unwrap_or(10_000);
    let mut space = Space::found()?;
    let provider = space.join("provider.localhost")?;
    let consumer = space.join("consumer.localhost")?;
    runtime()?.block_on(publish(&provider, datasets))?;
    let process = space.up(&provider)?;
    let mut line = Caller::new(&consumer, &provider)?.connect()?;
    let body = json!({"@context": [protocol::context::DSP], "@type": "CatalogRequestMessage"});
    let (body, idle) = (body.to_string(), process.kib("VmRSS")?);
    let first = line.ask("POST", PATH, &body)?;
    println!("the first page after the start: {:.2} ms", first.whole.as_secs_f64() * 1_000.0);
    let (mut page, mut whole, mut begin) =
        (Figures::default(), Figures::default(), Figures::default());
    for _ in 0..PAGES {
        page.add(line.ask("POST", PATH, &body)?.whole);
    }
    page.print("page of 50");
    let prepared = process.kib("VmRSS")?;
    process.forget_peak()?;
    let path = format!("{PATH}?limit={datasets}");
    let mut bytes = 0;
    for _ in 0..WHOLES {
        let got = line.ask("POST", &path, &body)?;
        bytes = got.bytes;
        whole.add(got.whole);
        begin.add(got.first);
    }
    whole.print(&format!("all {datasets}, {bytes} bytes"));
    begin.print("of it to the first byte");
    println!(
        "resident: {idle} KiB before the first request, {prepared} KiB with the catalogue prepared, \
         at most {} KiB while it was streamed",
        process.kib("VmHWM")?,
    );
    Ok(())
}

/// Publishes by the engine itself, many at once, so that they share commits.
async fn publish(provider: &Member, count: usize) -> Fallible<()> {
    let node = Node::open(Home::at(&provider.home))?;
    let mut publishers = tokio::task::JoinSet::new();
    for first in 0..PUBLISHERS {
        let (engine, did) = (node.engine.clone(), provider.did.clone());
        publishers.spawn(async move {
            for number in (first..count).step_by(PUBLISHERS) {
                engine.publish(&did, described(number)).await?;
            }
            Fallible::Ok(())
        });
    }
    while let Some(done) = publishers.join_next().await {
        done??;
    }
    Ok(())
}

fn described(number: usize) -> Described {
    let offer: Value = json!({
        "permission": [{
            "action": "use",
            "constraint": [{
                "leftOperand": "odrl:dateTime",
                "operator": "odrl:lteq",
                "rightOperand": {
                    "@value": "2099-12-31T23:59:59Z",
                    "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
                },
            }],
        }],
    });
    Described {
        title: format!("Parking {number}"),
        description: "Free places in the town's car parks, counted every minute.".to_owned(),
        source: Source::File { path: "load.csv".to_owned() },
        media_type: "text/csv".to_owned(),
        offer,
        approval: ApprovalRule::Automatic,
        listed_for: ListedFor::Members,
        account: "load".to_owned(),
    }
}
