//! Which programs partners run, who says so, and what is shown of them before a contract is signed.

use std::sync::Arc;

use super::world::{Space, actor, did};
use super::{ask, parking, publish, until_asked};
use crate::management::desk::Desk as _;
use crate::management::view::{
    Approval, BadgeName, ContractView, PeerName, ProgramInput, ProgramView, RuleInput,
    RuleSentence, Wait,
};
use crate::participant::Standing;

async fn say(space: &Space, partner: &str, program: Option<&str>) -> ProgramView {
    let named = PeerName::Did(did(partner));
    let program = ProgramInput { program: program.map(str::to_owned) };
    let said = space.desk.partner_program(&actor("ulm", "oscar"), &named, program).await;
    said.unwrap().program
}

/// Lets the list register a member with these capabilities.
fn register(space: &Space, name: &str, capabilities: &[&str]) {
    let ours = space.engine.hosted().by_did(&did("ulm")).unwrap();
    let standing = ours.standing().unwrap();
    let mut list = (*standing.list).clone();
    let member = list.members.iter_mut().find(|member| member.did == did(name)).unwrap();
    member.registration.capabilities = capabilities.iter().map(|it| it.to_string()).collect();
    let (dataspace, material) = (standing.dataspace.clone(), standing.material.clone());
    ours.set_standing(Standing { dataspace, material, list: Arc::new(list) });
}

async fn program_of(space: &Space, name: &str) -> ProgramView {
    let partners = space.desk.partners(&actor("ulm", "anna")).await.unwrap();
    assert!(partners.iter().all(|partner| partner.did != did("ulm")));
    partners.into_iter().find(|partner| partner.did == did(name)).unwrap().program
}

#[tokio::test]
async fn nothing_is_assumed_of_a_program_that_nobody_named() {
    let space = Space::new();
    for capabilities in [&[][..], &["checkpoint-exchange"], &["agreement-signature", "other"]] {
        register(&space, "firm", capabilities);
        let program = program_of(&space, "firm").await;
        assert_eq!((program.program, program.source), (None, None), "{capabilities:?}");
        assert!(program.words.en.starts_with("unknown"), "{:?}", program.words);
    }
    register(&space, "firm", &["agreement-signature", "checkpoint-exchange"]);
    let program = program_of(&space, "firm").await;
    assert_eq!((program.program.as_deref(), program.said_by), (Some("allmende"), None));
}

#[tokio::test]
async fn an_operator_says_which_program_a_partner_runs_and_the_log_tells() {
    let space = Space::new();
    register(&space, "firm", &["agreement-signature", "checkpoint-exchange"]);
    let said = say(&space, "firm", Some("edc")).await;
    assert_eq!((said.program.as_deref(), said.said_by.as_deref()), (Some("edc"), Some("oscar")));
    assert!(said.source.is_some() && !said.gaps.is_empty() && said.said.is_some());
    assert_eq!(program_of(&space, "firm").await, said);
    assert_eq!(program_of(&space, "neu-ulm").await.program, None);
    assert_eq!(say(&space, "firm", None).await.program.as_deref(), Some("allmende"));
    assert_eq!(space.types("ulm").await.get("administrator-action"), Some(&2));
    let of = |name: &str, program: &str| {
        let program = ProgramInput { program: Some(program.to_owned()) };
        let (named, oscar) = (PeerName::Did(did(name)), actor("ulm", "oscar"));
        let desk = &space.desk;
        async move { desk.partner_program(&oscar, &named, program).await.unwrap_err().code }
    };
    assert_eq!(of("firm", "excel").await, "program-unknown");
    assert_eq!(of("nobody", "edc").await, "not-a-member");
    assert_eq!(of("ulm", "edc").await, "partner-is-yourself");
    assert_eq!(space.types("ulm").await.get("administrator-action"), Some(&2));
}

/// What of a contract is shown before anybody decides.
fn shown(view: &ContractView) -> String {
    let mut text = format!("{}\n", view.program.words.en);
    for line in &view.rules {
        text.push_str(&format!("{:?} {}\n", line.badge, line.sentence.en));
    }
    for ignored in &view.ignored {
        text.push_str(&format!("ignores {} – {}\n", ignored.sentence.en, ignored.what.en));
    }
    text
}

#[tokio::test]
async fn before_a_person_decides_it_is_shown_what_the_partners_program_ignores() {
    let space = Space::new();
    let mut input = parking(Approval::SecondPerson);
    if let RuleInput::Sentences { sentences } = &mut input.rule {
        sentences.push(RuleSentence::Said { sentence: "Jede Nutzung protokollieren".to_owned() });
        sentences.push(RuleSentence::Said { sentence: "no-distribution".to_owned() });
    }
    let dataset = space.desk.add_dataset(&actor("ulm", "anna"), input).await.unwrap();
    ask(&space, "firm", &dataset.id, Wait::default()).await;
    until_asked(&space).await;
    let berta = actor("ulm", "berta");
    let waiting = async || space.desk.approvals(&berta).await.unwrap().remove(0).contract;
    assert!(waiting().await.ignored.is_empty());
    let mut all = String::new();
    for program in [None, Some("edc"), Some("allmende")] {
        say(&space, "firm", program).await;
        all.push_str(&shown(&waiting().await));
    }
    insta::assert_snapshot!(all, @r"
    unknown; what it keeps, nobody here knows
    Enforced Only for members that the authority has vetted as “mobility service”.
    Enforced Only until 31 December 2026 (UTC).
    Promised Only for this purpose: “traffic planning”.
    Promised Do not pass on.
    Promised Log every use.
    Eclipse EDC (says oscar)
    Enforced Only for members that the authority has vetted as “mobility service”.
    Enforced Only until 31 December 2026 (UTC).
    Promised Only for this purpose: “traffic planning”.
    Promised Do not pass on.
    Promised Log every use.
    ignores Only for members that the authority has vetted as “mobility service”. – It leaves out a condition whose subject it does not know; to it the rule then holds without.
    ignores Only until 31 December 2026 (UTC). – It leaves out a condition whose subject it does not know; to it the rule then holds without.
    ignores Only for this purpose: “traffic planning”. – It leaves out a condition whose subject it does not know; to it the rule then holds without.
    ignores Do not pass on. – It does not heed a prohibition without conditions.
    ignores Do not pass on. – It leaves out a rule about an action that it does not know.
    ignores Log every use. – Of a duty it checks the conditions alone; it does not know whether it is fulfilled.
    Allmende (says oscar)
    Enforced Only for members that the authority has vetted as “mobility service”.
    Enforced Only until 31 December 2026 (UTC).
    Promised Only for this purpose: “traffic planning”.
    Promised Do not pass on.
    Evidenced Log every use.
    ");
}

#[tokio::test]
async fn the_catalogue_is_read_with_the_partners_program_in_mind() {
    let space = Space::new();
    publish(&space, Approval::Automatic).await;
    let (carl, ulm) = (actor("firm", "carl"), PeerName::Did(did("ulm")));
    let program = ProgramInput { program: Some("edc".to_owned()) };
    space.desk.partner_program(&carl, &ulm, program).await.unwrap();
    let view = space.catalog(&carl, &ulm, None).await.unwrap();
    assert_eq!(view.program.program.as_deref(), Some("edc"));
    let offer = view.offers.first().unwrap();
    assert!(!offer.ignored.is_empty());
    let promised: Vec<_> = offer.promises.iter().map(|line| (line.badge, &*line.pointer)).collect();
    assert_eq!(promised, [(BadgeName::Promised, "/permission/0/constraint/2")]);
}
