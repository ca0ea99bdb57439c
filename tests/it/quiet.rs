//! Silence: processes in which nothing happens any more find out how the other side stands, and the
//! end of a contract reaches the partner although no data flows.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::{Letter, Trouble};
use allmende_tests::story::{ENGINEER, PUBLISHER, SECOND, described, rule};
use bytes::Bytes;
use connector::engine::dataset::Described;
use connector::engine::error::EngineError;
use connector::engine::negotiation::Ending;
use connector::record::agreement::{EndedBy, Notice};
use connector::record::dataset::ApprovalRule;
use jiff::SignedDuration;
use protocol::id::AgreementId;
use protocol::message::AgreementTerminationMessage;
use protocol::negotiation::State;

/// A request of the company's that waits for a second person at Ulm; both sides' own pids.
async fn waiting() -> (Dataspace, String, String) {
    let space = Dataspace::new();
    let approval = ApprovalRule::SecondPerson;
    let dataset = space.publish(Who::Ulm, Described { approval, ..described(&rule()) });
    let dataset = dataset.await;
    let company = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let ulm = space.kept(Who::Ulm).await.negotiations.into_keys().next().unwrap();
    (space, ulm, company)
}

async fn reject(space: &Dataspace, pid: &str) -> Result<(), EngineError> {
    let ending = Ending { account: SECOND.to_owned(), code: "rejected", words: None };
    space.at(Who::Ulm).break_off(&Who::Ulm.did(), pid, &ending).await
}

/// How often somebody asked for the state of a negotiation.
fn questions(letters: &[Letter]) -> usize {
    letters.iter().filter(|letter| letter.body.is_none()).count()
}

#[tokio::test]
async fn a_peer_is_asked_after_ten_quiet_minutes_and_then_ever_more_seldom() {
    let (space, _, company) = waiting().await;
    let mut asked = Vec::new();
    for _ in 0..24 {
        space.pass(SignedDuration::from_mins(10)).await;
        asked.push(questions(&space.network.letters()));
    }
    // Both sides, after 10, 20, 40, 80 and 160 minutes: in the sixteenth step the fifth time.
    assert_eq!([asked[0], asked[1], asked[2], asked[3]], [2, 4, 4, 6]);
    assert_eq!(asked[23], 10, "{asked:?}");
    let process = space.negotiation(Who::Company, &company).await.process;
    assert_eq!(process.state, Some(State::Requested), "equal states are left alone");
}

#[tokio::test]
async fn a_consumer_follows_an_end_that_it_was_never_told_of() {
    let (space, ulm, company) = waiting().await;
    space.network.cut_off(Who::Company);
    reject(&space, &ulm).await.unwrap();
    space.settle().await;
    assert_eq!(
        space.negotiation(Who::Company, &company).await.process.state,
        Some(State::Requested)
    );
    space.pass(SignedDuration::from_mins(10)).await;
    let record = space.negotiation(Who::Company, &company).await;
    assert_eq!(record.process.state, Some(State::Requested), "the peer's message is still tried");
    // The end is reported by `GET` once the provider has given its message up.
    space.pass(SignedDuration::from_hours(72)).await;
    space.network.reconnect(Who::Company);
    space.settle_in_time().await;
    for (who, pid) in [(Who::Company, &company), (Who::Ulm, &ulm)] {
        let state = space.negotiation(who, pid).await.process.state;
        assert_eq!(state, Some(State::Terminated), "{who:?}");
    }
}

#[tokio::test]
async fn a_silent_partner_is_no_disagreement() {
    let (space, ulm, _) = waiting().await;
    space.network.cut_off(Who::Company);
    space.pass(SignedDuration::from_hours(200)).await;
    let process = space.negotiation(Who::Ulm, &ulm).await.process;
    assert_eq!(process.state, Some(State::Requested));
}

#[tokio::test]
async fn what_is_over_is_not_asked_about_and_leaves_no_timer() {
    let space = Dataspace::new();
    space.contract(&rule()).await;
    space.pass(SignedDuration::from_hours(48)).await;
    assert_eq!(questions(&space.network.letters()), 0);
    for who in [Who::Company, Who::Ulm] {
        assert_eq!(space.at(who).next_deadline(&who.did()).await.unwrap(), None, "{who:?}");
    }
}

