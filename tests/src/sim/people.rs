//! People who act at random, and misfortune: they publish, ask, approve, reject, end, pull, suspend;
//! processes die, hosts are parted, disks fail, clocks jump.

use connector::engine::dataset::Described;
use connector::engine::error::EngineError;
use connector::engine::live::Cut;
use connector::engine::negotiation::{Asked, Ending};
use connector::engine::permit::DeliveryEnd;
use connector::record::agreement::AgreementRecord;
use connector::record::dataset::ApprovalRule;
use connector::record::negotiation::NegotiationRecord;
use connector::record::transfer::TransferRecord;
use jiff::SignedDuration;
use protocol::message::data_address::AUTHORIZATION;
use protocol::transfer::State;
use tokio::sync::oneshot;
use wire::digest::Digest;

use super::judge::check_permitted;
use super::run::{NETWORK, Simulation};
use super::terms;
use crate::cast::{Who, cast};
use crate::story::{ENGINEER, PUBLISHER, SECOND, described, rule};

/// The towns, which provide.
pub const TOWNS: [Who; 2] = [Who::Ulm, Who::NeuUlm];
/// Who consumes. The firm is vetted as nothing: its requests are refused.
const CONSUMERS: [Who; 4] = [Who::Company, Who::Company, Who::Company, Who::Firm];

/// Each town has something to offer.
pub fn begin(sim: &Simulation) {
    for who in TOWNS {
        publish(sim, who);
    }
}

/// Somebody does something, or something happens.
pub fn act(sim: &mut Simulation) {
    match sim.world.dice.below(28) {
        0 => publish(sim, *sim.world.dice.choose(&TOWNS)),
        1..=6 => ask(sim),
        7 | 8 => decide(sim),
        9 => end_contract(sim),
        10..=12 => ask_for_data(sim),
        13 | 14 => read(sim),
        15 => stop_transfer(sim),
        16 | 17 => pause(sim),
        18..=20 => terms::talk(sim),
        21 => terms::propose(sim),
        22 => terms::decide_beforehand(sim),
        23 | 24 => {
            let index = sim.world.dice.below(sim.nodes.len());
            sim.crash(index);
        }
        25 => part(sim),
        26 => misfortune_of_disk(sim),
        _ => jump(sim),
    }
}

/// Everybody ends what is still open.
pub fn end_everything(sim: &Simulation) {
    for who in Who::ALL {
        let kept = sim.kept_of(who);
        for (pid, record) in kept.negotiations {
            if !record.process.is_over() {
                break_off(sim, who, pid);
            }
        }
        for (pid, record) in kept.transfers {
            if !record.process.is_over() {
                terminate(sim, who, pid);
            }
        }
    }
}

/// Lets somebody's wish be done by the process that serves `who`, and notes what came of it; nothing
/// while it is starting, as nothing is served then.
pub fn wish<T>(
    sim: &Simulation,
    who: Who,
    what: &'static str,
    work: impl Future<Output = Result<T, EngineError>> + Send + 'static,
) {
    let world = sim.world.clone();
    if !sim.is_up(who) {
        world.trace(|| format!("{who:?} cannot {what} yet"));
        return;
    }
    sim.world.spawner.spawn(sim.node(who).life, async move {
        world.trace(|| format!("{who:?} wants to {what}"));
        let done = work.await.map(|_| ());
        world.trace(|| match done {
            Ok(()) => format!("{who:?} did {what}"),
            Err(error) => format!("{who:?} could not {what}: {} ({error})", error.code()),
        });
    });
}

fn publish(sim: &Simulation, who: Who) {
    let dice = &sim.world.dice;
    let approval =
        if dice.chance(300) { ApprovalRule::SecondPerson } else { ApprovalRule::Automatic };
    let dataset = Described { approval, ..described(&rule()) };
    let engine = sim.node(who).engine.clone();
    wish(sim, who, "publish", async move { engine.publish(&who.did(), dataset).await });
}

/// A consumer asks for a contract on an offer as it read it from the catalogue.
fn ask(sim: &Simulation) {
    let dice = &sim.world.dice;
    let (consumer, provider) = (*dice.choose(&CONSUMERS), *dice.choose(&TOWNS));
    let (asking, offering) = (sim.node(consumer).engine.clone(), sim.node(provider).engine.clone());
    let which = dice.below(1024);
    wish(sim, consumer, "ask", async move {
        let datasets = offering.datasets(&provider.did()).await?;
        if datasets.is_empty() {
            return Ok(());
        }
        let dataset = &datasets[which % datasets.len()];
        let asked = Asked {
            peer: provider.did(),
            dataset: dataset.id.clone(),
            offer: dataset.offer.clone(),
            account: ENGINEER.to_owned(),
        };
        drop(offering);
        asking.ask(&consumer.did(), asked).await.map(|_| ())
    });
}

