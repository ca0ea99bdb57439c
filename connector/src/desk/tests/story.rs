//! What people do, one after the other, on both sides.

use std::sync::atomic::Ordering;

use protocol::id::AgreementId;

use super::world::{DATA, Space, actor, did};
use super::{WAIT, ask, in_force, parking, publish, until_asked};
use crate::clock::Clock;
use crate::management::desk::Desk;
use crate::management::refusal::Fault;
use crate::management::view::{
    Approval, BadgeName, ContractId, ContractRequest, ContractStage, DeliveryOutcome,
    ExportRequest, ExportScope, PeerName, PersonReason, RuleInput, RuleSentence, SourceInput, Wait,
};
use crate::record::delivery::PullRecord;
use crate::store::{Batch, Key, Kind, Store};

fn reason(text: &str) -> PersonReason {
    PersonReason { reason: text.to_owned() }
}

#[tokio::test]
async fn a_dataset_is_published_replaced_and_withdrawn() {
    let (space, anna) = (Space::new(), actor("ulm", "anna"));
    let view = publish(&space, Approval::Automatic).await;
    let badges: Vec<BadgeName> = view.rules.iter().map(|line| line.badge).collect();
    assert_eq!(badges, [BadgeName::Enforced, BadgeName::Enforced, BadgeName::Promised]);
    assert_eq!((view.version, &*view.published_by), (1, "anna"));

    let mut next = parking(Approval::SecondPerson);
    next.rule = RuleInput::Policy { policy: view.offer.clone() };
    let replaced = space.desk.replace_dataset(&anna, &view.id, next).await.unwrap();
    assert_eq!((replaced.version, replaced.approval), (2, Approval::SecondPerson));
    assert_ne!(replaced.offer["@id"], view.offer["@id"]);

    // The first characters of the UUID are enough.
    let short = view.id.as_str().strip_prefix("urn:uuid:").unwrap();
    let withdrawn = space.desk.withdraw_dataset(&anna, &short.parse().unwrap()).await.unwrap();
    assert!(withdrawn.withdrawn.is_some());
    let listed = space.desk.datasets(&anna).await.unwrap();
    assert_eq!(listed, [space.desk.dataset(&anna, &view.id).await.unwrap()]);
    let late = space.desk.replace_dataset(&anna, &view.id, parking(Approval::Automatic)).await;
    assert_eq!(late.unwrap_err().code, "dataset-withdrawn");
}

