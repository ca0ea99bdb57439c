//! Each move of a negotiation, made by a person or a script: counter, offer, accept, agree, verify,
//! finalize, terminate; and a negotiation that the provider opens.

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::story::{
    ENGINEER, PUBLISHER, SECOND, described, offer, rule, rule_end, rule_until,
};
use connector::engine::dataset::Described;
use connector::engine::error::EngineError;
use connector::engine::negotiation::{Act, Proposed};
use connector::record::dataset::{ApprovalRule, DatasetRecord};
use jiff::SignedDuration;
use protocol::negotiation::State;
use serde_json::Value;

/// The story's rule until another instant.
fn until(hours: i64) -> Value {
    offer(&rule_until(rule_end() + SignedDuration::from_hours(hours)))
}

/// A data space, a dataset of Ulm's that asks a second person, and the pids of a request for it that
/// waits for one: Ulm's and the company's.
async fn waiting() -> (Dataspace, DatasetRecord, String, String) {
    let space = Dataspace::new();
    let approval = ApprovalRule::SecondPerson;
    let dataset = space.publish(Who::Ulm, Described { approval, ..described(&rule()) }).await;
    let company = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let ulm = only(&space, Who::Ulm).await;
    (space, dataset, ulm, company)
}

/// The pid of the only negotiation of `who`.
async fn only(space: &Dataspace, who: Who) -> String {
    let negotiations = space.kept(who).await.negotiations;
    assert_eq!(negotiations.len(), 1);
    negotiations.into_keys().next().unwrap()
}

/// `who` makes one move, and everything that follows from it happens.
async fn act(
    space: &Dataspace,
    (who, pid): (Who, &str),
    act: Act,
    account: &str,
) -> Result<(), EngineError> {
    space.at(who).negotiate(&who.did(), pid, &act, Some(account)).await?;
    space.settle().await;
    Ok(())
}

/// The state that both sides see; they must be of one mind.
async fn state(space: &Dataspace) -> State {
    let mut states = Vec::new();
    for who in [Who::Ulm, Who::Company] {
        let pid = only(space, who).await;
        states.push(space.negotiation(who, &pid).await.process.state.unwrap());
    }
    assert_eq!(states[0], states[1]);
    states[0]
}

#[tokio::test]
async fn offers_and_counters_alternate_until_one_side_takes_the_terms_of_the_other() {
    let (space, _, ulm, company) = waiting().await;
    let (ulm, company) = ((Who::Ulm, &*ulm), (Who::Company, &*company));
    act(&space, ulm, Act::Offer(until(-6)), SECOND).await.unwrap();
    assert_eq!(state(&space).await, State::Offered);
    act(&space, company, Act::Counter(until(-3)), ENGINEER).await.unwrap();
    assert_eq!(state(&space).await, State::Requested);
    act(&space, ulm, Act::Offer(until(-5)), SECOND).await.unwrap();
    act(&space, company, Act::Counter(until(-4)), ENGINEER).await.unwrap();
    act(&space, ulm, Act::Agree, SECOND).await.unwrap();
    assert_eq!(state(&space).await, State::Finalized);
    let agreement = space.kept(Who::Company).await.agreements.pop().unwrap();
    let engine = space.at(Who::Company);
    let document = engine.document(&Who::Company.did(), &agreement.document).await.unwrap();
    assert_eq!(document["permission"], until(-4)["permission"]);
}

#[tokio::test]
async fn a_negotiation_in_which_nobody_ever_agrees_comes_to_an_end() {
    let (space, _, ulm, company) = waiting().await;
    let other = |minutes: i64| offer(&rule_until(rule_end() - SignedDuration::from_mins(minutes)));
    // With the request that opened it, and all offers and counters, it has 64 of them.
    for round in 0..32 {
        act(&space, (Who::Ulm, &ulm), Act::Offer(other(2 * round + 1)), SECOND).await.unwrap();
        if round < 31 {
            let counter = Act::Counter(other(2 * round + 2));
            act(&space, (Who::Company, &company), counter, ENGINEER).await.unwrap();
        }
    }
    assert_eq!(state(&space).await, State::Offered);
    let counter = Act::Counter(other(100));
    act(&space, (Who::Company, &company), counter, ENGINEER).await.unwrap();
    let letters = space.network.letters();
    let last = letters.iter().rfind(|letter| letter.path.ends_with("/request")).unwrap();
    let told: Value = serde_json::from_slice(&last.answer).unwrap();
    assert_eq!((last.status, &told["code"]), (Some(400), &"too-many-offers".into()));
    assert_eq!(state(&space).await, State::Terminated);
}

