//! The scripts: what the connector does without being asked, because of what a process is about.
//! Each deed is a command of the engine like one of a person's, and goes out by the outbox.

use std::sync::Arc;

use connector::clock::Clock as _;
use connector::engine::decider::{Decider, Next, Situation};
use connector::engine::error::EngineError;
use connector::engine::live::Cut;
use connector::engine::negotiation::{Act, Ending};
use connector::engine::{Change, Engine};
use connector::runtime::Product;
use jiff::SignedDuration;
use protocol::Role;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use wire::did::Did;

use crate::seeds::Seeds;

/// The account of every deed.
pub(crate) const ACCOUNT: &str = "kit";

/// Decides nothing: every step that the standard leaves open is a script's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scripted;

impl Decider for Scripted {
    fn next(&self, _: &Situation<'_>) -> Next {
        Next::Stay
    }
}

/// One line of a script.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub(crate) struct Step {
    /// The state that must have been entered, as the standard names it.
    on: String,
    /// How long to wait then.
    after: SignedDuration,
    /// What to do.
    deed: Deed,
}

/// What is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Deed {
    Offer,
    Counter,
    Accept,
    Agree,
    Verify,
    Finalize,
    Start,
    Suspend,
    Resume,
    Complete,
    Terminate,
}

impl TryFrom<String> for Step {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words: Vec<&str> = text.split(' ').collect();
        let [on, after, deed] = words[..] else {
            return Err(format!("`{text}` is not \"STATE MILLISECONDS DEED\""));
        };
        let after = after.parse().map_err(|_| format!("`{after}` is no number"))?;
        let deed = match deed {
            "offer" => Deed::Offer,
            "counter" => Deed::Counter,
            "accept" => Deed::Accept,
            "agree" => Deed::Agree,
            "verify" => Deed::Verify,
            "finalize" => Deed::Finalize,
            "start" => Deed::Start,
            "suspend" => Deed::Suspend,
            "resume" => Deed::Resume,
            "complete" => Deed::Complete,
            "terminate" => Deed::Terminate,
            _ => return Err(format!("`{deed}` is no deed")),
        };
        Ok(Self { on: on.to_owned(), after: SignedDuration::from_millis(after), deed })
    }
}

/// Where a process stands.
struct Stand {
    machine: Machine,
    role: Role,
    /// Its dataset or its agreement.
    about: String,
    state: Option<String>,
    /// Nothing of ours is unanswered.
    settled: bool,
    over: bool,
}

#[derive(Clone, Copy)]
enum Machine {
    Negotiation,
    Transfer,
}

/// Plays the scripts of one participant.
#[derive(Clone)]
pub(crate) struct Player {
    engine: Arc<Engine<Product>>,
    ours: Did,
    seeds: Arc<Seeds>,
}

impl Player {
    pub(crate) fn new(engine: Arc<Engine<Product>>, ours: Did, seeds: Seeds) -> Self {
        Self { engine, ours, seeds: Arc::new(seeds) }
    }

