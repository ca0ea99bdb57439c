//! What an auditor gets, and what he does not get.

use audit::entry::Process;
use audit::verify::Verdict;
use protocol::Role;
use protocol::id::{ConsumerPid, ProviderPid};
use serde_json::json;
use wire::json::canonical;

use super::*;
use crate::engine::judged::Judged;
use crate::engine::rule::{self, Shape};
use crate::log::fixture::{Space, did, files};
use crate::log::page;

/// Records an agreement of Ulm's with the firm, as the engine does.
async fn agree(space: &Space, id: &str) -> Digest {
    let document = json!({"@id": id, "@type": "Agreement"});
    let digest = Digest::of(&canonical(&document).unwrap());
    let (ours, standing) = space.engine.member(&did("ulm")).unwrap();
    let mut draft = Draft::new(&space.engine, &ours, standing);
    let agreement = AgreementId::parse(id).unwrap();
    draft.count_for(&agreement, &did("firm")).await.unwrap();
    draft.document(&digest, &document).unwrap();
    let process = Process {
        consumer_pid: Some(ConsumerPid::parse("urn:uuid:c").unwrap()),
        provider_pid: Some(ProviderPid::parse("urn:uuid:p").unwrap()),
    };
    let about = About {
        process: Some(process),
        counterparty: Some(did("firm")),
        role: Some(Role::Provider),
        ..About::default()
    };
    let body = Body::AgreementSigned {
        document: digest,
        consumer_signature: None,
        provider_signature: None,
    };
    draft.record(about, body).unwrap();
    let (_, errands) = draft.commit().await.unwrap();
    errands.release(&space.engine);
    digest
}

#[tokio::test]
async fn the_folder_is_whole_and_holds_nothing_else() {
    let space = Space::new();
    let first = agree(&space, "urn:uuid:a1").await;
    agree(&space, "urn:uuid:a2").await;
    space.log("ulm", 300).await;
    space.log("firm", 2).await;
    let theirs = space.sign("firm", 0).await;
    space.witness.seen(&did("ulm"), &did("firm"), &theirs);
    let target = tempfile::tempdir().unwrap();
    record(&space.engine, &did("ulm"), "anna").await.unwrap();
    let done = export(&space.sequencer, &did("ulm"), &Scope::All, target.path()).await.unwrap();
    assert_eq!((done.entries, done.documents, done.notes), (304, 2, 0));
    let found = files(target.path());
    assert_eq!(done.files, found.len() as u64);
    assert_eq!(done.bytes, found.values().map(|file| file.len() as u64).sum::<u64>());
    assert!(found.keys().all(|path| path.starts_with("ulm.example/")), "{found:?}");
    let report = space.verify(target.path(), &["ulm"], 0).await;
    assert_eq!(report.verdict, Verdict::Proven, "{report:#?}");
    assert!(report.agreements.iter().all(|one| one.document_here));
    assert!(report.remarks.is_empty() && report.logs[0].remarks.is_empty(), "{report:#?}");

    let agreement = AgreementId::parse("urn:uuid:a1").unwrap();
    let one = Scope::Agreement { agreement, peer: did("firm") };
    let target = tempfile::tempdir().unwrap();
    let done = export(&space.sequencer, &did("ulm"), &one, target.path()).await.unwrap();
    assert_eq!((done.entries, done.documents), (304, 1));
    let name = format!("ulm.example/agreements/{}.json", hex(first.as_bytes()));
    assert!(files(target.path()).contains_key(&name));
}

/// Records a decision about the firm, as the engine does.
async fn decide(space: &Space, agreement: Option<&str>) -> Judged {
    let (ours, standing) = space.engine.member(&did("ulm")).unwrap();
    let offer = json!({ "@id": "urn:o", "@type": "Offer", "permission": [{ "action": "use" }] });
    let rule = rule::read(&offer, Shape::Offer).unwrap();
    let mut draft = Draft::new(&space.engine, &ours, standing.clone());
    let dataset = "urn:uuid:d".parse().unwrap();
    let made = rule::judge_offered(&rule, &did("firm"), &dataset, &standing, draft.at()).unwrap();
    let policy = Digest::of_canonical(&offer).unwrap();
    let judged = Judged::new(made, &rule, Shape::Offer, policy);
    draft.document(&policy, &offer).unwrap();
    if let Some(id) = agreement {
        draft.count_for(&id.parse().unwrap(), &did("firm")).await.unwrap();
    }
    let about =
        About { counterparty: Some(did("firm")), role: Some(Role::Provider), ..About::default() };
    draft.decided(about, &judged.recorded().unwrap()).unwrap();
    draft.commit().await.unwrap().1.release(&space.engine);
    judged
}

