//! Terms that two sides talk over: countered, offered, proposed, accepted by a policy; and what a
//! person sees meanwhile.

use super::world::{Space, actor, did};
use super::*;
use crate::management::view::{
    AcceptanceInput, ContractStage, OtherTerms, Proposal, TermsInput, Turn,
};

/// One sentence as terms.
fn until(day: &str) -> RuleInput {
    let mut given = parking(Approval::Automatic).rule;
    if let RuleInput::Sentences { sentences } = &mut given {
        sentences[1] = RuleSentence::Until { until: day.to_owned() };
    }
    given
}

async fn ask_for(space: &Space, dataset: &DatasetId, day: &str, wait: Wait) -> ContractView {
    let request = ContractRequest {
        peer: PeerName::Did(did("ulm")),
        dataset: dataset.clone(),
        offer: None,
        purpose: None,
        terms: Some(until(day)),
    };
    space.desk.request_contract(&actor("firm", "carl"), request, wait).await.unwrap()
}

/// Ulm's view of what waits for a person there.
async fn waiting(space: &Space) -> ContractView {
    until_asked(space).await;
    let anna = actor("ulm", "anna");
    let id = space.desk.approvals(&anna).await.unwrap().remove(0).contract.id;
    space.desk.contract(&anna, &id, Wait::default()).await.unwrap()
}

/// The company's view once it waits for a person there.
async fn asked(space: &Space) -> ContractView {
    let carl = actor("firm", "carl");
    let mut watch = space.engine.watch();
    loop {
        if let Some(found) = space.desk.approvals(&carl).await.unwrap().pop() {
            return space.desk.contract(&carl, &found.contract.id, Wait::default()).await.unwrap();
        }
        watch.recv().await.unwrap();
    }
}

/// A conversation as people see it: who put what, and what changed.
fn talk(view: &ContractView) -> String {
    let mut text = format!("{:?} {:?}: {}\n", view.stage, view.turn, view.why.en);
    for terms in &view.offers {
        let who = if terms.ours { "we" } else { "they" };
        text.push_str(&format!("{who} {:?}\n", terms.account));
        for change in &terms.changes {
            text.push_str(&format!(
                "  {:?} {} / {}\n",
                change.kind, change.sentence.de, change.sentence.en
            ));
        }
    }
    let last = view.last_step.as_ref().unwrap();
    text.push_str(&format!("{} [{}]\n{}", last.words.en, last.code, last.words.de));
    text
}

