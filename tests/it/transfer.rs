//! Transfers between real engines: who gets a permit, and what takes it away while data flows.

mod cut;
mod push;
mod replay;
mod suspend;

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::Letter;
use allmende_tests::story::{ENGINEER, described, rule};
use audit::entry::{Body, EntryType};
use bytes::Bytes;
use connector::engine::permit::DeliveryEnd;
use protocol::transfer::State;
use serde_json::{Value, json};
use wire::digest::Digest;

/// A data space in which the company's transfer from Ulm runs, and its token.
async fn running() -> (Dataspace, String) {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let token = space.token().await;
    (space, token)
}

fn count(log: &[audit::entry::Entry], wanted: EntryType) -> usize {
    log.iter().filter(|entry| entry.entry_type() == wanted).count()
}

#[tokio::test]
async fn a_permit_is_given_once_its_entry_is_durable() {
    let (space, token) = running().await;
    assert_eq!(count(&space.kept(Who::Ulm).await.log, EntryType::DeliveryStarted), 0);
    let permit = space.read(Who::Company, &token).await.unwrap();
    assert_eq!(count(&space.kept(Who::Ulm).await.log, EntryType::DeliveryStarted), 1);
    let (granted, admission) = permit.split();
    let engine = space.at(Who::Ulm);
    assert_eq!(engine.live().count(&Who::Ulm.did(), &Who::Company.did()), 1);
    drop(admission);
    assert_eq!(engine.live().count(&Who::Ulm.did(), &Who::Company.did()), 0);
    let digest = Digest::of(b"all of it");
    let finished = DeliveryEnd::Finished;
    engine.delivery_ended(&granted, &Who::Ulm.did(), &finished, 9, digest).await.unwrap();
    assert_eq!(count(&space.kept(Who::Ulm).await.log, EntryType::DeliveryFinished), 1);
}

#[tokio::test]
async fn a_delivery_over_which_the_process_died_is_ended_once_at_the_next_start() {
    let (space, token) = running().await;
    drop(space.read(Who::Company, &token).await.unwrap());
    space.node(Who::Ulm).restart();
    for _ in 0..2 {
        space.at(Who::Ulm).end_what_died(&Who::Ulm.did()).await.unwrap();
    }
    let log = space.kept(Who::Ulm).await.log;
    assert_eq!(count(&log, EntryType::DeliveryStopped), 1);
    assert!(log.last().unwrap().is_of_dead_process());
}

#[tokio::test]
async fn each_of_several_deliveries_of_one_transfer_is_ended_when_the_process_died_over_them() {
    let (space, token) = running().await;
    let (first, _) = space.read(Who::Company, &token).await.unwrap().split();
    drop(space.read(Who::Company, &token).await.unwrap());
    let (ulm, stopped) = (Who::Ulm.did(), DeliveryEnd::Stopped { code: "reader-gone".to_owned() });
    let engine = space.at(Who::Ulm);
    engine.delivery_ended(&first, &ulm, &stopped, 0, Digest::of(b"")).await.unwrap();
    drop(engine);
    drop(space.read(Who::Company, &token).await.unwrap());
    space.node(Who::Ulm).restart();
    space.at(Who::Ulm).end_what_died(&ulm).await.unwrap();
    let log = space.kept(Who::Ulm).await.log;
    assert_eq!(count(&log, EntryType::DeliveryStarted), 3);
    assert_eq!(count(&log, EntryType::DeliveryStopped), 3);
    assert_eq!(log.iter().filter(|entry| entry.is_of_dead_process()).count(), 2);
}

