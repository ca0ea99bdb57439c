//! What is asked for must be exactly what is offered, and every address must be the sender's own.

use allmende_tests::cast::{FIRM_NAME, Who};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::Letter;
use allmende_tests::story::{PUBLISHER, described, offer, rule};
use bytes::Bytes;
use connector::engine::parts::Answer;
use jiff::SignedDuration;
use protocol::id::DatasetId;
use protocol::negotiation::State;
use serde_json::{Value, json};

/// The body of an answer.
fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// How the company's request ended: the code that Ulm gave.
async fn refused(space: &Dataspace, pid: &str) -> String {
    space.settle_in_time().await;
    let record = space.negotiation(Who::Company, pid).await;
    assert_ne!(record.process.state, Some(State::Finalized));
    assert!(space.kept(Who::Ulm).await.agreements.is_empty());
    record.why.unwrap().code
}

#[tokio::test]
async fn other_terms_than_the_offers_wait_for_a_person() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let mut offer = offer(&[]);
    offer["@id"] = dataset.offer["@id"].clone();
    let pid = space.ask_for(Who::Company, Who::Ulm, dataset.id, offer).await.unwrap();
    space.settle_in_time().await;
    let record = space.negotiation(Who::Company, &pid).await;
    assert_eq!(record.process.state, Some(State::Requested));
    let kept = space.kept(Who::Ulm).await;
    assert!(kept.agreements.is_empty());
    assert!(kept.negotiations.values().all(|it| it.awaits_person));
}

#[tokio::test]
async fn an_offer_that_is_not_there_or_another_datasets_is_refused() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let beside = space.publish(Who::Ulm, described(&rule())).await;
    for id in [&json!("urn:uuid:another"), &beside.offer["@id"]] {
        let mut offer = dataset.offer.clone();
        offer["@id"] = id.clone();
        let id = dataset.id.clone();
        let pid = space.ask_for(Who::Company, Who::Ulm, id, offer).await.unwrap();
        assert_eq!(refused(&space, &pid).await, "unknown-offer");
    }
}

#[tokio::test]
async fn a_dataset_that_is_not_there_and_one_of_the_neighbour_look_the_same() {
    let space = Dataspace::new();
    let theirs = space.publish(Who::NeuUlm, described(&rule())).await;
    let pid = space.ask(Who::Company, Who::Ulm, &theirs).await.unwrap();
    assert_eq!(refused(&space, &pid).await, "unknown-offer");
    let nowhere = DatasetId::parse("urn:uuid:nowhere").unwrap();
    let pid = space.ask_for(Who::Company, Who::Ulm, nowhere, theirs.offer).await.unwrap();
    assert_eq!(refused(&space, &pid).await, "unknown-offer");
    let letters = space.network.letters();
    let [.., one, other] = letters.as_slice() else { panic!("two letters") };
    assert_eq!(one.answer, other.answer);
}

#[tokio::test]
async fn a_withdrawn_or_replaced_offer_is_not_there_any_more() {
    let space = Dataspace::new();
    let engine = space.at(Who::Ulm);
    let ulm = Who::Ulm.did();
    let replaced = space.publish(Who::Ulm, described(&rule())).await;
    engine.replace(&ulm, &replaced.id, described(&rule())).await.unwrap();
    let pid = space.ask(Who::Company, Who::Ulm, &replaced).await.unwrap();
    assert_eq!(refused(&space, &pid).await, "unknown-offer");
    let withdrawn = space.publish(Who::Ulm, described(&rule())).await;
    engine.withdraw(&ulm, &withdrawn.id, PUBLISHER).await.unwrap();
    let pid = space.ask(Who::Company, Who::Ulm, &withdrawn).await.unwrap();
    assert_eq!(refused(&space, &pid).await, "unknown-offer");
}

#[tokio::test]
async fn a_withdrawn_dataset_leaves_contracts_in_force() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.at(Who::Ulm).withdraw(&Who::Ulm.did(), &agreement.dataset, PUBLISHER).await.unwrap();
    space.transfer(&agreement).await;
}

/// A first request of the company's, changed by `change` and sent as if by it.
async fn changed(change: impl FnOnce(&mut Value)) -> (Dataspace, Answer) {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    space.network.cut_off(Who::Ulm);
    let engine = space.at(Who::Company);
    let offer = dataset.offer.clone();
    drop(engine);
    let mut request = json!({
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": "ContractRequestMessage",
        "consumerPid": "urn:uuid:by-hand",
        "callbackAddress": "https://company.localhost:9443/dsp/2025-1",
        "offer": offer,
    });
    request["offer"]["target"] = json!(dataset.id.as_str());
    change(&mut request);
    space.network.reconnect(Who::Ulm);
    let letter = Letter {
        from: Who::Company.did(),
        host: Who::Ulm.host().to_owned(),
        path: "/negotiations/request".to_owned(),
        body: Some(request.to_string().into()),
        status: None,
        answer: Bytes::new(),
    };
    let answer = space.network.post(letter).await.unwrap();
    (space, answer)
}

