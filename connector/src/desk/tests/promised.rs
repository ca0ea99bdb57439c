//! What a consumer promises: not signed without a person, unless the owner says so, and shown.

use super::world::{Space, actor, did};
use super::*;
use crate::management::view::{AcceptanceInput, OtherTerms, Proposal, TermsInput};

fn sentences(said: &[&str]) -> RuleInput {
    let said = said.iter().map(|sentence| RuleSentence::Said { sentence: (*sentence).to_owned() });
    RuleInput::Sentences { sentences: said.collect() }
}

/// The company accepts by itself whatever is no worse than these terms.
async fn accepts(space: &Space, said: &[&str], promises: Option<bool>) {
    let change = AcceptanceInput {
        clear: true,
        rule: Some(sentences(said)),
        promises,
        otherwise: Some(OtherTerms::AskPerson),
        ..AcceptanceInput::default()
    };
    space.desk.change_acceptance(&actor("firm", "carl"), change).await.unwrap();
}

/// What becomes of an offer of Ulm's that the company did not ask for.
async fn offered(space: &Space, dataset: &DatasetId, said: &[&str]) -> ContractView {
    let terms = Some(sentences(said));
    let peer = PeerName::Did(did("firm"));
    let proposal = Proposal { peer, dataset: dataset.clone(), terms };
    let before = space.desk.contracts(&actor("firm", "carl")).await.unwrap().len();
    let mut watch = space.engine.watch();
    space.desk.propose_contract(&actor("ulm", "anna"), proposal, Wait::default()).await.unwrap();
    loop {
        let contracts = space.desk.contracts(&actor("firm", "carl")).await.unwrap();
        let decided = |view: &&ContractView| {
            [ContractStage::InForce, ContractStage::WaitingForApproval].contains(&view.stage)
        };
        if let (true, Some(view)) = (contracts.len() > before, contracts.iter().find(decided)) {
            let id = view.id.clone();
            return space
                .desk
                .contract(&actor("firm", "carl"), &id, Wait::default())
                .await
                .unwrap();
        }
        watch.recv().await.unwrap();
    }
}

#[tokio::test]
async fn a_promise_that_no_person_asked_for_waits_for_one_unless_the_owner_says_otherwise() {
    let wide = &["purpose=traffic-planning, research"];
    let narrow = &["purpose=research"];
    for (named, offer, promises, expected) in [
        (&narrow[..], &narrow[..], None, ContractStage::InForce),
        (narrow, wide, None, ContractStage::WaitingForApproval),
        (narrow, wide, Some(true), ContractStage::InForce),
        // What our own program keeps is no promise.
        (&["until=2026-11-30"], &["until=2026-12-31"], None, ContractStage::InForce),
    ] {
        let space = Space::new();
        let dataset = publish(&space, Approval::Automatic).await;
        accepts(&space, named, promises).await;
        let view = offered(&space, &dataset.id, offer).await;
        assert_eq!(view.stage, expected, "{named:?} {offer:?} {promises:?} {}", view.why.en);
    }
}

#[tokio::test]
async fn what_a_person_asked_for_is_signed_and_shown_as_ours_to_keep() {
    let space = Space::new();
    let mut input = parking(Approval::Automatic);
    input.rule = sentences(&["until=2026-12-31", "no-distribution", "delete-after=30"]);
    let dataset = space.desk.add_dataset(&actor("ulm", "anna"), input).await.unwrap();
    let contract = ask(&space, "firm", &dataset.id, WAIT).await;
    assert_eq!(contract.stage, ContractStage::InForce, "{}", contract.why.en);
    let ours: Vec<_> = contract
        .promises
        .iter()
        .map(|it| format!("{} / {}", it.sentence.de, it.sentence.en))
        .collect();
    insta::assert_snapshot!(ours.join("\n"), @r"
    Nicht an Dritte weitergeben. / Do not pass on.
    Nach 30 Tagen löschen und die Löschung bestätigen. / Delete after 30 days and confirm it.
    ");
    // The provider has nothing of it to keep.
    let theirs = space.desk.contracts(&actor("ulm", "anna")).await.unwrap();
    assert!(theirs.iter().all(|view| view.promises.is_empty()));
}

#[tokio::test]
async fn a_counter_offer_with_a_promise_is_asked_about_by_its_own_name() {
    let space = Space::new();
    let mut input = parking(Approval::SecondPerson);
    input.rule = sentences(&["purpose=research"]);
    let dataset = space.desk.add_dataset(&actor("ulm", "anna"), input).await.unwrap();
    let theirs = ask(&space, "firm", &dataset.id, Wait::default()).await;
    until_asked(&space).await;
    let anna = actor("ulm", "anna");
    let ours = space.desk.approvals(&anna).await.unwrap().remove(0).contract.id;
    let terms = TermsInput { terms: sentences(&["purpose=research, traffic-planning"]) };
    space.desk.offer_contract(&anna, &ours, terms).await.unwrap();
    let carl = actor("firm", "carl");
    let mut watch = space.engine.watch();
    while space.desk.approvals(&carl).await.unwrap().is_empty() {
        watch.recv().await.unwrap();
    }
    let view = space.desk.contract(&carl, &theirs.id, Wait::default()).await.unwrap();
    assert_eq!(view.code.as_deref(), Some("promises-for-a-person"));
    assert!(view.why.en.contains("promises that nobody here asked for"), "{}", view.why.en);
}
