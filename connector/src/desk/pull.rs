//! Bringing a contract's data into its held copy: a transfer that has started, one pull at a time,
//! each delivery permitted and recorded, and what came of it for whoever asks later.

pub(super) mod pushed;
mod receipt;
mod running;
mod start;
mod stop;
mod vigil;

use std::sync::Arc;
use std::time::Duration;

use protocol::Role;
use protocol::transfer::Flow as Direction;
use wire::did::Did;

use super::Inner;
use super::refusal::conflict;
use super::words::Speaker;
use crate::clock::Clock;
use crate::data::pull::{DataClient, Order, Progress, PullError, PullOutcome, pull};
use crate::engine::agreement::{AGREEMENT_ENDED, ended_words};
use crate::engine::error::EngineError;
use crate::engine::judge::Exercise;
use crate::engine::live::Grounds;
use crate::engine::parts::Parts;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::refusal::{Fault, Refusal};
use crate::management::view::{ContractId, DeliveryView};
use crate::record::agreement::AgreementRecord;
use crate::record::delivery::{self, PullEnd, PullRecord, PullResult};
use crate::store::{Batch, Key, Kind, Span, Store};

pub use running::Running;

pub(super) use running::Guard;
pub(super) use stop::Stop;
pub(super) use vigil::{Held, vigil};

use receipt::Receiving;

/// How long a pull waits for the provider to start the transfer.
const START_SECONDS_MAX: u64 = 600;

/// How partners' data is read: a client of its own for each participant and partner.
pub trait Partners: Send + Sync + 'static {
    /// Reads one partner's data over mutual TLS.
    type Client: DataClient;

    /// The client that reads the data of `to` as our participant `from`.
    fn client(&self, from: &Did, to: &Did) -> Self::Client;
}

impl<F, C> Partners for F
where
    F: Fn(&Did, &Did) -> C + Send + Sync + 'static,
    C: DataClient,
{
    type Client = C;

    fn client(&self, from: &Did, to: &Did) -> C {
        self(from, to)
    }
}

impl<P: Parts, D: Partners> Inner<P, D> {
    /// Asks the provider to send a contract's data to us.
    pub(super) async fn receive(&self, actor: &Actor, id: &ContractId) -> Answer<DeliveryView> {
        let ours = actor.participant();
        let agreed = self.usable(ours, id, Exercise::Another(None)).await?;
        let account = actor.account().as_str();
        let pid = match self.under_way(ours, &agreed, Direction::Push).await? {
            Some(pid) => pid,
            None => self.engine.ask_for_push(ours, &agreed, account).await?,
        };
        let found = self.engine.transfer(ours, &pid).await?;
        self.delivery_view(ours, &found).await
    }

    pub(super) async fn pull(
        self: &Arc<Self>,
        actor: &Actor,
        id: &ContractId,
    ) -> Answer<DeliveryView> {
        let ours = actor.participant();
        let agreed = self.usable(ours, id, Exercise::Another(None)).await?;
        let account = actor.account().as_str();
        let pid = self.open_transfer(ours, &agreed, account).await?;
        if let Some(guard) = self.running.begin(ours, &pid) {
            let asked = self.engine.clock().now();
            let record = PullRecord { asked, account: account.to_owned(), end: None };
            self.keep_pull(ours, &pid, &record).await?;
            self.run(ours, agreed, pid.clone(), record, guard);
        }
        let found = self.engine.transfer(ours, &pid).await?;
        self.delivery_view(ours, &found).await
    }

    /// Goes on with pulls that were under way when the process stopped.
    pub(super) async fn resume_pulls(self: &Arc<Self>) {
        let participants: Vec<Did> =
            self.engine.hosted().iter().map(|participant| participant.did().clone()).collect();
        for ours in participants {
            if let Err(error) = self.resume_pulls_of(&ours).await {
                tracing::error!(%error, participant = %ours, "pulls cannot be resumed");
            }
        }
    }

    async fn resume_pulls_of(self: &Arc<Self>, ours: &Did) -> Result<(), EngineError> {
        let mut span = Span::new(ours, Kind::Delivery).prefix(delivery::PULLS);
        loop {
            let rows = self.engine.store().range_json::<PullRecord>(&span).await?;
            let Some((last, _, _)) = rows.last() else { return Ok(()) };
            span = span.after(last.clone());
            for (id, _, record) in rows {
                let pid = id.strip_prefix(delivery::PULLS).unwrap_or(&id).to_owned();
                if record.end.is_some() {
                    continue;
                }
                let process = self.engine.transfer(ours, &pid).await?.record.process;
                let (_, agreed) =
                    self.engine.agreement(ours, &process.agreement_id, &process.peer).await?;
                if let Some(guard) = self.running.begin(ours, &pid) {
                    self.run(ours, agreed, pid, record, guard);
                }
            }
        }
    }

