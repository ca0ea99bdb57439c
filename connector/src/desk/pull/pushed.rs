//! Taking what a provider pushes into the held copy of its contract: permitted and recorded like a
//! delivery that we fetch, and cut by the same hands.

use std::sync::{Arc, Mutex, PoisonError};

use audit::entry::{Code, DeliveryId, PROCESS_DIED};
use futures_util::{StreamExt, stream};
use wire::did::Did;
use wire::digest::Digest;

use super::super::{Connector, Inner};
use super::{Guard, Held, Partners, vigil};
use crate::data::chunks::Chunks;
use crate::data::pull::{PullError, SharedOutcome};
use crate::data::push;
use crate::data::refusal::DataRefusal;
use crate::data::tally::Tally;
use crate::engine::error::EngineError;
use crate::engine::live::{Admission, Cut};
use crate::engine::parts::Parts;
use crate::engine::permit::DeliveryEnd;
use crate::engine::recorder::Recorder;
use crate::http::mutual::intake::{Arrival, Intake, Taking, Untaken};
use crate::record::agreement::AgreementRecord;

/// Another delivery is being written to the same place.
const BUSY: &str = "held-copy-busy";

/// What has come of a delivery, and who records it.
struct Course<P: Parts> {
    recorder: Recorder<P>,
    tally: Tally,
}

type Slot<P> = Arc<Mutex<Option<Course<P>>>>;

impl<P: Parts, D: Partners> Intake for Connector<P, D> {
    fn take(&self, arrival: Arrival) -> Taking<'_> {
        let desk = self.inner.clone();
        Box::pin(async move {
            // A sender that goes away leaves no beginning without an end in the log.
            let taken = tokio::spawn(async move { desk.take_pushed(arrival).await });
            let lost = || EngineError::Internal { what: "the end of a delivery" };
            taken.await.unwrap_or_else(|_| Err(Untaken::Engine(lost())))
        })
    }
}

impl<P: Parts, D: Partners> Inner<P, D> {
    async fn take_pushed(&self, arrival: Arrival) -> Result<DeliveryId, Untaken> {
        let Arrival { caller, standing, pid, token, name, head, body } = arrival;
        let (ours, peer) = (caller.participant.did().clone(), &caller.peer);
        let permit = self
            .engine
            .permit_intake(&caller.participant, standing, peer, &pid, &token, name.as_deref())
            .await
            .map_err(Untaken::Engine)?;
        let (granted, admission) = permit.split();
        let delivery = granted.delivery().clone();
        let recorder = Recorder::new(self.engine.clone(), ours.clone(), granted);
        let course = Slot::<P>::default();
        *lock(&course) = Some(Course { recorder, tally: Tally::default() });
        let body = counted(body, course.clone());
        let outcome = match self.running.begin(&ours, &pid) {
            Some(guard) => {
                let agreed = self.agreed_of(&ours, &pid).await.map_err(Untaken::Engine);
                match agreed {
                    Ok(agreed) => self.keep(&ours, agreed, head, body, admission, guard).await,
                    Err(error) => {
                        settle(&course, Some("internal")).await;
                        return Err(error);
                    }
                }
            }
            None => None,
        };
        let code = match &outcome {
            None => Some(BUSY.to_owned()),
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(error.code().to_owned()),
        };
        settle(&course, code.as_deref()).await;
        match outcome {
            Some(Ok(_)) => Ok(delivery),
            Some(Err(error)) => Err(Untaken::Refused(refusal(&error))),
            None => {
                let reason = "another delivery is being written";
                let refusal = DataRefusal::new(503, BUSY, reason, "send it again later");
                Err(Untaken::Refused(refusal.retry_after(1)))
            }
        }
    }

    async fn agreed_of(&self, ours: &Did, pid: &str) -> Result<AgreementRecord, EngineError> {
        let process = self.engine.transfer(ours, pid).await?.record.process;
        Ok(self.engine.agreement(ours, &process.agreement_id, &process.peer).await?.1)
    }

    /// Writes the body into the contract's held copy; nothing if another one is being written.
    async fn keep(
        &self,
        ours: &Did,
        agreed: AgreementRecord,
        head: crate::data::held::part::PartHead,
        body: Chunks<PullError>,
        admission: Admission,
        guard: Guard,
    ) -> Option<SharedOutcome> {
        let slot = self.held(ours).slot(&agreed.peer, &agreed.id);
        let (place, clock) = (slot.clone(), self.engine.shared_clock());
        let (engine, ours) = (self.engine.clone(), ours.clone());
        let work = async move {
            let _vigil = vigil(engine, ours, agreed, Held::Arriving);
            let told = guard.progress();
            let progress = move |so_far| told.tell(so_far);
            push::take(&*clock, &place, head, body, admission, &progress).await
        };
        self.pulls.alone(&slot, work).await
    }
}

/// The same body, with what comes of it counted and recorded.
fn counted<P: Parts>(body: Chunks<PullError>, course: Slot<P>) -> Chunks<PullError> {
    Chunks::new(stream::unfold((body, course), |(mut body, course)| async move {
        let item = body.next().await?;
        if let (Ok(chunk), Some(Course { recorder, tally })) = (&item, &mut *lock(&course)) {
            tally.add(chunk, |so_far| recorder.window(so_far.bytes, so_far.sha256));
        }
        Some((item, (body, course)))
    }))
}

/// Records the end; `code` says why it broke off, if it did.
async fn settle<P: Parts>(course: &Slot<P>, code: Option<&str>) {
    let Some(Course { recorder, tally }) = lock(course).take() else { return };
    let end = match code {
        None => DeliveryEnd::Finished,
        Some(code) if code != PROCESS_DIED && Code::parse(code).is_ok() => {
            DeliveryEnd::Stopped { code: code.to_owned() }
        }
        Some(_) => DeliveryEnd::Stopped { code: "delivery-broken".to_owned() },
    };
    let (bytes, sha256): (u64, Digest) = {
        let so_far = tally.so_far();
        (so_far.bytes, so_far.sha256)
    };
    recorder.ended(end, bytes, sha256).await;
}

fn lock<P: Parts>(course: &Slot<P>) -> std::sync::MutexGuard<'_, Option<Course<P>>> {
    course.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the provider is told. Which disk or folder it was stays with our operator.
fn refusal(error: &PullError) -> DataRefusal {
    let (code, again) = (error.code(), "send it again later");
    match error {
        PullError::Held { .. } => {
            tracing::error!(%error, code, "pushed data cannot be kept");
            let reason = "the consumer cannot keep the data at present";
            DataRefusal::new(503, code, reason, again).retry_after(5)
        }
        PullError::Cut { reason: Cut::AgreementEnded | Cut::RuleRefuses } => {
            let reason = "the consumer may not take it any longer";
            DataRefusal::new(403, code, reason, "look at the contract")
        }
        PullError::Inconsistent { what } => {
            DataRefusal::new(400, code, what, "send exactly what is announced")
        }
        PullError::Broken { .. }
        | PullError::Cut { .. }
        | PullError::Interrupted
        | PullError::Refused { .. }
        | PullError::Stalled { .. }
        | PullError::Unreachable { .. } => {
            DataRefusal::new(503, code, "the delivery broke off", again).retry_after(1)
        }
    }
}
