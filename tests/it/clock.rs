//! A machine whose clock is set back: time stands still until it has caught up, nothing that was
//! over begins again, and the log stays in order.

use std::sync::Arc;

use allmende_tests::cast::{Says, Who, cast};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::fuse::Fuse;
use allmende_tests::judge;
use allmende_tests::kit::{Brittle, Decides, Kit, SharedIds};
use allmende_tests::story::{rule, rule_end};
use connector::clock::{Clock, SystemClock};
use connector::config::Limits;
use connector::engine::openings::Forgotten;
use connector::engine::{Engine, Made};
use connector::participant::Hosted;
use jiff::{SignedDuration, Timestamp};

/// Ulm's process, started again on a machine whose clock shows years before `floor`, the latest
/// instant that Ulm's store knows.
fn set_back(space: &Dataspace, floor: Timestamp) -> Engine<Kit<SystemClock>> {
    let store = space.node(Who::Ulm).running().store;
    space.node(Who::Ulm).stop();
    let fuse = Arc::new(Fuse::default());
    let clock = SystemClock::starting_at(floor);
    assert!(clock.behind_seconds() > 0, "the stories lie ahead of every machine's clock");
    Engine::new(Made {
        store: Brittle::new(store, fuse.clone()),
        clock: Arc::new(clock),
        ids: SharedIds::starting_at(1 << 60),
        transport: space.network.line(fuse),
        decider: Decides::default(),
        hosted: Hosted::new([cast().participant(Who::Ulm, &Says::default())]),
        limits: Limits::default(),
        openings: Arc::new(Forgotten),
    })
}

/// A running transfer of Ulm's: its pid and its token.
async fn running(space: &Dataspace) -> (String, String) {
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    (space.only_transfer(Who::Ulm).await.0, space.token().await)
}

async fn read(engine: &Engine<Kit<SystemClock>>, pid: &str, token: &str) -> Result<(), String> {
    let ours = engine.hosted().by_did(&Who::Ulm.did()).unwrap().clone();
    let peer = cast().verified(Who::Company);
    let standing = ours.standing().unwrap();
    let permit = engine.permit_delivery(&ours, standing, &peer, pid, token, None).await;
    permit.map(|_| ()).map_err(|error| error.code().to_owned())
}

#[tokio::test]
async fn a_rule_that_is_over_does_not_begin_again() {
    let space = Dataspace::new();
    let (pid, token) = running(&space).await;
    let engine = set_back(&space, rule_end());
    assert_eq!(engine.clock().now(), rule_end());
    assert_eq!(read(&engine, &pid, &token).await, Err("time-over".to_owned()));
    engine.do_what_is_due(&Who::Ulm.did()).await.unwrap();
    let transfer = engine.transfer(&Who::Ulm.did(), &pid).await.unwrap().record.process;
    assert!(transfer.awaiting.is_some() || transfer.is_over(), "the rule's time has come");
}

#[tokio::test]
async fn entries_stay_in_order_and_a_rule_that_holds_still_holds() {
    let space = Dataspace::new();
    let (pid, token) = running(&space).await;
    let latest = space.now() + SignedDuration::from_secs(1);
    let engine = set_back(&space, latest);
    read(&engine, &pid, &token).await.unwrap();
    drop(engine);
    space.node(Who::Ulm).restart();
    judge::check(&space).await;
    let times: Vec<_> = space.kept(Who::Ulm).await.log.iter().map(|entry| entry.time).collect();
    assert!(times.is_sorted());
    assert_eq!(times.last(), Some(&latest));
}
