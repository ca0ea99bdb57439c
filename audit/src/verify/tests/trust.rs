//! What the auditor brings decides what can be proven.

use super::{
    super::*,
    world::{World, statement},
};
use crate::{
    agreement,
    anchors::{Anchors, Seen, WitnessPolicy},
    checkpoint::{KeyKind, VerifierKey},
    entry::Body,
    testing::FakeKey,
};
use wire::sign::Sign as _;

fn ulm(report: &Report) -> &LogReport {
    report.logs.iter().find(|log| log.log == "ulm.example/2026").unwrap()
}

#[test]
fn without_anchors_a_folder_is_only_self_consistent() {
    let report = World::new().report_with(&Anchors::default());
    assert_eq!(report.verdict, Verdict::OnlySelfConsistent);
    let doubts = &ulm(&report).doubts;
    assert_eq!(*doubts, [Doubt::KeyUnknown, Doubt::TooFewWitnesses { have: 0, need: 1 }]);
    assert_eq!(ulm(&report).whole_to, 6);
    assert_eq!(report.agreements[0].provider_signature, SignatureStatus::KeyUnknown);
    assert_eq!(report.agreements[0].standing, Standing::OneSided);
}

#[test]
fn another_key_than_the_expected_one_is_a_failure() {
    let world = World::new();
    let mut anchors = world.anchors();
    let stranger = FakeKey::ed25519("stranger").public_key();
    let name = world.ulm.log_key().name().clone();
    anchors.participants[0].logs = vec![VerifierKey::new(name, KeyKind::Log, stranger).unwrap()];
    let report = world.report_with(&anchors);
    assert_eq!(ulm(&report).verdict, Verdict::Broken);
    let problems: Vec<_> = ulm(&report).failures.iter().map(|one| &one.problem).collect();
    assert_eq!(problems, [&Problem::CheckpointUnsigned]);
}

#[test]
fn a_log_that_is_expected_must_be_there() {
    let world = World::new();
    let mut anchors = world.anchors();
    let name = "ulm.example/2025".parse().unwrap();
    let older = VerifierKey::new(name, KeyKind::Log, world.ulm.key().public_key()).unwrap();
    anchors.participants[0].logs.push(older.clone());
    let report = world.report_with(&anchors);
    assert_eq!(report.verdict, Verdict::Broken);
    assert_eq!(report.failures[0].problem, Problem::LogMissing { log: older.name().clone() });
}

#[test]
fn a_log_that_is_another_participants_is_not_taken_for_theirs() {
    let world = World::new();
    let mut anchors = world.anchors();
    anchors.participants[0].did = "did:web:neu-ulm.example".parse().unwrap();
    let report = world.report_with(&anchors);
    let problems: Vec<_> = ulm(&report).failures.iter().map(|one| &one.problem).collect();
    assert!(problems.contains(&&Problem::EntryOfAnotherLog));
}

#[test]
fn more_witnesses_can_be_demanded_than_there_are() {
    let world = World::new();
    let mut anchors = world.anchors();
    anchors.policy = WitnessPolicy { quorum: 2, tail_max: None };
    let report = world.report_with(&anchors);
    assert_eq!(report.verdict, Verdict::OnlySelfConsistent);
    assert_eq!(ulm(&report).doubts, [Doubt::TooFewWitnesses { have: 1, need: 2 }]);
    anchors.seen = vec![Seen { by: "authority".to_owned(), checkpoint: world.ulm.head(5) }];
    let report = world.report_with(&anchors);
    assert_eq!(ulm(&report).verdict, Verdict::Proven);
    assert_eq!((ulm(&report).witnessed_to, ulm(&report).size), (5, 6));
    let log = "ulm.example/2026".parse().unwrap();
    assert!(report.limits.contains(&Limit::TailUnseen { log, entries: 1 }));
    anchors.policy.tail_max = Some(0);
    let report = world.report_with(&anchors);
    assert_eq!(ulm(&report).doubts, [Doubt::TailTooLong { entries: 1, allowed: 0 }]);
}

#[test]
fn nobody_is_a_witness_for_themselves() {
    let mut world = World::new();
    let own = world.ulm.clone();
    own.write(&mut world.files, Some(&own));
    let mut anchors = world.anchors();
    anchors.participants.truncate(1);
    world.files.retain(|path, _| !path.starts_with("firm.example"));
    let report = world.report_with(&anchors);
    assert_eq!(ulm(&report).doubts[0], Doubt::TooFewWitnesses { have: 0, need: 1 });
}

