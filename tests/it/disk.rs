//! A full disk: nothing is acknowledged that is not written, stopping still works, and all goes on
//! when there is space again.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::story::{ENGINEER, PUBLISHER, described, rule, rule_end};
use audit::entry::EntryType;
use connector::engine::live::Cut;
use connector::engine::permit::DeliveryEnd;
use connector::store::{StopReason, Store};
use protocol::negotiation::State;
use protocol::transfer;
use wire::digest::Digest;

#[tokio::test]
async fn a_full_provider_acknowledges_nothing_and_goes_on_when_there_is_space() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let disk = &space.node(Who::Ulm).disk;
    disk.fill();
    let stopped = space.at(Who::Ulm).store().stopped();
    assert!(matches!(stopped, Some(StopReason::LowSpace { .. })), "{stopped:?}");
    let pid = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    assert_eq!(space.network.letter("request").status, Some(503));
    assert!(space.kept(Who::Ulm).await.negotiations.is_empty());
    let refused = space.at(Who::Ulm).publish(&Who::Ulm.did(), described(&rule())).await;
    assert_eq!(refused.unwrap_err().code(), "commits-stopped");
    disk.free();
    assert!(space.at(Who::Ulm).store().stopped().is_none());
    space.settle_in_time().await;
    let state = space.negotiation(Who::Company, &pid).await.process.state;
    assert_eq!(state, Some(State::Finalized));
}

#[tokio::test]
async fn a_full_consumer_acknowledges_nothing_and_goes_on_when_there_is_space() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let pid = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.node(Who::Company).disk.fill();
    for _ in 0..5 {
        space.settle().await;
        space.clock.advance(jiff::SignedDuration::from_mins(5));
    }
    let refused = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap_err();
    assert_eq!(refused.code(), "commits-stopped");
    assert!(
        space
            .network
            .letters()
            .iter()
            .all(|it| !it.path.contains("/agreement") || it.status == Some(503))
    );
    assert_eq!(space.negotiation(Who::Company, &pid).await.process.state, None);
    space.node(Who::Company).disk.free();
    space.settle_in_time().await;
    let state = space.negotiation(Who::Company, &pid).await.process.state;
    assert_eq!(state, Some(State::Finalized));
    assert_eq!(space.kept(Who::Ulm).await.negotiations.len(), 1);
}

#[tokio::test]
async fn without_an_entry_nothing_is_delivered() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let token = space.token().await;
    space.node(Who::Ulm).disk.fill();
    let refused = space.read(Who::Company, &token).await.unwrap_err();
    assert_eq!((refused.code(), refused.problem().status), ("commits-stopped", 503));
    let engine = space.at(Who::Ulm);
    assert_eq!(engine.live().count(&Who::Ulm.did(), &Who::Company.did()), 0);
    space.node(Who::Ulm).disk.free();
    space.read(Who::Company, &token).await.unwrap();
}

#[tokio::test]
async fn what_was_delivered_is_recorded_on_a_full_disk() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let (granted, _admission) =
        space.read(Who::Company, &space.token().await).await.unwrap().split();
    space.node(Who::Ulm).disk.fill();
    let (engine, end) = (space.at(Who::Ulm), DeliveryEnd::Finished);
    let digest = Digest::of(b"abc");
    engine.delivery_ended(&granted, &Who::Ulm.did(), &end, 3, digest).await.unwrap();
    let log = space.kept(Who::Ulm).await.log;
    assert_eq!(log.last().unwrap().entry_type(), EntryType::DeliveryFinished);
}

#[tokio::test]
async fn a_contract_is_ended_on_a_full_disk() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let token = space.token().await;
    let (_granted, admission) = space.read(Who::Company, &token).await.unwrap().split();
    space.node(Who::Ulm).disk.fill();
    let (ulm, company) = (Who::Ulm.did(), Who::Company.did());
    let engine = space.at(Who::Ulm);
    engine.end_agreement(&ulm, &agreement.id, &company, PUBLISHER, "enough").await.unwrap();
    assert_eq!(admission.is_cut(), Some(Cut::AgreementEnded));
    assert!(space.kept(Who::Ulm).await.agreements[0].ended.is_some());
    space.settle().await;
    assert!(space.kept(Who::Company).await.agreements[0].ended.is_some(), "the partner is told");
    space.node(Who::Ulm).disk.free();
    space.settle_in_time().await;
    for who in [Who::Company, Who::Ulm] {
        let (_, transfer) = space.only_transfer(who).await;
        assert_eq!(transfer.process.state, Some(transfer::State::Terminated), "{who:?}");
    }
}

#[tokio::test]
async fn the_rules_time_cuts_on_a_full_disk() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let token = space.token().await;
    let (_granted, admission) = space.read(Who::Company, &token).await.unwrap().split();
    space.node(Who::Ulm).disk.fill();
    space.clock.advance_to(rule_end());
    let done = space.at(Who::Ulm).do_what_is_due(&Who::Ulm.did()).await;
    assert!(done.is_err(), "a question about the silent transfer cannot be written and stays due");
    assert_eq!(admission.is_cut(), Some(Cut::RuleRefuses));
    let (_, transfer) = space.only_transfer(Who::Ulm).await;
    assert!(transfer.process.is_over() || transfer.process.awaiting.is_some());
}

#[tokio::test]
async fn a_dataset_is_withdrawn_and_a_negotiation_broken_off_on_a_full_disk() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let pid = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.network.cut_off(Who::Ulm);
    space.node(Who::Ulm).disk.fill();
    space.at(Who::Ulm).withdraw(&Who::Ulm.did(), &dataset.id, PUBLISHER).await.unwrap();
    space.node(Who::Company).disk.fill();
    let ending = connector::engine::negotiation::Ending {
        account: ENGINEER.to_owned(),
        code: "no-longer-needed",
        words: None,
    };
    space.at(Who::Company).break_off(&Who::Company.did(), &pid, &ending).await.unwrap();
}