#[tokio::test]
async fn a_request_for_data_over_which_the_consumer_died_is_ended_at_its_next_start() {
    let (space, _) = running().await;
    let company = Who::Company.did();
    let engine = space.at(Who::Company);
    let agreement = space.kept(Who::Company).await.agreements.remove(0);
    let (pid, _) = space.only_transfer(Who::Company).await;
    let name = engine.new_name().unwrap();
    drop(engine.permit_receipt(&company, &agreement, &pid, name.clone()).await.unwrap());
    drop(engine);
    space.node(Who::Company).restart();
    for _ in 0..2 {
        space.at(Who::Company).end_what_died(&company).await.unwrap();
    }
    let log = space.kept(Who::Company).await.log;
    let (started, stopped) = (&log[log.len() - 2], &log[log.len() - 1]);
    assert_eq!(started.body, Body::DeliveryStarted { delivery: name.clone() });
    let nothing = Body::DeliveryStopped { delivery: name, bytes: 0, digest: Digest::of(b"") };
    assert_eq!(stopped.body, nothing);
    assert!(stopped.is_of_dead_process());
}

#[tokio::test]
async fn a_wrong_token_another_reader_and_an_unknown_transfer_look_the_same() {
    let (space, token) = running().await;
    let first: String = token.chars().take(token.len() - 1).collect();
    for wrong in ["", " ", "Bearer", &first, &format!("{token}A"), &token.to_lowercase()] {
        let refused = space.read(Who::Company, wrong).await.unwrap_err();
        assert_eq!(refused.problem().status, 404, "{wrong}");
        assert_eq!(refused.code(), "not-found", "{wrong}");
    }
    for thief in [Who::Firm, Who::NeuUlm, Who::Ulm] {
        assert_eq!(space.read(thief, &token).await.unwrap_err().code(), "not-found", "{thief:?}");
    }
    assert_eq!(count(&space.kept(Who::Ulm).await.log, EntryType::DeliveryStarted), 0);
}

#[tokio::test]
async fn the_token_lies_nowhere_at_the_provider() {
    let (space, token) = running().await;
    let kept = format!("{:?}", space.kept(Who::Ulm).await);
    assert!(!kept.contains(&token));
}

#[tokio::test]
async fn too_many_deliveries_to_one_partner_wait_and_others_do_not() {
    let (space, token) = running().await;
    let max = space.at(Who::Ulm).limits().deliveries_per_peer_max;
    let mut held = Vec::new();
    for _ in 0..max {
        held.push(space.read(Who::Company, &token).await.unwrap());
    }
    let refused = space.read(Who::Company, &token).await.unwrap_err();
    assert_eq!((refused.code(), refused.problem().status), ("too-many-deliveries", 503));
    held.pop();
    space.read(Who::Company, &token).await.unwrap();
}

#[tokio::test]
async fn a_log_that_lags_serves_nothing() {
    let (space, token) = running().await;
    let engine = space.at(Who::Ulm);
    let max = i64::try_from(engine.limits().checkpoint_lag_max_ms).unwrap();
    space.clock.advance(jiff::SignedDuration::from_millis(max + 1));
    let refused = space.read(Who::Company, &token).await.unwrap_err();
    assert_eq!((refused.code(), refused.problem().status), ("log-lags", 503));
    engine.heads().signed(&Who::Ulm.did(), "a signed note", None);
    space.read(Who::Company, &token).await.unwrap();
}

#[tokio::test]
async fn only_the_consumer_of_a_contract_can_ask_for_its_data() {
    let (space, _) = running().await;
    let ours = space.kept(Who::Ulm).await.agreements.remove(0);
    let engine = space.at(Who::Ulm);
    let refused = engine.ask_for_data(&Who::Ulm.did(), &ours, ENGINEER).await.unwrap_err();
    assert_eq!(refused.code(), "not-the-consumer");
    let request = space.network.letter("transfers/request");
    let mut body: Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
    body["consumerPid"] = json!("urn:uuid:by-hand");
    body["callbackAddress"] = json!("https://firm.localhost:9443/dsp/2025-1");
    let by_firm = Letter {
        from: Who::Firm.did(),
        body: Some(Bytes::from(body.to_string())),
        ..request.clone()
    };
    let stolen = space.network.post(by_firm.clone()).await.unwrap();
    body["agreementId"] = json!("urn:uuid:nowhere");
    let nowhere = Letter { body: Some(Bytes::from(body.to_string())), ..by_firm };
    let unknown = space.network.post(nowhere).await.unwrap();
    assert_eq!(stolen.status, 400);
    assert_eq!(stolen.body, unknown.body, "a foreign contract and none look the same");
    assert_eq!(space.kept(Who::Ulm).await.transfers.len(), 1);
}

