//! The line between participants of one process: no call of one shows or changes anything of
//! another.

use std::collections::BTreeSet;

use super::world::{Space, actor, did};
use super::{ask, in_force, parking, publish, until_asked};
use crate::data::handover::HandoverDesk;
use crate::management::actor::{AccountName, AccountRole};
use crate::management::desk::{Answer, Desk};
use crate::management::refusal::Fault;
use crate::management::view::{
    Approval, ExportRequest, ExportScope, NewAccount, PeerName, PersonReason, Wait,
};
use crate::store::{Kind, Span, Store};

fn is_unknown<T: std::fmt::Debug>(answer: Answer<T>, call: &str) {
    let refusal = answer.expect_err(call);
    assert_eq!(refusal.fault, Fault::NotFound, "{call}: {refusal:?}");
}

fn reason() -> PersonReason {
    PersonReason { reason: "no".to_owned() }
}

/// Everything that a participant has in the store.
async fn everything(space: &Space, name: &str) -> Vec<(Kind, String, Vec<u8>)> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let rows = space.engine.store().range(&Span::new(&did(name), kind)).await.unwrap();
        all.extend(rows.into_iter().map(|row| (kind, row.id, row.value.into())));
    }
    all
}

#[tokio::test]
async fn no_call_of_one_participant_shows_or_changes_anything_of_another() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let second = publish(&space, Approval::SecondPerson).await;
    let asked = ask(&space, "firm", &second.id, Wait::default()).await;
    let (carl, anna, mallory) =
        (actor("firm", "carl"), actor("ulm", "anna"), actor("neu-ulm", "m"));
    until_asked(&space).await;
    let begun = space.desk.pull(&carl, &contract.id).await.unwrap();
    let wait = Wait { seconds: 20, seen: None };
    space.desk.delivery(&carl, &begun.id, wait).await.unwrap();
    space.desk.serve(&carl, &contract.id).await.unwrap();
    let account = NewAccount {
        name: AccountName::parse("berta").unwrap(),
        roles: BTreeSet::from([AccountRole::Clerk]),
    };
    let added = space.desk.add_account(&anna, account).await.unwrap();
    let theirs = Desk::contracts(&space.desk, &anna).await.unwrap();
    let waiting = space.desk.approvals(&anna).await.unwrap().remove(0).contract.id;
    let deliveries = space.desk.deliveries(&anna, None).await.unwrap();
    let before = (everything(&space, "ulm").await, everything(&space, "firm").await);

    let desk = &space.desk;
    let contracts = theirs.iter().map(|it| &it.id).chain([&contract.id, &asked.id, &waiting]);
    for id in contracts {
        is_unknown(desk.contract(&mallory, id, Wait::default()).await, "contract");
        is_unknown(desk.approve_contract(&mallory, id).await, "approve");
        is_unknown(desk.reject_contract(&mallory, id, reason()).await, "reject");
        is_unknown(desk.end_contract(&mallory, id, reason()).await, "end");
        is_unknown(desk.pull(&mallory, id).await, "pull");
        is_unknown(desk.serve(&mallory, id).await, "serve");
        is_unknown(desk.unserve(&mallory, id).await, "unserve");
        is_unknown(desk.deliveries(&mallory, Some(id)).await, "deliveries");
        is_unknown(desk.log_entries(&mallory, 0, 10, Some(id)).await, "log entries");
        let scope = ExportScope::Contract { contract: id.clone() };
        let request = ExportRequest { scope, name: "a".parse().unwrap() };
        is_unknown(desk.export_log(&mallory, request).await, "export");
    }
    for id in deliveries.iter().map(|it| &it.id).chain([&begun.id]) {
        is_unknown(desk.delivery(&mallory, id, Wait::default()).await, "delivery");
    }
    let dataset = &contract.dataset;
    is_unknown(desk.dataset(&mallory, dataset).await, "dataset");
    let replaced = desk.replace_dataset(&mallory, dataset, parking(Approval::Automatic)).await;
    is_unknown(replaced, "replace");
    is_unknown(desk.withdraw_dataset(&mallory, dataset).await, "withdraw");
    is_unknown(desk.remove_account(&mallory, &added.account.name).await, "remove account");

    assert!(desk.datasets(&mallory).await.unwrap().is_empty());
    assert!(Desk::contracts(desk, &mallory).await.unwrap().is_empty());
    assert!(desk.approvals(&mallory).await.unwrap().is_empty());
    assert!(desk.deliveries(&mallory, None).await.unwrap().is_empty());
    assert!(desk.accounts(&mallory).await.unwrap().is_empty());
    assert_eq!(desk.log_entries(&mallory, 0, 100, None).await.unwrap().size, 0);
    let status = desk.status(&mallory).await.unwrap();
    assert_eq!((status.datasets, status.contracts_in_force, status.log.size), (0, 0, 0));
    let firm = PeerName::Did(did("firm"));
    let vetted = desk.reinstate_member(&mallory, &firm).await;
    assert_eq!(vetted.unwrap_err().code, "no-authority");

    // A token opens the one participant that it was made for.
    let token = added.token.hash();
    assert!(desk.account_of(&did("ulm"), &token).await.unwrap().is_some());
    assert!(desk.account_of(&did("neu-ulm"), &token).await.unwrap().is_none());

    assert_eq!(before, (everything(&space, "ulm").await, everything(&space, "firm").await));
    let agreement = contract.agreement.unwrap();
    assert_eq!(HandoverDesk::contracts(desk, &agreement).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_lives_from_its_adding_to_its_removal() {
    let (space, anna) = (Space::new(), actor("ulm", "anna"));
    let new = |name: &str, roles: &[AccountRole]| NewAccount {
        name: AccountName::parse(name).unwrap(),
        roles: roles.iter().copied().collect(),
    };
    let added = space.desk.add_account(&anna, new("berta", &[AccountRole::Approver])).await;
    let added = added.unwrap();
    let found = space.desk.account_of(&did("ulm"), &added.token.hash()).await.unwrap();
    assert_eq!(found.unwrap().1, BTreeSet::from([AccountRole::Approver]));
    for (input, code) in [
        (new("berta", &[AccountRole::Clerk]), "account-exists"),
        (new("local-operator", &[AccountRole::Clerk]), "account-exists"),
        (new("dora", &[]), "roles-missing"),
    ] {
        assert_eq!(space.desk.add_account(&anna, input).await.unwrap_err().code, code);
    }
    assert_eq!(space.desk.accounts(&anna).await.unwrap(), std::slice::from_ref(&added.account));
    space.desk.remove_account(&anna, &added.account.name).await.unwrap();
    assert!(space.desk.account_of(&did("ulm"), &added.token.hash()).await.unwrap().is_none());
    is_unknown(space.desk.remove_account(&anna, &added.account.name).await, "remove twice");
    assert_eq!(space.types("ulm").await.get("administrator-action"), Some(&2));
    let kept = everything(&space, "ulm").await;
    let secret = added.token.reveal().as_bytes();
    assert!(kept.iter().all(|(_, _, row)| !row.windows(secret.len()).any(|it| it == secret)));
}