    /// The agreement of a contract of ours as consumer, if it stands and its rule permits use now.
    pub(super) async fn usable(
        &self,
        ours: &Did,
        id: &ContractId,
        exercise: Exercise,
    ) -> Answer<AgreementRecord> {
        let contract = self.find_contract(ours, id).await?;
        let Some(agreed) = contract.agreement else {
            return Err(conflict(
                "not-in-force",
                ("Dieser Vertrag ist nicht geschlossen.", "this contract is not concluded"),
                ("Den Stand des Vertrags ansehen.", "look at where the contract stands"),
            ));
        };
        if agreed.role != Role::Consumer {
            let words = "this participant provides the data of this contract";
            return Err(EngineError::operator("not-the-consumer", words).into());
        }
        if let Some(ended) = &agreed.ended {
            let words = ended_words(ended);
            return Err(EngineError::operator(AGREEMENT_ENDED, words).into());
        }
        let (_, standing) = self.engine.member(ours)?;
        let now = self.engine.clock().now();
        let decision = self.engine.judge_agreement(ours, &standing, &agreed, now, exercise).await?;
        if decision.verdict == policy::Verdict::Deny {
            let code = decision.reasons.first().map_or("rule-refuses", |it| it.code.code());
            let told = Speaker::of(&self.book).of_decision(&decision);
            return Err(Refusal::new(Fault::Conflict, code, told.reason, told.remedy));
        }
        Ok(agreed)
    }

    /// Runs a pull to its end in a task of its own; the guard shows that it runs.
    fn run(
        self: &Arc<Self>,
        ours: &Did,
        agreed: AgreementRecord,
        pid: String,
        record: PullRecord,
        guard: Guard,
    ) {
        let (desk, ours) = (Arc::clone(self), ours.clone());
        tokio::spawn(async move {
            let patience = Duration::from_secs(START_SECONDS_MAX);
            let progress = guard.progress();
            let told = move |so_far| progress.tell(so_far);
            let outcome = desk.bring(&ours, &agreed, &pid, patience, told).await;
            if let Err(error) = desk.finish(&ours, &agreed, &pid, record, outcome).await {
                tracing::error!(%error, pid, "what came of a pull could not be kept");
            }
            drop(guard);
        });
    }

    /// Brings the held copy of a contract up to date through the transfer `pid`.
    pub(super) async fn bring(
        self: &Arc<Self>,
        ours: &Did,
        agreed: &AgreementRecord,
        pid: &str,
        patience: Duration,
        told: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<PullOutcome, Stop> {
        let started = self.until_started(ours, pid, patience).await?;
        let slot = self.held(ours).slot(&agreed.peer, &agreed.id);
        let order = Order { url: started.url, bearer: started.bearer, slot: slot.clone() };
        let (desk, ours) = (Arc::clone(self), ours.clone());
        let (agreed, pid) = (agreed.clone(), pid.to_owned());
        let denied = Arc::new(receipt::Denied::default());
        let reason = denied.clone();
        let work =
            async move { desk.receive_all(&ours, &agreed, &pid, &order, &reason, &told).await };
        match self.pulls.once(&slot, work).await {
            Ok(outcome) => Ok(outcome),
            Err(error) => Err(denied.take().map_or(Stop::Pull(error), Stop::Engine)),
        }
    }

    /// One pull with all its deliveries, permitted and recorded.
    async fn receive_all(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
        pid: &str,
        order: &Order,
        denied: &Arc<receipt::Denied>,
        told: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<PullOutcome, PullError> {
        // Registered before the first permit is asked for, so that no stop is missed.
        let admission = self.engine.live().admit(Grounds {
            participant: ours.clone(),
            peer: agreed.peer.clone(),
            verified: None,
            agreement: agreed.id.clone(),
            transfer: pid.to_owned(),
        });
        let _vigil = vigil(self.engine.clone(), ours.clone(), agreed.clone(), Held::Arriving);
        let client = Receiving::new(
            self.engine.clone(),
            self.partners.client(ours, &agreed.peer),
            receipt::About { ours: ours.clone(), agreed: agreed.clone(), pid: pid.to_owned() },
            denied.clone(),
        );
        let outcome = pull(&client, self.engine.clock(), order, admission, told).await;
        client.settle(outcome.as_ref().err().map(PullError::code)).await;
        outcome
    }

    /// Keeps what came of a pull, and completes its transfer when all has come over.
    async fn finish(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
        pid: &str,
        record: PullRecord,
        outcome: Result<PullOutcome, Stop>,
    ) -> Result<(), EngineError> {
        if outcome.as_ref().is_err_and(Stop::is_shutdown) {
            // It is gone on with at the next start.
            return Ok(());
        }
        let at = self.engine.clock().now();
        let end = match &outcome {
            Ok(outcome) => PullEnd {
                at,
                bytes: outcome.copy.bytes,
                result: PullResult::Complete {
                    digest: outcome.copy.sha256,
                    media_type: outcome.copy.media_type.clone(),
                },
            },
            Err(stop) => PullEnd { at, bytes: stop.bytes(), result: stop.result() },
        };
        self.keep_pull(ours, pid, &PullRecord { end: Some(end), ..record }).await?;
        if outcome.is_ok() && !self.is_served(ours, agreed).await? {
            // A hand-over goes on asking through the same transfer; without one it is over.
            match self.engine.complete_transfer(ours, pid).await {
                Ok(()) | Err(EngineError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn keep_pull(
        &self,
        ours: &Did,
        pid: &str,
        record: &PullRecord,
    ) -> Result<(), EngineError> {
        let mut batch = Batch::new();
        batch.put_json(Key::new(ours, Kind::Delivery, delivery::pull_id(pid)), record)?;
        self.engine.store().commit(batch).await?;
        Ok(())
    }
}
