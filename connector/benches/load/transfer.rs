//! From the request for a transfer to the first byte of its data at the consumer, which has its own
//! permit by then.

use std::time::{Duration, Instant};

use connector::data::pull::DataClient as _;
use connector::engine::Change;
use connector::engine::permit::DeliveryEnd;
use connector::http::mutual::DELIVERY_HEADER;
use connector::record::agreement::AgreementRecord;
use connector::runtime::peer_data::PeerData;
use futures_util::StreamExt as _;
use http::HeaderName;
use protocol::message::DataAddress;
use protocol::message::data_address::AUTHORIZATION;
use protocol::transfer::Transfer;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use wire::digest::Digest;

use crate::Fallible;
use crate::contract::Negotiator;
use crate::figures::Figures;
use crate::space::{Member, Space, Within, runtime};

/// When a transfer has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// Transfers before anything is measured.
const WARM_UP: usize = 5;

/// A started transfer: our pid, where its data lies, and the token.
pub(crate) struct Started {
    pub(crate) pid: String,
    pub(crate) url: String,
    pub(crate) bearer: String,
}

pub(crate) fn run(numbers: &[usize]) -> Fallible<()> {
    let count = numbers.first().copied().unwrap_or(100);
    let mut space = Space::found()?;
    let provider = space.join("provider.localhost")?;
    let consumer = space.join("consumer.localhost")?;
    std::fs::write(provider.folder().join("data").join("load.csv"), "a,b\n1,2\n")?;
    space.up(&provider)?;
    provider.publish("Load", "load.csv")?;
    crate::disk::print(space.path())?;
    runtime()?.block_on(async {
        let within = Within::start(&consumer).await?;
        let agreed = agree(&within, &provider).await?;
        let (mut started, mut first) = (Figures::default(), Figures::default());
        for number in 0..count + WARM_UP {
            let (start, byte) = one(&within, &agreed).await?;
            if number >= WARM_UP {
                started.add(start);
                first.add(byte);
            }
        }
        started.print("transfer request to started");
        first.print("transfer request to first byte");
        within.stop().await;
        Fallible::Ok(())
    })?;
    crate::disk::print(space.path())
}

/// A contract with `provider` about its first dataset.
pub(crate) async fn agree(within: &Within, provider: &Member) -> Fallible<AgreementRecord> {
    let pid = Negotiator::new(within, provider).await?.one().await?;
    let agreements = within.engine.agreements(&within.did, "").await?;
    let ours = agreements.into_iter().find(|agreed| agreed.negotiation == pid);
    Ok(ours.ok_or("a finalized negotiation without agreement")?)
}

/// Asks for a transfer and waits until the provider has started it.
pub(crate) async fn start(within: &Within, agreed: &AgreementRecord) -> Fallible<Started> {
    let changes = within.engine.watch();
    let pid = within.engine.ask_for_data(&within.did, agreed, "load").await?;
    let address = |transfer: &Transfer| transfer.data_address.as_ref().and_then(read);
    let (url, bearer) = until(within, changes, &pid, address).await?;
    Ok(Started { pid, url, bearer })
}

/// Waits until the transfer `pid` has what `found` looks for.
async fn until<T>(
    within: &Within,
    mut changes: Receiver<Change>,
    pid: &str,
    found: impl Fn(&Transfer) -> Option<T>,
) -> Fallible<T> {
    let waiting = async {
        loop {
            let transfer = within.engine.transfer(&within.did, pid).await?.record.process;
            if let Some(found) = found(&transfer) {
                return Fallible::Ok(found);
            }
            loop {
                match changes.recv().await {
                    Ok(change) if change.subject == pid => break,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return Err("the engine is gone".into()),
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .map_err(|_| format!("the transfer `{pid}` stands still"))?
}

fn read(address: &DataAddress) -> Option<(String, String)> {
    let token = address.property(AUTHORIZATION)?;
    let bearer = token.strip_prefix("Bearer ").unwrap_or(token).to_owned();
    Some((address.endpoint.clone()?, bearer))
}

/// One transfer to its end; when it had started, and when the first byte was there.
async fn one(within: &Within, agreed: &AgreementRecord) -> Fallible<(Duration, Duration)> {
    let began = Instant::now();
    let transfer = start(within, agreed).await?;
    let started = began.elapsed();
    let (peers, from, to) = (within.peers.clone(), within.did.clone(), agreed.peer.clone());
    let client = PeerData { peers, from, to };
    let delivery = within.engine.new_name()?;
    let asked = vec![(HeaderName::from_static(DELIVERY_HEADER), delivery.to_string())];
    let permit = within.engine.permit_receipt(&within.did, agreed, &transfer.pid, delivery.clone());
    let (granted, _) = permit.await?.split();
    let mut answer = client.get(&transfer.url, Some(&transfer.bearer), asked).await?;
    let named = answer.headers.get(DELIVERY_HEADER).ok_or("no delivery is named")?.to_str()?;
    if named != delivery.as_str() {
        return Err("the delivery has another name".into());
    }
    let first = answer.chunks.next().await.ok_or("no data")??;
    let byte = began.elapsed();
    let mut data = first.to_vec();
    while let Some(chunk) = answer.chunks.next().await {
        data.extend_from_slice(&chunk?);
    }
    let (bytes, digest) = (u64::try_from(data.len())?, Digest::of(&data));
    let end = DeliveryEnd::Finished;
    within.engine.delivery_ended(&granted, &within.did, &end, bytes, digest).await?;
    let changes = within.engine.watch();
    within.engine.complete_transfer(&within.did, &transfer.pid).await?;
    // The next one is measured alone.
    let over = |transfer: &Transfer| transfer.is_over().then_some(());
    until(within, changes, &transfer.pid, over).await?;
    Ok((started, byte))
}
