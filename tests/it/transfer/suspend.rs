//! Suspending and resuming by either side, while a delivery runs.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::story::{ENGINEER, PUBLISHER};
use connector::engine::live::Cut;
use connector::engine::negotiation::Ending;
use connector::record::negotiation::By;
use protocol::transfer::State;

use super::running;

async fn suspend(space: &Dataspace, who: Who, account: &str) {
    let (pid, _) = space.only_transfer(who).await;
    let words = Some("the source is being repaired".to_owned());
    let ending = Ending { account: account.to_owned(), code: "suspended", words };
    space.at(who).suspend_transfer(&who.did(), &pid, &ending).await.unwrap();
}

async fn resume(space: &Dataspace, who: Who, account: &str) {
    let (pid, _) = space.only_transfer(who).await;
    space.at(who).resume_transfer(&who.did(), &pid, account).await.unwrap();
    space.settle().await;
}

/// Both sides say `state`.
async fn both_are(space: &Dataspace, state: State) {
    for who in [Who::Company, Who::Ulm] {
        let (_, transfer) = space.only_transfer(who).await;
        assert_eq!(transfer.process.state, Some(state), "{who:?}");
    }
}

#[tokio::test]
async fn the_provider_suspends_what_runs_and_resumes_it_with_another_token() {
    let (space, token) = running().await;
    let admission = space.read(Who::Company, &token).await.unwrap().split().1;
    suspend(&space, Who::Ulm, PUBLISHER).await;
    // Before the consumer was told.
    assert_eq!(admission.is_cut(), Some(Cut::TransferStopped));
    space.settle().await;
    both_are(&space, State::Suspended).await;
    let (_, known) = space.only_transfer(Who::Company).await;
    assert_eq!(known.why.unwrap().words, ["the source is being repaired"]);
    assert_eq!(known.suspended_by, Some(By::Peer));
    assert_eq!(space.read(Who::Company, &token).await.unwrap_err().code(), "transfer-not-started");

    resume(&space, Who::Ulm, PUBLISHER).await;
    both_are(&space, State::Started).await;
    assert_eq!(space.only_transfer(Who::Company).await.1.suspended_by, None);
    assert_eq!(space.read(Who::Company, &token).await.unwrap_err().code(), "not-found");
    let fresh = space.token().await;
    assert_ne!(fresh, token);
    space.read(Who::Company, &fresh).await.unwrap();
}

#[tokio::test]
async fn the_consumer_suspends_and_asks_for_it_again_and_the_provider_starts_it() {
    let (space, token) = running().await;
    let admission = space.read(Who::Company, &token).await.unwrap().split().1;
    suspend(&space, Who::Company, ENGINEER).await;
    space.settle().await;
    assert_eq!(admission.is_cut(), Some(Cut::TransferStopped));
    both_are(&space, State::Suspended).await;

    resume(&space, Who::Company, ENGINEER).await;
    both_are(&space, State::Started).await;
    let fresh = space.token().await;
    assert_ne!(fresh, token);
    space.read(Who::Company, &fresh).await.unwrap();
}

#[tokio::test]
async fn what_the_provider_suspended_waits_for_the_provider_though_the_consumer_asks() {
    let (space, token) = running().await;
    suspend(&space, Who::Ulm, PUBLISHER).await;
    space.settle().await;
    resume(&space, Who::Company, ENGINEER).await;
    both_are(&space, State::Suspended).await;
    assert_eq!(space.read(Who::Company, &token).await.unwrap_err().code(), "transfer-not-started");

    resume(&space, Who::Ulm, PUBLISHER).await;
    both_are(&space, State::Started).await;
}

#[tokio::test]
async fn a_suspension_of_the_consumers_does_not_hide_one_of_the_providers_that_crossed_it() {
    let (space, _) = running().await;
    suspend(&space, Who::Ulm, PUBLISHER).await;
    suspend(&space, Who::Company, ENGINEER).await;
    space.settle().await;
    both_are(&space, State::Suspended).await;
    assert_eq!(space.only_transfer(Who::Ulm).await.1.suspended_by, Some(By::Us));
    let log = space.kept(Who::Company).await.log;
    let mut reasons = log.iter().flat_map(|entry| &entry.reasons);
    assert!(reasons.any(|code| code.as_str() == "crossing"));

    resume(&space, Who::Company, ENGINEER).await;
    both_are(&space, State::Suspended).await;
    resume(&space, Who::Ulm, PUBLISHER).await;
    both_are(&space, State::Started).await;
}

#[tokio::test]
async fn what_runs_cannot_be_resumed_and_what_stands_still_cannot_be_suspended() {
    let (space, _) = running().await;
    let (ulm, engine) = (Who::Ulm.did(), space.at(Who::Ulm));
    let (pid, _) = space.only_transfer(Who::Ulm).await;
    let refused = engine.resume_transfer(&ulm, &pid, PUBLISHER).await.unwrap_err();
    assert_eq!(refused.code(), "nothing-to-resume");
    suspend(&space, Who::Ulm, PUBLISHER).await;
    space.settle().await;
    let ending = Ending { account: PUBLISHER.to_owned(), code: "suspended", words: None };
    let refused = engine.suspend_transfer(&ulm, &pid, &ending).await.unwrap_err();
    assert_eq!(refused.code(), "illegal-transition");
    both_are(&space, State::Suspended).await;
}