#[tokio::test]
async fn a_data_address_at_another_host_is_not_kept() {
    for endpoint in [
        "https://firm.localhost:9443/data/x",
        "https://ulm.localhost.evil.example/data/x",
        "https://ulm.localhost@evil.example/data/x",
        "https://127.0.0.1:9443/data/x",
        "http://ulm.localhost:9443/data/x",
        "file:///etc/passwd",
    ] {
        let space = Dataspace::new();
        let agreement = space.contract(&rule()).await;
        let engine = space.at(Who::Company);
        let company = Who::Company.did();
        let pid = engine.ask_for_data(&company, &agreement, ENGINEER).await.unwrap();
        // Ulm's start lies in its outbox while the company cannot be reached.
        space.network.cut_off(Who::Company);
        space.settle().await;
        space.network.reconnect(Who::Company);
        let mut start: Value =
            serde_json::from_str(&space.kept(Who::Ulm).await.outbox.remove(0).body.unwrap())
                .unwrap();
        start["dataAddress"]["endpoint"] = json!(endpoint);
        let letter = Letter {
            from: Who::Ulm.did(),
            host: Who::Company.host().to_owned(),
            path: format!("/transfers/{pid}/start"),
            body: Some(Bytes::from(start.to_string())),
            status: None,
            answer: Bytes::new(),
        };
        let answer = space.network.post(letter).await.unwrap();
        assert_eq!(answer.status, 200, "{endpoint}");
        let transfer = space.transfer_of(Who::Company, &pid).await;
        assert_eq!(transfer.process.data_address, None, "{endpoint}");
        assert_eq!(transfer.process.state, Some(State::Started), "it is no matter of the state");
        assert_eq!(transfer.why.unwrap().code, "data-address-other-host", "{endpoint}");
    }
}

#[tokio::test]
async fn a_transfer_that_is_complete_gives_no_more_permits() {
    let (space, token) = running().await;
    let (pid, _) = space.only_transfer(Who::Company).await;
    let engine = space.at(Who::Company);
    engine.complete_transfer(&Who::Company.did(), &pid).await.unwrap();
    space.settle().await;
    for who in [Who::Company, Who::Ulm] {
        let (_, transfer) = space.only_transfer(who).await;
        assert_eq!(transfer.process.state, Some(State::Completed), "{who:?}");
    }
    assert!(space.read(Who::Company, &token).await.is_err());
    let agreement = space.kept(Who::Company).await.agreements.remove(0);
    engine.ask_for_data(&Who::Company.did(), &agreement, ENGINEER).await.unwrap();
    space.settle().await;
    let states = space.kept(Who::Ulm).await.transfers;
    let started = states.values().filter(|it| it.process.state == Some(State::Started));
    assert_eq!(started.count(), 1, "the contract still stands");
}

#[tokio::test]
async fn one_contracts_token_opens_no_other_transfer() {
    let space = Dataspace::new();
    let one = space.contract(&rule()).await;
    space.transfer(&one).await;
    let token = space.token().await;
    let dataset = space.publish(Who::Ulm, described(&[])).await;
    space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let agreements = space.kept(Who::Company).await.agreements;
    let other = agreements.iter().find(|agreement| agreement.id != one.id).unwrap();
    space.transfer(other).await;
    let engine = space.at(Who::Ulm);
    let ours = engine.hosted().by_did(&Who::Ulm.did()).unwrap().clone();
    let peer = allmende_tests::cast::cast().verified(Who::Company);
    let mut given = 0;
    for pid in space.kept(Who::Ulm).await.transfers.keys() {
        let standing = ours.standing().unwrap();
        given += usize::from(
            engine.permit_delivery(&ours, standing, &peer, pid, &token, None).await.is_ok(),
        );
    }
    assert_eq!(given, 1);
}
