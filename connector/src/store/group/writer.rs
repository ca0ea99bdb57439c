//! The one thread that writes: it takes what is queued, makes it durable in one go, then answers.

use std::{
    cell::OnceCell,
    io,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use tokio::sync::{mpsc, oneshot};

use super::{
    Shared,
    masks::Masks,
    plan::{Plan, Refused},
};
use crate::store::{
    Committed,
    batch::Batch,
    error::{CommitError, StopReason},
};

/// Commits that may wait for the writer; further callers wait before they queue.
const QUEUE_MAX: usize = 1024;
/// The most commits that become durable together.
const GROUP_MAX: usize = 64;
/// No commit joins a group that has this many bytes already.
const GROUP_BYTES_MAX: usize = 1024 * 1024;

/// A commit that waits for its turn.
pub(super) struct Job {
    pub(super) batch: Batch,
    pub(super) answer: oneshot::Sender<Result<Committed, CommitError>>,
}

/// Who writes.
pub(super) enum Writer {
    /// A thread of its own; both are there until this is dropped.
    Thread { queue: Option<mpsc::Sender<Job>>, thread: Option<thread::JoinHandle<()>> },
    /// Whoever commits, one after the other; the number of the last commit.
    InPlace(Mutex<u64>),
}

impl Writer {
    /// A thread that goes on from the commit `last`.
    pub(super) fn start(shared: &Arc<Shared>, last: u64) -> io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&shared, jobs, last))?;
        Ok(Self::Thread { queue: Some(queue), thread: Some(thread) })
    }

    /// No thread; goes on from the commit `last`.
    pub(super) fn in_place(last: u64) -> Self {
        Self::InPlace(Mutex::new(last))
    }

    /// Hands a commit over, or does it. A job that cannot be taken is dropped, and its answer with it.
    pub(super) async fn take(&self, shared: &Shared, job: Job) {
        match self {
            Self::Thread { queue: Some(queue), .. } => drop(queue.send(job).await),
            Self::Thread { queue: None, .. } => drop(job),
            Self::InPlace(last) => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                *last = settle(shared, vec![job], *last);
            }
        }
    }

    /// Whether nobody writes any more.
    pub(super) fn is_gone(&self) -> bool {
        match self {
            Self::Thread { queue, .. } => queue.as_ref().is_none_or(mpsc::Sender::is_closed),
            Self::InPlace(_) => false,
        }
    }
}

impl Drop for Writer {
    /// Lets the thread finish what is queued, so that the engine is closed when this returns.
    fn drop(&mut self) {
        let Self::Thread { queue, thread } = self else { return };
        drop(queue.take());
        if let Some(thread) = thread.take() {
            // A writer that gave up has answered nobody falsely; there is nothing left to do.
            let _ = thread.join();
        }
    }
}

/// Works until the last handle is gone. `last` is the number of the last commit in the engine.
pub(super) fn run(shared: &Shared, mut jobs: mpsc::Receiver<Job>, mut last: u64) {
    while let Some(first) = jobs.blocking_recv() {
        let mut bytes = first.batch.bytes();
        let mut group = vec![first];
        while group.len() < GROUP_MAX && bytes < GROUP_BYTES_MAX {
            let Ok(next) = jobs.try_recv() else { break };
            bytes += next.batch.bytes();
            group.push(next);
        }
        last = settle(shared, group, last);
    }
}

/// Writes a group and answers each of its callers; returns the number of the last commit.
fn settle(shared: &Shared, group: Vec<Job>, last: u64) -> u64 {
    let mut plan = Plan::new(shared, last);
    let mut admitted = Vec::new();
    let room = OnceCell::new();
    for Job { batch, answer } in group {
        let has_room = || room.get_or_init(|| shared.room()).clone();
        if let Err(reason) = shared.admits(batch.purpose, has_room) {
            reply(answer, Err(CommitError::Stopped { reason }));
            continue;
        }
        match plan.admit(batch) {
            Ok(committed) => admitted.push((answer, committed)),
            Err(Refused::Lost(error)) => reply(answer, Err(error)),
            Err(Refused::Engine(error)) => {
                let reason = shared.fail(error);
                reply(answer, Err(CommitError::Stopped { reason }));
            }
        }
    }
    let (written, last) = match shared.failed.get() {
        Some(error) => (Err(StopReason::Engine(error.clone())), last),
        None => write(shared, plan, last),
    };
    for (answer, committed) in admitted {
        let outcome = match &written {
            Ok(()) => Ok(committed),
            Err(reason) => Err(CommitError::Stopped { reason: reason.clone() }),
        };
        reply(answer, outcome);
    }
    last
}

fn write(shared: &Shared, plan: Plan<'_>, last: u64) -> (Result<(), StopReason>, u64) {
    let Some((ops, masks, number)) = plan.finish() else { return (Ok(()), last) };
    shared.shown.write().unwrap_or_else(PoisonError::into_inner).masks = masks;
    match shared.engine.apply(&ops, number) {
        Ok(()) => {
            let mut shown = shared.shown.write().unwrap_or_else(PoisonError::into_inner);
            shown.masks = Masks::default();
            shown.recent.keep(ops);
            (Ok(()), number)
        }
        // The masks stay: whether the engine holds the group is not known, so nobody sees it.
        Err(error) => (Err(shared.fail(error)), last),
    }
}

fn reply(
    answer: oneshot::Sender<Result<Committed, CommitError>>,
    outcome: Result<Committed, CommitError>,
) {
    // A caller that no longer waits has no one to tell; what is durable stays durable.
    let _ = answer.send(outcome);
}
