//! Processes that die between each two of load, step, commit and send, on either side, and are
//! started again over the same store: nothing is lost, nothing happens twice.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::fuse::Point;
use allmende_tests::node::Node;
use allmende_tests::story::{ENGINEER, PUBLISHER, described, rule};
use audit::entry::{Body, EntryType};
use connector::record::dataset::DatasetRecord;
use connector::store::OnDisk;
use protocol::{negotiation, transfer};

/// A person's wish, over which the process may die: one who got no answer looks first and then asks
/// again.
async fn wish<T>(node: &Node, work: impl Future<Output = T>) {
    node.running().fuse.survive(Box::pin(work)).await;
}

/// Starts a process again that died of a wish.
fn revive(node: &Node) {
    if node.is_dead() {
        node.restart();
    }
}

async fn asked(space: &Dataspace, dataset: &DatasetRecord) {
    while space.kept(Who::Company).await.negotiations.is_empty() {
        let node = space.node(Who::Company);
        wish(node, async { space.ask(Who::Company, Who::Ulm, dataset).await.unwrap() }).await;
        revive(node);
    }
}

async fn pulled(space: &Dataspace) {
    while space.kept(Who::Company).await.transfers.is_empty() {
        let agreement = space.kept(Who::Company).await.agreements.remove(0);
        let (node, company) = (space.node(Who::Company), Who::Company.did());
        let engine = node.engine();
        wish(node, async { engine.ask_for_data(&company, &agreement, ENGINEER).await.unwrap() })
            .await;
        drop(engine);
        revive(node);
    }
}

async fn ended(space: &Dataspace) {
    let (node, ulm, company) = (space.node(Who::Ulm), Who::Ulm.did(), Who::Company.did());
    while let agreement = space.kept(Who::Ulm).await.agreements.remove(0)
        && agreement.ended.is_none()
    {
        let engine = node.engine();
        let ending = engine.end_agreement(&ulm, &agreement.id, &company, PUBLISHER, "enough");
        wish(node, async { ending.await.unwrap() }).await;
        drop(engine);
        revive(node);
    }
}

/// The whole story with whatever comes between, and its end as it must be.
async fn story(space: &Dataspace, dataset: &DatasetRecord) {
    asked(space, dataset).await;
    space.settle_in_time().await;
    pulled(space).await;
    space.settle_in_time().await;
    ended(space).await;
    space.settle_in_time().await;
}

/// Everything happened, and once.
async fn check_end(space: &Dataspace, case: &str) {
    for who in [Who::Company, Who::Ulm] {
        let kept = space.kept(who).await;
        let states: Vec<_> = kept.negotiations.values().map(|it| it.process.state).collect();
        assert_eq!(states, [Some(negotiation::State::Finalized)], "{case}, {who:?}");
        let ended: Vec<_> = kept.agreements.iter().map(|it| it.ended.is_some()).collect();
        assert_eq!(ended, [true], "{case}, {who:?}");
        let states: Vec<_> = kept.transfers.values().map(|it| it.process.state).collect();
        assert_eq!(states, [Some(transfer::State::Terminated)], "{case}, {who:?}");
        assert!(kept.outbox.is_empty(), "{case}, {who:?}");
        let mut steps = Vec::new();
        for entry in &kept.log {
            if let Body::NegotiationStep { message, event, .. }
            | Body::TransferStep { message, event, .. } = &entry.body
            {
                steps.push((*message, *event));
            }
        }
        let count = steps.len();
        steps.sort();
        steps.dedup();
        assert_eq!(steps.len(), count, "{case}, {who:?}: a step twice in the log");
        assert_eq!(count, 7, "{case}, {who:?}: {steps:?}");
        for once in [EntryType::AgreementSigned, EntryType::AgreementEnded] {
            let found = kept.log.iter().filter(|entry| entry.entry_type() == once).count();
            assert_eq!(found, 1, "{case}, {who:?}: {once}");
        }
    }
}

/// How many points each of the two processes passes when nothing goes wrong.
async fn points(who: Who) -> Vec<Point> {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let before = space.node(who).running().fuse.passed().len();
    Box::pin(story(&space, &dataset)).await;
    check_end(&space, "nothing goes wrong").await;
    space.node(who).running().fuse.passed().split_off(before)
}

async fn die_at(space: &Dataspace, who: Who, number: usize, case: &str) {
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let fuse = space.node(who).running().fuse;
    fuse.burn_at(fuse.passed().len() + number);
    Box::pin(story(space, &dataset)).await;
    assert!(fuse.is_burnt(), "{case}: the process did not die");
    check_end(space, case).await;
}

#[tokio::test]
async fn the_consumer_dies_at_each_point() {
    for (number, point) in points(Who::Company).await.into_iter().enumerate() {
        let case = format!("the consumer dies at {number}, {point:?}");
        die_at(&Dataspace::new(), Who::Company, number, &case).await;
    }
}

#[tokio::test]
async fn the_provider_dies_at_each_point() {
    for (number, point) in points(Who::Ulm).await.into_iter().enumerate() {
        let case = format!("the provider dies at {number}, {point:?}");
        die_at(&Dataspace::new(), Who::Ulm, number, &case).await;
    }
}

#[tokio::test]
async fn processes_on_disk_die_after_what_they_wrote_and_before_they_sent_it() {
    for who in [Who::Company, Who::Ulm] {
        let points = points(who).await;
        let deadly = points.iter().enumerate().filter(|(_, point)| **point == Point::AfterCommit);
        for (number, _) in deadly.step_by(3) {
            for engine in OnDisk::ALL {
                let folder = tempfile::tempdir().unwrap();
                let case = format!("{who:?} dies at {number}, in {}", engine.name());
                let space = Dataspace::on_disk(engine, folder.path());
                die_at(&space, who, number, &case).await;
            }
        }
    }
}

#[tokio::test]
async fn both_die_and_the_network_fails_and_still_the_story_ends_well() {
    for seed in 0..60 {
        let space = Dataspace::new();
        let dataset = space.publish(Who::Ulm, described(&rule())).await;
        space.network.troubles_by(seed, 6);
        let deaths: [usize; 2] = [(seed * 7 + 3) as usize % 90, (seed * 13 + 5) as usize % 110];
        for (who, number) in [Who::Company, Who::Ulm].into_iter().zip(deaths) {
            let fuse = space.node(who).running().fuse;
            fuse.burn_at(fuse.passed().len() + number);
        }
        Box::pin(story(&space, &dataset)).await;
        check_end(&space, &format!("seed {seed}")).await;
    }
}
