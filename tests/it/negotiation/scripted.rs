//! A decider that says nothing (`Next::Stay`): whatever could be done by itself is left to commands,
//! nothing waits for a person, and no message leaves that nobody sent.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::story::{described, rule};
use connector::engine::negotiation::{Act, Proposed};
use protocol::{negotiation, transfer};

/// A data space in which nobody decides anything.
fn silent() -> Dataspace {
    let space = Dataspace::new();
    for who in [Who::Ulm, Who::Company] {
        space.node(who).decides.stay();
    }
    space
}

/// Both sides stand there, wait for no person, and owe each other nothing, however long it takes.
async fn both_stay(space: &Dataspace, state: negotiation::State) {
    space.settle().await;
    for who in [Who::Company, Who::Ulm] {
        let kept = space.kept(who).await;
        let record = kept.negotiations.values().next().unwrap();
        assert_eq!(record.process.state, Some(state), "{who:?}");
        assert_eq!((record.awaits_person, &record.asked), (false, &None), "{who:?} {state:?}");
        assert!(kept.outbox.is_empty(), "{who:?} {state:?}");
    }
}

async fn act(space: &Dataspace, who: Who, act: Act) {
    let pid = space.kept(who).await.negotiations.into_keys().next().unwrap();
    space.at(who).negotiate(&who.did(), &pid, &act, None).await.unwrap();
}

#[tokio::test]
async fn each_step_of_a_negotiation_waits_for_its_command() {
    let space = silent();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    both_stay(&space, negotiation::State::Requested).await;
    act(&space, Who::Ulm, Act::Offer(dataset.offer.clone())).await;
    both_stay(&space, negotiation::State::Offered).await;
    act(&space, Who::Company, Act::Accept).await;
    both_stay(&space, negotiation::State::Accepted).await;
    act(&space, Who::Ulm, Act::Agree).await;
    both_stay(&space, negotiation::State::Agreed).await;
    act(&space, Who::Company, Act::Verify).await;
    both_stay(&space, negotiation::State::Verified).await;
    act(&space, Who::Ulm, Act::Finalize).await;
    both_stay(&space, negotiation::State::Finalized).await;
}

#[tokio::test]
async fn an_offer_that_nobody_asked_for_is_left_alone() {
    let space = silent();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let peer = Who::Company.did();
    let proposed = Proposed { peer, dataset: dataset.id, offer: None, account: None };
    space.at(Who::Ulm).offer_to(&Who::Ulm.did(), proposed).await.unwrap();
    both_stay(&space, negotiation::State::Offered).await;
}

#[tokio::test]
async fn a_transfer_starts_and_goes_on_by_command_alone() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.node(Who::Ulm).decides.stay();
    let (company, ulm) = (Who::Company.did(), Who::Ulm.did());
    let engine = space.at(Who::Company);
    let asked = engine.ask_for_data(&company, &agreement, "engineer").await.unwrap();
    drop(engine);
    space.settle().await;
    let (pid, record) = space.only_transfer(Who::Ulm).await;
    assert_eq!(record.process.state, Some(transfer::State::Requested));
    assert!(space.kept(Who::Ulm).await.outbox.is_empty());
    space.at(Who::Ulm).resume_transfer(&ulm, &pid, "clerk").await.unwrap();
    space.settle().await;
    let record = space.transfer_of(Who::Company, &asked).await;
    assert_eq!(record.process.state, Some(transfer::State::Started));
}
