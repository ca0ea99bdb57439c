//! Rules that count: no delivery counts from the reading that another one counted from, whatever runs
//! beside it and whoever died over it, and no byte more goes over than the rule permits.

use std::sync::Arc;

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::kit::Kit;
use allmende_tests::story::{described, rule};
use audit::entry::EntryType;
use connector::engine::Engine;
use connector::engine::error::EngineError;
use connector::engine::permit::{DeliveryEnd, Granted, Lender};
use connector::engine::recorder::Recorder;
use connector::record::usage::{Every, stretch_of};
use jiff::SignedDuration;
use protocol::transfer::State;
use serde_json::{Value, json};
use wire::digest::Digest;

/// A data space in which the company's transfer from Ulm runs under these constraints, and its token.
async fn running(constraints: Value) -> (Dataspace, String) {
    let space = Dataspace::new();
    let token = run(&space, constraints).await;
    (space, token)
}

async fn run(space: &Dataspace, constraints: Value) -> String {
    let mut dataset = described(&rule());
    dataset.offer = json!({ "permission": [{ "action": "use", "constraint": constraints }] });
    let dataset = space.publish(Who::Ulm, dataset).await;
    space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let agreement = space.kept(Who::Company).await.agreements.remove(0);
    space.transfer(&agreement).await;
    space.token().await
}

fn count(most: u32) -> Value {
    let number = json!({ "@value": most.to_string(), "@type": "xsd:integer" });
    json!({ "leftOperand": "odrl:count", "operator": "lteq", "rightOperand": number })
}

fn every(length: &str) -> Value {
    let length = json!({ "@value": length, "@type": "xsd:duration" });
    json!({ "leftOperand": "odrl:timeInterval", "operator": "eq", "rightOperand": length })
}

fn quantity(operand: &str, most: u64, unit: &str) -> Value {
    json!({
        "leftOperand": format!("{}{operand}", policy::PROFILE_V1), "operator": "lteq",
        "rightOperand": { "@value": most.to_string(), "@type": "xsd:integer" },
        "odrl:unit": { "@id": format!("{}unit/{unit}", policy::PROFILE_V1) },
    })
}

async fn granted(space: &Dataspace, token: &str) -> Result<Granted, EngineError> {
    space.read(Who::Company, token).await.map(|permit| permit.split().0)
}

/// Ends a delivery after so many bytes.
async fn end(space: &Dataspace, granted: &Granted, bytes: u64) {
    let how = DeliveryEnd::Finished;
    let engine = space.at(Who::Ulm);
    engine.delivery_ended(granted, &Who::Ulm.did(), &how, bytes, Digest::of(b"")).await.unwrap();
}

async fn state(space: &Dataspace) -> Option<State> {
    space.only_transfer(Who::Ulm).await.1.process.state
}

#[tokio::test]
async fn of_deliveries_that_begin_at_once_no_more_are_permitted_than_the_rule_counts() {
    let (space, token) = running(json!([count(3)])).await;
    let ask = || granted(&space, &token);
    let (a, b, c, d, e) = tokio::join!(ask(), ask(), ask(), ask(), ask());
    let answers = [a, b, c, d, e];
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    for refused in answers.into_iter().filter_map(Result::err) {
        assert_eq!((refused.code(), refused.problem().status), ("condition-not-met", 400));
    }
    let log = space.kept(Who::Ulm).await.log;
    let started = |entry: &&audit::entry::Entry| entry.entry_type() == EntryType::DeliveryStarted;
    assert_eq!(log.iter().filter(started).count(), 3);
    assert_eq!(state(&space).await, Some(State::Started), "what was permitted goes on");
}

#[tokio::test]
async fn what_was_counted_is_counted_after_a_restart_and_what_brought_nothing_is_not() {
    let (space, token) = running(json!([count(2)])).await;
    let first = granted(&space, &token).await.unwrap();
    end(&space, &first, 0).await;
    // The process dies over the second, of which nobody knows what it brought.
    granted(&space, &token).await.unwrap();
    space.node(Who::Ulm).restart();
    space.at(Who::Ulm).end_what_died(&Who::Ulm.did()).await.unwrap();
    let third = granted(&space, &token).await.unwrap();
    end(&space, &third, 9).await;
    assert!(granted(&space, &token).await.is_err());
}

