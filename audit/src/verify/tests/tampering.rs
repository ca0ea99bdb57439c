//! Whoever has the folder but not the keys changes it; then whoever has a key of their own log.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    super::*,
    world::{FileMap, World, delivered},
};
use crate::{checkpoint::SignedCheckpoint, testing::FakeVerify};

fn problems(report: &Report, log: &str) -> Vec<Failure> {
    report.logs.iter().find(|one| one.log == log).unwrap().failures.clone()
}

fn verdict(report: &Report, log: &str) -> Verdict {
    report.logs.iter().find(|one| one.log == log).unwrap().verdict
}

const ULM: &str = "ulm.example/2026";

/// Every byte of the files that `of` picks, changed one at a time.
fn change_every_byte(of: fn(&str) -> bool) {
    let world = World::with_deliveries(0);
    let (anchors, whole) = (world.anchors(), world.report());
    assert_eq!(whole.verdict, Verdict::Proven);
    let mut files = world.files.clone();
    for (path, bytes) in world.files.iter().filter(|(path, _)| of(path)) {
        for (at, byte) in bytes.iter().enumerate() {
            files.get_mut(path).unwrap()[at] ^= 1 << (at % 7);
            let report = verify_folder(&files, &anchors, &FakeVerify);
            // A head that somebody kept is an addition: renamed, it is one that says nothing.
            if path.contains("/witness/") {
                assert_ne!(report, whole, "{path} at {at}");
            } else {
                assert_ne!(report.verdict, Verdict::Proven, "{path} at {at}");
            }
            files.get_mut(path).unwrap()[at] = *byte;
        }
    }
    assert_eq!(files, world.files);
}

#[test]
fn no_byte_of_the_providers_log_can_be_changed_unnoticed() {
    change_every_byte(|path| path.starts_with("ulm.example/2026/"));
}

#[test]
fn no_byte_of_the_consumers_log_can_be_changed_unnoticed() {
    change_every_byte(|path| path.starts_with("firm.example/2026/"));
}

#[test]
fn no_byte_of_a_document_or_kept_head_can_be_changed_unnoticed() {
    change_every_byte(|path| !path.contains("/2026/"));
}

#[test]
fn no_file_can_be_deleted_unnoticed() {
    let world = World::new();
    for path in world.files.keys() {
        let mut files = world.files.clone();
        files.remove(path);
        let report = verify_folder(&files, &world.anchors(), &FakeVerify);
        // Without the document the logs still stand, and it is said; a kept head is an addition that
        // nothing says must be there.
        let informative = path.contains("/agreements/") || path.contains("/witness/");
        let expected = if informative { Verdict::Proven } else { Verdict::Broken };
        assert_eq!(report.verdict, expected, "{path}");
        let document = report.agreements.first().is_some_and(|one| !one.document_here);
        assert_eq!(document, path.contains("/agreements/"), "{path}");
    }
}

#[test]
fn a_changed_entry_is_located() {
    let mut world = World::new();
    let path = format!("{ULM}/tile/entries/000.p/6");
    let text = String::from_utf8_lossy(&world.files[&path]).into_owned();
    let at = text.find("1024").unwrap();
    // Positions in the lossy text are those in the bytes up to the first byte that is no text.
    let bytes = world.files.get_mut(&path).unwrap();
    let at = (at..bytes.len()).find(|at| bytes[*at..].starts_with(b"\"d0\"")).unwrap();
    bytes[at + 2] = b'9';
    let found = problems(&world.report(), ULM);
    let tile = format!("{ULM}/tile/0/000.p/6");
    assert!(
        found.contains(&Failure { place: Place::entry(tile, 3), problem: Problem::EntryChanged })
    );
    assert!(found.iter().any(|failure| failure.problem == Problem::RootDiffers));
}

#[test]
fn a_changed_tile_is_told_from_a_changed_entry() {
    let mut world = World::new();
    let path = format!("{ULM}/tile/0/000.p/6");
    world.files.get_mut(&path).unwrap()[40] ^= 1;
    let place = Place::file(path);
    assert_eq!(problems(&world.report(), ULM), [Failure { place, problem: Problem::TileChanged }]);
}

/// The owner of a log changes the past and signs again with the real key.
fn rewritten(change: impl Fn(&mut Vec<Vec<u8>>)) -> Report {
    let mut world = World::new();
    let mut entries: Vec<Vec<u8>> =
        world.ulm.entries.iter().map(|entry| entry.to_bytes().unwrap()).collect();
    change(&mut entries);
    let ulm = world.ulm.clone();
    ulm.write_raw(&mut world.files, entries, None);
    world.report()
}