/// A second person approves or rejects; sometimes somebody breaks off what needs nobody.
fn decide(sim: &Simulation) {
    let dice = &sim.world.dice;
    let who = *dice.choose(&Who::ALL);
    let Some((pid, record)) = some_negotiation(sim, who) else { return };
    if record.awaits_person && dice.chance(600) {
        let engine = sim.node(who).engine.clone();
        wish(sim, who, "approve", async move { engine.approve(&who.did(), &pid, SECOND).await });
    } else {
        break_off(sim, who, pid);
    }
}

/// A negotiation that is not over.
pub fn some_negotiation(sim: &Simulation, who: Who) -> Option<(String, NegotiationRecord)> {
    let open = sim.kept_of(who).negotiations.into_iter();
    let open: Vec<_> = open.filter(|(_, record)| !record.process.is_over()).collect();
    (!open.is_empty()).then(|| sim.world.dice.choose(&open).clone())
}

fn break_off(sim: &Simulation, who: Who, pid: String) {
    let engine = sim.node(who).engine.clone();
    wish(sim, who, "break off", async move {
        let ending = Ending { account: SECOND.to_owned(), code: "rejected", words: None };
        engine.break_off(&who.did(), &pid, &ending).await
    });
}

fn some_contract(sim: &Simulation, who: Who) -> Option<AgreementRecord> {
    let contracts = sim.kept_of(who).agreements;
    (!contracts.is_empty()).then(|| sim.world.dice.choose(&contracts).clone())
}

fn end_contract(sim: &Simulation) {
    let who = *sim.world.dice.choose(&Who::ALL);
    let Some(agreed) = some_contract(sim, who) else { return };
    let engine = sim.node(who).engine.clone();
    wish(sim, who, "end a contract", async move {
        let (ours, peer) = (who.did(), agreed.peer);
        engine.end_agreement(&ours, &agreed.id, &peer, PUBLISHER, "enough").await
    });
}

/// Mostly to be fetched, sometimes to be sent.
fn ask_for_data(sim: &Simulation) {
    let Some(agreed) = some_contract(sim, Who::Company) else { return };
    let engine = sim.node(Who::Company).engine.clone();
    let push = sim.world.dice.chance(250);
    wish(sim, Who::Company, "ask for data", async move {
        let ours = Who::Company.did();
        match push {
            true => engine.ask_for_push(&ours, &agreed, ENGINEER).await,
            false => engine.ask_for_data(&ours, &agreed, ENGINEER).await,
        }
    });
}

/// Somebody suspends a transfer, or lets it go on.
fn pause(sim: &Simulation) {
    let who = *sim.world.dice.choose(&Who::ALL);
    let Some((pid, record)) = some_transfer(sim, who) else { return };
    let engine = sim.node(who).engine.clone();
    if record.process.state == Some(State::Suspended) {
        wish(sim, who, "resume", async move {
            engine.resume_transfer(&who.did(), &pid, ENGINEER).await
        });
        return;
    }
    wish(sim, who, "suspend", async move {
        let ending = Ending { account: ENGINEER.to_owned(), code: "suspended", words: None };
        engine.suspend_transfer(&who.did(), &pid, &ending).await
    });
}

fn some_transfer(sim: &Simulation, who: Who) -> Option<(String, TransferRecord)> {
    let open = sim.kept_of(who).transfers.into_iter();
    let open: Vec<_> = open.filter(|(_, record)| !record.process.is_over()).collect();
    (!open.is_empty()).then(|| sim.world.dice.choose(&open).clone())
}

fn stop_transfer(sim: &Simulation) {
    let who = *sim.world.dice.choose(&Who::ALL);
    let Some((pid, _)) = some_transfer(sim, who) else { return };
    if sim.world.dice.chance(500) {
        terminate(sim, who, pid);
        return;
    }
    let engine = sim.node(who).engine.clone();
    wish(sim, who, "complete", async move { engine.complete_transfer(&who.did(), &pid).await });
}

fn terminate(sim: &Simulation, who: Who, pid: String) {
    let engine = sim.node(who).engine.clone();
    wish(sim, who, "terminate", async move {
        engine.terminate_transfer(&who.did(), &pid, Cut::TransferStopped, None).await
    });
}

