//! A second person approves: nobody approves what they published themselves, and the rule is asked
//! again at that moment.

use allmende_tests::cast::{Says, Who};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::story::{ENGINEER, PUBLISHER, SECOND, described, rule};
use audit::entry::EntryType;
use connector::engine::dataset::Described;
use connector::engine::negotiation::{Ending, Proposed};
use connector::record::dataset::ApprovalRule;
use protocol::negotiation::State;

/// A request that waits for a person of Ulm's: Ulm's and the company's pids.
async fn waiting() -> (Dataspace, String, String) {
    let space = Dataspace::new();
    let approval = ApprovalRule::SecondPerson;
    let dataset = space.publish(Who::Ulm, Described { approval, ..described(&rule()) }).await;
    let company = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let negotiations = space.kept(Who::Ulm).await.negotiations;
    let (ulm, record) = negotiations.into_iter().next().unwrap();
    assert!(record.awaits_person);
    assert_eq!(record.process.state, Some(State::Requested));
    (space, ulm, company)
}

#[tokio::test]
async fn nothing_is_agreed_before_a_second_person_says_so() {
    let (space, ulm, company) = waiting().await;
    let engine = space.at(Who::Ulm);
    let own = engine.approve(&Who::Ulm.did(), &ulm, PUBLISHER).await.unwrap_err();
    assert_eq!(own.code(), "own-approval");
    engine.approve(&Who::Ulm.did(), &ulm, SECOND).await.unwrap();
    space.settle().await;
    let state = space.negotiation(Who::Company, &company).await.process.state;
    assert_eq!(state, Some(State::Finalized));
    let twice = engine.approve(&Who::Ulm.did(), &ulm, SECOND).await.unwrap_err();
    assert_eq!(twice.code(), "nothing-to-approve");
    let log = space.kept(Who::Ulm).await.log;
    let given: Vec<_> =
        log.iter().filter(|it| it.entry_type() == EntryType::ApprovalGiven).collect();
    assert_eq!(given.len(), 1);
    assert!(given[0].actor.is_some());
}

/// Ulm's account `offers` offers the company a dataset that Ulm's clerk has published; the company's
/// people accept. Ulm's pid.
async fn offered_and_accepted(offers: &str) -> (Dataspace, String) {
    let space = Dataspace::new();
    let approval = ApprovalRule::SecondPerson;
    let dataset = space.publish(Who::Ulm, Described { approval, ..described(&rule()) }).await;
    let account = Some(offers.to_owned());
    let proposed = Proposed { peer: Who::Company.did(), dataset: dataset.id, offer: None, account };
    let ulm = space.at(Who::Ulm).offer_to(&Who::Ulm.did(), proposed).await.unwrap();
    space.settle().await;
    let company = space.kept(Who::Company).await.negotiations.into_keys().next().unwrap();
    space.at(Who::Company).approve(&Who::Company.did(), &company, ENGINEER).await.unwrap();
    space.settle().await;
    (space, ulm)
}

#[tokio::test]
async fn an_offer_of_the_second_persons_own_needs_no_further_approval() {
    let (space, ulm) = offered_and_accepted(SECOND).await;
    let record = space.negotiation(Who::Ulm, &ulm).await;
    assert_eq!((record.process.state, record.awaits_person), (Some(State::Finalized), false));
    assert_eq!(space.kept(Who::Company).await.agreements.len(), 1);
}

#[tokio::test]
async fn an_offer_of_the_publishers_own_waits_for_the_second_person_once_it_is_accepted() {
    let (space, ulm) = offered_and_accepted(PUBLISHER).await;
    let record = space.negotiation(Who::Ulm, &ulm).await;
    assert_eq!((record.process.state, record.awaits_person), (Some(State::Accepted), true));
    let engine = space.at(Who::Ulm);
    let own = engine.approve(&Who::Ulm.did(), &ulm, PUBLISHER).await.unwrap_err();
    assert_eq!(own.code(), "own-approval");
    engine.approve(&Who::Ulm.did(), &ulm, SECOND).await.unwrap();
    space.settle().await;
    let state = space.negotiation(Who::Ulm, &ulm).await.process.state;
    assert_eq!(state, Some(State::Finalized));
}

#[tokio::test]
async fn a_person_says_no() {
    let (space, ulm, company) = waiting().await;
    let words = Some("not this year".to_owned());
    let ending = Ending { account: SECOND.to_owned(), code: "not-approved", words };
    space.at(Who::Ulm).break_off(&Who::Ulm.did(), &ulm, &ending).await.unwrap();
    space.settle().await;
    let refused = space.negotiation(Who::Company, &company).await;
    assert_eq!(refused.process.state, Some(State::Terminated));
    let why = refused.why.unwrap();
    assert_eq!(
        (why.code.as_str(), why.words.as_slice()),
        ("not-approved", &["not this year".to_owned()][..])
    );
}

#[tokio::test]
async fn the_rule_is_asked_again_when_a_person_approves() {
    let (space, ulm, company) = waiting().await;
    space.learn(&Says { number: 1, unvetted: vec![Who::Company], ..Says::default() }).await;
    space.at(Who::Ulm).approve(&Who::Ulm.did(), &ulm, SECOND).await.unwrap();
    space.settle().await;
    let refused = space.negotiation(Who::Company, &company).await;
    assert_eq!(refused.process.state, Some(State::Terminated));
    assert!(space.kept(Who::Ulm).await.agreements.is_empty());
}

#[tokio::test]
async fn an_offer_that_was_withdrawn_or_replaced_while_a_request_waits_is_not_agreed() {
    for replace in [false, true] {
        let (space, ulm, company) = waiting().await;
        let engine = space.at(Who::Ulm);
        let dataset = engine.datasets(&Who::Ulm.did()).await.unwrap().pop().unwrap();
        if replace {
            engine.replace(&Who::Ulm.did(), &dataset.id, described(&rule())).await.unwrap();
        } else {
            engine.withdraw(&Who::Ulm.did(), &dataset.id, PUBLISHER).await.unwrap();
        }
        let refused = engine.approve(&Who::Ulm.did(), &ulm, SECOND).await.unwrap_err();
        assert_eq!(refused.code(), "offer-withdrawn");
        space.settle().await;
        let state = space.negotiation(Who::Company, &company).await.process.state;
        assert_eq!(state, Some(State::Requested));
        assert!(space.kept(Who::Ulm).await.agreements.is_empty());
    }
}