/// `who` ends the only contract, of which no transfer is open.
async fn end(space: &Dataspace, who: Who, peer: Who) {
    let agreement = space.kept(who).await.agreements.remove(0);
    let account = if who == Who::Ulm { PUBLISHER } else { ENGINEER };
    let engine = space.at(who);
    engine.end_agreement(&who.did(), &agreement.id, &peer.did(), account, "enough").await.unwrap();
}

async fn ended(space: &Dataspace, who: Who) -> (EndedBy, String, Option<Notice>) {
    let ended = space.kept(who).await.agreements.remove(0).ended.expect("it has ended");
    (ended.by, ended.reason, ended.notice)
}

#[tokio::test]
async fn an_end_by_either_side_reaches_the_other_although_no_data_flows() {
    for (who, peer) in [(Who::Ulm, Who::Company), (Who::Company, Who::Ulm)] {
        for trouble in
            [None, Some(Trouble::LoseRequest), Some(Trouble::LoseResponse), Some(Trouble::Twice)]
        {
            let space = Dataspace::new();
            space.contract(&rule()).await;
            if let Some(trouble) = trouble {
                space.network.trouble("/agreements/", trouble);
            }
            end(&space, who, peer).await;
            space.settle_in_time().await;
            let reason = || "enough".to_owned();
            let (ours, theirs) = (ended(&space, who).await, ended(&space, peer).await);
            assert_eq!(ours, (EndedBy::Us, reason(), Some(Notice::Taken)), "{who:?} {trouble:?}");
            assert_eq!(theirs, (EndedBy::Peer, reason(), None), "{who:?} {trouble:?}");
        }
    }
}

#[tokio::test]
async fn a_partner_that_cannot_be_told_of_the_end_is_shown_as_such() {
    let space = Dataspace::new();
    space.contract(&rule()).await;
    space.network.cut_off(Who::Company);
    end(&space, Who::Ulm, Who::Company).await;
    space.settle().await;
    assert_eq!(ended(&space, Who::Ulm).await.2, Some(Notice::OnItsWay));
    space.settle_in_time().await;
    assert_eq!(ended(&space, Who::Ulm).await.2, Some(Notice::GivenUp));
}

#[tokio::test]
async fn an_end_that_both_parties_declare_at_once_is_no_dispute() {
    let space = Dataspace::new();
    space.contract(&rule()).await;
    end(&space, Who::Ulm, Who::Company).await;
    end(&space, Who::Company, Who::Ulm).await;
    space.settle_in_time().await;
    for who in [Who::Ulm, Who::Company] {
        let (by, _, notice) = ended(&space, who).await;
        assert_eq!((by, notice), (EndedBy::Us, Some(Notice::Taken)), "{who:?}");
    }
}

#[tokio::test]
async fn nobody_else_can_end_a_contract_and_unknown_ones_look_the_same() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    let body = |id: &str| {
        let end = AgreementTerminationMessage {
            agreement_id: AgreementId::parse(id).unwrap(),
            code: None,
            reason: vec![],
            checkpoint: None,
        };
        Bytes::from(end.to_json().to_string())
    };
    let known = agreement.id.as_str();
    let post = async |from: Who, path_id: &str, body: Bytes| {
        let letter = Letter {
            from: from.did(),
            host: Who::Ulm.host().to_owned(),
            path: format!("/agreements/{path_id}/termination"),
            body: Some(body),
            status: None,
            answer: Bytes::new(),
        };
        space.network.post(letter).await.unwrap()
    };
    let stranger = post(Who::Firm, known, body(known)).await;
    let unknown = post(Who::Firm, "urn:uuid:1", body("urn:uuid:1")).await;
    assert_eq!((stranger.status, &stranger.body), (404, &unknown.body));
    assert_eq!(unknown.status, 404);
    let crossed = post(Who::Company, "urn:uuid:1", body(known)).await;
    assert_eq!(crossed.status, 400, "path and message name the same agreement");
    assert!(space.kept(Who::Ulm).await.agreements[0].stands());
    assert_eq!(post(Who::Company, known, body(known)).await.status, 200);
    assert_eq!(ended(&space, Who::Ulm).await.0, EndedBy::Peer);
}