fn forked(report: &Report) -> bool {
    let by = "did:web:firm.example".to_owned();
    let wanted = Problem::Forked { size: 4, by };
    problems(report, ULM).iter().any(|failure| failure.problem == wanted)
}

#[test]
fn the_owner_cannot_change_what_the_counterparty_saw() {
    let mut other = World::new().ulm.entries[1].clone();
    other.reasons = vec!["changed".parse().unwrap()];
    let changed = rewritten(|entries| entries[1] = other.to_bytes().unwrap());
    assert!(forked(&changed), "{}", changed.text(Lang::En));
    let swapped = rewritten(|entries| entries.swap(2, 1));
    assert!(forked(&swapped));
    let deleted = rewritten(|entries| drop(entries.remove(1)));
    assert!(forked(&deleted));
    let mut more = World::new();
    more.ulm.record(delivered(7));
    let inserted = more.ulm.entries.last().unwrap().to_bytes().unwrap();
    let inserted = rewritten(|entries| entries.insert(1, inserted.clone()));
    assert!(forked(&inserted));
    for report in [changed, swapped, deleted, inserted] {
        assert_eq!(verdict(&report, ULM), Verdict::Broken);
    }
}

#[test]
fn a_log_that_is_cut_off_and_signed_again_is_caught_by_the_counterparty() {
    let report = rewritten(|entries| entries.truncate(3));
    let by = "did:web:firm.example".to_owned();
    assert!(
        problems(&report, ULM)
            .iter()
            .any(|failure| failure.problem == Problem::Truncated { size: 4, by: by.clone() })
    );
    assert_eq!(verdict(&report, ULM), Verdict::Broken);
    assert_eq!(verdict(&report, "firm.example/2026"), Verdict::Proven);
}

#[test]
fn a_log_that_is_cut_off_without_signing_again_lacks_its_entries() {
    let mut world = World::new();
    let path = format!("{ULM}/tile/entries/000.p/6");
    let bytes = world.files.get_mut(&path).unwrap();
    let keep = bytes.len() - 10;
    bytes.truncate(keep);
    let found = problems(&world.report(), ULM);
    let place = Place::entry(path, 5);
    assert!(found.contains(&Failure { place, problem: Problem::BundleUnreadable }));
}

#[test]
fn a_replayed_older_head_is_caught() {
    let mut world = World::new();
    // The whole log as it was at three entries, with the head that was really signed then.
    let ulm = world.ulm.clone();
    let older: Vec<Vec<u8>> =
        ulm.entries[..3].iter().map(|entry| entry.to_bytes().unwrap()).collect();
    ulm.write_raw(&mut world.files, older, Some(&world.firm));
    let report = world.report();
    assert_eq!(verdict(&report, ULM), Verdict::Broken);
    let found = problems(&report, ULM);
    assert!(found.iter().any(|one| matches!(one.problem, Problem::Truncated { size: 4, .. })));
    // Only the head replayed, over the newer entries.
    let mut world = World::new();
    let note = world.ulm.head(3).to_string().into_bytes();
    world.files.insert(format!("{ULM}/checkpoint"), note);
    assert_eq!(verdict(&world.report(), ULM), Verdict::Broken);
}

#[test]
fn a_copied_entry_is_found() {
    let report = rewritten(|entries| entries.push(entries[3].clone()));
    let problem = Problem::DuplicateEntry { first: 3 };
    assert!(problems(&report, ULM).iter().any(|failure| failure.problem == problem));
}

#[test]
fn an_entry_of_another_participant_is_found() {
    let foreign = World::new().firm.entries[3].to_bytes().unwrap();
    let report = rewritten(|entries| entries.push(foreign.clone()));
    let problem = Problem::EntryOfAnotherLog;
    assert!(problems(&report, ULM).iter().any(|failure| failure.problem == problem));
}

#[test]
fn an_unknown_version_or_type_is_named_and_not_accepted() {
    for (from, to, problem) in [
        ("\"version\":1", "\"version\":2", Problem::EntryVersionUnknown { version: 2 }),
        (
            "\"agreement-ended\"",
            "\"agreement-bent\"",
            Problem::EntryTypeUnknown { name: "agreement-bent".to_owned() },
        ),
        ("\"c1\"", "7", Problem::EntryMalformed),
    ] {
        let report = rewritten(|entries| {
            let last = entries.last_mut().unwrap();
            *last = String::from_utf8(last.clone()).unwrap().replace(from, to).into_bytes();
        });
        let found = problems(&report, ULM);
        let place = Place::entry(format!("{ULM}/tile/entries/000.p/6"), 5);
        assert!(found.contains(&Failure { place, problem }), "{found:?}");
        assert_eq!(report.verdict, Verdict::Broken);
    }
}