    /// Plays the script of each process that is opened from now on, until the process ends.
    pub(crate) async fn run(self, mut changes: Receiver<Change>) {
        let mut known = std::collections::BTreeSet::new();
        loop {
            match changes.recv().await {
                Ok(change) if known.insert(change.subject.clone()) => {
                    let (player, subject) = (self.clone(), change.subject);
                    let changes = self.engine.watch();
                    tokio::spawn(async move { player.play(subject, changes).await });
                }
                Ok(_) => {}
                Err(RecvError::Lagged(missed)) => tracing::error!(missed, "the kit is too fast"),
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Plays the script of the process `pid`; what is none has no script.
    async fn play(&self, pid: String, mut changes: Receiver<Change>) {
        let Some(first) = self.look(&pid).await else { return };
        let side = self.seeds.side(first.role);
        let scripts = match first.machine {
            Machine::Negotiation => &side.datasets,
            Machine::Transfer => &side.agreements,
        };
        for step in scripts.get(&first.about).into_iter().flatten() {
            if !self.comes_to(&pid, &step.on, &mut changes).await {
                return;
            }
            let clock = self.engine.clock();
            clock.sleep_until(clock.now() + step.after).await;
            match self.act(first.machine, &pid, step.deed).await {
                Ok(()) => tracing::info!(about = first.about, deed = ?step.deed, "done"),
                Err(error) => tracing::warn!(about = first.about, deed = ?step.deed, %error),
            }
        }
    }

    /// Waits until the process is in the state `on` with nothing unanswered; not if it ends before.
    async fn comes_to(&self, pid: &str, on: &str, changes: &mut Receiver<Change>) -> bool {
        loop {
            let Some(stand) = self.look(pid).await else { return false };
            if stand.settled && stand.state.as_deref() == Some(on) {
                return true;
            }
            if stand.over {
                return false;
            }
            loop {
                match changes.recv().await {
                    Ok(change) if change.subject == pid => break,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return false,
                }
            }
        }
    }

    async fn look(&self, pid: &str) -> Option<Stand> {
        if let Ok(found) = self.engine.negotiation(&self.ours, pid).await {
            let process = &found.record.process;
            return Some(Stand {
                machine: Machine::Negotiation,
                role: process.role,
                about: process.offer.target.as_str().to_owned(),
                state: process.state.map(|state| state.name().to_owned()),
                settled: process.awaiting.is_none(),
                over: process.is_over(),
            });
        }
        let found = self.engine.transfer(&self.ours, pid).await.ok()?;
        let process = &found.record.process;
        Some(Stand {
            machine: Machine::Transfer,
            role: process.role,
            about: process.agreement_id.as_str().to_owned(),
            state: process.state.map(|state| state.name().to_owned()),
            settled: process.awaiting.is_none(),
            over: process.is_over(),
        })
    }

    async fn act(&self, machine: Machine, pid: &str, deed: Deed) -> Result<(), EngineError> {
        match machine {
            Machine::Negotiation => self.negotiate(pid, deed).await,
            Machine::Transfer => self.transfer(pid, deed).await,
        }
    }

    async fn negotiate(&self, pid: &str, deed: Deed) -> Result<(), EngineError> {
        let found = self.engine.negotiation(&self.ours, pid).await?;
        let on_table = found.record.process.offer.digest;
        let act = match deed {
            Deed::Offer => Act::Offer(self.engine.document(&self.ours, &on_table).await?),
            Deed::Counter => Act::Counter(self.engine.document(&self.ours, &on_table).await?),
            Deed::Accept => Act::Accept,
            Deed::Agree => Act::Agree,
            Deed::Verify => Act::Verify,
            Deed::Finalize => Act::Finalize,
            Deed::Terminate => Act::Terminate { code: "kit".to_owned(), words: None },
            Deed::Start | Deed::Suspend | Deed::Resume | Deed::Complete => {
                return Err(EngineError::Internal { what: "a deed of the other machine" });
            }
        };
        self.engine.negotiate(&self.ours, pid, &act, None).await
    }

    async fn transfer(&self, pid: &str, deed: Deed) -> Result<(), EngineError> {
        let (engine, ours) = (&self.engine, &self.ours);
        match deed {
            Deed::Start | Deed::Resume => engine.resume_transfer(ours, pid, ACCOUNT).await,
            Deed::Suspend => {
                let ending = Ending { account: ACCOUNT.to_owned(), code: "kit", words: None };
                engine.suspend_transfer(ours, pid, &ending).await
            }
            Deed::Complete => engine.complete_transfer(ours, pid).await,
            Deed::Terminate => {
                engine.terminate_transfer(ours, pid, Cut::TransferStopped, None).await
            }
            Deed::Offer
            | Deed::Counter
            | Deed::Accept
            | Deed::Agree
            | Deed::Verify
            | Deed::Finalize => Err(EngineError::Internal { what: "a deed of the other machine" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_none_is_refused() {
        let read = |text: &str| Step::try_from(text.to_owned());
        assert!(read("REQUESTED 300 offer").is_ok());
        for wrong in ["REQUESTED 300", "REQUESTED soon offer", "REQUESTED 300 dance", ""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
