//! Every message once more: the same bytes get the same answer and change nothing, other bytes are
//! refused, and whoever is no party learns nothing at all.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::{Letter, Trouble};
use allmende_tests::story::{described, rule};
use bytes::Bytes;
use protocol::negotiation::State;
use serde_json::{Value, json};

/// Everything that a participant keeps, as text: what may not change.
async fn everything(space: &Dataspace) -> String {
    let mut all = String::new();
    for who in Who::ALL {
        all.push_str(&format!("{:?}\n", space.kept(who).await));
    }
    all
}

async fn finished() -> (Dataspace, Vec<Letter>) {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let letters = space.network.letters();
    assert_eq!(letters.len(), 6);
    (space, letters)
}

#[tokio::test]
async fn the_same_bytes_again_get_the_same_kind_of_answer_and_change_nothing() {
    let (space, letters) = finished().await;
    let before = everything(&space).await;
    for letter in letters {
        let again = space.network.post(letter.clone()).await.unwrap();
        assert_eq!(Some(again.status), letter.status, "{}", letter.path);
        let pids = |body: &[u8]| {
            let body: Value = serde_json::from_slice(body).unwrap();
            (body["consumerPid"].clone(), body["providerPid"].clone())
        };
        assert_eq!(pids(&again.body), pids(&letter.answer), "{}", letter.path);
    }
    space.settle().await;
    assert_eq!(everything(&space).await, before);
}

#[tokio::test]
async fn other_bytes_for_the_same_step_are_refused_and_change_nothing() {
    let (space, letters) = finished().await;
    let before = everything(&space).await;
    for letter in letters {
        let mut body: Value = serde_json::from_slice(letter.body.as_ref().unwrap()).unwrap();
        body["https://example.org/remark"] = json!("not the same");
        let other = Letter { body: Some(Bytes::from(body.to_string())), ..letter.clone() };
        let answer = space.network.post(other).await.unwrap();
        assert_eq!(answer.status, 400, "{}", letter.path);
    }
    space.settle().await;
    assert_eq!(everything(&space).await, before);
}

#[tokio::test]
async fn a_stranger_to_a_process_and_an_unknown_process_look_the_same() {
    let (space, letters) = finished().await;
    let before = everything(&space).await;
    for letter in letters {
        // A message that opens a process is the sender's own, whoever sends it.
        if letter.path.ends_with("s/request") {
            continue;
        }
        let by_firm = Letter { from: Who::Firm.did(), ..letter.clone() };
        let strange = space.network.post(by_firm.clone()).await.unwrap();
        let pid = letter.path.split('/').nth(2).unwrap();
        let path = letter.path.replace(pid, "urn:uuid:nowhere");
        let unknown = space.network.post(Letter { path, ..by_firm }).await.unwrap();
        assert_eq!((strange.status, unknown.status), (404, 404), "{}", letter.path);
        assert_eq!(strange.body, unknown.body, "{}", letter.path);
        // To look is no better than to write.
        let process = letter.path.split('/').take(3).collect::<Vec<_>>().join("/");
        let look = Letter { from: Who::Firm.did(), path: process, body: None, ..letter };
        assert_eq!(space.network.post(look).await.unwrap().status, 404);
    }
    assert_eq!(everything(&space).await, before);
}

#[tokio::test]
async fn a_member_that_means_nothing_here_is_told_in_the_log_and_changes_nothing() {
    let (space, letters) = finished().await;
    let opened = letters.iter().find(|it| it.path.ends_with("/transfers/request")).unwrap();
    let pids: Value = serde_json::from_slice(&opened.answer).unwrap();
    let provider = pids["providerPid"].as_str().unwrap();
    let suspend = |remark: bool| {
        let mut body = json!({
            "@context": pids["@context"],
            "@type": "TransferSuspensionMessage",
            "consumerPid": pids["consumerPid"],
            "providerPid": provider,
        });
        if remark {
            body["https://example.org/remark"] = json!("for whoever reads it");
        }
        let path = opened.path.replace("request", &format!("{provider}/suspension"));
        Letter { path, body: Some(Bytes::from(body.to_string())), ..opened.clone() }
    };
    assert_eq!(space.network.post(suspend(true)).await.unwrap().status, 200);
    let log = space.kept(Who::Ulm).await.log;
    let told = |entry: &audit::entry::Entry| {
        entry.reasons.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told(log.last().unwrap()), ["members-ignored"]);
    assert_eq!(log.iter().filter(|entry| !told(entry).is_empty()).count(), 1);
}

#[tokio::test]
async fn a_message_belongs_to_its_path() {
    let (space, letters) = finished().await;
    let before = everything(&space).await;
    let verification = letters.iter().find(|it| it.path.ends_with("/verification")).unwrap();
    let path = verification.path.replace("/agreement/verification", "/termination");
    let answer = space.network.post(Letter { path, ..verification.clone() }).await.unwrap();
    assert_eq!(answer.status, 400);
    assert_eq!(everything(&space).await, before);
}

#[tokio::test]
async fn each_message_may_be_lost_answered_in_vain_repeated_or_late() {
    let steps =
        ["s/request", "/agreement", "/verification", "/events", "transfers/request", "/start"];
    for step in steps {
        for trouble in [Trouble::Delay, Trouble::LoseRequest, Trouble::LoseResponse, Trouble::Twice]
        {
            let space = Dataspace::new();
            let dataset = space.publish(Who::Ulm, described(&rule())).await;
            space.network.trouble(step, trouble);
            space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
            space.settle_in_time().await;
            let kept = space.kept(Who::Company).await;
            let [agreement] = kept.agreements.as_slice() else {
                panic!("{step} {trouble:?}: {kept:#?}");
            };
            let engine = space.at(Who::Company);
            engine.ask_for_data(&Who::Company.did(), agreement, "engineer").await.unwrap();
            space.settle_in_time().await;
            for who in [Who::Company, Who::Ulm] {
                let kept = space.kept(who).await;
                let states: Vec<_> =
                    kept.negotiations.values().map(|it| it.process.state).collect();
                assert_eq!(states, [Some(State::Finalized)], "{step} {trouble:?} {who:?}");
                assert_eq!(kept.agreements.len(), 1, "{step} {trouble:?} {who:?}");
                let states: Vec<_> = kept.transfers.values().map(|it| it.process.state).collect();
                let started = Some(protocol::transfer::State::Started);
                assert_eq!(states, [started], "{step} {trouble:?} {who:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_partner_that_is_away_is_tried_again_until_it_is_back() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let pid = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.network.cut_off(Who::Ulm);
    for _ in 0..10 {
        space.settle().await;
        let due = space.node(Who::Company).next_due().await.unwrap();
        assert!(due > space.now(), "it waits before it tries again");
        space.clock.advance_to(due);
    }
    assert!(space.network.letters().is_empty());
    space.network.reconnect(Who::Ulm);
    space.settle_in_time().await;
    let state = space.negotiation(Who::Company, &pid).await.process.state;
    assert_eq!(state, Some(State::Finalized));
}

#[tokio::test]
async fn a_partner_that_stays_away_is_given_up_after_a_day() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let pid = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    let begun = space.now();
    space.network.cut_off(Who::Ulm);
    space.settle_in_time().await;
    let given_up = space.negotiation(Who::Company, &pid).await.process;
    assert!(given_up.is_over());
    let hours = space.now().duration_since(begun).as_hours();
    assert!((24..25).contains(&hours), "after {hours} hours");
}
