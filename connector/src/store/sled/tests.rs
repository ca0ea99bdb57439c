//! What is sled's alone: pieces instead of files of its own, and its settings file.

use std::os::unix::fs::FileExt as _;

use super::*;
use crate::store::again::again;
use crate::store::{Batch, Embedded, Key, Kind, OnDisk, Scope, Settings, Span, Store as _};

fn open(folder: &Path) -> Result<Embedded, OpenError> {
    Embedded::open(OnDisk::Sled, folder, Settings::of_folder(folder, 0))
}

fn key(number: u64) -> Key {
    Key::new(Scope::Process, Kind::Setting, format!("{number:08}"))
}

#[test]
fn damaged_settings_of_sled_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let conf = folder.path().join("conf");
    let file = fs::OpenOptions::new().write(true).open(&conf).unwrap();
    file.write_all_at(&[1, 2, 3], 2).unwrap();
    assert!(matches!(open(folder.path()), Err(OpenError::Corrupt { .. })));
}

#[tokio::test]
async fn long_values_beside_each_other_need_no_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    for number in 0..60 {
        let mut batch = Batch::new();
        batch.put(key(number), vec![7; 60_000]);
        store.commit(batch).await.unwrap();
    }
    assert_eq!(fs::read_dir(folder.path().join("blobs")).unwrap().count(), 0);
    assert_eq!(store.range(&Span::new(Scope::Process, Kind::Setting)).await.unwrap().len(), 60);
}

#[tokio::test]
async fn what_is_replaced_or_deleted_leaves_no_piece_behind() {
    let folder = tempfile::tempdir().unwrap();
    let pieces = || {
        let engine = again(|| Sled::open(folder.path()));
        engine.tree.iter().keys().filter(|key| chunk::is_chunk(key.as_ref().unwrap())).count()
    };
    for (length, expected) in [
        (Some(20_000), 4),
        (Some(4097), 1),
        (Some(9000), 2),
        (Some(10), 0),
        (Some(5000), 1),
        (None, 0),
    ] {
        let store = again(|| open(folder.path()));
        let mut batch = Batch::new();
        match length {
            Some(length) => batch.put(key(1), vec![1; length]),
            None => batch.delete(key(1)),
        };
        store.commit(batch).await.unwrap();
        drop(store);
        assert_eq!(pieces(), expected, "{length:?}");
    }
}
