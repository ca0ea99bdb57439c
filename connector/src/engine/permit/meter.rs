//! Deliveries under a rule that counts: each counts from the reading that the next one will see, and
//! one whose volume is limited may send only what it was lent.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use odrl_parser::Term;
use policy::{Decision, Verdict};
use protocol::Role;
use wire::did::Did;

use super::super::Engine;
use super::super::agreement::told;
use super::super::draft::Draft;
use super::super::error::EngineError;
use super::super::judge::{Case, Exercise, usage_id};
use super::super::live::Cut;
use super::super::negotiation::TRIES_MAX;
use super::super::parts::Parts;
use super::super::usage::Usage;
use super::Granted;
use crate::clock::Clock;
use crate::record::usage::Spent;
use crate::store::Kind;

/// A meter that goes on so soon is waited for, in seconds.
const WAIT_SECONDS_MAX: i64 = 2;

/// What a delivery counts for.
#[derive(Debug)]
pub(super) struct Metered {
    exercise: Exercise,
    /// The bytes that it was lent; none where its volume is not limited here.
    lent: Option<AtomicU64>,
}

impl Case<'_> {
    /// One more delivery begins. As provider, where the rule limits a volume, it is lent its first
    /// bytes.
    pub(super) fn begin(
        mut self,
        now: Timestamp,
        exercise: Exercise,
        role: Role,
    ) -> Option<(Usage, Metered)> {
        let counts = matches!(exercise, Exercise::Another(_));
        let mut usage = self.usage.take().filter(|_| counts)?;
        usage.begin(&self.rule, now);
        let lends = role == Role::Provider && self.rule.asks(Term::VOLUME);
        let lent = lends.then(|| usage.lend(&self.rule, now).into());
        Some((usage, Metered { exercise, lent }))
    }
}

impl Metered {
    /// The delivery that began at `started` has ended after `bytes` bytes. What was lent and not sent
    /// comes back, and one that brought nothing was none.
    pub(super) fn settle(&self, usage: &mut Usage, started: Timestamp, bytes: u64) {
        let back = match &self.lent {
            Some(lent) => lent.load(Ordering::Relaxed).saturating_sub(bytes),
            None => 0,
        };
        let deliveries = u64::from(bytes == 0);
        usage.record.give_back(started, Spent { deliveries, requests: 0, bytes: back });
        if self.lent.is_none() {
            usage.record.went_over(started, bytes);
        }
    }
}

/// Why one more delivery is refused, with the instant from which a meter permits it again, if time
/// alone will do.
pub(super) fn refused(denied: &Decision, now: Timestamp, again: Option<Timestamp>) -> EngineError {
    let soon = |again: &Timestamp| again.duration_since(now).as_secs() < WAIT_SECONDS_MAX;
    if again.as_ref().is_some_and(soon) {
        return EngineError::Busy { reason: "rate-exceeded" };
    }
    let code = denied.reasons.first().map_or("rule-refuses", |reason| reason.code.code());
    let again =
        again.map(|again| format!(" It is permitted again from {again}.")).unwrap_or_default();
    EngineError::peer(code, format!("{}{again}", told(denied)))
}

/// Bytes that a delivery may send, when they have been lent.
pub type Lending = Pin<Box<dyn Future<Output = Result<u64, Cut>> + Send>>;

/// Lends bytes to a delivery that runs.
pub trait Lender: fmt::Debug + Send + Sync {
    /// The bytes that it may send from the beginning.
    fn first(&self) -> u64;

    /// More bytes that it may send; or why it is cut.
    fn more(&self) -> Lending;
}

/// Lends what the rule of a contract permits, and writes it to the contract's meter before.
pub struct Loan<P: Parts> {
    engine: Arc<Engine<P>>,
    participant: Did,
    granted: Arc<Granted>,
    first: u64,
}

impl<P: Parts> Loan<P> {
    /// For what was granted; none where its volume is not limited.
    pub(in crate::engine) fn new(
        engine: &Arc<Engine<P>>,
        participant: &Did,
        granted: &Arc<Granted>,
    ) -> Option<Self> {
        let lent = granted.metered.as_ref()?.lent.as_ref()?;
        let first = lent.load(Ordering::Relaxed);
        let (engine, participant) = (engine.clone(), participant.clone());
        Some(Self { engine, participant, granted: granted.clone(), first })
    }
}

impl<P: Parts> Lender for Loan<P> {
    fn first(&self) -> u64 {
        self.first
    }

    fn more(&self) -> Lending {
        let engine = self.engine.clone();
        let (participant, granted) = (self.participant.clone(), self.granted.clone());
        Box::pin(async move {
            engine.lend(&participant, &granted).await.map_err(|error| match error {
                Unlent::Cut(cut) => cut,
                Unlent::Engine(error) => {
                    tracing::error!(%error, "a delivery is cut that cannot be metered");
                    Cut::NotRecorded
                }
            })
        })
    }
}

impl<P: Parts> fmt::Debug for Loan<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loan").field("granted", &self.granted).finish_non_exhaustive()
    }
}

/// Why nothing is lent.
enum Unlent {
    Cut(Cut),
    Engine(EngineError),
}

impl From<EngineError> for Unlent {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl<P: Parts> Engine<P> {
    /// Lends more bytes to a delivery that runs, if its rule permits one more. If not, its transfer is
    /// ended, and the partner learns why.
    async fn lend(&self, participant: &Did, granted: &Granted) -> Result<u64, Unlent> {
        for _ in 0..TRIES_MAX {
            match self.try_lend(participant, granted).await {
                Err(Unlent::Engine(error)) if error.is_lost() => {}
                done => return done,
            }
        }
        Err(EngineError::Busy { reason: "contended" }.into())
    }

    async fn try_lend(&self, participant: &Did, granted: &Granted) -> Result<u64, Unlent> {
        let metered = granted.metered.as_ref();
        let Some((metered, lent)) = metered.and_then(|it| Some((it, it.lent.as_ref()?))) else {
            return Ok(u64::MAX);
        };
        let (ours, standing) = self.member(participant)?;
        let (_, agreed) = self.agreement(participant, &granted.agreement, &granted.peer).await?;
        if agreed.ended.is_some() {
            return Err(Unlent::Cut(Cut::AgreementEnded));
        }
        let now = self.clock.now();
        let mut case = self.case(participant, &agreed).await?;
        let exercise = metered.exercise.more();
        let judged = case.judge(&standing, now, Some(standing.list.expires), exercise)?;
        if judged.decision.verdict == Verdict::Deny {
            if let Some(pid) = &granted.transfer {
                self.stop_refused(participant, pid, &judged).await?;
            }
            return Err(Unlent::Cut(Cut::RuleRefuses));
        }
        let Some(mut usage) = case.usage.take() else { return Ok(u64::MAX) };
        let more = usage.lend(&case.rule, now);
        let mut draft = Draft::new(self, &ours, standing.clone());
        let id = usage_id(&granted.agreement, &granted.peer);
        draft.write(Kind::Meter, &id, usage.version, &usage.record)?;
        let (_, errands) = draft.commit().await?;
        errands.release(self);
        lent.fetch_add(more, Ordering::Relaxed);
        Ok(more)
    }
}
