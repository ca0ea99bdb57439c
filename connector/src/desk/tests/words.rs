//! What a person reads of a contract: each thing once, and only what concerns the contract.

use std::sync::Arc;

use jiff::SignedDuration;

use super::world::{Space, actor, did};
use super::{WAIT, in_force};
use crate::clock::Clock as _;
use crate::management::desk::Desk;
use crate::management::view::{ContractId, ContractStage, PersonReason, Wait};
use crate::participant::Standing;

#[tokio::test]
async fn the_partners_reason_is_told_once() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let (anna, carl) = (actor("ulm", "anna"), actor("firm", "carl"));
    let id = ContractId::parse(contract.agreement.as_ref().unwrap().as_str()).unwrap();
    let reason = PersonReason { reason: "the source is closed".to_owned() };
    space.desk.end_contract(&anna, &id, reason).await.unwrap();
    // The company is told, or learns of it when it asks for the data, whichever is first.
    if let Ok(begun) = space.desk.pull(&carl, &contract.id).await {
        space.desk.delivery(&carl, &begun.id, WAIT).await.unwrap();
    }
    let theirs = space.desk.contract(&carl, &contract.id, Wait::default()).await.unwrap();
    assert_eq!(theirs.stage, ContractStage::Ended);
    assert_eq!(theirs.why.en, "the partner ended the contract: the source is closed");
}

#[tokio::test]
async fn a_change_is_the_rules_own_and_not_the_end_of_the_list() {
    let space = Space::new();
    let before = in_force(&space).await.next_change;
    let carl = actor("firm", "carl");
    let ours = space.engine.hosted().by_did(&did("firm")).unwrap();
    let standing = ours.standing().unwrap();
    let mut list = (*standing.list).clone();
    list.expires = space.engine.clock().now() + SignedDuration::from_hours(1);
    assert!(before.unwrap() > list.expires);
    let (dataspace, material) = (standing.dataspace.clone(), standing.material.clone());
    ours.set_standing(Standing { dataspace, material, list: Arc::new(list) });
    let [after] = <[_; 1]>::try_from(space.desk.contracts(&carl).await.unwrap()).unwrap();
    assert_eq!(after.next_change, before);
}
