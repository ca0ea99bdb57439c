//! Many deliveries that run at full speed, and how long each goes on after its contract's time is
//! over, or after somebody asked for the contract's end.

use std::time::Duration;

use connector::data::pull::DataClient as _;
use connector::record::agreement::AgreementRecord;
use connector::runtime::peer_data::PeerData;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::Fallible;
use crate::figures::Figures;
use crate::space::{Member, Space, Within, command, runtime};
use crate::transfer::{Started, agree, start};

const FILE: &str = "long.bin";
/// More than can be delivered while anything here lasts: a file of holes.
const FILE_BYTES: u64 = 1 << 40;
/// What it takes to start the transfers.
const HEAD_START: SignedDuration = SignedDuration::from_secs(15);
/// How long deliveries run before somebody ends their contract.
const RUNNING: Duration = Duration::from_secs(2);

pub(crate) fn run(numbers: &[usize]) -> Fallible<()> {
    let count = numbers.first().copied().unwrap_or(50);
    let mut space = Space::found()?;
    let consumer = space.join("consumer.localhost")?;
    let mut provider = |host: &str, until: &str| -> Fallible<Member> {
        let provider = space.join(host)?;
        let data = provider.folder().join("data").join(FILE);
        std::fs::File::create(data)?.set_len(FILE_BYTES)?;
        space.up(&provider)?;
        provider.publish_until("Long", FILE, until)?;
        Ok(provider)
    };
    let endless = provider("endless.localhost", "2099-12-31")?;
    runtime()?.block_on(async {
        let within = Within::start(&consumer).await?;
        let agreed = agree(&within, &endless).await?;
        let deliveries = started(&within, &agreed, count).await?;
        let member = endless.clone();
        let ending = tokio::task::spawn_blocking(move || {
            std::thread::sleep(RUNNING);
            let asked = Timestamp::now();
            let end = ["contract", "end", agreed.id.as_str(), "--reason", "measured"];
            command(&member, &end).map(|_| asked)
        });
        let ends = join_all(deliveries.into_iter().map(tokio::spawn)).await;
        print("contract's end asked for, until cut", ending.await??, ends)?;

        let over = Timestamp::now() + HEAD_START;
        let timed = provider("timed.localhost", &over.to_string())?;
        let agreed = agree(&within, &timed).await?;
        let deliveries = started(&within, &agreed, count).await?;
        let ends = join_all(deliveries.into_iter().map(tokio::spawn)).await;
        print("contract's time over, until cut", over, ends)?;
        within.stop().await;
        Fallible::Ok(())
    })
}

/// Deliveries under a contract; each ends with the instant at which it did.
async fn started(
    within: &Within,
    agreed: &AgreementRecord,
    count: usize,
) -> Fallible<Vec<impl Future<Output = Fallible<Timestamp>> + Send + use<>>> {
    let (from, to) = (&within.did, &agreed.peer);
    let mut deliveries = Vec::new();
    for _ in 0..count {
        let transfer = start(within, agreed).await?;
        let client = PeerData { peers: within.peers.clone(), from: from.clone(), to: to.clone() };
        deliveries.push(delivery(client, transfer));
    }
    Ok(deliveries)
}

async fn delivery(client: PeerData, transfer: Started) -> Fallible<Timestamp> {
    let mut answer = client.get(&transfer.url, Some(&transfer.bearer), vec![]).await?;
    while let Some(Ok(_)) = answer.chunks.next().await {}
    Ok(Timestamp::now())
}

type Ended = Result<Fallible<Timestamp>, tokio::task::JoinError>;

fn print(name: &str, cause: Timestamp, ends: Vec<Ended>) -> Fallible<()> {
    let mut figures = Figures::default();
    for end in ends {
        let after = end??.duration_since(cause);
        figures.add(after.try_into().map_err(|_| "a delivery ended before its time")?);
    }
    figures.print(name);
    Ok(())
}