/// The company reads the data of one of its transfers, as its pulls do: named, noted, permitted,
/// delivered, noted on both sides.
fn read(sim: &Simulation) {
    let reader = Who::Company;
    let Some((pid, record)) = some_transfer(sim, reader) else { return };
    let process = record.process;
    let Some(provider) = TOWNS.into_iter().find(|who| who.did() == process.peer) else { return };
    let (Some(address), Some(peer_pid)) = (process.data_address, process.provider_pid) else {
        return;
    };
    let token = address.property(AUTHORIZATION).unwrap().to_owned();
    let engine = sim.node(reader).engine.clone();
    let (delivered, got) = oneshot::channel();
    let (asked, wanted) = oneshot::channel();
    deliver(sim, provider, (peer_pid.to_string(), token), wanted, delivered);
    wish(sim, reader, "read", async move {
        let (ours, peer) = (reader.did(), process.peer);
        let (_, agreed) = engine.agreement(&ours, &process.agreement_id, &peer).await?;
        let name = engine.new_name()?;
        let permit = engine.permit_receipt(&ours, &agreed, &pid, name.clone()).await?;
        let (granted, admission) = permit.split();
        // A provider that has died meanwhile delivers nothing.
        let _ = asked.send(name.to_string());
        let got = got.await.unwrap_or_default();
        drop(admission);
        let (end, bytes): (_, &[u8]) = match got {
            true => (DeliveryEnd::Finished, b"all of it"),
            false => (DeliveryEnd::Stopped { code: "connection-broken".to_owned() }, b""),
        };
        let digest = Digest::of(bytes);
        engine.delivery_ended(&granted, &ours, &end, bytes.len() as u64, digest).await
    });
}

/// The provider's side of a delivery. The reader has the bytes before the provider notes that it has
/// sent them.
fn deliver(
    sim: &Simulation,
    provider: Who,
    (pid, token): (String, String),
    wanted: oneshot::Receiver<String>,
    delivered: oneshot::Sender<bool>,
) {
    let node = sim.node(provider);
    let (engine, store) = (node.engine.clone(), node.store.clone());
    let (world, sent) = (sim.world.clone(), sim.world.dice.chance(800));
    wish(sim, provider, "deliver", async move {
        let Ok(name) = wanted.await else { return Ok(()) };
        world.time.sleep(world.dice.ms(2_000)).await;
        let ours = engine.hosted().by_did(&provider.did()).unwrap().clone();
        let standing = ours.standing().unwrap();
        let peer = cast().verified(Who::Company);
        let permit = engine.permit_delivery(&ours, standing, &peer, &pid, &token, Some(&name));
        let (granted, admission) = permit.await?.split();
        if admission.is_cut().is_none() {
            check_permitted(&store, ours.did(), &pid);
        }
        world.time.sleep(world.dice.ms(60_000)).await;
        let end = match admission.is_cut() {
            Some(cut) => DeliveryEnd::Stopped { code: cut.code().to_owned() },
            None if !sent => DeliveryEnd::Stopped { code: "reader-gone".to_owned() },
            None => DeliveryEnd::Finished,
        };
        drop(admission);
        let whole = matches!(end, DeliveryEnd::Finished);
        let _ = delivered.send(whole);
        let bytes: &[u8] = if whole { b"all of it" } else { b"" };
        let digest = Digest::of(bytes);
        engine.delivery_ended(&granted, ours.did(), &end, bytes.len() as u64, digest).await
    });
}

/// Two hosts cannot reach each other for a while, in one direction or in both.
fn part(sim: &Simulation) {
    let (world, dice) = (sim.world.clone(), &sim.world.dice);
    let (one, other) = (*dice.choose(&Who::ALL), *dice.choose(&Who::ALL));
    if one == other {
        return;
    }
    let (one, other, both) = (one.host(), other.host(), dice.chance(600));
    world.trace(|| format!("{one} is parted from {other}, {both}"));
    world.part(one, other, true);
    world.part(other, one, both);
    let ms = dice.ms(90 * 60_000);
    sim.world.spawner.spawn(NETWORK, async move {
        world.time.sleep(ms).await;
        world.part(one, other, false);
        world.part(other, one, false);
    });
}

/// A disk is full for a while, or fails in the middle of the next commit.
fn misfortune_of_disk(sim: &Simulation) {
    let dice = &sim.world.dice;
    let node = dice.choose(&sim.nodes);
    if dice.chance(500) {
        sim.world.trace(|| format!("the disk of {:?} fails", node.members));
        node.disk.fail();
        return;
    }
    sim.world.trace(|| format!("the disk of {:?} is full", node.members));
    node.disk.fill(true);
    let (disk, world, ms) = (node.disk.clone(), sim.world.clone(), dice.ms(30 * 60_000));
    sim.world.spawner.spawn(NETWORK, async move {
        world.time.sleep(ms).await;
        disk.fill(false);
    });
}

/// A machine's clock is set, ahead or back.
fn jump(sim: &Simulation) {
    let dice = &sim.world.dice;
    let node = dice.choose(&sim.nodes);
    let ahead = SignedDuration::from_millis(dice.ms(3_600_000) - dice.ms(600_000));
    sim.world.trace(|| format!("the clock of {:?} is ahead by {ahead:?}", node.members));
    node.clock.set_ahead(ahead);
}