#[test]
fn a_forged_countersignature_is_found() {
    let mut world = World::new();
    let ulm = world.ulm.clone();
    ulm.write(&mut world.files, None);
    let path = format!("{ULM}/checkpoint");
    let mut note = SignedCheckpoint::parse(&world.files[&path]).unwrap();
    // Ulm writes a countersignature in the firm's name with its own key.
    let firm = world.firm.witness_key();
    let at = "2026-11-23T13:00:00Z".parse().unwrap();
    let mut forged = note.cosign(firm.name().clone(), &ulm.key(), at).unwrap();
    forged.id = firm.id();
    note.add(forged);
    world.files.insert(path.clone(), note.to_string().into_bytes());
    let problem = Problem::CosignatureForged { name: firm.name().clone() };
    assert_eq!(problems(&world.report(), ULM), [Failure { place: Place::file(path), problem }]);
}

#[test]
fn stale_and_foreign_files_are_remarked_or_checked() {
    let mut world = World::new();
    let stale = format!("{ULM}/tile/0/000.p/4");
    let right = world.files[&format!("{ULM}/tile/0/000.p/6")][..128].to_vec();
    world.files.insert(stale.clone(), right);
    world.files.insert(format!("{ULM}/tile/0/007"), vec![0; 8192]);
    world.files.insert("notes.txt".to_owned(), b"hello".to_vec());
    let report = world.report();
    assert_eq!(report.verdict, Verdict::Proven);
    let kinds: BTreeSet<String> = report
        .logs
        .iter()
        .flat_map(|log| &log.remarks)
        .chain(&report.remarks)
        .map(|remark| format!("{:?}", remark.kind))
        .collect();
    assert_eq!(kinds, ["BeyondCheckpoint", "UnknownFile"].map(str::to_owned).into());
    world.files.get_mut(&stale).unwrap()[0] ^= 1;
    let problem = Problem::TileChanged;
    assert_eq!(problems(&world.report(), ULM), [Failure { place: Place::file(stale), problem }]);
}

/// One way to spoil a folder.
#[derive(Clone, Debug)]
enum Spoil {
    Append(usize, u8),
    Cut(usize, usize),
    Delete(usize),
    Flip(usize, usize, u8),
    Swap(usize, usize),
}

fn spoil() -> impl Strategy<Value = Spoil> {
    let place = 0_usize..1000;
    prop_oneof![
        (place.clone(), any::<u8>()).prop_map(|(file, byte)| Spoil::Append(file, byte)),
        (place.clone(), 1_usize..2000).prop_map(|(file, bytes)| Spoil::Cut(file, bytes)),
        place.clone().prop_map(Spoil::Delete),
        (place.clone(), 0_usize..5000, 1_u8..=255)
            .prop_map(|(file, at, mask)| Spoil::Flip(file, at, mask)),
        (place.clone(), place).prop_map(|(one, other)| Spoil::Swap(one, other)),
    ]
}

fn apply(files: &mut FileMap, spoil: &Spoil) {
    // Kept heads and documents are additions, see above; what is tampered with here are the logs.
    let logs = files.keys().filter(|path| path.contains("/2026/"));
    let paths: Vec<String> = logs.cloned().collect();
    let path = |number: usize| paths[number % paths.len()].clone();
    match *spoil {
        Spoil::Append(file, byte) => files.get_mut(&path(file)).unwrap().push(byte),
        Spoil::Cut(file, bytes) => {
            let content = files.get_mut(&path(file)).unwrap();
            content.truncate(content.len().saturating_sub(bytes));
        }
        Spoil::Delete(file) => drop(files.remove(&path(file))),
        Spoil::Flip(file, at, mask) => {
            let content = files.get_mut(&path(file)).unwrap();
            let at = at % content.len();
            content[at] ^= mask;
        }
        Spoil::Swap(one, other) => {
            let (one, other) = (path(one), path(other));
            let (left, right) = (files[&one].clone(), files[&other].clone());
            files.insert(one, right);
            files.insert(other, left);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_random_tampering_goes_unnoticed(spoils in prop::collection::vec(spoil(), 1..4)) {
        let mut world = World::new();
        let whole = world.files.clone();
        for spoil in &spoils {
            if world.files.keys().any(|path| path.contains("/2026/"))
                && world.files.values().all(|content| !content.is_empty())
            {
                apply(&mut world.files, spoil);
            }
        }
        prop_assume!(world.files != whole);
        prop_assert_ne!(world.report().verdict, Verdict::Proven);
    }
}
