//! How one delivery goes, recorded in the order in which it happened from places that must not
//! wait. A delivery whose windows cannot be recorded is cut: no log entry, no release.

use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use wire::did::Did;
use wire::digest::Digest;

use super::Engine;
use super::live::Cut;
use super::parts::Parts;
use super::permit::{DeliveryEnd, Granted, Loan};

/// Windows of one delivery that may wait for the store. A disk that falls further behind stops it.
const WINDOWS_MAX: usize = 16;

/// Windows on their way to the store, and who brings them there.
type Windows = (mpsc::Sender<(u64, Digest)>, JoinHandle<()>);

/// Records one delivery.
pub struct Recorder<P: Parts> {
    engine: Arc<Engine<P>>,
    participant: Did,
    granted: Arc<Granted>,
    windows: Option<Windows>,
}

impl<P: Parts> Recorder<P> {
    /// For what was granted to, or by, our participant.
    #[must_use]
    pub fn new(engine: Arc<Engine<P>>, participant: Did, granted: Granted) -> Self {
        Self { engine, participant, granted: Arc::new(granted), windows: None }
    }

    /// Who lends the delivery its bytes; none where its volume is not limited.
    #[must_use]
    pub fn loan(&self) -> Option<Loan<P>> {
        Loan::new(&self.engine, &self.participant, &self.granted)
    }

    /// What was granted.
    #[must_use]
    pub fn granted(&self) -> &Granted {
        &self.granted
    }

    /// The first `bytes` bytes, with this digest, have gone over. Does not wait; needs a runtime.
    pub fn window(&mut self, bytes: u64, digest: Digest) {
        let started = match self.windows.take() {
            Some(started) => Some(started),
            None => self.start(),
        };
        let told =
            started.as_ref().is_some_and(|(sender, _)| sender.try_send((bytes, digest)).is_ok());
        self.windows = started;
        if !told {
            cut(&self.engine, &self.participant, &self.granted);
        }
    }

    /// The delivery has ended: recorded after all its windows.
    pub async fn ended(self, how: DeliveryEnd, bytes: u64, digest: Digest) {
        if let Some((sender, task)) = self.windows {
            drop(sender);
            // Its own failures are in the journal.
            let _ = task.await;
        }
        let ended =
            self.engine.delivery_ended(&self.granted, &self.participant, &how, bytes, digest);
        if let Err(error) = ended.await {
            tracing::error!(%error, "the end of a delivery could not be recorded");
        }
    }

    fn start(&self) -> Option<Windows> {
        let (sender, mut windows) = mpsc::channel(WINDOWS_MAX);
        let (engine, participant) = (self.engine.clone(), self.participant.clone());
        let granted = self.granted.clone();
        let task = Handle::try_current().ok()?.spawn(async move {
            while let Some((bytes, digest)) = windows.recv().await {
                let noted = engine.delivery_window(&granted, &participant, bytes, digest).await;
                if let Err(error) = noted {
                    tracing::error!(%error, "a delivery is cut that cannot be recorded");
                    cut(&engine, &participant, &granted);
                    return;
                }
            }
        });
        Some((sender, task))
    }
}

fn cut<P: Parts>(engine: &Engine<P>, participant: &Did, granted: &Granted) {
    engine.live().cut(Cut::NotRecorded, |grounds| {
        grounds.participant == *participant && granted.transfer() == Some(&grounds.transfer)
    });
}

impl<P: Parts> fmt::Debug for Recorder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("granted", &self.granted).finish_non_exhaustive()
    }
}