#[test]
fn a_log_that_the_authority_saw_cannot_be_cut_off() {
    let mut world = World::new();
    let mut anchors = world.anchors();
    anchors.participants.truncate(1);
    anchors.seen = vec![Seen { by: "authority".to_owned(), checkpoint: world.ulm.head(6) }];
    world.files.retain(|path, _| !path.starts_with("firm.example"));
    world.ulm.entries.truncate(5);
    let ulm_side = world.ulm.clone();
    ulm_side.write(&mut world.files, None);
    let report = world.report_with(&anchors);
    let problem = Problem::Truncated { size: 6, by: "authority".to_owned() };
    assert!(ulm(&report).failures.iter().any(|failure| failure.problem == problem));
    let of = "did:web:ulm.example".parse().unwrap();
    let other = "did:web:firm.example".parse().unwrap();
    assert!(report.limits.contains(&Limit::OtherLogMissing { of, other }));
}

#[test]
fn a_head_that_was_never_signed_convicts_nobody() {
    let mut world = World::new();
    let mut anchors = world.anchors();
    // The firm invents a longer head of Ulm's log.
    let mut longer = world.ulm.clone();
    longer.record(super::world::delivered(9));
    let invented = longer.head(7).checkpoint().clone().sign(&FakeKey::ed25519("firm")).unwrap();
    world.firm.record(Body::CheckpointReceived { checkpoint: invented.to_string() });
    world.write();
    let report = world.report();
    assert_eq!(ulm(&report).verdict, Verdict::Proven);
    let firm = report.logs.iter().find(|log| log.log == "firm.example/2026").unwrap();
    let name = world.ulm.log_key().name().clone();
    assert_eq!(firm.failures[0].problem, Problem::ReceivedCheckpointForged { name });
    assert_eq!(firm.failures[0].place.entry, Some(6));
    // The same from the auditor is remarked and not used.
    let mut world = World::new();
    world.write();
    anchors.seen = vec![Seen { by: "rumour".to_owned(), checkpoint: invented }];
    let report = world.report_with(&anchors);
    assert_eq!(report.verdict, Verdict::Proven);
    assert_eq!(report.remarks[0].kind, RemarkKind::SeenNotSigned);
}

#[test]
fn both_signatures_must_be_over_this_agreement() {
    let mut world = World::new();
    let other = agreement::Statement { agreement: "a2".parse().unwrap(), ..statement() };
    let moved = agreement::sign(&world.firm.agreement_key(), &other).unwrap();
    for side in [&mut world.ulm, &mut world.firm] {
        if let Body::AgreementSigned { consumer_signature, .. } = &mut side.entries[2].body {
            *consumer_signature = Some(moved.clone());
        }
    }
    world.ulm.entries.remove(4);
    world.firm.entries.remove(4);
    world.files.clear();
    world.write();
    let report = world.report();
    let by = "did:web:firm.example".parse().unwrap();
    assert_eq!(ulm(&report).failures[0].problem, Problem::SignatureInvalid { by });
    assert_eq!(ulm(&report).failures[0].place.entry, Some(2));
    assert_eq!(report.agreements[0].consumer_signature, SignatureStatus::Invalid);
    assert_eq!(report.agreements[0].provider_signature, SignatureStatus::Valid);
    assert_eq!(report.agreements[0].standing, Standing::Disputed);
}

#[test]
fn an_agreement_with_a_connector_that_signs_nothing_is_one_sided() {
    let mut world = World::new();
    for side in [&mut world.ulm, &mut world.firm] {
        if let Body::AgreementSigned { consumer_signature, .. } = &mut side.entries[2].body {
            *consumer_signature = None;
        }
        side.entries.remove(4);
    }
    world.files.clear();
    world.write();
    let report = world.report();
    assert_eq!(report.verdict, Verdict::Proven, "{}", report.text(Lang::En));
    assert_eq!(report.agreements[0].consumer_signature, SignatureStatus::Missing);
    assert_eq!(report.agreements[0].standing, Standing::OneSided);
}

#[test]
fn two_heads_of_one_size_convict_a_log_that_is_not_here() {
    let mut world = World::new();
    let mut anchors = world.anchors();
    anchors.participants[0].logs.clear();
    let head = world.ulm.head(4);
    let mut other = world.ulm.clone();
    other.entries.swap(1, 2);
    anchors.seen = vec![
        Seen { by: "authority".to_owned(), checkpoint: other.head(4) },
        Seen { by: "audit office".to_owned(), checkpoint: head },
    ];
    world.files.retain(|path, _| !path.starts_with("ulm.example/2026"));
    let report = world.report_with(&anchors);
    assert_eq!(report.verdict, Verdict::Broken);
    assert!(matches!(&report.failures[0].problem, Problem::Forked { size: 4, .. }));
}
