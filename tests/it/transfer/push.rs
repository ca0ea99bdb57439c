//! Pushes between real engines: what a request for one must say, who may send, and who may not.

use allmende_tests::cast::{Says, Who, cast};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::Letter;
use allmende_tests::story::{ENGINEER, described, rule, rule_end};
use audit::entry::EntryType;
use bytes::Bytes;
use connector::engine::error::EngineError;
use connector::engine::live::Cut;
use connector::engine::negotiation::Ending;
use connector::engine::permit::Permit;
use connector::engine::transfer::SUSPENDED;
use protocol::message::data_address::AUTHORIZATION;
use protocol::transfer::{Flow, State};
use serde_json::{Value, json};

use super::count;

/// A data space in which Ulm is to send to the company: the company's pid, and the token it gave.
async fn pushing() -> (Dataspace, String, String) {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    let engine = space.at(Who::Company);
    let pid = engine.ask_for_push(&Who::Company.did(), &agreement, ENGINEER).await.unwrap();
    drop(engine);
    space.settle().await;
    let process = space.only_transfer(Who::Ulm).await.1.process;
    assert_eq!((process.state, process.flow), (Some(State::Started), Flow::Push));
    let token = process.data_address.unwrap().property(AUTHORIZATION).unwrap().to_owned();
    (space, pid, token)
}

/// `from`, over its own connection, sends into the company's transfer.
async fn send(
    space: &Dataspace,
    from: Who,
    pid: &str,
    token: &str,
    name: Option<&str>,
) -> Result<Permit, EngineError> {
    let engine = space.at(Who::Company);
    let ours = engine.hosted().by_did(&Who::Company.did()).unwrap().clone();
    let standing = ours.standing().unwrap();
    let peer = cast().verified(from);
    engine.permit_intake(&ours, standing, &peer, pid, token, name).await
}

/// Ulm asks its own gate whether it may send over a connection to `to`.
async fn may_send(space: &Dataspace, to: Who) -> Result<Permit, EngineError> {
    let (pid, _) = space.only_transfer(Who::Ulm).await;
    let engine = space.at(Who::Ulm);
    let ours = engine.hosted().by_did(&Who::Ulm.did()).unwrap().clone();
    engine.permit_push(&ours, &cast().verified(to), &pid).await
}

#[tokio::test]
async fn a_request_for_data_says_a_format_and_for_a_push_a_place_of_its_own() {
    let (space, ..) = pushing().await;
    let good = space.network.letter("transfers/request");
    let good: Value = serde_json::from_slice(good.body.as_ref().unwrap()).unwrap();
    let port = 9443;
    let at = |host: &str| {
        let mut address = good["dataAddress"].clone();
        address["endpoint"] = json!(format!("https://{host}:{port}/data/x"));
        address
    };
    let mut nowhere = good["dataAddress"].clone();
    nowhere.as_object_mut().unwrap().remove("endpoint");
    let (pull, push) = ("HttpData-PULL", "HttpData-PUSH");
    let other = "data-address-other-host";
    for (format, address, expected) in [
        (push, at("company.localhost"), None),
        (push, Value::Null, Some("data-address-missing")),
        (push, nowhere, Some(other)),
        (push, at("firm.localhost"), Some(other)),
        (push, at("company.localhost.evil.example"), Some(other)),
        (push, at("127.0.0.1"), Some(other)),
        (pull, at("company.localhost"), Some("data-address-not-expected")),
        (pull, Value::Null, None),
        ("AmazonS3-PUSH", at("company.localhost"), Some("format-not-offered")),
        ("HttpData", Value::Null, Some("format-not-offered")),
    ] {
        let case = format!("{format} {address}");
        let mut body = good.clone();
        body["consumerPid"] = json!(format!("urn:uuid:{case}").replace(char::is_whitespace, ""));
        body["format"] = json!(format);
        body["dataAddress"] = address;
        if body["dataAddress"].is_null() {
            body.as_object_mut().unwrap().remove("dataAddress");
        }
        let letter = Letter {
            body: Some(Bytes::from(body.to_string())),
            ..space
                .network
                .letters()
                .into_iter()
                .find(|it| it.path == "/transfers/request")
                .unwrap()
        };
        let answer = space.network.post(letter).await.unwrap();
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        match expected {
            None => assert_eq!(answer.status, 201, "{case}: {told}"),
            Some(code) => {
                assert_eq!((answer.status, told["code"].as_str()), (400, Some(code)), "{case}");
                assert_eq!(told["@type"], "TransferError");
            }
        }
    }
}

