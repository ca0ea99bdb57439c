//! What every engine must pass. Each property is one function over a fresh store; the list at the
//! end runs all of them on each engine.

use std::{
    collections::BTreeSet,
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use wire::did::Did;

use super::*;

fn did(name: &str) -> Did {
    Did::parse(&format!("did:web:{name}")).unwrap()
}

fn key(id: &str) -> Key {
    Key::new(&did("ulm.example"), Kind::Negotiation, id)
}

fn log(name: &str) -> Log {
    Log::new(&did("ulm.example"), name)
}

async fn value(store: &Embedded, key: &Key) -> Option<Vec<u8>> {
    store.get(key).await.unwrap().map(|record| record.value.into())
}

async fn ids(store: &Embedded, span: Span) -> Vec<String> {
    store.range(&span).await.unwrap().into_iter().map(|entry| entry.id).collect()
}

async fn put(store: &Embedded, key: Key, value: &[u8]) -> Version {
    let mut batch = Batch::new();
    batch.put(key, value.to_vec());
    store.commit(batch).await.unwrap().version()
}

async fn a_commit_happens_wholly_or_not_at_all(store: Embedded) {
    let first = put(&store, key("a"), b"1").await;
    let mut losing = Batch::new();
    losing.put(key("a"), b"2".to_vec()).delete(key("a/b")).append(log("2026"), b"x".to_vec());
    losing.create(key("b"), b"2".to_vec()).expect(key("a"), Expectation::Absent);
    let lost = CommitError::Lost { key: key("a") };
    assert_eq!(store.commit(losing).await, Err(lost));
    assert_eq!(value(&store, &key("a")).await.unwrap(), b"1");
    assert_eq!(value(&store, &key("b")).await, None);
    assert_eq!(store.log_size(&log("2026")).await, Ok(0));

    let mut winning = Batch::new();
    winning.replace(key("a"), first, b"2".to_vec()).create(key("b"), b"2".to_vec());
    winning.append(log("2026"), b"x".to_vec());
    let committed = store.commit(winning).await.unwrap();
    assert!(committed.version() > first);
    assert_eq!(committed.appended(), [(log("2026"), 0)]);
    let record = store.get(&key("b")).await.unwrap().unwrap();
    assert_eq!((record.version, &*record.value), (committed.version(), &b"2"[..]));
}

async fn what_is_kept_stays_as_it_was_first_written(store: Embedded) {
    for (round, expected) in [(b"1", b"1"), (b"2", b"1")] {
        let mut batch = Batch::new();
        batch.keep(key("a"), round.to_vec()).put(key("round"), round.to_vec());
        store.commit(batch).await.unwrap();
        assert_eq!(value(&store, &key("a")).await.unwrap(), expected);
        assert_eq!(value(&store, &key("round")).await.unwrap(), round);
    }
    let mut batch = Batch::new();
    batch.delete(key("a"));
    store.commit(batch).await.unwrap();
    let mut batch = Batch::new();
    batch.keep(key("a"), b"3".to_vec());
    store.commit(batch).await.unwrap();
    assert_eq!(value(&store, &key("a")).await.unwrap(), b"3");
}

async fn an_expectation_that_does_not_hold_is_told_with_its_key(store: Embedded) {
    let first = put(&store, key("a"), b"1").await;
    let second = put(&store, key("a"), b"2").await;
    let absent = key("gone");
    for (expected, expectation, holds) in [
        (key("a"), Expectation::Version(second), true),
        (key("a"), Expectation::Version(first), false),
        (key("a"), Expectation::Absent, false),
        (absent.clone(), Expectation::Absent, true),
        (absent.clone(), Expectation::Version(second), false),
    ] {
        let mut batch = Batch::new();
        batch.expect(expected.clone(), expectation).put(key("touched"), vec![]);
        let outcome = store.commit(batch).await.map(|_| ());
        let lost = Err(CommitError::Lost { key: expected });
        assert_eq!(outcome, if holds { Ok(()) } else { lost }, "{expectation:?}");
    }
}

async fn a_record_made_anew_is_another_one(store: Embedded) {
    let first = put(&store, key("a"), b"1").await;
    let mut delete = Batch::new();
    delete.remove(key("a"), first);
    store.commit(delete).await.unwrap();
    put(&store, key("a"), b"1").await;
    let mut late = Batch::new();
    late.replace(key("a"), first, b"2".to_vec());
    assert_eq!(store.commit(late).await, Err(CommitError::Lost { key: key("a") }));
}

async fn of_many_who_raise_one_counter_none_is_lost(store: Embedded) {
    async fn raise(store: &Embedded) {
        loop {
            let found = store.get(&key("counter")).await.unwrap();
            let mut batch = Batch::new();
            match found {
                None => batch.create(key("counter"), vec![1]),
                Some(record) => {
                    batch.replace(key("counter"), record.version, vec![record.value[0] + 1])
                }
            };
            match store.commit(batch).await {
                Ok(_) => return,
                Err(CommitError::Lost { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    raise(&store).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(value(&store, &key("counter")).await, Some(vec![80]));
}

async fn appends_are_dense_in_each_log(store: Embedded) {
    let tasks: Vec<_> = (0..8_u8)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut given = Vec::new();
                for round in 0..10_u8 {
                    let mut batch = Batch::new();
                    batch.append(log("2026"), vec![task, round, 0]);
                    batch.append(log(&format!("own-{task}")), vec![round]);
                    batch.append(log("2026"), vec![task, round, 1]);
                    let committed = store.commit(batch).await.unwrap();
                    let (first, second) = (committed.appended()[0].1, committed.appended()[2].1);
                    assert_eq!(second, first + 1);
                    assert_eq!(committed.appended()[1].1, u64::from(round));
                    given.push((first, vec![task, round, 0]));
                }
                given
            })
        })
        .collect();
    let mut given = Vec::new();
    for task in tasks {
        given.extend(task.await.unwrap());
    }
    let entries = store.entries(&log("2026"), 0, 1000).await.unwrap();
    let indexes: Vec<_> = entries.iter().map(|entry| entry.index).collect();
    assert_eq!(indexes, (0..160).collect::<Vec<_>>());
    for (index, value) in given {
        assert_eq!(entries[usize::try_from(index).unwrap()].value, value);
    }
    assert_eq!(store.log_size(&log("2026")).await, Ok(160));
    let page = store.entries(&log("2026"), 155, 3).await.unwrap();
    assert_eq!(page.iter().map(|entry| entry.index).collect::<Vec<_>>(), [155, 156, 157]);
    assert_eq!(store.entries(&log("2026"), 160, 3).await, Ok(vec![]));
}

async fn a_span_is_read_in_pages_both_ways(store: Embedded) {
    let mut batch = Batch::new();
    for id in ["a/1", "a/2", "a/3", "b/1", "b", "a", ""] {
        batch.put(key(id), id.as_bytes().to_vec());
    }
    store.commit(batch).await.unwrap();
    let span = || Span::new(&did("ulm.example"), Kind::Negotiation);
    for (span, expected) in [
        (span(), vec!["", "a", "a/1", "a/2", "a/3", "b", "b/1"]),
        (span().prefix("a/"), vec!["a/1", "a/2", "a/3"]),
        (span().limit(2), vec!["", "a"]),
        (span().after("a").limit(2), vec!["a/1", "a/2"]),
        (span().after("a/1\0"), vec!["a/2", "a/3", "b", "b/1"]),
        (span().after("a/2").before("b/1"), vec!["a/3", "b"]),
        (span().backwards().limit(2), vec!["b/1", "b"]),
        (span().backwards().before("b").limit(2), vec!["a/3", "a/2"]),
        (span().prefix("a/").backwards().before("a/3"), vec!["a/2", "a/1"]),
        (span().prefix("c"), vec![]),
        (span().limit(0), vec![]),
        (span().after("b/1"), vec![]),
        (span().before(""), vec![]),
    ] {
        assert_eq!(ids(&store, span.clone()).await, expected, "{span:?}");
    }
}

async fn no_participant_sees_or_changes_anothers(store: Embedded) {
    // Names chosen so that each is the beginning of the next, with and without a port.
    let dids = ["ulm", "ulm.example", "ulm.example.org", "ulm.example%3A8443"].map(did);
    let scopes: Vec<Scope> =
        dids.iter().map(Scope::from).chain(std::iter::once(Scope::Process)).collect();
    let mut batch = Batch::new();
    for (place, scope) in scopes.iter().enumerate() {
        for kind in Kind::ALL {
            batch.put(Key::new(scope.clone(), kind, "same"), format!("{place} {kind:?}").into());
            batch.put(Key::new(scope.clone(), kind, format!("own-{place}")), vec![]);
        }
        batch.append(Log::new(scope.clone(), "2026"), format!("{place}").into());
    }
    store.commit(batch).await.unwrap();
    for (place, scope) in scopes.iter().enumerate() {
        for kind in Kind::ALL {
            let same = Key::new(scope.clone(), kind, "same");
            assert_eq!(value(&store, &same).await.unwrap(), format!("{place} {kind:?}").as_bytes());
            for foreign in (0..scopes.len()).filter(|foreign| *foreign != place) {
                let theirs = Key::new(scope.clone(), kind, format!("own-{foreign}"));
                assert_eq!(value(&store, &theirs).await, None);
            }
            let all = Span::new(scope.clone(), kind);
            let own = format!("own-{place}");
            assert_eq!(ids(&store, all.clone()).await, [own.as_str(), "same"]);
            assert_eq!(ids(&store, all.clone().backwards()).await, ["same", own.as_str()]);
            assert_eq!(ids(&store, all.after("\0").before("\u{10ffff}")).await.len(), 2);
        }
        let own = Log::new(scope.clone(), "2026");
        let entries = store.entries(&own, 0, 10).await.unwrap();
        assert_eq!(entries, [LogEntry { index: 0, value: format!("{place}").into() }]);
    }
    let mut erase = Batch::new();
    for kind in Kind::ALL {
        erase.delete(Key::new(scopes[1].clone(), kind, "same"));
    }
    store.commit(erase).await.unwrap();
    for kind in Kind::ALL {
        assert_eq!(value(&store, &Key::new(scopes[1].clone(), kind, "same")).await, None);
        assert!(value(&store, &Key::new(scopes[2].clone(), kind, "same")).await.is_some());
    }
}

async fn values_of_every_length_come_back_whole(store: Embedded) {
    let lengths = [0, 1, 4095, 4096, 4097, 8192, 20_000, 300_000];
    for round in 0..2_usize {
        for (place, length) in lengths.iter().enumerate() {
            // In the second round every key gets another length, so that pieces must go.
            let length = if round == 0 { *length } else { lengths[lengths.len() - 1 - place] };
            let bytes: Vec<u8> =
                (0..length).map(|at| u8::try_from((at + round) % 251).unwrap()).collect();
            put(&store, key(&format!("{place}")), &bytes).await;
            assert_eq!(value(&store, &key(&format!("{place}"))).await, Some(bytes));
        }
    }
    let span = Span::new(&did("ulm.example"), Kind::Negotiation);
    let found: Vec<_> =
        store.range(&span).await.unwrap().iter().map(|entry| entry.value.len()).collect();
    assert_eq!(found, lengths.iter().rev().copied().collect::<Vec<_>>());
}

async fn a_commit_has_limits(store: Embedded) {
    let mut heavy = Batch::new();
    heavy.put(key("a"), vec![0; 4 * 1024 * 1024]);
    let mut many = Batch::new();
    for id in 0..4097 {
        many.put(key(&id.to_string()), vec![]);
    }
    let mut long = Batch::new();
    long.put(key(&"x".repeat(1025)), vec![]);
    for batch in [heavy, many, long] {
        assert!(matches!(store.commit(batch).await, Err(CommitError::TooLarge { .. })));
    }
    assert_eq!(ids(&store, Span::new(&did("ulm.example"), Kind::Negotiation)).await.len(), 0);
}

async fn typed_records_are_read_as_written(store: Embedded) {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Note {
        text: String,
    }
    let note = Note { text: "Straße".to_owned() };
    let mut batch = Batch::new();
    batch.create_json(key("a"), &note).unwrap();
    let committed = store.commit(batch).await.unwrap();
    let found = store.get_json::<Note>(&key("a")).await.unwrap().unwrap();
    assert_eq!(found, (committed.version(), note));
    let unreadable = ReadError::Unreadable { key: key("a") };
    assert_eq!(store.get_json::<u8>(&key("a")).await, Err(unreadable.clone()));
    let span = Span::new(&did("ulm.example"), Kind::Negotiation);
    assert_eq!(store.range_json::<Note>(&span).await.unwrap().len(), 1);
    assert_eq!(store.range_json::<u8>(&span).await, Err(unreadable));
    assert_eq!(store.get_json::<Note>(&key("b")).await, Ok(None));
}

/// A disk whose free space the test sets.
#[derive(Debug)]
struct Disk(AtomicU64);

impl Space for Disk {
    fn free_bytes(&self) -> io::Result<u64> {
        match self.0.load(Ordering::SeqCst) {
            u64::MAX => Err(io::ErrorKind::Other.into()),
            free => Ok(free),
        }
    }
}

async fn a_full_disk_stops_all_but_restricting_commits(open: impl FnOnce(Settings) -> Embedded) {
    let disk = Arc::new(Disk(AtomicU64::new(100)));
    let store = open(Settings { space: disk.clone(), reserve_bytes: 100 });
    let ordinary = |id: &str| {
        let mut batch = Batch::new();
        batch.put(key(id), vec![]).append(log("2026"), vec![]);
        batch
    };
    store.commit(ordinary("before")).await.unwrap();
    assert_eq!(store.stopped(), None);

    disk.0.store(99, Ordering::SeqCst);
    let reason = StopReason::LowSpace { free_bytes: 99, reserve_bytes: 100 };
    let stopped = Err(CommitError::Stopped { reason: reason.clone() });
    assert_eq!(store.commit(ordinary("during")).await, stopped);
    assert_eq!(store.stopped(), Some(reason));
    assert_eq!(value(&store, &key("during")).await, None);
    let mut stop = ordinary("stop");
    stop.restricting();
    assert_eq!(store.commit(stop).await.unwrap().appended(), [(log("2026"), 1)]);

    disk.0.store(u64::MAX, Ordering::SeqCst);
    let unknown = StopReason::SpaceUnknown { kind: io::ErrorKind::Other };
    let stopped = Err(CommitError::Stopped { reason: unknown });
    assert_eq!(store.commit(ordinary("unknown")).await, stopped);

    disk.0.store(100, Ordering::SeqCst);
    assert_eq!(store.commit(ordinary("after")).await.unwrap().appended(), [(log("2026"), 2)]);
    let span = Span::new(&did("ulm.example"), Kind::Negotiation);
    let found: BTreeSet<_> = ids(&store, span).await.into_iter().collect();
    assert_eq!(found, ["after", "before", "stop"].map(str::to_owned).into());
}

/// An empty store of an engine; what one on disk keeps lies in `folder`.
fn opened(engine: &str, folder: &Path, settings: Settings) -> Embedded {
    match OnDisk::ALL.into_iter().find(|known| known.name() == engine) {
        Some(engine) => Embedded::open(engine, folder, settings).unwrap(),
        None => Embedded::memory_with(settings).unwrap(),
    }
}

macro_rules! on {
    ($engine:ident $($property:ident)*) => {
        mod $engine {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $property() {
                let folder = tempfile::tempdir().unwrap();
                let settings = super::Settings::of_folder(folder.path(), 0);
                super::$property(super::opened(stringify!($engine), folder.path(), settings)).await;
            })*

            #[tokio::test]
            async fn a_full_disk_stops_all_but_restricting_commits() {
                let folder = tempfile::tempdir().unwrap();
                let open = |settings| super::opened(stringify!($engine), folder.path(), settings);
                super::a_full_disk_stops_all_but_restricting_commits(open).await;
            }
        }
    };
}

macro_rules! on_each_engine {
    ($($property:ident,)*) => {
        on!(memory $($property)*);
        on!(redb $($property)*);
        on!(sled $($property)*);
    };
}

on_each_engine!(
    a_commit_happens_wholly_or_not_at_all,
    what_is_kept_stays_as_it_was_first_written,
    an_expectation_that_does_not_hold_is_told_with_its_key,
    a_record_made_anew_is_another_one,
    of_many_who_raise_one_counter_none_is_lost,
    appends_are_dense_in_each_log,
    a_span_is_read_in_pages_both_ways,
    no_participant_sees_or_changes_anothers,
    values_of_every_length_come_back_whole,
    a_commit_has_limits,
    typed_records_are_read_as_written,
);