#[tokio::test]
async fn a_request_by_hand_is_taken() {
    let (_, answer) = changed(|_| {}).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn a_callback_at_another_host_is_refused() {
    for callback in [
        "https://firm.localhost:9443/dsp/2025-1",
        "https://company.localhost.evil.example/dsp/2025-1",
        "https://evil.example/company.localhost",
        "https://127.0.0.1:9443/dsp/2025-1",
        "https://company.localhost@evil.example/dsp/2025-1",
        "http://company.localhost:9443/dsp/2025-1",
        "file:///etc/passwd",
    ] {
        let (space, answer) = changed(|request| request["callbackAddress"] = json!(callback)).await;
        assert_eq!(answer.status, 400, "{callback}");
        assert!(space.kept(Who::Ulm).await.negotiations.is_empty(), "{callback}");
    }
    let other = json!("https://firm.localhost:9443/dsp/2025-1");
    let (_, answer) = changed(|request| request["callbackAddress"] = other).await;
    assert_eq!(body(&answer)["code"], "callback-other-host");
}

#[tokio::test]
async fn a_provider_names_itself_by_its_did_or_as_our_operator_says_and_not_otherwise() {
    let firm = Who::Firm.did().to_string();
    // The signature was made over the agreement as the firm wrote it: what is refused for it alone
    // has passed as the right party's.
    for (provider, name, refused) in [
        (Who::Firm, firm.as_str(), None),
        (Who::Firm, FIRM_NAME, Some("signature-invalid")),
        (Who::Firm, "BPNL00000000ELSE", Some("agreement-other-assigner")),
        (Who::Ulm, FIRM_NAME, Some("agreement-other-assigner")),
        (Who::Ulm, firm.as_str(), Some("agreement-other-assigner")),
    ] {
        let space = Dataspace::new();
        let dataset = space.publish(provider, described(&rule())).await;
        let pid = space.ask(Who::Company, provider, &dataset).await.unwrap();
        // The agreement lies in the provider's outbox while the company cannot be reached.
        space.network.cut_off(Who::Company);
        space.settle().await;
        space.network.reconnect(Who::Company);
        let written = space.kept(provider).await.outbox.remove(0).body.unwrap();
        let mut agreement: Value = serde_json::from_str(&written).unwrap();
        agreement["agreement"]["assigner"] = json!(name);
        let answer = space
            .network
            .post(Letter {
                from: provider.did(),
                host: Who::Company.host().to_owned(),
                path: format!("/negotiations/{pid}/agreement"),
                body: Some(Bytes::from(agreement.to_string())),
                status: None,
                answer: Bytes::new(),
            })
            .await
            .unwrap();
        let code = body(&answer)["code"].as_str().map(str::to_owned);
        assert_eq!(code.as_deref(), refused, "{name}");
    }
}

#[tokio::test]
async fn an_agreement_is_dated_between_the_request_and_now() {
    let space = Dataspace::new();
    space.node(Who::Ulm).decides.stay();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let pid = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let record = space.negotiation(Who::Company, &pid).await;
    let (asked, provider_pid) = (record.opened, record.process.provider_pid.unwrap());
    space.clock.advance(SignedDuration::from_mins(5));
    // Whatever is dated well fails for want of a signature.
    for (date, expected) in [
        (asked - SignedDuration::from_secs(61), "agreement-before-request"),
        (asked - SignedDuration::from_secs(60), "signature-missing"),
        (space.now() + SignedDuration::from_secs(60), "signature-missing"),
        (space.now() + SignedDuration::from_secs(61), "agreement-in-the-future"),
    ] {
        let mut agreement = dataset.offer.clone();
        agreement["@id"] = json!("urn:uuid:an-agreement");
        agreement["@type"] = json!("Agreement");
        agreement["target"] = json!(dataset.id.as_str());
        agreement["assigner"] = json!(Who::Ulm.did().as_str());
        agreement["assignee"] = json!(Who::Company.did().as_str());
        agreement["timestamp"] = json!(date.to_string());
        let message = json!({
            "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
            "@type": "ContractAgreementMessage",
            "consumerPid": pid,
            "providerPid": provider_pid.as_str(),
            "agreement": agreement,
        });
        let letter = Letter {
            from: Who::Ulm.did(),
            host: Who::Company.host().to_owned(),
            path: format!("/negotiations/{pid}/agreement"),
            body: Some(message.to_string().into()),
            status: None,
            answer: Bytes::new(),
        };
        let answer = space.network.post(letter).await.unwrap();
        let said = body(&answer);
        assert_eq!(said["code"], expected, "{date}: {said}");
    }
}
