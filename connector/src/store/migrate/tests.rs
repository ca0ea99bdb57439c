//! A store there and back, and what keeps a migration from beginning.

use super::*;
use crate::store::again::again;
use crate::store::{Batch, Embedded, Key, Kind, Log, Scope, Settings, Span, Store as _};

const COMMITS: u64 = 600;

fn open(engine: OnDisk, folder: &Path) -> Result<Embedded, OpenError> {
    Embedded::open(engine, folder, Settings::of_folder(folder, 0))
}

fn log() -> Log {
    Log::new(Scope::Process, "2026")
}

fn key(number: u64) -> Key {
    Key::new(Scope::Process, Kind::Setting, format!("{number:08}"))
}

/// A closed store of sled's: short and long values, one that is empty, entries and a deleted record.
async fn written(folder: &Path) {
    let store = open(OnDisk::Sled, folder).unwrap();
    for number in 0..COMMITS {
        let mut batch = Batch::new();
        let length = if number.is_multiple_of(50) { 20_000 } else { number as usize % 40 };
        batch.put(key(number), vec![7; length]).append(log(), number.to_be_bytes().to_vec());
        store.commit(batch).await.unwrap();
    }
    let mut batch = Batch::new();
    batch.delete(key(3));
    store.commit(batch).await.unwrap();
}

type Everything = (Vec<(String, u64, Vec<u8>)>, Vec<(u64, Vec<u8>)>, u64);

/// All that can be read, and the number that the next commit would have followed.
async fn everything(engine: OnDisk, folder: &Path) -> Everything {
    let store = again(|| open(engine, folder));
    let span = Span::new(Scope::Process, Kind::Setting);
    let records = store.range(&span).await.unwrap().into_iter();
    let records = records.map(|it| (it.id, it.version.number(), it.value.to_vec())).collect();
    let entries = store.entries(&log(), 0, 10_000).await.unwrap().into_iter();
    let entries = entries.map(|it| (it.index, it.value.to_vec())).collect();
    let last = store.commit(Batch::new()).await.unwrap().version().number();
    (records, entries, last)
}

#[tokio::test]
async fn a_store_goes_to_the_other_engine_and_back_and_says_the_same() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("store");
    written(&folder).await;
    let before = everything(OnDisk::Sled, &folder).await;
    assert_eq!((before.0.len(), before.1.len(), before.2), (599, 600, 601));

    let mut told = Vec::new();
    let moved = again(|| migrate(&folder, OnDisk::Redb, |records| told.push(records)));
    let former = home.path().join("store.sled");
    assert_eq!(moved, Some(Moved { records: 1200, former: former.clone() }));
    assert_eq!(told.last(), Some(&1200));
    assert_eq!(everything(OnDisk::Redb, &folder).await, before);
    assert_eq!(everything(OnDisk::Sled, &former).await, before, "the former one is as it was");
    assert_eq!(migrate(&folder, OnDisk::Redb, |_| {}).unwrap(), None);

    fs::remove_dir_all(&former).unwrap();
    let moved = again(|| migrate(&folder, OnDisk::Sled, |_| {}));
    let former = home.path().join("store.redb");
    assert_eq!(moved, Some(Moved { records: 1200, former }));
    assert_eq!(everything(OnDisk::Sled, &folder).await, before);
}

#[tokio::test]
async fn a_store_is_opened_by_its_own_engine_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("store");
    written(&folder).await;
    let refused = open(OnDisk::Redb, &folder).unwrap_err();
    assert!(matches!(refused, OpenError::Engine { found: OnDisk::Sled, .. }), "{refused}");
    assert!(refused.hint().contains("store migrate"));
    drop(again(|| open(OnDisk::Sled, &folder)));
}

#[tokio::test]
async fn a_migration_that_cannot_be_leaves_the_store_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("store");
    let none = migrate(&folder, OnDisk::Redb, |_| {});
    assert!(matches!(none, Err(MigrateError::Nothing { .. })));
    assert!(!folder.exists());

    written(&folder).await;
    let store = again(|| open(OnDisk::Sled, &folder));
    let used = migrate(&folder, OnDisk::Redb, |_| {});
    assert!(matches!(used, Err(MigrateError::Open(OpenError::InUse { .. }))));
    drop(store);

    let former = home.path().join("store.sled");
    fs::create_dir(&former).unwrap();
    let kept = migrate(&folder, OnDisk::Redb, |_| {});
    assert!(matches!(kept, Err(MigrateError::Former { path }) if path == former));
    fs::remove_dir(&former).unwrap();

    // What an interrupted migration has left is made anew.
    drop(OnDisk::Redb.open(&former).unwrap());
    let moved = again(|| migrate(&folder, OnDisk::Redb, |_| {}));
    assert_eq!(moved, Some(Moved { records: 1200, former: former.clone() }));
    assert_eq!(OnDisk::found_in(&former), Some(OnDisk::Sled));

    // A store as it was is never taken for that: back, and once more.
    assert!(again(|| migrate(&folder, OnDisk::Sled, |_| {})).is_some());
    let kept = migrate(&folder, OnDisk::Redb, |_| {});
    assert!(matches!(kept, Err(MigrateError::Former { path }) if path == former));
}