#[tokio::test]
async fn a_person_of_the_consumers_accepts_a_counter_offer() {
    let (space, _, ulm, company) = waiting().await;
    act(&space, (Who::Ulm, &ulm), Act::Offer(until(-6)), SECOND).await.unwrap();
    let own = act(&space, (Who::Company, &company), Act::Accept, ENGINEER).await.unwrap_err();
    assert_eq!(own.code(), "own-approval");
    act(&space, (Who::Company, &company), Act::Accept, SECOND).await.unwrap();
    assert_eq!(state(&space).await, State::Finalized);
}

#[tokio::test]
async fn a_provider_opens_a_negotiation_and_a_person_of_the_consumers_accepts() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    for offer in [None, Some(until(-6))] {
        let before = space.kept(Who::Company).await.agreements.len();
        let proposed = Proposed {
            peer: Who::Company.did(),
            dataset: dataset.id.clone(),
            offer,
            account: Some(PUBLISHER.to_owned()),
        };
        let ulm = space.at(Who::Ulm).offer_to(&Who::Ulm.did(), proposed).await.unwrap();
        space.settle().await;
        let offered = space.negotiation(Who::Ulm, &ulm).await.process;
        assert_eq!(offered.state, Some(State::Offered));
        let company = offered.consumer_pid.unwrap();
        let waits = space.negotiation(Who::Company, company.as_str()).await;
        assert!(waits.awaits_person);
        act(&space, (Who::Company, company.as_str()), Act::Accept, SECOND).await.unwrap();
        let ended = space.negotiation(Who::Ulm, &ulm).await.process;
        assert_eq!(ended.state, Some(State::Finalized));
        assert_eq!(space.kept(Who::Company).await.agreements.len(), before + 1);
    }
}

#[tokio::test]
async fn what_the_acceptance_policy_decides_stands_in_the_log() {
    use audit::entry::{Body, Verdict};
    use connector::record::acceptance::{AcceptanceChange, Otherwise};
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let engine = space.at(Who::Ulm);
    let stricter = AcceptanceChange {
        no_worse: Some(true),
        otherwise: Some(Otherwise::Refuse),
        ..AcceptanceChange::default()
    };
    let ulm = Who::Ulm.did();
    engine.change_acceptance(&ulm, Some(&dataset.id), stricter, PUBLISHER).await.unwrap();
    for (hours, state, verdict, code) in [
        (-6, State::Finalized, Verdict::Permit, "terms-no-worse"),
        (6, State::Terminated, Verdict::Deny, "other-terms"),
    ] {
        let mut offer = until(hours);
        offer["@id"] = dataset.offer["@id"].clone();
        let pid = space.ask_for(Who::Company, Who::Ulm, dataset.id.clone(), offer).await.unwrap();
        space.settle().await;
        let record = space.negotiation(Who::Company, &pid).await;
        assert_eq!(record.process.state, Some(state), "{hours}");
        let log = space.kept(Who::Ulm).await.log;
        let decided = log.iter().rev().find_map(|entry| {
            let Body::DecisionMade { verdict, policy, .. } = &entry.body else { return None };
            let named = entry.reasons.iter().any(|reason| reason.as_str() == code);
            named.then_some((*verdict, *policy))
        });
        let (said, policy) = decided.unwrap();
        assert_eq!(said, verdict, "{hours}");
        // The policy that decided can be read by its digest.
        let document = engine.document(&ulm, &policy).await.unwrap();
        assert_eq!(document["otherwise"], "refuse");
    }
}

