//! What readers and callers see while a group is under way, and when the engine fails.

use std::{
    future::Future as _,
    path::PathBuf,
    pin::pin,
    sync::{
        Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    task::{Context, Poll, Waker},
};

use super::*;
use crate::store::{
    engine::Op,
    key::{Kind, Scope},
};

/// An engine in memory that asks the test what to do with each group: it announces the group once
/// it is visible, and waits for the word.
struct Scripted {
    memory: Arc<Memory>,
    visible: SyncSender<usize>,
    word: Mutex<Receiver<Word>>,
}

#[derive(Clone, Copy, Debug)]
enum Word {
    Durable,
    Fail,
}

impl Engine for Scripted {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, EngineError> {
        self.memory.get(key)
    }

    fn range(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, EngineError> {
        self.memory.range(span, skip)
    }

    fn apply(&self, ops: &[Op], number: u64) -> Result<(), EngineError> {
        self.memory.apply(ops, number)?;
        // A test that does not look has dropped its end.
        let _ = self.visible.send(ops.len());
        match self.word.lock().unwrap().recv().unwrap() {
            Word::Durable => Ok(()),
            Word::Fail => Err(broken()),
        }
    }
}

fn broken() -> EngineError {
    EngineError::Io { file: PathBuf::from("db"), kind: std::io::ErrorKind::StorageFull }
}

struct Bench {
    store: Embedded,
    memory: Arc<Memory>,
    visible: Receiver<usize>,
    word: SyncSender<Word>,
}

fn bench() -> Bench {
    let memory = Arc::new(Memory::default());
    let (announce, visible) = sync_channel(8);
    let (word, heard) = sync_channel(8);
    let engine =
        Scripted { memory: Arc::clone(&memory), visible: announce, word: Mutex::new(heard) };
    let store = Embedded::start(Box::new(engine), unlimited(), Path::new("scripted")).unwrap();
    Bench { store, memory, visible, word }
}

fn unlimited() -> Settings {
    Settings { space: Arc::new(Unlimited), reserve_bytes: 0 }
}

fn key(id: &str) -> Key {
    Key::new(Scope::Process, Kind::Setting, id)
}

fn log() -> Log {
    Log::new(Scope::Process, "2026")
}

fn batch(puts: &[(&str, &str)], deletes: &[&str]) -> Batch {
    let mut batch = Batch::new();
    for (id, value) in puts {
        batch.put(key(id), value.as_bytes().to_vec());
    }
    for id in deletes {
        batch.delete(key(id));
    }
    batch.append(log(), b"entry".to_vec());
    batch
}

fn text(value: &[u8]) -> &str {
    std::str::from_utf8(value).unwrap()
}

async fn seen(store: &Embedded) -> String {
    let shown = |entry: Entry| format!("{}={}", entry.id, text(&entry.value));
    let span = Span::new(Scope::Process, Kind::Setting);
    let found: Vec<_> = store.range(&span).await.unwrap().into_iter().map(shown).collect();
    let mut single = Vec::new();
    for id in ["a", "b", "c", "d"] {
        if let Some(record) = store.get(&key(id)).await.unwrap() {
            single.push(format!("{id}={}", text(&record.value)));
        }
    }
    assert_eq!(found, single, "range and get must agree");
    let back: Vec<_> = store.range(&span.clone().backwards()).await.unwrap();
    assert!(
        back.iter()
            .rev()
            .map(|e| e.id.as_str())
            .eq(found.iter().map(|s| s.split_once('=').unwrap().0))
    );
    let first = store.range(&span.limit(1)).await.unwrap().into_iter().map(shown);
    assert!(first.eq(found.iter().take(1).cloned()));
    format!("{} log={}", found.join(" "), store.log_size(&log()).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_never_see_or_wait_for_what_is_not_durable() {
    let Bench { store, visible, word, .. } = bench();
    word.send(Word::Durable).unwrap();
    store.commit(batch(&[("a", "1"), ("b", "1"), ("d", "1")], &[])).await.unwrap();
    assert_eq!(visible.recv(), Ok(6));

    let committing = tokio::spawn({
        let store = store.clone();
        async move { store.commit(batch(&[("b", "2"), ("c", "2")], &["a"])).await }
    });
    tokio::task::block_in_place(|| visible.recv()).unwrap();
    assert_eq!(seen(&store).await, "a=1 b=1 d=1 log=1");
    assert_eq!(store.entries(&log(), 0, 9).await.unwrap().len(), 1);
    word.send(Word::Durable).unwrap();
    committing.await.unwrap().unwrap();
    assert_eq!(seen(&store).await, "b=2 c=2 d=1 log=2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_that_wait_become_durable_together_and_losers_are_refused_one_by_one() {
    let Bench { store, visible, word, .. } = bench();
    let mut running = pin!(store.commit(batch(&[("a", "0")], &[])));
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(running.as_mut().poll(&mut context), Poll::Pending));
    tokio::task::block_in_place(|| visible.recv()).unwrap();

    // The writer is busy: these three queue up and form the next group.
    let create = |value: &str| {
        let mut batch = Batch::new();
        batch.create(key("b"), value.as_bytes().to_vec()).append(log(), vec![]);
        batch
    };
    let mut first = pin!(store.commit(create("1")));
    let mut loser = pin!(store.commit(create("2")));
    let mut third = pin!(store.commit(batch(&[("c", "3")], &[])));
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(loser.as_mut().poll(&mut context).is_pending());
    assert!(third.as_mut().poll(&mut context).is_pending());
    word.send(Word::Durable).unwrap();
    word.send(Word::Durable).unwrap();
    running.await.unwrap();

    assert_eq!(first.await.unwrap().appended(), [(log(), 1)]);
    assert_eq!(loser.await, Err(CommitError::Lost { key: key("b") }));
    assert_eq!(third.await.unwrap().appended(), [(log(), 2)]);
    // Two records, two entries, the log's size, the store's own record: one group.
    assert_eq!(visible.recv(), Ok(6));
    assert_eq!(seen(&store).await, "a=0 b=1 c=3 log=3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_engine_acknowledges_nothing_shows_nothing_and_stops() {
    let Bench { store, memory, word, .. } = bench();
    word.send(Word::Durable).unwrap();
    store.commit(batch(&[("a", "1")], &[])).await.unwrap();
    word.send(Word::Fail).unwrap();
    let stopped = || Err(CommitError::Stopped { reason: StopReason::Engine(broken()) });
    assert_eq!(store.commit(batch(&[("a", "2"), ("b", "2")], &[])).await, stopped());
    assert_eq!(seen(&store).await, "a=1 log=1");
    assert_eq!(store.stopped(), Some(StopReason::Engine(broken())));
    let mut restricting = batch(&[("c", "3")], &[]);
    restricting.restricting();
    assert_eq!(store.commit(restricting).await, stopped());
    assert_eq!(seen(&store).await, "a=1 log=1");
    drop(store);

    // Opened again, it goes on from what the engine kept, whole.
    let engine = Arc::into_inner(memory).unwrap();
    let store = Embedded::start(Box::new(engine), unlimited(), Path::new("again")).unwrap();
    assert_eq!(seen(&store).await, "a=2 b=2 log=2");
    store.commit(batch(&[("d", "4")], &[])).await.unwrap();
    assert_eq!(seen(&store).await, "a=2 b=2 d=4 log=3");
}

#[tokio::test]
async fn a_store_of_another_layout_is_refused() {
    let memory = Memory::default();
    let key = crate::store::engine::META_KEY.to_vec();
    let meta = Op { key, value: Some(vec![9, 0].into()), former_bytes: 0 };
    memory.apply(&[meta], 0).unwrap();
    let opened = Embedded::start(Box::new(memory), unlimited(), Path::new("other"));
    assert!(matches!(opened, Err(OpenError::Format { found: 9, known: 1, .. })));
}

#[tokio::test]
async fn what_is_queued_is_finished_before_the_store_closes() {
    let memory = Arc::new(Memory::default());
    let (announce, _visible) = sync_channel(100);
    let (word, heard) = sync_channel(100);
    let engine =
        Scripted { memory: Arc::clone(&memory), visible: announce, word: Mutex::new(heard) };
    let store = Embedded::start(Box::new(engine), unlimited(), Path::new("closing")).unwrap();
    for id in ["a", "b", "c"] {
        word.send(Word::Durable).unwrap();
        let mut commit = pin!(store.commit(batch(&[(id, "1")], &[])));
        let mut context = Context::from_waker(Waker::noop());
        assert!(commit.as_mut().poll(&mut context).is_pending());
    }
    drop(store);
    let engine = Arc::into_inner(memory).unwrap();
    let again = Embedded::start(Box::new(engine), unlimited(), Path::new("again")).unwrap();
    assert_eq!(seen(&again).await, "a=1 b=1 c=1 log=3");
}