#[tokio::test]
async fn only_the_provider_with_the_token_may_send_and_all_others_find_nothing() {
    let (space, pid, token) = pushing().await;
    let shorter: String = token.chars().skip(1).collect();
    for (from, pid, token) in [
        (Who::Ulm, &*pid, &*shorter),
        (Who::Ulm, &*pid, ""),
        (Who::Firm, &*pid, &*token),
        (Who::NeuUlm, &*pid, &*token),
        (Who::Company, &*pid, &*token),
        (Who::Ulm, "urn:uuid:unknown", &*token),
    ] {
        let refused = send(&space, from, pid, token, None).await.unwrap_err();
        assert_eq!((refused.code(), refused.problem().status), ("not-found", 404), "{from:?}");
    }
    // A pull's token opens no door for a sender, and a push's none for a reader.
    assert_eq!(space.read(Who::Company, &token).await.unwrap_err().code(), "not-found");
    assert_eq!(count(&space.kept(Who::Company).await.log, EntryType::DeliveryStarted), 0);
    let name = "urn:uuid:0c5b7b0f-6a0c-4d57-9d3b-0f3a2f9b8d11";
    let first = send(&space, Who::Ulm, &pid, &token, Some(name)).await.unwrap().split();
    assert_eq!(first.0.delivery().as_str(), name);
    let second = send(&space, Who::Ulm, &pid, &token, Some(name)).await.unwrap().split();
    assert_ne!(second.0.delivery().as_str(), name, "a name is given once");
    assert_eq!(count(&space.kept(Who::Company).await.log, EntryType::DeliveryStarted), 2);
}

#[tokio::test]
async fn a_permit_to_send_is_for_the_consumer_alone_and_hangs_on_its_certificate() {
    let (space, ..) = pushing().await;
    for other in [Who::Firm, Who::NeuUlm, Who::Ulm] {
        let refused = may_send(&space, other).await.unwrap_err();
        assert_eq!(refused.code(), "not-found", "{other:?}");
    }
    let (_, admission) = may_send(&space, Who::Company).await.unwrap().split();
    assert_eq!(admission.is_cut(), None);
    space.learn(&Says { number: 1, revoked: vec![Who::Company], ..Says::default() }).await;
    assert_eq!(admission.is_cut(), Some(Cut::CertificateRefused));
    let refused = may_send(&space, Who::Company).await.unwrap_err();
    assert_eq!(refused.problem().status, 503, "it may come back: {refused}");
}

