//! A contract explained with what the connector really knows.

use super::world::{Space, actor};
use super::*;
use crate::management::view::{ContractId, ExplainedView, PersonReason};

async fn explain(space: &Space, who: &str, id: &ContractId, at: Option<&str>) -> ExplainedView {
    let at = at.map(|at| at.parse().unwrap());
    space.desk.explain_contract(&actor(who, "aud"), id, at).await.unwrap()
}

fn text(view: &ExplainedView) -> String {
    let lines = [&view.sentences[..], &view.tree, &view.words].concat();
    let lines = lines.iter().map(|words| words.en.as_str());
    std::iter::once(view.answer.en.as_str()).chain(lines).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_contract_is_judged_now_and_at_any_other_time_by_both_sides() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let now = explain(&space, "firm", &contract.id, None).await;
    assert!(now.permitted);
    let later = explain(&space, "firm", &contract.id, Some("2030-02-01T00:00:00Z")).await;
    assert!(!later.permitted);
    insta::assert_snapshot!(format!("{}\n\n{}", text(&now), text(&later)), @r"
    yes: the rule permits it
    Members that the authority has vetted as “mobility service” may use the dataset until 31 December 2026 (UTC), for “traffic planning” (promised).
    + /permission/0 use: applies
      + /permission/0/constraint/0 https://w3id.org/allmende/v1/vettedAs isAnyOf https://w3id.org/allmende/v1/kind/mobility-service; seen: https://w3id.org/allmende/v1/kind/mobility-service
      + /permission/0/constraint/1 odrl:dateTime lteq 2026-12-31; seen: 2026-05-01T12:00:00Z
      + /permission/0/constraint/2 odrl:purpose isAnyOf https://w3id.org/allmende/v1/purpose/traffic-planning; seen: https://w3id.org/allmende/v1/purpose/traffic-planning

    no: The agreed time is over. Demanded: the time is not after 31 December 2026 (UTC). Seen: 1 February 2030, 00:00 UTC.
    Members that the authority has vetted as “mobility service” may use the dataset until 31 December 2026 (UTC), for “traffic planning” (promised).
    - /permission/0 use: does not apply
      + /permission/0/constraint/0 https://w3id.org/allmende/v1/vettedAs isAnyOf https://w3id.org/allmende/v1/kind/mobility-service; seen: https://w3id.org/allmende/v1/kind/mobility-service
      - /permission/0/constraint/1 odrl:dateTime lteq 2026-12-31; seen: 2030-02-01T00:00:00Z
      + /permission/0/constraint/2 odrl:purpose isAnyOf https://w3id.org/allmende/v1/purpose/traffic-planning; seen: https://w3id.org/allmende/v1/purpose/traffic-planning
    Missing: the time is not after 31 December 2026 (UTC).
    Allowed before 1 January 2027, 00:00 UTC.
    ");
    let agreement = ContractId::parse(contract.agreement.as_ref().unwrap().as_str()).unwrap();
    let theirs = explain(&space, "ulm", &agreement, None).await;
    assert_eq!((&theirs.tree, &theirs.decision), (&now.tree, &now.decision));

    // The list must be renewed before, but that is no rule's change.
    let changes = now.changes.as_ref().map(|words| words.en.as_str());
    assert_eq!(changes, Some("this changes first at 2027-01-01T00:00:00Z"));

    let reason = PersonReason { reason: "enough".to_owned() };
    space.desk.end_contract(&actor("firm", "carl"), &contract.id, reason).await.unwrap();
    let ended = explain(&space, "firm", &contract.id, None).await;
    assert!(!ended.permitted && ended.answer.en.starts_with("no: the contract has ended"));
}

#[tokio::test]
async fn terms_on_the_table_are_judged_as_if_they_were_agreed() {
    let space = Space::new();
    let dataset = publish(&space, Approval::SecondPerson).await;
    let asked = ask(&space, "firm", &dataset.id, Wait::default()).await;
    until_asked(&space).await;
    let view = explain(&space, "firm", &asked.id, None).await;
    assert!(view.permitted, "{}", view.answer.en);
    assert_eq!(view.decision["hypothetical"], true);
    let stranger = actor("neu-ulm", "m");
    let unknown = space.desk.explain_contract(&stranger, &asked.id, None).await.unwrap_err();
    assert_eq!(unknown.fault, crate::management::refusal::Fault::NotFound);
}