/// Records that an acceptance policy took terms, as the engine does.
async fn weigh(space: &Space) -> Digest {
    let (ours, standing) = space.engine.member(&did("ulm")).unwrap();
    let mut draft = Draft::new(&space.engine, &ours, standing);
    let acceptance = json!({ "noWorse": true });
    let policy = Digest::of_canonical(&acceptance).unwrap();
    draft.document(&policy, &acceptance).unwrap();
    let weighed = json!({ "acceptance": "terms-no-worse", "policy": policy, "terms": policy });
    let decision = Digest::of_canonical(&weighed).unwrap();
    draft.document(&decision, &weighed).unwrap();
    let verdict = audit::entry::Verdict::Permit;
    draft.record(About::default(), Body::DecisionMade { verdict, decision, policy }).unwrap();
    draft.commit().await.unwrap().1.release(&space.engine);
    policy
}

#[tokio::test]
async fn what_a_decision_was_made_from_is_in_the_folder_once_and_an_acceptance_policy_is_not() {
    let space = Space::new();
    let judged = decide(&space, None).await;
    decide(&space, None).await;
    let acceptance = weigh(&space).await;
    let target = tempfile::tempdir().unwrap();
    let done = export(&space.sequencer, &did("ulm"), &Scope::All, target.path()).await.unwrap();
    let found = files(target.path());
    let decisions: Vec<_> = found.keys().filter(|path| path.contains("/decisions/")).collect();
    // The clock of the fixture stands: both decisions, with offer and facts, are the same.
    assert_eq!((done.decisions, decisions.len()), (4, 4), "{decisions:?}");
    let name = format!("ulm.example/decisions/{}.json", judged.decision.snapshot.hex());
    assert!(found.contains_key(&name));
    assert!(!found.keys().any(|path| path.contains(&acceptance.hex())));
    let report = space.verify(target.path(), &["ulm"], 0).await;
    assert_eq!(report.verdict, Verdict::Proven, "{report:#?}");
    assert!(report.remarks.is_empty(), "{report:#?}");
    let bytes = std::fs::read(target.path().join(&name)).unwrap();
    std::fs::write(target.path().join(&name), [&bytes[..], b" "].concat()).unwrap();
    let report = space.verify(target.path(), &["ulm"], 0).await;
    assert_eq!(report.verdict, Verdict::Broken, "{report:#?}");
}

#[tokio::test]
async fn the_folder_of_one_agreement_has_its_decisions_alone() {
    let space = Space::new();
    agree(&space, "urn:uuid:a1").await;
    decide(&space, Some("urn:uuid:a1")).await;
    weigh(&space).await;
    let agreement = AgreementId::parse("urn:uuid:a1").unwrap();
    let one = Scope::Agreement { agreement, peer: did("firm") };
    let target = tempfile::tempdir().unwrap();
    let done = export(&space.sequencer, &did("ulm"), &one, target.path()).await.unwrap();
    assert_eq!((done.documents, done.decisions), (1, 3));
}

#[tokio::test]
async fn both_sides_fit_into_one_folder_and_nothing_is_written_over() {
    let space = Space::new();
    space.log("ulm", 2).await;
    space.log("firm", 2).await;
    let target = tempfile::tempdir().unwrap();
    for name in ["ulm", "firm"] {
        export(&space.sequencer, &did(name), &Scope::All, target.path()).await.unwrap();
    }
    let report = space.verify(target.path(), &["ulm", "firm"], 0).await;
    assert_eq!((report.verdict, report.logs.len()), (Verdict::Proven, 2));
    let before = files(target.path());
    let again = export(&space.sequencer, &did("ulm"), &Scope::All, target.path()).await;
    assert!(matches!(again, Err(LogError::Io { .. })), "{again:?}");
    assert_eq!(files(target.path()), before);
}

#[tokio::test]
async fn pages_go_through_the_whole_log_and_can_be_of_one_agreement() {
    let space = Space::new();
    agree(&space, "urn:uuid:a1").await;
    space.log("ulm", 600).await;
    agree(&space, "urn:uuid:a2").await;
    let ulm = did("ulm");
    let mut indexes = Vec::new();
    let mut from = Some(0);
    while let Some(start) = from {
        let page = page::page(&space.engine, &ulm, start, 100, |_| true).await.unwrap();
        assert_eq!((page.size, page.signed_size), (603, 0));
        indexes.extend(page.entries.iter().map(|row| row.index));
        from = page.next;
    }
    assert_eq!(indexes, (0..603).collect::<Vec<_>>());
    let agreement = AgreementId::parse("urn:uuid:a2").unwrap();
    let wanted = page::about(&agreement, &ulm);
    let none = page::page(&space.engine, &ulm, 0, 100, wanted).await.unwrap();
    assert!(none.entries.is_empty(), "another partner's agreement may have the same id");
    let firm = did("firm");
    let wanted = page::about(&agreement, &firm);
    let page = page::page(&space.engine, &ulm, 0, 100, wanted).await.unwrap();
    assert_eq!(page.entries.iter().map(|row| row.index).collect::<Vec<_>>(), [602]);
    assert_eq!(page.next, None);
}