#[tokio::test]
async fn what_is_wrong_with_a_dataset_is_said_at_its_place() {
    let (space, anna) = (Space::new(), actor("ulm", "anna"));
    let bad = |change: fn(&mut crate::management::view::DatasetInput)| {
        let mut input = parking(Approval::Automatic);
        change(&mut input);
        input
    };
    let cases = [
        (bad(|it| it.title = String::new()), "text-invalid", "/title"),
        (bad(|it| it.media_type = "csv".into()), "media-type-invalid", "/mediaType"),
        (
            bad(|it| it.source = SourceInput::File { path: "../keys/did.pem".into() }),
            "path-invalid",
            "/source/path",
        ),
        (
            bad(|it| it.source = SourceInput::Http { url: "ftp://x.example/a".into() }),
            "url-invalid",
            "/source/url",
        ),
        (
            bad(|it| {
                let sentences = vec![RuleSentence::Until { until: "tomorrow".into() }];
                it.rule = RuleInput::Sentences { sentences };
            }),
            "until-invalid",
            "/rule/sentences/0",
        ),
        (
            bad(|it| {
                let sentences = vec![RuleSentence::Partners { partners: vec![] }];
                it.rule = RuleInput::Sentences { sentences };
            }),
            "sentence-empty",
            "/rule/sentences/0",
        ),
        (
            bad(|it| {
                it.rule = RuleInput::Policy {
                    policy: serde_json::json!({"permission": [{"action": "fly"}]}),
                };
            }),
            "policy-term-unknown",
            "/rule/policy/permission/0/action",
        ),
    ];
    for (input, code, pointer) in cases {
        let refusal = space.desk.add_dataset(&anna, input).await.unwrap_err();
        let found = refusal.pointer.as_ref().map(|pointer| pointer.as_str().to_owned());
        assert_eq!((refusal.code, found.as_deref()), (code, Some(pointer)));
        assert_eq!(refusal.fault, Fault::Caller);
    }
    assert!(space.desk.datasets(&anna).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_catalogue_shows_rules_in_words_and_what_to_expect() {
    let space = Space::new();
    let dataset = publish(&space, Approval::Automatic).await;
    for (who, expected) in [("firm", true), ("other", false)] {
        let name: PeerName = "ulm.example".parse().unwrap();
        let view = space.catalog(&actor(who, "carl"), &name, None).await.unwrap();
        let [offer] = view.offers.as_slice() else { panic!("{view:?}") };
        assert_eq!((&offer.dataset, &*offer.title), (&dataset.id, "Parkhäuser"));
        assert_eq!((offer.expected, offer.obstacle.is_none()), (expected, expected), "{who}");
        assert_eq!(offer.rules.len(), 3);
        assert_ne!(offer.sentence.de, offer.sentence.en);
    }
    let name: PeerName = "nobody.example".parse().unwrap();
    let refusal = space.catalog(&actor("firm", "carl"), &name, None).await.unwrap_err();
    assert_eq!((refusal.fault, refusal.code), (Fault::NotFound, "not-a-member"));
    let page = Some("https://evil.example/p");
    let name = PeerName::Did(did("ulm"));
    let refusal = space.catalog(&actor("firm", "carl"), &name, page).await.unwrap_err();
    assert_eq!(refusal.code, "page-other-host");
}

#[tokio::test]
async fn a_contract_comes_into_force_with_both_signatures() {
    let space = Space::new();
    let contract = in_force(&space).await;
    assert_eq!(contract.stage, ContractStage::InForce, "{contract:?}");
    assert!(contract.permitted_now && contract.next_change.is_some());
    assert_eq!(contract.title, "Parkhäuser");
    assert!(contract.signatures.iter().all(|signature| signature.verified));

    // The provider sees the same agreement, and finds it by the agreement's id.
    let id = ContractId::parse(contract.agreement.as_ref().unwrap().as_str()).unwrap();
    let theirs = space.desk.contract(&actor("ulm", "anna"), &id, Wait::default()).await.unwrap();
    assert_eq!(theirs.stage, ContractStage::InForce);
    assert_eq!(theirs.document_digest, contract.document_digest);
    assert_eq!(theirs.signatures.len(), 2);
    assert_ne!(theirs.id, contract.id);
    let dataset = space.desk.dataset(&actor("ulm", "anna"), &contract.dataset).await.unwrap();
    assert_eq!(dataset.contracts_in_force, 1);
}

#[tokio::test]
async fn whoever_is_not_vetted_is_refused_with_reason_and_remedy() {
    let space = Space::new();
    let dataset = publish(&space, Approval::Automatic).await;
    let contract = ask(&space, "other", &dataset.id, WAIT).await;
    assert_eq!(contract.stage, ContractStage::Refused);
    assert_eq!(contract.code.as_deref(), Some("not-vetted"));
    let remedy = contract.remedy.unwrap();
    assert!(!remedy.de.is_empty() && remedy.de != remedy.en);
    assert!(contract.why.en.contains("vetting"), "{:?}", contract.why);
}

#[tokio::test]
async fn a_purpose_must_be_one_that_the_rule_names() {
    let space = Space::new();
    let dataset = publish(&space, Approval::Automatic).await;
    let request = |purpose: &str| ContractRequest {
        peer: PeerName::Did(did("ulm")),
        dataset: dataset.id.clone(),
        offer: None,
        purpose: Some(purpose.to_owned()),
        terms: None,
    };
    let carl = actor("firm", "carl");
    let refused = space.desk.request_contract(&carl, request("advertising"), WAIT).await;
    assert_eq!(refused.unwrap_err().code, "purpose-not-in-rule");
    let taken = space.desk.request_contract(&carl, request("traffic-planning"), WAIT).await;
    assert_eq!(taken.unwrap().stage, ContractStage::InForce);
}

#[tokio::test]
async fn nobody_approves_what_they_published() {
    let space = Space::new();
    let dataset = publish(&space, Approval::SecondPerson).await;
    let (anna, berta) = (actor("ulm", "anna"), actor("ulm", "berta"));
    let asked = ask(&space, "firm", &dataset.id, Wait::default()).await;
    assert_eq!(asked.stage, ContractStage::Negotiating);
    let carl = actor("firm", "carl");
    until_asked(&space).await;

    let [own] = <[_; 1]>::try_from(space.desk.approvals(&anna).await.unwrap()).unwrap();
    let [others] = <[_; 1]>::try_from(space.desk.approvals(&berta).await.unwrap()).unwrap();
    assert_eq!((own.yours, others.yours, &*own.published_by), (false, true, "anna"));
    let id = own.contract.id;
    let refusal = space.desk.approve_contract(&anna, &id).await.unwrap_err();
    assert_eq!((refusal.fault, refusal.code), (Fault::Forbidden, "own-approval"));
    let still = space.desk.contract(&anna, &id, Wait::default()).await.unwrap();
    assert_eq!(still.stage, ContractStage::WaitingForApproval);

    space.desk.approve_contract(&berta, &id).await.unwrap();
    let contract = space.desk.contract(&carl, &asked.id, WAIT).await.unwrap();
    assert_eq!(contract.stage, ContractStage::InForce);
    let refusal = space.desk.reject_contract(&berta, &id, reason("late")).await.unwrap_err();
    assert_eq!(refusal.code, "nothing-to-approve");
}

#[tokio::test]
async fn a_rejection_reaches_the_partner_in_the_persons_words() {
    let space = Space::new();
    let dataset = publish(&space, Approval::SecondPerson).await;
    let asked = ask(&space, "firm", &dataset.id, Wait::default()).await;
    let (berta, carl) = (actor("ulm", "berta"), actor("firm", "carl"));
    until_asked(&space).await;
    let id = space.desk.approvals(&berta).await.unwrap().remove(0).contract.id;
    let view = space.desk.reject_contract(&berta, &id, reason("not this year")).await.unwrap();
    assert_eq!(view.stage, ContractStage::Refused);
    let theirs = space.desk.contract(&carl, &asked.id, WAIT).await.unwrap();
    assert_eq!(theirs.code.as_deref(), Some("rejected-by-person"));
    assert!(theirs.why.en.contains("not this year"));
}

#[tokio::test]
async fn data_is_pulled_held_and_recorded_on_both_sides() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let carl = actor("firm", "carl");
    let begun = space.desk.pull(&carl, &contract.id).await.unwrap();
    let delivery = space.desk.delivery(&carl, &begun.id, WAIT).await.unwrap();
    assert_eq!(delivery.outcome, Some(DeliveryOutcome::Complete), "{delivery:?}");
    assert_eq!(delivery.bytes, DATA.len() as u64);
    assert_eq!(std::fs::read(delivery.held_at.unwrap()).unwrap(), DATA);
    assert_eq!(delivery.digest, Some(wire::digest::Digest::of(DATA).to_string()));
    for name in ["firm", "ulm"] {
        let types = space.types(name).await;
        assert_eq!(types.get("delivery-started"), Some(&1), "{name} {types:?}");
        assert_eq!(types.get("delivery-finished"), Some(&1), "{name} {types:?}");
    }
    let sent = space.desk.deliveries(&actor("ulm", "anna"), None).await.unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].outcome, sent[0].bytes), (Some(DeliveryOutcome::Complete), delivery.bytes));

    // Once more: nothing is new, and the copy stays.
    let again = space.desk.pull(&carl, &contract.id).await.unwrap();
    assert_ne!(again.id, begun.id);
    let again = space.desk.delivery(&carl, &again.id, WAIT).await.unwrap();
    assert_eq!(again.outcome, Some(DeliveryOutcome::Complete));
    assert_eq!(space.flow.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn ending_a_contract_cuts_a_running_delivery_and_both_sides_show_why() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let (anna, carl) = (actor("ulm", "anna"), actor("firm", "carl"));
    space.flow.hangs.store(true, Ordering::SeqCst);
    let begun = space.desk.pull(&carl, &contract.id).await.unwrap();
    let mut watch = space.engine.watch();
    while space.engine.live().grounds().iter().filter(|it| it.verified.is_some()).count() == 0 {
        watch.recv().await.unwrap();
    }
    let id = ContractId::parse(contract.agreement.as_ref().unwrap().as_str()).unwrap();
    space.desk.end_contract(&anna, &id, reason("the source is closed")).await.unwrap();
    let delivery = space.desk.delivery(&carl, &begun.id, WAIT).await.unwrap();
    assert_eq!(delivery.outcome, Some(DeliveryOutcome::Cut), "{delivery:?}");
    assert_eq!(delivery.code.as_deref(), Some("agreement-ended"));
    let theirs = space.desk.contract(&carl, &contract.id, WAIT).await.unwrap();
    assert_eq!(theirs.stage, ContractStage::Ended);
    assert!(theirs.why.en.contains("the source is closed"), "{:?}", theirs.why);
    let refusal = space.desk.pull(&carl, &contract.id).await.unwrap_err();
    assert_eq!((refusal.fault, refusal.code), (Fault::Conflict, "agreement-ended"));
    let twice = space.desk.end_contract(&anna, &id, reason("again")).await.unwrap_err();
    assert_eq!(twice.code, "agreement-ended");
}

