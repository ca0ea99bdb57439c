//! The desk of the local hand-over: each read is permitted anew, brings what is new, and is
//! recorded.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use protocol::id::AgreementId;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use wire::did::Did;
use wire::digest::Digest;

use super::pull::{Held, Partners, Stop, vigil};
use super::{Connector, Inner};
use crate::data::handover::{HandoverContract, HandoverDesk};
use crate::data::held::{HeldError, HeldFile};
use crate::data::pull::PullError;
use crate::data::refusal::DataRefusal;
use crate::data::stream::{DeliveryEnd as StreamEnd, Outcome};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::live::{Admission, Cut};
use crate::engine::parts::Parts;
use crate::engine::permit::{DeliveryEnd, Granted};
use crate::record::agreement::AgreementRecord;
use crate::record::serve::ServeRecord;
use crate::store::{Kind, Span, Store};

/// How long a reader waits for the provider to start a transfer.
const START_SECONDS_MAX: u64 = 20;

/// One permitted read; what left is recorded when it ends, or when it is dropped.
pub struct Ticket<P: Parts> {
    engine: Arc<Engine<P>>,
    participant: Did,
    granted: Option<Granted>,
    _vigil: JoinSet<()>,
}

impl<P: Parts, D: Partners> HandoverDesk for Connector<P, D> {
    type Ticket = Ticket<P>;

    async fn contracts(
        &self,
        agreement: &AgreementId,
    ) -> Result<Vec<HandoverContract>, DataRefusal> {
        let engine = &self.inner.engine;
        let mut contracts = Vec::new();
        for participant in engine.hosted().iter() {
            let span = Span::new(participant.did(), Kind::Serve).prefix(format!("{agreement}\n"));
            let rows = engine.store().range_json::<ServeRecord>(&span).await;
            let rows = rows.map_err(|error| Stop::from(EngineError::from(error)).refusal())?;
            contracts.extend(rows.into_iter().map(|(_, _, record)| HandoverContract {
                participant: participant.did().clone(),
                provider: record.provider,
                agreement: record.agreement,
                token: record.token,
            }));
        }
        Ok(contracts)
    }

    async fn permit(
        &self,
        contract: &HandoverContract,
    ) -> Result<(Admission, Self::Ticket), DataRefusal> {
        let engine = &self.inner.engine;
        let agreed = self.inner.agreed(contract).await?;
        let permit = engine.permit_handover(&contract.participant, &agreed).await;
        let (granted, admission) = permit.map_err(|error| Stop::from(error).refusal())?.split();
        let ticket = Ticket {
            engine: engine.clone(),
            participant: contract.participant.clone(),
            granted: Some(granted),
            _vigil: vigil(engine.clone(), contract.participant.clone(), agreed, Held::Kept),
        };
        Ok((admission, ticket))
    }

    async fn fresh(
        &self,
        contract: &HandoverContract,
        _ticket: &Self::Ticket,
    ) -> Result<HeldFile, DataRefusal> {
        let agreed = self.inner.agreed(contract).await?;
        self.inner.refresh(&contract.participant, &agreed).await.map_err(|stop| stop.refusal())?;
        let slot = self.inner.held(&contract.participant).slot(&agreed.peer, &agreed.id);
        let opened = tokio::task::spawn_blocking(move || slot.open()).await;
        let opened = opened.map_err(|_| HeldError::from(std::io::Error::other("interrupted")));
        match opened.and_then(|opened| opened) {
            Ok(Some(file)) => Ok(file),
            Ok(None) => Err(DataRefusal::pull(&PullError::Interrupted)),
            Err(error) => Err(DataRefusal::held(&error)),
        }
    }

    fn ended(&self, mut ticket: Self::Ticket, end: StreamEnd) {
        let how = match end.outcome {
            Outcome::Finished => DeliveryEnd::Finished,
            Outcome::Cut { .. } | Outcome::ReaderGone | Outcome::SourceFailed { .. } => {
                DeliveryEnd::Stopped { code: end.outcome.code().to_owned() }
            }
        };
        ticket.note(how, end.bytes, end.sha256);
    }
}

impl<P: Parts, D: Partners> Inner<P, D> {
    /// Brings the held copy up to date. A transfer that the provider knows no longer is given up,
    /// and another one asked for, once.
    async fn refresh(self: &Arc<Self>, ours: &Did, agreed: &AgreementRecord) -> Result<(), Stop> {
        let patience = Duration::from_secs(START_SECONDS_MAX);
        let account = "local-handover";
        let pid = self.open_transfer(ours, agreed, account).await?;
        let stop = match self.bring(ours, agreed, &pid, patience, |_| {}).await {
            Ok(_) => return Ok(()),
            Err(stop) => stop,
        };
        if !stop.is_stale() {
            return Err(stop);
        }
        match self.engine.terminate_transfer(ours, &pid, Cut::TransferStopped, None).await {
            Ok(()) | Err(EngineError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let pid = self.engine.ask_for_data(ours, agreed, account).await?;
        self.bring(ours, agreed, &pid, patience, |_| {}).await.map(|_| ())
    }
}

impl<P: Parts, D> Inner<P, D> {
    async fn agreed(&self, contract: &HandoverContract) -> Result<AgreementRecord, DataRefusal> {
        let HandoverContract { participant, provider, agreement, .. } = contract;
        let found = self.engine.agreement(participant, agreement, provider).await;
        found.map(|(_, agreed)| agreed).map_err(|error| Stop::from(error).refusal())
    }
}

impl<P: Parts> Ticket<P> {
    /// Records, in a task of its own, what left.
    fn note(&mut self, how: DeliveryEnd, bytes: u64, digest: Digest) {
        let Some(granted) = self.granted.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        let (engine, participant) = (self.engine.clone(), self.participant.clone());
        runtime.spawn(async move {
            let noted = engine.delivery_ended(&granted, &participant, &how, bytes, digest).await;
            if let Err(error) = noted {
                tracing::error!(%error, "the end of a hand-over could not be recorded");
            }
        });
    }
}

impl<P: Parts> Drop for Ticket<P> {
    /// Nothing was handed over: the reader had it already, or it could not be brought.
    fn drop(&mut self) {
        let how = DeliveryEnd::Stopped { code: "nothing-handed-over".to_owned() };
        self.note(how, 0, Digest::of(&[]));
    }
}

impl<P: Parts> fmt::Debug for Ticket<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("granted", &self.granted).finish_non_exhaustive()
    }
}
