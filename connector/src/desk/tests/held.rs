//! What our own programs read of what we hold: until it is closed, the contract ends, or its rule
//! says no.

use std::time::Duration;

use super::world::{DATA, Space, actor, did};
use super::{WAIT, in_force};
use crate::data::handover::HandoverDesk;
use crate::engine::live::Cut;
use crate::management::desk::Desk;
use crate::management::view::{ContractId, ContractStage, PersonReason, Wait};

#[tokio::test]
async fn our_own_programs_read_with_a_token_until_it_is_closed_or_the_contract_ends() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let (anna, carl) = (actor("ulm", "anna"), actor("firm", "carl"));
    let agreement = contract.agreement.clone().unwrap();
    assert!(HandoverDesk::contracts(&space.desk, &agreement).await.unwrap().is_empty());
    let first = space.desk.serve(&carl, &contract.id).await.unwrap();
    let second = space.desk.serve(&carl, &contract.id).await.unwrap();
    assert_eq!(first.url, second.url);
    assert!(first.url.starts_with("http://127.0.0.1:8181/contracts/"));
    let shown = Desk::contract(&space.desk, &carl, &contract.id, Wait::default()).await.unwrap();
    assert_eq!(shown.served_at.as_deref(), Some(&*first.url));
    let open = HandoverDesk::contracts(&space.desk, &agreement).await.unwrap();
    let [open] = open.as_slice() else { panic!("{open:?}") };
    let token = |text: &str| crate::data::handover::Token::read(text).unwrap().hash();
    assert!(open.token.is_same(&token(second.token.reveal())));
    assert!(!open.token.is_same(&token(first.token.reveal())));

    let (_admission, ticket) = space.desk.permit(open).await.unwrap();
    let held = space.desk.fresh(open, &ticket).await.unwrap();
    assert_eq!(held.copy().bytes, DATA.len() as u64);
    // The transfer stays open: what is new is asked for through it.
    let (_admission, again) = space.desk.permit(open).await.unwrap();
    space.desk.fresh(open, &again).await.unwrap();
    assert_eq!(space.desk.deliveries(&carl, None).await.unwrap().len(), 1);

    let (mut running, _ticket) = space.desk.permit(open).await.unwrap();
    space.desk.unserve(&carl, &contract.id).await.unwrap();
    assert_eq!(running.until_cut().await, Cut::TransferStopped);
    assert!(HandoverDesk::contracts(&space.desk, &agreement).await.unwrap().is_empty());

    let id = ContractId::parse(agreement.as_str()).unwrap();
    space.desk.end_contract(&anna, &id, PersonReason { reason: "over".to_owned() }).await.unwrap();
    Desk::contract(&space.desk, &carl, &contract.id, WAIT).await.unwrap();
    let mut watch = space.engine.watch();
    while Desk::contract(&space.desk, &carl, &contract.id, Wait::default()).await.unwrap().stage
        != ContractStage::Ended
    {
        watch.recv().await.unwrap();
    }
    let refusal = space.desk.permit(open).await.unwrap_err();
    assert_eq!((refusal.status, refusal.code.as_str()), (410, "agreement-ended"));
}

#[tokio::test]
async fn a_reader_is_told_when_the_provider_is_away_or_the_time_is_over() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let carl = actor("firm", "carl");
    space.desk.serve(&carl, &contract.id).await.unwrap();
    let agreement = contract.agreement.unwrap();
    let open = HandoverDesk::contracts(&space.desk, &agreement).await.unwrap().remove(0);
    // The rule's time comes while a program reads.
    let (mut admission, ticket) = space.desk.permit(&open).await.unwrap();
    let before = space.denials("firm").await;
    space.engine.clock().pass(400 * 86_400);
    assert_eq!(admission.until_cut().await, Cut::RuleRefuses);
    // The reader goes, and still it is recorded what the rule said.
    drop(ticket);
    let recorded = async {
        while space.denials("firm").await == before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), recorded).await.expect("a decision is recorded");
    space.sequencer.sign_now(&did("firm")).await.unwrap();
    let refusal = space.desk.permit(&open).await.unwrap_err();
    assert_eq!((refusal.status, refusal.code.as_str()), (403, "time-over"), "{refusal:?}");
    assert_eq!(space.denials("firm").await, [before, vec!["time-over".to_owned()]].concat());
}
