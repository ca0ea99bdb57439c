//! The files of a log under load, over years, after stops and after tampering.

use audit::log::{Head, append};
use audit::verify::{Report, Verdict};
use wire::digest::Digest;

use super::*;
use crate::engine::draft::log_of;
use crate::home::write_public;
use crate::log::fixture::{SHARD, Space, did, files};
use crate::log::head::{self, SignedHead, shards};
use crate::log::{export, signed_head};
use crate::store::{Batch, Store};

fn assert_whole(report: &Report, sizes: &[u64]) {
    let found: Vec<_> = report.logs.iter().map(|log| log.whole_to).collect();
    assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.logs);
    assert_eq!(found, sizes);
}

#[tokio::test]
async fn what_is_written_verifies() {
    let space = Space::new();
    space.sign("ulm", 3).await;
    space.sign("ulm", 300).await;
    space.sign("firm", 1).await;
    let logs = space.folder.path().join("log");
    assert_whole(&space.verify(&logs, &["firm", "ulm"], 0).await, &[2, 304]);
    assert!(!space.shard("ulm").join("tile/0/000.p").exists(), "full tiles replace partial ones");
}

#[tokio::test]
async fn the_first_entry_opens_the_shard() {
    let space = Space::new();
    space.sequencer.catch_up(&did("ulm")).await.unwrap();
    space.log("ulm", 2).await;
    let types = ["log-shard-opened", "administrator-action", "administrator-action"];
    assert_eq!(space.types("ulm").await, types);
}

/// What a stop may leave behind, made by hand: files vanish, or lie there without a head.
async fn after(damage: impl AsyncFnOnce(&Space)) {
    let space = Space::new();
    space.sign("ulm", 9).await;
    damage(&space).await;
    let space = space.restart();
    space.sequencer.catch_up(&did("ulm")).await.unwrap();
    let log = log_of(&did("ulm"), SHARD);
    let size = space.engine.store().log_size(&log).await.unwrap();
    let logs = space.folder.path().join("log");
    assert_whole(&space.verify(&logs, &["ulm"], 0).await, &[size]);
    let head = signed_head(space.engine.store(), &did("ulm"), SHARD).await.unwrap().unwrap();
    assert_eq!(head.size, size);
    assert_eq!(space.engine.heads().lag_ms(&did("ulm"), space.engine.clock().now()), 0);
}

/// The tiles of everything that is committed, as a round writes them first.
async fn write_tiles(space: &Space, take: impl Fn(usize) -> bool) {
    let log = log_of(&did("ulm"), SHARD);
    let entries = space.engine.store().entries(&log, 0, 1_000).await.unwrap();
    let entries: Vec<_> = entries.into_iter().map(|entry| entry.value).collect();
    let writes = append(&Head::empty(), &entries).unwrap();
    for (_, file) in writes.files.iter().enumerate().filter(|(index, _)| take(*index)) {
        write_public(&space.shard("ulm").join(&file.path), &file.bytes).unwrap();
    }
}

#[tokio::test]
async fn a_stop_between_any_two_words_is_made_good() {
    // After the commit of entries, before any tile.
    after(async |space| space.log("ulm", 300).await).await;
    // Half of the tiles.
    after(async |space| {
        space.log("ulm", 300).await;
        write_tiles(space, |index| index % 2 == 0).await;
    })
    .await;
    // All tiles, no head.
    after(async |space| {
        space.log("ulm", 300).await;
        write_tiles(space, |_| true).await;
    })
    .await;
    // The head in the store, not signed; or signed, not written.
    after(async |space| {
        let old = std::fs::read(space.shard("ulm").join("checkpoint")).unwrap();
        space.sign("ulm", 300).await;
        std::fs::write(space.shard("ulm").join("checkpoint"), old).unwrap();
    })
    .await;
    // All files lost: they are derived again.
    after(async |space| std::fs::remove_dir_all(space.shard("ulm")).unwrap()).await;
}

