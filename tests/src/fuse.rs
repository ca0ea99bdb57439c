//! Where a process dies: at the n-th point that matters, and for good. What runs on it then never
//! comes back, as after a power cut; whoever drives it drops it and opens its store again.

use std::sync::Mutex;

use tokio::sync::watch;

/// A point between two of load, step, commit and send.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Point {
    /// Something is about to be read: nothing of this has happened yet.
    BeforeLoad,
    /// The step is made, nothing is written.
    BeforeCommit,
    /// It is durable, and nobody knows.
    AfterCommit,
    /// The message is about to leave.
    BeforeSend,
    /// The peer has answered, and the answer is not recorded.
    AfterSend,
}

/// Counts the points that one process passes, and burns at one of them.
#[derive(Debug)]
pub struct Fuse {
    state: Mutex<State>,
    burnt: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    passed: Vec<Point>,
    burns_at: Option<usize>,
}

impl Default for Fuse {
    fn default() -> Self {
        Self { state: Mutex::default(), burnt: watch::channel(false).0 }
    }
}

impl Fuse {
    /// Burns at the point `number`, counted from 0 from the first one on.
    pub fn burn_at(&self, number: usize) {
        self.state.lock().unwrap().burns_at = Some(number);
    }

    /// The points that were passed.
    #[must_use]
    pub fn passed(&self) -> Vec<Point> {
        self.state.lock().unwrap().passed.clone()
    }

    /// Whether the process is dead.
    #[must_use]
    pub fn is_burnt(&self) -> bool {
        *self.burnt.borrow()
    }

    /// Passes a point, or never returns.
    pub async fn pass(&self, point: Point) {
        {
            let mut state = self.state.lock().unwrap();
            if state.burns_at == Some(state.passed.len()) {
                self.burnt.send_replace(true);
            }
            state.passed.push(point);
        }
        if self.is_burnt() {
            std::future::pending::<()>().await;
        }
    }

    /// What `work` came to; nothing if the process died over it.
    pub async fn survive<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut burnt = self.burnt.subscribe();
        tokio::select! {
            biased;
            _ = burnt.wait_for(|burnt| *burnt) => None,
            done = work => Some(done),
        }
    }
}
