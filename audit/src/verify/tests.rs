//! The verifier against a small world of two participants, whole and tampered with in every way.

mod pairs;
mod shards;
mod tampering;
mod trust;
mod world;

use insta::assert_snapshot;

use super::*;
use world::World;

#[test]
fn an_untouched_folder_is_proven_and_agrees() {
    let world = World::new();
    let report = world.report();
    assert_eq!(report.verdict, Verdict::Proven, "{}", report.text(Lang::En));
    assert!(report.is_proven());
    let sizes: Vec<_> =
        report.logs.iter().map(|log| (log.whole_to, log.witnessed_to, log.size)).collect();
    assert_eq!(sizes, [(6, 6, 6), (6, 6, 6)]);
    assert_eq!(report.agreements.len(), 1);
    assert_eq!(report.agreements[0].standing, Standing::Agreed);
    assert!(report.agreements[0].document_here);
    assert_eq!(report.pairs[0].matched, 4);
}

#[test]
fn the_report_is_said_in_two_languages() {
    let report = World::new().report();
    assert_snapshot!(report.text(Lang::En), @r"
Result: proven. The logs do not contradict each other.

Log firm.example/2026 (did:web:firm.example): proven
  - whole to 6 of 6 entries; seen by enough others to 6
  - did:web:ulm.example saw 6 entries

Log ulm.example/2026 (did:web:ulm.example): proven
  - whole to 6 of 6 entries; seen by enough others to 6
  - did:web:firm.example saw 6 entries

Agreement a1: did:web:firm.example gets from did:web:ulm.example; both logs say the same
  - signatures on sha256:16c0f78bc19af801c3a6320ed79408696c60ec67732c0b497c00cc9cdf693336: consumer valid, provider valid
  - ended: by the provider, says the consumer, at 2026-11-23T12:00:06Z; by the provider, says the provider, at 2026-11-23T12:00:06Z
  - delivery d0: provider 1024 bytes, whole, consumer 1024 bytes, whole; they match

did:web:firm.example and did:web:ulm.example: 4 matched, 0 only at did:web:firm.example, 0 only at did:web:ulm.example, 0 different

What no log, or none of these, can prove:
  - an entry that both sides left out
  - what happened to the data after it was handed over
  - whether data and stated purposes are true
  - the exact time: each log goes by its own clock
");
    assert_snapshot!(report.text(Lang::De), @r"
Ergebnis: bewiesen. Die Protokolle widersprechen einander nicht.

Protokoll firm.example/2026 (did:web:firm.example): bewiesen
  - vollständig bis Eintrag 6 von 6; bis 6 von genug anderen gesehen
  - did:web:ulm.example hat 6 Einträge gesehen

Protokoll ulm.example/2026 (did:web:ulm.example): bewiesen
  - vollständig bis Eintrag 6 von 6; bis 6 von genug anderen gesehen
  - did:web:firm.example hat 6 Einträge gesehen

Vertrag a1: did:web:firm.example erhält von did:web:ulm.example; beide Protokolle sagen dasselbe
  - Unterschriften unter sha256:16c0f78bc19af801c3a6320ed79408696c60ec67732c0b497c00cc9cdf693336: Empfänger gültig, Anbieter gültig
  - beendet: vom Anbieter, laut Empfänger am 2026-11-23T12:00:06Z; vom Anbieter, laut Anbieter am 2026-11-23T12:00:06Z
  - Lieferung d0: Anbieter 1024 Bytes, ganz, Empfänger 1024 Bytes, ganz; stimmt überein

did:web:firm.example und did:web:ulm.example: 4 gleich, 0 nur bei did:web:firm.example, 0 nur bei did:web:ulm.example, 0 verschieden

Was kein Protokoll, oder keines von diesen, beweisen kann:
  - einen Eintrag, den beide Seiten weggelassen haben
  - was nach der Übergabe mit den Daten geschah
  - ob Daten und genannte Zwecke der Wahrheit entsprechen
  - die genaue Uhrzeit: jedes Protokoll geht nach seiner eigenen Uhr
");
}

#[test]
fn a_clock_that_was_set_back_is_remarked_on_and_the_order_of_commits_is_not() {
    let check = |seconds: i64, remarks: usize| {
        let mut world = World::new();
        let (first, second) = (world.ulm.entries[2].time, &mut world.ulm.entries[3].time);
        *second = first - jiff::SignedDuration::from_secs(seconds);
        world.files.clear();
        world.write();
        let report = world.report();
        let log = report.logs.iter().find(|log| log.log.starts_with("ulm")).unwrap();
        let back = log.remarks.iter().filter(|one| one.kind == RemarkKind::TimeWentBack).count();
        assert_eq!(back, remarks, "{seconds} s");
    };
    check(0, 0);
    check(10, 0);
    check(11, 1);
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let write = |report: &Report| serde_json::to_string(report).unwrap();
    assert_eq!(write(&World::new().report()), write(&World::new().report()));
}

#[test]
fn an_empty_folder_proves_nothing() {
    let world = World::new();
    let empty = std::collections::BTreeMap::new();
    let report = verify_folder(&empty, &Default::default(), &crate::testing::FakeVerify);
    assert_eq!(report.verdict, Verdict::OnlySelfConsistent);
    let report = verify_folder(&empty, &world.anchors(), &crate::testing::FakeVerify);
    assert_eq!(report.verdict, Verdict::Broken);
    let problems: Vec<&Problem> = report.failures.iter().map(|failure| &failure.problem).collect();
    assert!(matches!(problems[..], [Problem::LogMissing { .. }, Problem::LogMissing { .. }]));
}
