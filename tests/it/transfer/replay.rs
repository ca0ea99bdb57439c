//! The same message again, and another one in its place, at each step of a transfer; and its end by
//! either side from every state.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::story::{ENGINEER, rule};
use bytes::Bytes;
use connector::engine::live::Cut;
use connector::engine::negotiation::Ending;
use connector::engine::transfer::SUSPENDED;
use protocol::transfer::{Flow, State};
use serde_json::{Value, json};

/// A data space in which the company's transfer runs; the company's pid.
async fn started(flow: Flow) -> (Dataspace, String) {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    let (engine, company) = (space.at(Who::Company), Who::Company.did());
    let pid = match flow {
        Flow::Pull => engine.ask_for_data(&company, &agreement, ENGINEER).await.unwrap(),
        Flow::Push => engine.ask_for_push(&company, &agreement, ENGINEER).await.unwrap(),
    };
    drop(engine);
    space.settle().await;
    (space, pid)
}

async fn suspend(space: &Dataspace, who: Who) {
    let (pid, _) = space.only_transfer(who).await;
    let ending = Ending { account: ENGINEER.to_owned(), code: SUSPENDED, words: None };
    space.at(who).suspend_transfer(&who.did(), &pid, &ending).await.unwrap();
    space.settle().await;
}

async fn both_are(space: &Dataspace, state: State, case: &str) {
    for who in [Who::Company, Who::Ulm] {
        let (_, transfer) = space.only_transfer(who).await;
        assert_eq!(transfer.process.state, Some(state), "{who:?} {case}");
    }
}

async fn entries(space: &Dataspace) -> usize {
    space.kept(Who::Company).await.log.len() + space.kept(Who::Ulm).await.log.len()
}

/// The latest message with this path comes again: answered again, and nothing changes. With
/// other bytes it is refused, and nothing changes either.
async fn check(space: &Dataspace, part: &str) {
    let all = space.network.letters();
    let letter = all.into_iter().rev().find(|it| it.path.ends_with(part) && it.body.is_some());
    let letter = letter.unwrap_or_else(|| panic!("no letter to {part}"));
    let before = (entries(space).await, space.only_transfer(Who::Ulm).await);
    for _ in 0..2 {
        let again = space.network.post(letter.clone()).await.unwrap();
        assert_eq!(Some(again.status), letter.status, "{part}");
        let mut first: Value = serde_json::from_slice(&letter.answer).unwrap();
        // What has followed since is not held back.
        first["state"] = json!(before.1.1.process.state.unwrap().name());
        let again: Value = serde_json::from_slice(&again.body).unwrap();
        assert_eq!(again, first, "{part}");
    }
    let mut body: Value = serde_json::from_slice(letter.body.as_ref().unwrap()).unwrap();
    body["https://example.org/other"] = json!("bytes");
    let mut other = letter.clone();
    other.body = Some(Bytes::from(body.to_string()));
    let refused = space.network.post(other).await.unwrap();
    assert_eq!(refused.status, 400, "{part}: {:?}", refused.body);
    let told: Value = serde_json::from_slice(&refused.body).unwrap();
    assert_eq!(told["@type"], "TransferError", "{part}");
    space.settle().await;
    assert_eq!((entries(space).await, space.only_transfer(Who::Ulm).await), before, "{part}");
}

#[tokio::test]
async fn the_same_message_changes_nothing_and_another_in_its_place_is_refused() {
    let (space, pid) = started(Flow::Pull).await;
    check(&space, "/transfers/request").await;
    check(&space, "/start").await;
    suspend(&space, Who::Company).await;
    check(&space, "/suspension").await;
    let company = Who::Company.did();
    space.at(Who::Company).resume_transfer(&company, &pid, ENGINEER).await.unwrap();
    space.settle().await;
    both_are(&space, State::Started, "resumed").await;
    space.at(Who::Company).complete_transfer(&company, &pid).await.unwrap();
    space.settle().await;
    check(&space, "/completion").await;
    both_are(&space, State::Completed, "in the end").await;

    let (space, _) = started(Flow::Push).await;
    let (pid, _) = space.only_transfer(Who::Ulm).await;
    let ulm = Who::Ulm.did();
    space.at(Who::Ulm).terminate_transfer(&ulm, &pid, Cut::PushFailed, None).await.unwrap();
    space.settle().await;
    check(&space, "/termination").await;
}

#[tokio::test]
async fn either_side_ends_a_transfer_of_either_kind_in_every_state() {
    for flow in [Flow::Pull, Flow::Push] {
        for suspended_by in [None, Some(Who::Company), Some(Who::Ulm)] {
            for ends in [Who::Company, Who::Ulm] {
                let case = format!("{flow:?} {suspended_by:?} {ends:?}");
                let (space, _) = started(flow).await;
                if let Some(who) = suspended_by {
                    suspend(&space, who).await;
                    both_are(&space, State::Suspended, &case).await;
                }
                let (pid, _) = space.only_transfer(ends).await;
                let words = Some("enough".to_owned());
                let (engine, did) = (space.at(ends), ends.did());
                engine.terminate_transfer(&did, &pid, Cut::TransferStopped, words).await.unwrap();
                drop(engine);
                space.settle().await;
                both_are(&space, State::Terminated, &case).await;
                for who in [Who::Company, Who::Ulm] {
                    let (_, transfer) = space.only_transfer(who).await;
                    assert_eq!(transfer.why.unwrap().words, ["enough"], "{case}");
                    assert_eq!((transfer.token, transfer.process.data_address), (None, None));
                }
            }
        }
    }
}
