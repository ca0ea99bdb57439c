//! One thread that polls whichever task the dice choose among those that can go on. Tasks belong to
//! processes; a process that dies takes its tasks with it, wherever they stand.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use connector::worker::Task;

use super::clock::Time;
use super::dice::Dice;

/// Whose a task is: one life of a process.
pub type Life = u64;

/// Spawns tasks; clones spawn on the same executor.
#[derive(Clone, Default)]
pub struct Spawner(Arc<Mutex<Vec<(Life, Task)>>>);

impl Spawner {
    /// Lets `task` run as long as `life` lasts.
    pub fn spawn(&self, life: Life, task: impl Future<Output = ()> + Send + 'static) {
        self.0.lock().unwrap().push((life, Box::pin(task)));
    }
}

impl fmt::Debug for Spawner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spawner")
    }
}

/// The executor.
pub struct Executor {
    dice: Dice,
    time: Time,
    spawner: Spawner,
    slots: Vec<Slot>,
    steps: u64,
}

struct Slot {
    life: Life,
    task: Task,
    ready: Arc<Ready>,
}

#[derive(Debug)]
struct Ready(AtomicBool);

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl Executor {
    /// An executor with nothing to do.
    #[must_use]
    pub fn new(dice: &Dice, time: &Time) -> Self {
        let (dice, time, spawner) = (dice.clone(), time.clone(), Spawner::default());
        Self { dice, time, spawner, slots: Vec::new(), steps: 0 }
    }

    /// Spawns on it.
    #[must_use]
    pub fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    /// How many polls there were.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Everything that belongs to `life` is gone.
    pub fn kill(&mut self, life: Life) {
        self.take_new();
        self.slots.retain(|slot| slot.life != life);
    }

    /// Polls one task that can go on; moves the time on, to `end` at most, when there is none.
    /// False when nothing can happen any more.
    pub fn step(&mut self, end: jiff::Timestamp) -> bool {
        self.take_new();
        let ready: Vec<usize> = (0..self.slots.len())
            .filter(|index| self.slots[*index].ready.0.load(Ordering::Acquire))
            .collect();
        if ready.is_empty() {
            return self.time.jump(end);
        }
        self.steps += 1;
        let index = *self.dice.choose(&ready);
        let slot = &mut self.slots[index];
        slot.ready.0.store(false, Ordering::Release);
        let waker = Waker::from(slot.ready.clone());
        if slot.task.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Ready(()) {
            drop(self.slots.swap_remove(index));
        }
        true
    }

    fn take_new(&mut self) {
        let new = std::mem::take(&mut *self.spawner.0.lock().unwrap());
        self.slots.extend(new.into_iter().map(|(life, task)| {
            let ready = Arc::new(Ready(AtomicBool::new(true)));
            Slot { life, task, ready }
        }));
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("tasks", &self.slots.len()).finish_non_exhaustive()
    }
}

/// Lets whatever else can go on go first, perhaps.
pub async fn pass_on() {
    let mut passed = false;
    std::future::poll_fn(|context| {
        if passed {
            return Poll::Ready(());
        }
        passed = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Waits for what is ready at once or comes from another thread: the store's writer.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    struct Thread(std::thread::Thread);
    impl Wake for Thread {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Thread(std::thread::current())));
    let mut work = std::pin::pin!(work);
    loop {
        match work.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => return done,
            Poll::Pending => std::thread::park(),
        }
    }
}
