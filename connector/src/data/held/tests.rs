//! Copies that are replaced whole, parts that survive, and disks that are full.

use bytes::Bytes;

use super::part::{Part, PartHead};
use super::*;
use crate::data::demand::Demand;
use crate::data::fake::did;

fn slot(folder: &Path, reserve_bytes: u64) -> Slot {
    let held = Held::at(folder.join("held"), Disk::keeping(reserve_bytes));
    held.slot(&did("ulm.localhost"), &AgreementId::parse("../../a/b").unwrap())
}

fn head(tag: Option<&str>, total: u64) -> PartHead {
    let version = tag.map(|tag| Version::parse(tag).unwrap());
    PartHead { version, media_type: "text/csv".to_owned(), total: Some(total) }
}

fn write(part: &mut Part, text: &'static str) {
    part.write(&[Bytes::from_static(text.as_bytes())]).unwrap();
}

fn names(slot: &Slot) -> Vec<String> {
    let entries = std::fs::read_dir(slot.folder()).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_peers_name_for_a_contract_never_becomes_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let slot = slot(folder.path(), 0);
    assert_eq!(slot.folder().parent().unwrap(), folder.path().join("held"));
    let held = Held::at(folder.path().join("held"), Disk::keeping(0));
    let id = AgreementId::parse("../../a/b").unwrap();
    assert_ne!(slot.folder(), held.slot(&did("neu-ulm.localhost"), &id).folder());
}

#[test]
fn a_copy_is_replaced_whole_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let slot = slot(folder.path(), 0);
    assert!(slot.open().unwrap().is_none());
    let mut part = Part::start(&slot, head(Some("\"1\""), 3)).unwrap();
    write(&mut part, "old");
    assert!(slot.open().unwrap().is_none(), "a part is no copy");
    part.finish(Timestamp::UNIX_EPOCH).unwrap();
    let old = slot.open().unwrap().unwrap();
    let mut part = Part::start(&slot, head(Some("\"2\""), 5)).unwrap();
    write(&mut part, "newer");
    let copy = part.finish(Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(slot.open().unwrap().unwrap().copy(), &copy);
    assert_eq!(copy.sha256, Digest::of(b"newer"));
    assert_eq!(names(&slot), [format!("{}.data", copy.sha256.hex()), "current.json".to_owned()]);
    let Answer::Opened(opened) = old.answer(&Demand::default()) else { panic!("no body") };
    assert_eq!(opened.total, Some(3), "who has it open keeps the old copy");
}

#[test]
fn an_erased_copy_is_gone_and_can_still_be_told_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let slot = slot(folder.path(), 0);
    assert_eq!(slot.erase().unwrap(), None);
    let mut part = Part::start(&slot, head(Some("\"1\""), 3)).unwrap();
    write(&mut part, "old");
    part.finish(Timestamp::UNIX_EPOCH).unwrap();
    let mut part = Part::start(&slot, head(Some("\"2\""), 5)).unwrap();
    write(&mut part, "ne");
    drop(part);
    let gone = Gone { bytes: 3, sha256: Some(Digest::of(b"old")) };
    for _ in 0..2 {
        assert_eq!(slot.erase().unwrap(), Some(gone));
        assert_eq!(names(&slot), ["erased.json"]);
        assert!(slot.open().unwrap().is_none());
    }
    slot.forget().unwrap();
    slot.forget().unwrap();
    assert!(!slot.folder().exists());
    assert_eq!(slot.erase().unwrap(), None);
}

#[test]
fn a_part_alone_is_erased_too() {
    let folder = tempfile::tempdir().unwrap();
    let slot = slot(folder.path(), 0);
    let mut part = Part::start(&slot, head(None, 5)).unwrap();
    write(&mut part, "ne");
    drop(part);
    assert_eq!(slot.erase().unwrap(), Some(Gone { bytes: 2, sha256: None }));
    assert_eq!(names(&slot), ["erased.json"]);
}

#[test]
fn a_part_is_continued_from_what_is_safe() {
    let folder = tempfile::tempdir().unwrap();
    let slot = slot(folder.path(), 0);
    assert!(Part::resume(&slot).unwrap().is_none());
    let mut part = Part::start(&slot, head(Some("\"1\""), 9)).unwrap();
    write(&mut part, "abc");
    part.save().unwrap();
    write(&mut part, "unsafe");
    drop(part);
    let mut part = Part::resume(&slot).unwrap().unwrap();
    assert_eq!(part.bytes(), 3);
    write(&mut part, "defghi");
    let copy = part.finish(Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!((copy.bytes, copy.sha256), (9, Digest::of(b"abcdefghi")));
}

#[test]
fn a_part_that_cannot_be_trusted_is_not_continued() {
    for (tag, damage) in [
        (None, "none"),
        (Some("W/\"1\""), "none"),
        (Some("\"1\""), "torn"),
        (Some("\"1\""), "zeroed"),
        (Some("\"1\""), "record"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let slot = slot(folder.path(), 0);
        let mut part = Part::start(&slot, head(tag, 9)).unwrap();
        write(&mut part, "abc");
        part.save().unwrap();
        drop(part);
        let (data, record) = (slot.folder().join("part.data"), slot.folder().join("part.json"));
        match damage {
            "torn" => std::fs::write(data, "ab").unwrap(),
            "zeroed" => std::fs::write(data, "a\0\0").unwrap(),
            "record" => std::fs::write(record, "{\"head").unwrap(),
            _ => {}
        }
        assert!(Part::resume(&slot).unwrap().is_none(), "{tag:?} {damage}");
    }
}

#[test]
fn the_reserve_of_the_disk_is_kept_and_the_part_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let roomy = slot(folder.path(), 0);
    let mut part = Part::start(&roomy, head(Some("\"1\""), 9)).unwrap();
    write(&mut part, "abc");
    part.save().unwrap();
    let full = slot(folder.path(), u64::MAX);
    let mut part = Part::resume(&full).unwrap().unwrap();
    let error = part.write(&[Bytes::from_static(b"def")]).unwrap_err();
    assert!(matches!(error, HeldError::DiskFull { needed_bytes: 3, .. }), "{error}");
    assert_eq!((error.code(), Part::resume(&full).unwrap().unwrap().bytes()), ("disk-full", 3));
    let error = Part::start(&full, head(None, 7)).unwrap_err();
    assert!(matches!(error, HeldError::DiskFull { needed_bytes: 7, .. }), "{error}");
    // A device that is always full answers as the disk would.
    let refused = io::Error::from(io::ErrorKind::StorageFull);
    assert_eq!(full.unusable(refused).code(), "disk-full");
}

#[test]
fn a_copy_that_lost_bytes_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let slot = slot(folder.path(), 0);
    let mut part = Part::start(&slot, head(None, 3)).unwrap();
    write(&mut part, "abc");
    let copy = part.finish(Timestamp::UNIX_EPOCH).unwrap();
    std::fs::write(slot.data(&copy.sha256), "ab").unwrap();
    assert!(slot.open().unwrap().is_none());
}