#[tokio::test]
async fn a_pull_that_was_interrupted_is_gone_on_with_at_the_next_start() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let carl = actor("firm", "carl");
    let id = AgreementId::parse(contract.agreement.as_ref().unwrap().as_str()).unwrap();
    let (_, agreed) = space.engine.agreement(&did("firm"), &id, &did("ulm")).await.unwrap();
    let pid = space.engine.ask_for_data(&did("firm"), &agreed, "carl").await.unwrap();
    let asked = space.engine.clock().now();
    let record = PullRecord { asked, account: "carl".to_owned(), end: None };
    let mut batch = Batch::new();
    let key = Key::new(&did("firm"), Kind::Delivery, crate::record::delivery::pull_id(&pid));
    batch.put_json(key, &record).unwrap();
    space.engine.store().commit(batch).await.unwrap();
    let id = crate::management::view::DeliveryId::parse(&pid).unwrap();
    let before = space.desk.delivery(&carl, &id, Wait::default()).await.unwrap();
    assert_eq!(before.code.as_deref(), Some("pull-interrupted"));

    let desk = space.another_desk();
    desk.resume().await;
    let after = desk.delivery(&carl, &id, WAIT).await.unwrap();
    assert_eq!(after.outcome, Some(DeliveryOutcome::Complete), "{after:?}");
}