#[tokio::test]
async fn a_push_ends_with_the_rule_on_both_sides() {
    let (space, pid, token) = pushing().await;
    let (_, leaving) = may_send(&space, Who::Company).await.unwrap().split();
    let (_, coming) = send(&space, Who::Ulm, &pid, &token, None).await.unwrap().split();
    space.clock.advance_to(rule_end());
    space.settle().await;
    assert_eq!(leaving.is_cut(), Some(Cut::RuleRefuses));
    assert!(coming.is_cut().is_some());
    for who in [Who::Company, Who::Ulm] {
        let (_, transfer) = space.only_transfer(who).await;
        assert_eq!(transfer.process.state, Some(State::Terminated), "{who:?}");
        assert_eq!(transfer.token, None, "{who:?}");
    }
    assert!(send(&space, Who::Ulm, &pid, &token, None).await.is_err());
    assert!(may_send(&space, Who::Company).await.is_err());
    assert!(space.at(Who::Ulm).open_pushes(&Who::Ulm.did()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_push_waits_for_the_worker_until_it_is_over_also_after_a_restart() {
    let (space, ..) = pushing().await;
    let (pid, _) = space.only_transfer(Who::Ulm).await;
    let ulm = Who::Ulm.did();
    space.node(Who::Ulm).restart();
    assert_eq!(space.at(Who::Ulm).open_pushes(&ulm).await.unwrap(), std::slice::from_ref(&pid));
    let to = space.at(Who::Ulm).destination(&ulm, &pid).await.unwrap().unwrap();
    assert_eq!(to.peer, Who::Company.did());
    assert!(to.url.starts_with("https://company.localhost:9443/data/"), "{to:?}");
    space.at(Who::Ulm).complete_transfer(&ulm, &pid).await.unwrap();
    space.settle().await;
    assert!(space.at(Who::Ulm).open_pushes(&ulm).await.unwrap().is_empty());
    assert_eq!(space.at(Who::Ulm).destination(&ulm, &pid).await.unwrap(), None);
    // Nothing of the provider's own is ever sent by the consumer of a push.
    assert!(space.at(Who::Company).open_pushes(&Who::Company.did()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_catalogue_lists_both_formats() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let engine = space.at(Who::Ulm);
    let ours = engine.hosted().by_did(&Who::Ulm.did()).unwrap().clone();
    let (peer, id) = (Who::Company.did(), dataset.id.as_str());
    let standing = ours.standing().unwrap();
    let shown = engine.catalog_dataset(&ours, &standing, &peer, id).await.unwrap();
    let shown: Value = serde_json::from_str(&shown.json()).unwrap();
    let formats: Vec<_> =
        shown["distribution"].as_array().unwrap().iter().map(|it| it["format"].clone()).collect();
    assert_eq!(formats, ["HttpData-PULL", "HttpData-PUSH"]);
}

/// Everybody suspends in turn, and everybody resumes: by whoever gives the address with a fresh one,
/// by the other side as a question.
#[tokio::test]
async fn either_side_suspends_a_push_and_it_goes_on_to_a_fresh_address() {
    for (suspends, resumes) in [(Who::Ulm, Who::Ulm), (Who::Company, Who::Company)] {
        let (space, pid, token) = pushing().await;
        let (_, leaving) = may_send(&space, Who::Company).await.unwrap().split();
        let (_, coming) = send(&space, Who::Ulm, &pid, &token, None).await.unwrap().split();
        let (own, _) = space.only_transfer(suspends).await;
        let words = Some("repair".to_owned());
        let ending = Ending { account: ENGINEER.to_owned(), code: SUSPENDED, words };
        let engine = space.at(suspends);
        engine.suspend_transfer(&suspends.did(), &own, &ending).await.unwrap();
        let first = if suspends == Who::Ulm { &leaving } else { &coming };
        assert_eq!(first.is_cut(), Some(Cut::TransferStopped), "before the other side was told");
        drop(engine);
        space.settle().await;
        assert!(leaving.is_cut().is_some() && coming.is_cut().is_some());
        let refused = send(&space, Who::Ulm, &pid, &token, None).await.unwrap_err();
        assert_eq!(refused.code(), "transfer-not-started");
        assert_eq!(may_send(&space, Who::Company).await.unwrap_err().code(), refused.code());

        let engine = space.at(resumes);
        engine.resume_transfer(&resumes.did(), &own, ENGINEER).await.unwrap();
        drop(engine);
        space.settle().await;
        for who in [Who::Company, Who::Ulm] {
            let (_, transfer) = space.only_transfer(who).await;
            assert_eq!(transfer.process.state, Some(State::Started), "{who:?} {resumes:?}");
        }
        let address = space.only_transfer(Who::Ulm).await.1.process.data_address.unwrap();
        let fresh = address.property(AUTHORIZATION).unwrap();
        assert_ne!(fresh, token);
        assert_eq!(
            send(&space, Who::Ulm, &pid, &token, None).await.unwrap_err().code(),
            "not-found"
        );
        send(&space, Who::Ulm, &pid, fresh, None).await.unwrap();
        may_send(&space, Who::Company).await.unwrap();
    }
}

/// Where each side stands.
async fn states(space: &Dataspace) -> [Option<State>; 2] {
    [
        space.only_transfer(Who::Company).await.1.process.state,
        space.only_transfer(Who::Ulm).await.1.process.state,
    ]
}

async fn resume(space: &Dataspace, who: Who) {
    let (pid, _) = space.only_transfer(who).await;
    space.at(who).resume_transfer(&who.did(), &pid, ENGINEER).await.unwrap();
    space.settle().await;
}

/// A person who stops what is sent is not overruled by the other side: it asks, and whoever stopped it
/// says when it goes on.
#[tokio::test]
async fn what_one_side_suspended_of_a_push_goes_on_when_that_side_says_so() {
    for (suspends, asks) in [(Who::Ulm, Who::Company), (Who::Company, Who::Ulm)] {
        let (space, pid, token) = pushing().await;
        let (own, _) = space.only_transfer(suspends).await;
        let ending = Ending { account: ENGINEER.to_owned(), code: SUSPENDED, words: None };
        space.at(suspends).suspend_transfer(&suspends.did(), &own, &ending).await.unwrap();
        space.settle().await;
        assert_eq!(states(&space).await, [Some(State::Suspended); 2], "{suspends:?}");
        resume(&space, asks).await;
        assert_eq!(states(&space).await, [Some(State::Suspended); 2], "{suspends:?}");
        assert!(may_send(&space, Who::Company).await.is_err(), "{suspends:?} has not said so");
        assert!(send(&space, Who::Ulm, &pid, &token, None).await.is_err(), "{suspends:?}");
        resume(&space, suspends).await;
        assert_eq!(states(&space).await, [Some(State::Started); 2], "{suspends:?}");
        let address = space.only_transfer(Who::Ulm).await.1.process.data_address.unwrap();
        let fresh = address.property(AUTHORIZATION).unwrap();
        send(&space, Who::Ulm, &pid, fresh, None).await.unwrap();
        may_send(&space, Who::Company).await.unwrap();
    }
}

#[tokio::test]
async fn what_the_provider_suspended_is_not_had_through_another_transfer() {
    let (space, ..) = pushing().await;
    let (pid, _) = space.only_transfer(Who::Ulm).await;
    let (ulm, company) = (Who::Ulm.did(), Who::Company.did());
    let ending = Ending { account: ENGINEER.to_owned(), code: SUSPENDED, words: None };
    space.at(Who::Ulm).suspend_transfer(&ulm, &pid, &ending).await.unwrap();
    space.settle().await;
    let agreement = space.kept(Who::Company).await.agreements.remove(0);
    let ask = async || {
        let engine = space.at(Who::Company);
        let pid = engine.ask_for_data(&company, &agreement, ENGINEER).await.unwrap();
        drop(engine);
        space.settle().await;
        space.transfer_of(Who::Company, &pid).await
    };
    let refused = ask().await;
    assert_eq!(refused.process.state, Some(State::Terminated));
    assert_eq!(refused.why.unwrap().code, SUSPENDED);
    space.at(Who::Ulm).resume_transfer(&ulm, &pid, ENGINEER).await.unwrap();
    space.settle().await;
    assert_eq!(ask().await.process.state, Some(State::Started));
}