#[tokio::test]
async fn a_day_that_is_used_up_says_when_the_next_begins() {
    let (space, token) = running(json!([count(1), every("P1D")])).await;
    let first = granted(&space, &token).await.unwrap();
    end(&space, &first, 9).await;
    let refused = granted(&space, &token).await.unwrap_err();
    let midnight = stretch_of(Every::Time(SignedDuration::from_hours(24)), space.now()).1;
    assert!(
        refused.to_string().ends_with(&format!("permitted again from {midnight}.")),
        "{refused}"
    );
    space.clock.advance_to(midnight);
    space.at(Who::Ulm).heads().signed(&Who::Ulm.did(), "a signed note", None);
    granted(&space, &token).await.unwrap();
}

#[tokio::test]
async fn a_rate_is_waited_for_and_never_exceeded() {
    let (space, token) = running(json!([quantity("rate", 2, "per-second")])).await;
    for _ in 0..2 {
        let one = granted(&space, &token).await.unwrap();
        end(&space, &one, 0).await;
    }
    let refused = granted(&space, &token).await.unwrap_err();
    assert_eq!((refused.code(), refused.problem().status), ("rate-exceeded", 503));
    space.clock.advance(SignedDuration::from_secs(1));
    granted(&space, &token).await.unwrap();
}

/// Who lends to a delivery, and the delivery.
async fn lent(space: &Dataspace, token: &str) -> (Arc<Engine<Kit>>, Recorder<Kit>, u64) {
    let granted = granted(space, token).await.unwrap();
    let engine = space.at(Who::Ulm);
    let recorder = Recorder::new(engine.clone(), Who::Ulm.did(), granted);
    let first = recorder.loan().unwrap().first();
    (engine, recorder, first)
}

#[tokio::test]
async fn all_deliveries_together_are_lent_the_volume_of_the_rule_and_the_transfer_then_ends() {
    let (space, token) = running(json!([quantity("volume", 20_000_000, "byte")])).await;
    let (_, one, first) = lent(&space, &token).await;
    let (_, two, second) = lent(&space, &token).await;
    assert_eq!((first, second), (16 * 1024 * 1024, 20_000_000 - 16 * 1024 * 1024));
    // The second needs little and gives back what it does not need: the first may have it.
    two.ended(DeliveryEnd::Finished, 1_000, Digest::of(b"")).await;
    assert_eq!(one.loan().unwrap().more().await, Ok(second - 1_000));
    assert_eq!(state(&space).await, Some(State::Started));
    assert!(one.loan().unwrap().more().await.is_err());
    space.settle().await;
    assert_eq!(state(&space).await, Some(State::Terminated));
    let (_, told) = space.only_transfer(Who::Company).await;
    let why = told.why.unwrap();
    assert_eq!(why.code, "rule-refuses");
    // Which limit it was is not for a partner's eyes; it knows the rule that it signed.
    assert!(why.words.join(" ").starts_with("A condition of the contract is not met."), "{why:?}");
}

#[tokio::test]
async fn what_was_lent_when_the_process_died_counts_as_gone_over() {
    let (space, token) = running(json!([quantity("volume", 20_000_000, "byte")])).await;
    let (engine, recorder, _) = lent(&space, &token).await;
    drop((engine, recorder));
    space.node(Who::Ulm).restart();
    space.at(Who::Ulm).end_what_died(&Who::Ulm.did()).await.unwrap();
    let (_, _, rest) = lent(&space, &token).await;
    assert_eq!(rest, 20_000_000 - 16 * 1024 * 1024);
}

#[tokio::test]
async fn hours_of_business_open_and_close_by_themselves() {
    let window = format!("{}window/office-hours-de", policy::PROFILE_V1);
    let left = format!("{}timeWindow", policy::PROFILE_V1);
    let office = json!({ "leftOperand": left, "operator": "isPartOf", "rightOperand": [window] });
    let space = Dataspace::new();
    // A Monday in winter, at eleven by the clock of Berlin.
    space.clock.advance_to("2041-03-04T10:00:00Z".parse().unwrap());
    let token = run(&space, json!([office])).await;
    let permit = space.read(Who::Company, &token).await.unwrap();
    let (_granted, admission) = permit.split();
    let engine = space.at(Who::Ulm);
    for (time, cut) in [("16:59:59", None), ("17:00:00", Some("rule-refuses"))] {
        space.clock.advance_to(format!("2041-03-04T{time}Z").parse().unwrap());
        engine.do_what_is_due(&Who::Ulm.did()).await.unwrap();
        assert_eq!(admission.is_cut().map(|cut| cut.code()), cut, "{time}");
    }
    space.settle().await;
    let agreement = space.kept(Who::Ulm).await.agreements.remove(0);
    let again = engine.next_change_of(&Who::Ulm.did(), &agreement).await.unwrap().unwrap();
    assert_eq!(again.to_string(), "2041-03-05T07:00:00Z");
}