#[tokio::test]
async fn the_log_is_told_in_words_and_exported_with_a_record() {
    let space = Space::new();
    let contract = in_force(&space).await;
    let (anna, carl) = (actor("ulm", "anna"), actor("firm", "carl"));
    let page = space.desk.log_entries(&anna, 0, 100, None).await.unwrap();
    assert_eq!(page.entries.len() as u64, page.size);
    let published = page.entries.iter().find(|entry| entry.kind == "dataset-published").unwrap();
    assert_eq!(published.account.as_deref(), Some("anna"));
    let about = space.desk.log_entries(&carl, 0, 100, Some(&contract.id)).await.unwrap();
    assert!(about.entries.iter().all(|entry| entry.contract.as_ref() == Some(&contract.id)));
    assert!(about.entries.iter().any(|entry| entry.kind == "agreement-signed"));

    let name = "audit-1".parse().unwrap();
    let request = ExportRequest { scope: ExportScope::All, name };
    let written = space.desk.export_log(&anna, request.clone()).await.unwrap();
    assert!(std::path::Path::new(&written.path).is_absolute());
    let types = space.types("ulm").await;
    assert_eq!(types.get("administrator-action"), Some(&1));
    let twice = space.desk.export_log(&anna, request).await.unwrap_err();
    assert_eq!(twice.code, "export-exists");
}

#[tokio::test]
async fn status_members_and_doctor_answer() {
    let space = Space::new();
    in_force(&space).await;
    let anna = actor("ulm", "anna");
    let status = space.desk.status(&anna).await.unwrap();
    assert_eq!((status.datasets, status.contracts_in_force, status.approvals_pending), (1, 1, 0));
    assert!(status.store.writable && status.log.size > 0);
    let members = space.desk.members(&anna).await.unwrap();
    assert_eq!(members.members.len(), 4);
    let doctor = space.desk.doctor(&anna).await.unwrap();
    let wrong: Vec<&str> =
        doctor.checks.iter().filter(|check| !check.ok).map(|check| &*check.check).collect();
    // Nothing listens in a test, and `ulm.example` is no name of this machine.
    assert!(wrong.contains(&"listeners"), "{doctor:?}");
    for check in ["clock", "store", "key-files", "certificate", "trust-list", "log", "partners"] {
        assert!(doctor.checks.iter().any(|it| it.check == check && it.ok), "{check}: {doctor:?}");
    }
    for check in doctor.checks {
        assert_eq!(check.ok, check.remedy.is_none(), "{check:?}");
    }
}