#[tokio::test]
async fn both_sides_see_whose_turn_it_is_what_changed_and_why() {
    let space = Space::new();
    let dataset = publish(&space, Approval::Automatic).await;
    let (anna, carl, dora) = (actor("ulm", "anna"), actor("firm", "carl"), actor("firm", "dora"));
    let theirs = ask_for(&space, &dataset.id, "2027-12-31", Wait::default()).await;
    let ours = waiting(&space).await;
    insta::assert_snapshot!(talk(&ours), @r"
    WaitingForApproval Person: the partner wants other terms; a person on our side must decide: agree, propose something else, or reject
    they None
      Dropped Nur bis zum 31. Dezember 2026 (UTC). / Only until 31 December 2026 (UTC).
      Added Nur bis zum 31. Dezember 2027 (UTC). / Only until 31 December 2027 (UTC).
    the partner asked for terms [partner]
    Der Partner hat Bedingungen angefragt
    ");

    let terms = TermsInput { terms: until("2027-03-31") };
    space.desk.offer_contract(&anna, &ours.id, terms).await.unwrap();
    let offered = asked(&space).await;
    assert_eq!(offered.id, theirs.id);
    insta::assert_snapshot!(talk(&offered), @r#"
    WaitingForApproval Person: the partner wants other terms; a person on our side must decide: agree, propose something else, or reject
    we Some("carl")
    they None
      Dropped Nur bis zum 31. Dezember 2027 (UTC). / Only until 31 December 2027 (UTC).
      Added Nur bis zum 31. März 2027 (UTC). / Only until 31 March 2027 (UTC).
    the partner offered terms [partner]
    Der Partner hat Bedingungen angeboten
    "#);
    let own = space.desk.approve_contract(&carl, &theirs.id).await.unwrap_err();
    assert_eq!(own.code, "own-approval");

    let terms = TermsInput { terms: until("2027-06-30") };
    space.desk.counter_contract(&carl, &theirs.id, terms).await.unwrap();
    let countered = waiting(&space).await;
    assert_eq!((countered.turn, countered.offers.len()), (Turn::Person, 3));
    space.desk.approve_contract(&anna, &ours.id).await.unwrap();
    let done = space.desk.contract(&dora, &theirs.id, WAIT).await.unwrap();
    assert_eq!(done.stage, ContractStage::InForce);
    assert!(done.sentence.en.contains("30 June 2027"), "{}", done.sentence.en);
    let ours = space.desk.contract(&anna, &ours.id, WAIT).await.unwrap();
    insta::assert_snapshot!(talk(&ours), @r#"
    InForce Nobody: both sides have agreed; data may flow
    they None
      Dropped Nur bis zum 31. Dezember 2026 (UTC). / Only until 31 December 2026 (UTC).
      Added Nur bis zum 31. Dezember 2027 (UTC). / Only until 31 December 2027 (UTC).
    we Some("anna")
      Dropped Nur bis zum 31. Dezember 2027 (UTC). / Only until 31 December 2027 (UTC).
      Added Nur bis zum 31. März 2027 (UTC). / Only until 31 March 2027 (UTC).
    they None
      Dropped Nur bis zum 31. März 2027 (UTC). / Only until 31 March 2027 (UTC).
      Added Nur bis zum 30. Juni 2027 (UTC). / Only until 30 June 2027 (UTC).
    we accepted or put in force: the partner confirmed the agreement [verified]
    Wir haben angenommen oder in Kraft gesetzt: der Partner hat die Vereinbarung bestätigt
    "#);
}

#[tokio::test]
async fn what_the_owner_accepts_is_data_that_can_be_changed() {
    let space = Space::new();
    let dataset = publish(&space, Approval::Automatic).await;
    let anna = actor("ulm", "anna");
    let change = async |change| {
        space.desk.dataset_acceptance(&anna, &dataset.id, change).await.unwrap().acceptance
    };
    let refuse = Some(OtherTerms::Refuse);
    let _ = change(AcceptanceInput { otherwise: refuse, ..AcceptanceInput::default() }).await;
    let refused = ask_for(&space, &dataset.id, "2027-12-31", WAIT).await;
    assert_eq!(
        (refused.stage, refused.code.as_deref()),
        (ContractStage::Refused, Some("other-terms"))
    );

    let rule = Some(until("2027-12-31"));
    let view = change(AcceptanceInput { rule, ..AcceptanceInput::default() }).await;
    assert_eq!((view.rules.len(), &*view.rules[0].added_by), (1, "anna"));
    let taken = ask_for(&space, &dataset.id, "2027-12-31", WAIT).await;
    assert_eq!(taken.stage, ContractStage::InForce, "{}", taken.why.en);
    let stricter = ask_for(&space, &dataset.id, "2026-06-30", WAIT).await;
    assert_eq!(stricter.code.as_deref(), Some("other-terms"));

    let no_worse = Some(true);
    let view = change(AcceptanceInput { no_worse, ..AcceptanceInput::default() }).await;
    insta::assert_snapshot!(format!("{}\n{}", view.words.de, view.words.en), @r"
    Von selbst angenommen: das eigene Angebot und 1 weitere Regel(n), und alles, was dem Partner beweisbar nicht mehr erlaubt. Alles andere wird abgelehnt.
    accepted by itself: the own offer and 1 further rule(s), and whatever provably grants the partner no more; the rest is refused
    ");
    let stricter = ask_for(&space, &dataset.id, "2026-06-30", WAIT).await;
    assert_eq!(stricter.stage, ContractStage::InForce, "{}", stricter.why.en);
    let shown = space.desk.dataset(&anna, &dataset.id).await.unwrap();
    assert_eq!(shown.acceptance, view);

    let view = change(AcceptanceInput { clear: true, ..AcceptanceInput::default() }).await;
    assert!(view.rules.is_empty() && view.no_worse);
    let refused = ask_for(&space, &dataset.id, "2027-12-31", WAIT).await;
    assert_eq!(refused.stage, ContractStage::Refused);
}

#[tokio::test]
async fn an_offer_that_nobody_asked_for_waits_for_a_person_unless_a_rule_takes_it() {
    let space = Space::new();
    let dataset = publish(&space, Approval::Automatic).await;
    let (anna, carl) = (actor("ulm", "anna"), actor("firm", "carl"));
    let proposal =
        || Proposal { peer: PeerName::Did(did("firm")), dataset: dataset.id.clone(), terms: None };
    let ours = space.desk.propose_contract(&anna, proposal(), Wait::default()).await.unwrap();
    let offered = asked(&space).await;
    assert_eq!(offered.code.as_deref(), Some("unasked-offer"));
    assert_eq!(offered.role, protocol::Role::Consumer);
    space.desk.approve_contract(&carl, &offered.id).await.unwrap();
    let done = space.desk.contract(&anna, &ours.id, WAIT).await.unwrap();
    assert_eq!(done.stage, ContractStage::InForce);

    // Whatever grants at least use until June is fine.
    let rule = Some(until("2026-06-30"));
    let change = AcceptanceInput { rule, ..AcceptanceInput::default() };
    let view = space.desk.change_acceptance(&carl, change).await.unwrap();
    assert_eq!(space.desk.acceptance(&carl).await.unwrap(), view);
    let taken = space.desk.propose_contract(&anna, proposal(), WAIT).await.unwrap();
    assert_eq!(taken.stage, ContractStage::InForce, "{}", taken.why.en);
}
