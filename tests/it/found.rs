//! What the simulator found, each as a story of its own.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::Trouble;
use allmende_tests::sim::auditor;
use allmende_tests::story::{ENGINEER, PUBLISHER, described, rule};
use connector::engine::live::Cut;
use connector::engine::negotiation::Ending;
use protocol::{negotiation, transfer};

/// The company asks Ulm for a contract while this goes wrong; the company's pid.
async fn asking(trouble: &str, what: Trouble) -> (Dataspace, String) {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    space.network.trouble(trouble, what);
    let pid = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    (space, pid)
}

/// An auditor finds nothing wrong with all logs side by side.
async fn audit(space: &Dataspace) {
    let mut all = Vec::new();
    for who in Who::ALL {
        all.push((who, space.kept(who).await, space.node(who).running().store));
    }
    auditor::audit(&all);
}

/// FINALIZED has arrived, and Ulm does not know it.
async fn unanswered() -> Dataspace {
    let (space, pid) = asking("/events", Trouble::LoseResponse).await;
    let state = space.negotiation(Who::Company, &pid).await.process.state;
    assert_eq!(state, Some(negotiation::State::Finalized));
    assert!(space.kept(Who::Ulm).await.agreements.is_empty());
    space
}

#[tokio::test]
async fn a_break_off_that_crosses_the_conclusion_leaves_a_contract_on_no_side() {
    let (space, pid) = asking("/verification", Trouble::Delay).await;
    let ending = Ending { account: ENGINEER.to_owned(), code: "rejected", words: None };
    let engine = space.at(Who::Company);
    engine.break_off(&Who::Company.did(), &pid, &ending).await.unwrap();
    drop(engine);
    space.network.trouble("/termination", Trouble::LoseRequest);
    space.settle().await;
    // The verification arrives after all: Ulm finalizes while the company's end is on its way.
    space.network.deliver_late().await;
    space.settle_in_time().await;
    for who in [Who::Company, Who::Ulm] {
        let kept = space.kept(who).await;
        let states: Vec<_> = kept.negotiations.values().map(|it| it.process.state).collect();
        assert_eq!(states, [Some(negotiation::State::Terminated)], "{who:?}");
        assert!(kept.agreements.is_empty(), "{who:?} holds a contract that the other does not");
    }
    // Messages that the ends overtook are missed in nobody's log.
    audit(&space).await;
}

#[tokio::test]
async fn a_transfer_asked_for_before_the_answer_to_finalized_is_read_acknowledges_it() {
    let space = unanswered().await;
    let agreement = space.kept(Who::Company).await.agreements.remove(0);
    space.transfer(&agreement).await;
    assert_eq!(space.kept(Who::Ulm).await.agreements.len(), 1);
    space.settle_in_time().await;
}

#[tokio::test]
async fn an_end_told_before_the_answer_to_finalized_is_read_ends_the_contract_on_both_sides() {
    let space = unanswered().await;
    let agreement = space.kept(Who::Company).await.agreements.remove(0);
    let (company, ulm) = (Who::Company.did(), Who::Ulm.did());
    let engine = space.at(Who::Company);
    engine.end_agreement(&company, &agreement.id, &ulm, ENGINEER, "enough").await.unwrap();
    drop(engine);
    space.settle_in_time().await;
    for who in [Who::Company, Who::Ulm] {
        assert!(!space.kept(who).await.agreements[0].stands(), "{who:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_not_believed_while_the_partner_cannot_be_asked_for_its_state() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    let pid = space.transfer(&agreement).await;
    let (company, engine) = (Who::Company.did(), space.at(Who::Company));
    space.network.trouble("/completion", Trouble::LoseResponse);
    engine.complete_transfer(&company, &pid).await.unwrap();
    space.settle().await;
    // The termination overtakes a completion that has arrived, and the question after it is lost.
    space.network.trouble("GET /transfers", Trouble::LoseResponse);
    engine.terminate_transfer(&company, &pid, Cut::TransferStopped, None).await.unwrap();
    drop(engine);
    space.settle_in_time().await;
    for who in [Who::Company, Who::Ulm] {
        let state = space.only_transfer(who).await.1.process.state;
        assert_eq!(state, Some(transfer::State::Completed), "{who:?}");
    }
}

/// Both sides let a transfer go on, and only the owner's start arrives.
#[tokio::test]
async fn a_question_that_the_owners_start_has_crossed_is_missed_in_nobodys_log() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    let pid = space.transfer(&agreement).await;
    let ending = Ending { account: ENGINEER.to_owned(), code: "suspended", words: None };
    let (company, ulm) = (space.at(Who::Company), space.at(Who::Ulm));
    company.suspend_transfer(&Who::Company.did(), &pid, &ending).await.unwrap();
    space.settle().await;
    let (at_ulm, _) = space.only_transfer(Who::Ulm).await;
    space.network.trouble("/start", Trouble::LoseRequest);
    company.resume_transfer(&Who::Company.did(), &pid, ENGINEER).await.unwrap();
    space.settle().await;
    ulm.resume_transfer(&Who::Ulm.did(), &at_ulm, PUBLISHER).await.unwrap();
    drop((company, ulm));
    space.settle_in_time().await;
    for who in [Who::Company, Who::Ulm] {
        let state = space.only_transfer(who).await.1.process.state;
        assert_eq!(state, Some(transfer::State::Started), "{who:?}");
    }
    audit(&space).await;
}

/// The standard's status for a step that is not allowed is 400; others answer 409.
#[tokio::test]
async fn a_409_is_believed_no_more_and_no_less_than_a_400() {
    for status in [400, 409] {
        // The first answer was lost; what comes the second time is a refusal.
        let space = Dataspace::new();
        let dataset = space.publish(Who::Ulm, described(&rule())).await;
        space.network.trouble("/events", Trouble::LoseResponse);
        space.network.trouble("/events", Trouble::Answer(status));
        space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
        space.settle_in_time().await;
        for who in [Who::Company, Who::Ulm] {
            assert_eq!(space.kept(who).await.agreements.len(), 1, "{who:?} {status}");
        }
        // Refused, and the other side stands where it stood.
        let (space, pid) = asking("/verification", Trouble::Answer(status)).await;
        space.settle_in_time().await;
        for who in [Who::Company, Who::Ulm] {
            let kept = space.kept(who).await;
            let states: Vec<_> = kept.negotiations.values().map(|it| it.process.state).collect();
            assert_eq!(states, [Some(negotiation::State::Terminated)], "{who:?} {status}");
            assert!(kept.agreements.is_empty());
        }
        let why = space.negotiation(Who::Company, &pid).await.why.unwrap();
        assert_eq!(why.code, "refused-by-peer", "{status}");
    }
}
