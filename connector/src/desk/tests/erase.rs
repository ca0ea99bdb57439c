//! What a consumer holds goes with its contract, also when the process dies on the way.

use super::world::{DATA, Space, actor, did};
use super::{WAIT, in_force};
use crate::data::held::Slot;
use crate::engine::erased::Over;
use crate::management::desk::Desk;
use crate::management::view::{ContractView, DeliveryOutcome, PersonReason, Wait};

/// A contract whose data was pulled and which was then ended, before anything is erased.
async fn ended(space: &Space) -> (ContractView, Slot, Over) {
    let contract = in_force(space).await;
    let carl = actor("firm", "carl");
    let begun = space.desk.pull(&carl, &contract.id).await.unwrap();
    let delivery = space.desk.delivery(&carl, &begun.id, WAIT).await.unwrap();
    assert_eq!(delivery.outcome, Some(DeliveryOutcome::Complete), "{delivery:?}");
    let over = (did("firm"), did("ulm"), contract.agreement.clone().unwrap());
    let slot = space.desk.inner.held(&over.0).slot(&over.1, &over.2);
    assert!(slot.open().unwrap().is_some());
    let reason = PersonReason { reason: "done".to_owned() };
    space.desk.end_contract(&carl, &contract.id, reason).await.unwrap();
    (contract, slot, over)
}

/// The copy is gone, which the consumer's log tells once, and the provider's not at all.
async fn check(space: &Space, contract: &ContractView, slot: &Slot) {
    assert!(!slot.folder().exists());
    assert_eq!(space.types("firm").await.get("copy-erased"), Some(&1));
    assert_eq!(space.types("ulm").await.get("copy-erased"), None);
    let carl = actor("firm", "carl");
    let shown = space.desk.contract(&carl, &contract.id, Wait::default()).await.unwrap();
    assert!(shown.erased >= shown.ended && shown.erased.is_some(), "{shown:?}");
    let page = space.desk.log_entries(&carl, 0, 100, Some(&contract.id)).await.unwrap();
    let kinds: Vec<&str> = page.entries.iter().map(|entry| &*entry.kind).collect();
    let place = |kind: &str| kinds.iter().position(|found| *found == kind).unwrap();
    assert!(place("agreement-ended") < place("copy-erased"), "{kinds:?}");
}

#[tokio::test]
async fn the_copy_goes_when_the_contract_ends() {
    let space = Space::new();
    let mut changes = space.engine.watch();
    let eraser = space.another_desk();
    tokio::spawn(async move { eraser.erase_ended().await });
    let (contract, slot, _) = ended(&space).await;
    let carl = actor("firm", "carl");
    loop {
        let shown = space.desk.contract(&carl, &contract.id, Wait::default()).await.unwrap();
        if shown.erased.is_some() {
            break;
        }
        changes.recv().await.unwrap();
    }
    // The note of it goes last.
    space.desk.erase_left_over().await;
    check(&space, &contract, &slot).await;
}

#[tokio::test]
async fn a_process_that_died_over_it_goes_on_at_its_next_start() {
    for died in ["before", "bytes gone", "recorded"] {
        let space = Space::new();
        let (contract, slot, over) = ended(&space).await;
        if died != "before" {
            let gone = slot.erase().unwrap().unwrap();
            assert_eq!(gone.bytes, DATA.len() as u64);
            if died == "recorded" {
                space.engine.copy_erased(&over, gone.bytes, gone.sha256).await.unwrap();
            }
        }
        let again = space.another_desk();
        again.erase_left_over().await;
        again.erase_left_over().await;
        check(&space, &contract, &slot).await;
    }
}

#[tokio::test]
async fn a_copy_under_a_contract_in_force_stays() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let carl = actor("firm", "carl");
    let begun = space.desk.pull(&carl, &contract.id).await.unwrap();
    space.desk.delivery(&carl, &begun.id, WAIT).await.unwrap();
    space.desk.erase_left_over().await;
    let slot = space.desk.inner.held(&did("firm"));
    let slot = slot.slot(&did("ulm"), contract.agreement.as_ref().unwrap());
    assert!(slot.open().unwrap().is_some());
    assert_eq!(space.types("firm").await.get("copy-erased"), None);
}
