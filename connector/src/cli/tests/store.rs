//! `store migrate`, on a home as `init` makes it.

use crate::home::Home;
use crate::runtime::Program;
use crate::store::{Batch, Embedded, Key, Kind, OnDisk, Scope, Settings, Store as _};

async fn migrate(home: &std::path::Path, more: &[&str]) -> super::Left {
    super::typed_to(&Program, home, &[&["store", "migrate"], more].concat()).await
}

#[tokio::test]
async fn a_store_moves_to_the_engine_that_the_settings_name() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    let init = ["init", "--host", "ulm.localhost", "--name", "Stadt Ulm", "--loopback"];
    super::typed(folder.path(), &init).await;
    let none = migrate(folder.path(), &[]).await;
    assert_eq!((none.exit, &*none.stdout), (1, ""));
    assert!(none.stderr.contains("store-absent"), "{none:?}");

    let store = home.store();
    let settings = || Settings::of_folder(&store, 0);
    let sled = Embedded::open(OnDisk::Sled, &store, settings()).unwrap();
    let mut batch = Batch::new();
    batch.put(Key::new(Scope::Process, Kind::Setting, "a"), b"kept".to_vec());
    sled.commit(batch).await.unwrap();
    let used = migrate(folder.path(), &["--lang", "de"]).await;
    assert_eq!(
        (used.exit, &*used.stderr),
        (0, "Der Speicher ist dort schon; es war nichts zu tun.\n")
    );

    let text = std::fs::read_to_string(home.config()).unwrap();
    std::fs::write(home.config(), text.replace("\"sled\"\n", "\"redb\"\n")).unwrap();
    insta::assert_snapshot!(migrate(folder.path(), &[]).await.stderr, @r"
    error: the store is not moved; it is as it was
      why: another process has the store in `HOME/store` open
      next: stop the other process first: only one may use a store
      code: store-unusable
    ");
    drop(sled);
    // sled's threads may let go of its files a little later; in a process of its own they have to.
    let mut moved = migrate(folder.path(), &[]).await;
    for _ in 0..1_000 {
        if moved.exit == 0 {
            break;
        }
        moved = migrate(folder.path(), &[]).await;
    }
    insta::assert_snapshot!(moved.stdout, @r"
    store         redb
    moved         1
    former store  HOME/store.sled
    ");
    insta::assert_snapshot!(moved.stderr, @"once everything runs, the former store can be removed");
    let redb = Embedded::open(OnDisk::Redb, &store, settings()).unwrap();
    let kept = redb.get(&Key::new(Scope::Process, Kind::Setting, "a")).await.unwrap().unwrap();
    assert_eq!(&*kept.value, b"kept");
    drop(redb);
    let again = migrate(folder.path(), &["--json"]).await;
    insta::assert_snapshot!(again.stdout, @r#"
    {
      "engine": "redb"
    }
    "#);
    assert_eq!((again.exit, &*again.stderr), (0, ""));
}