#[tokio::test]
async fn derived_files_are_the_same_bytes() {
    let space = Space::new();
    space.sign("ulm", 700).await;
    let logs = space.folder.path().join("log");
    let before = files(&logs);
    std::fs::remove_dir_all(space.shard("ulm")).unwrap();
    let space = space.restart();
    space.sequencer.catch_up(&did("ulm")).await.unwrap();
    assert_eq!(files(&logs), before);
}

/// Starts after `tamper`; the refusal.
async fn refused(tamper: impl AsyncFnOnce(&Space)) -> String {
    let space = Space::new();
    space.sign("ulm", 300).await;
    tamper(&space).await;
    let space = space.restart();
    let error = space.sequencer.catch_up(&did("ulm")).await.unwrap_err();
    let text = format!("{}: {error}", error.code());
    text.replace(space.folder.path().to_str().unwrap(), "<home>")
}

async fn put_head(space: &Space, head: SignedHead) {
    let mut batch = Batch::new();
    batch.put_json(head::key(&did("ulm"), SHARD), &head).unwrap();
    space.engine.store().commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_tampered_log_is_refused_and_its_file_named() {
    let wrong = audit::merkle::Hash::from_bytes(*Digest::of(b"x").as_bytes());
    insta::assert_snapshot!(
        refused(async |space| put_head(space, SignedHead { size: 301, root: wrong }).await).await,
        @"log-disagrees: `<home>/log/ulm.example/2026/checkpoint` does not belong to the store's entries");
    insta::assert_snapshot!(
        refused(async |space| {
            std::fs::remove_file(space.shard("ulm").join("checkpoint")).unwrap();
            put_head(space, SignedHead { size: 301, root: wrong }).await;
        }).await,
        @"log-disagrees: the signed head of 301 entries in the store does not belong to the store's entries; its file is `<home>/log/ulm.example/2026/checkpoint`");
    insta::assert_snapshot!(
        refused(async |space| put_head(space, SignedHead { size: 400, root: wrong }).await).await,
        @"log-rolled-back: 400 entries were signed, but the store has only 301; the signed head is `<home>/log/ulm.example/2026/checkpoint`");
    insta::assert_snapshot!(
        refused(async |space| {
            let path = space.shard("ulm").join("tile/entries/000");
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[100] ^= 1;
            std::fs::write(&path, bytes).unwrap();
        }).await,
        @"log-disagrees: `<home>/log/ulm.example/2026/tile/entries/000` does not belong to the store's entries");
    insta::assert_snapshot!(
        refused(async |space| {
            let newer = space.invent("ulm", 301, &[b"more"], "ulm").await;
            std::fs::write(space.shard("ulm").join("checkpoint"), newer).unwrap();
        }).await,
        @"log-rolled-back: `<home>/log/ulm.example/2026/checkpoint` is signed over 302 entries, but the store says that only 301 were signed");
    insta::assert_snapshot!(
        refused(async |space| {
            let others = space.invent("ulm", 301, &[], "firm").await;
            std::fs::write(space.shard("ulm").join("checkpoint"), others).unwrap();
        }).await,
        @"log-disagrees: `<home>/log/ulm.example/2026/checkpoint` does not belong to the store's entries");
}

#[tokio::test]
async fn two_sequencers_do_not_sign_the_same_log() {
    let space = Space::new();
    let other = Sequencer::new(space.engine.clone(), space.sequencer.home().clone());
    space.sign("ulm", 1).await;
    other.sign_now(&did("ulm")).await.unwrap();
    space.sign("ulm", 1).await;
    space.log("ulm", 1).await;
    let lost = other.sign_now(&did("ulm")).await;
    assert!(matches!(lost, Err(LogError::Contended { .. })), "{lost:?}");
    let logs = space.folder.path().join("log");
    space.sign("ulm", 0).await;
    assert_whole(&space.verify(&logs, &["ulm"], 0).await, &[4]);
}

#[tokio::test]
async fn under_load_few_heads_are_signed_and_all_entries_are_covered_in_the_end() {
    let space = Space::new();
    let mut signed = space.sequencer.watch();
    let sequencer = space.sequencer.clone();
    let running = tokio::spawn(async move { sequencer.run().await });
    let clock = space.engine.clock();
    for _ in 0..300 {
        space.log("ulm", 1).await;
        clock.pass(10).await;
    }
    clock.pass(2_000).await;
    let mut heads = 0;
    let covered = || {
        space
            .engine
            .heads()
            .checkpoint(&did("ulm"))
            .is_some_and(|note| note.lines().nth(1) == Some("301"))
    };
    while !covered() {
        signed.recv().await.unwrap();
        heads += 1;
        clock.pass(100).await;
    }
    while signed.try_recv().is_ok() {
        heads += 1;
    }
    assert!((1..=6).contains(&heads), "{heads} heads for three seconds of load");
    running.abort();
    let logs = space.folder.path().join("log");
    assert_whole(&space.verify(&logs, &["ulm"], 0).await, &[301]);
}

#[tokio::test]
async fn a_new_year_is_a_new_shard_that_names_the_last_head_of_the_old() {
    let space = Space::at("2026-12-31T23:59:58Z");
    space.sign("ulm", 3).await;
    let running = tokio::spawn({
        let sequencer = space.sequencer.clone();
        async move { sequencer.run().await }
    });
    let mut signed = space.sequencer.watch();
    let clock = space.engine.clock();
    clock.pass(1_000).await;
    clock.pass(1_500).await;
    clock.pass(1_500).await;
    while !space.note("ulm").starts_with("ulm.example/2027\n") {
        signed.recv().await.unwrap();
    }
    running.abort();
    space.sign("ulm", 2).await;
    let found = shards(space.engine.store(), &did("ulm")).await.unwrap();
    let found: Vec<_> = found.iter().map(|(shard, head)| (shard.year(), head.size)).collect();
    assert_eq!(found, [(2026, 4), (2027, 3)]);
    let logs = space.folder.path().join("log");
    let report = space.verify(&logs, &[], 0).await;
    let failures: Vec<_> = report.logs.iter().flat_map(|log| &log.failures).collect();
    assert!(failures.is_empty() && report.failures.is_empty(), "{failures:#?}");
    let types = space.types("ulm").await;
    assert_eq!(types.iter().filter(|name| *name == "log-shard-opened").count(), 2);
}

#[tokio::test]
async fn a_stop_while_a_shard_is_closed_is_made_good() {
    let space = Space::at("2026-12-31T23:59:59Z");
    space.sign("ulm", 3).await;
    space.engine.clock().pass(2_000).await;
    drop(space.engine.close_shard(&did("ulm")).await.unwrap());
    let space = space.restart();
    let busy = export::record(&space.engine, &did("ulm"), "anna").await.unwrap_err();
    assert_eq!(busy.code(), "log-closing");
    space.sequencer.catch_up(&did("ulm")).await.unwrap();
    space.sign("ulm", 1).await;
    let found = shards(space.engine.store(), &did("ulm")).await.unwrap();
    assert_eq!(found.iter().map(|(_, head)| head.size).collect::<Vec<_>>(), [4, 2]);
}

#[tokio::test]
async fn entries_wait_while_a_shard_is_closed_and_then_go_into_the_next() {
    let space = Arc::new(Space::at("2026-12-31T23:59:59Z"));
    space.sign("ulm", 1).await;
    space.engine.clock().pass(2_000).await;
    let closed = space.engine.close_shard(&did("ulm")).await.unwrap();
    let writing = tokio::spawn({
        let space = space.clone();
        async move { space.log("ulm", 1).await }
    });
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(!writing.is_finished());
    space.engine.reopen_shard(&did("ulm"), closed).await.unwrap();
    writing.await.unwrap();
    assert_eq!(space.types("ulm").await.len(), 3);
}