#[tokio::test]
async fn an_offer_whose_rule_cannot_be_read_is_refused_with_its_place() {
    use allmende_tests::network::Letter;
    use serde_json::json;
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let mut offer = until(-1);
    offer["permission"][0]["constraint"][0]["leftOperand"] = json!("https://example.org/unknown");
    offer["@id"] = json!("urn:uuid:offer");
    offer["target"] = json!(dataset.id.as_str());
    let message = json!({
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": "ContractOfferMessage",
        "providerPid": "urn:uuid:by-hand",
        "callbackAddress": "https://ulm.localhost:9443/dsp/2025-1",
        "offer": offer,
    });
    let letter = Letter {
        from: Who::Ulm.did(),
        host: Who::Company.host().to_owned(),
        path: "/negotiations/offers".to_owned(),
        body: Some(message.to_string().into()),
        status: None,
        answer: bytes::Bytes::new(),
    };
    let answer = space.network.post(letter).await.unwrap();
    let said: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.status, 400, "{said}");
    let reason = said["reason"].to_string();
    assert!(reason.contains("/permission/0/constraint/0/leftOperand"), "{reason}");
    assert!(space.kept(Who::Company).await.negotiations.is_empty());
}

#[tokio::test]
async fn each_message_of_a_long_negotiation_again_changes_nothing_and_other_bytes_are_refused() {
    let (space, _, ulm, company) = waiting().await;
    act(&space, (Who::Ulm, &ulm), Act::Offer(until(-6)), SECOND).await.unwrap();
    act(&space, (Who::Company, &company), Act::Counter(until(-3)), ENGINEER).await.unwrap();
    act(&space, (Who::Ulm, &ulm), Act::Offer(until(-4)), SECOND).await.unwrap();
    act(&space, (Who::Company, &company), Act::Accept, SECOND).await.unwrap();
    assert_eq!(state(&space).await, State::Finalized);
    let letters = space.network.letters();
    assert_eq!(letters.len(), 8);
    for letter in letters {
        let again = space.network.post(letter.clone()).await.unwrap();
        assert_eq!(Some(again.status), letter.status, "{}", letter.path);
        let mut body: Value = serde_json::from_slice(letter.body.as_ref().unwrap()).unwrap();
        body["https://example.org/remark"] = Value::from("not the same");
        let body = Some(body.to_string().into());
        let other = allmende_tests::network::Letter { body, ..letter.clone() };
        assert_eq!(space.network.post(other).await.unwrap().status, 400, "{}", letter.path);
        assert_eq!(state(&space).await, State::Finalized, "{}", letter.path);
    }
}

#[tokio::test]
async fn a_move_that_is_not_ours_is_refused_and_changes_nothing() {
    let (space, _, ulm, company) = waiting().await;
    let (ulm, company) = ((Who::Ulm, &*ulm), (Who::Company, &*company));
    let moves = [
        (company, Act::Counter(until(-1)), "illegal-transition"),
        (company, Act::Accept, "illegal-transition"),
        (company, Act::Verify, "illegal-transition"),
        (company, Act::Offer(until(-1)), "wrong-role"),
        (company, Act::Agree, "wrong-role"),
        (company, Act::Finalize, "wrong-role"),
        (ulm, Act::Counter(until(-1)), "wrong-role"),
        (ulm, Act::Verify, "wrong-role"),
        (ulm, Act::Finalize, "illegal-transition"),
        (ulm, Act::Agree, "own-approval"),
    ];
    for (who, act, code) in moves {
        let engine = space.at(who.0);
        let name = format!("{who:?} {act:?}");
        let refused = engine.negotiate(&who.0.did(), who.1, &act, Some(PUBLISHER)).await;
        assert_eq!(refused.unwrap_err().code(), code, "{name}");
        assert_eq!(state(&space).await, State::Requested, "{name}");
    }
    let ending = Act::Terminate { code: "no-longer-needed".to_owned(), words: None };
    act(&space, company, ending, ENGINEER).await.unwrap();
    assert_eq!(state(&space).await, State::Terminated);
}
