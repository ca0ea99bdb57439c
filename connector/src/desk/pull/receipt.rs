//! The client of a pull, with the gate around it: each request is a delivery that we name. Its permit
//! is in the log before the request leaves, and its end whatever comes of it.

use std::sync::{Arc, Mutex, PoisonError};

use audit::entry::{Code, DeliveryId, PROCESS_DIED};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName};
use tokio::sync::Mutex as Gate;
use wire::did::Did;

use crate::data::chunks::Chunks;
use crate::data::pull::{ClientError, DataClient, DataResponse};
use crate::data::tally::{SoFar, Tally};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::permit::DeliveryEnd;
use crate::engine::recorder::Recorder;
use crate::http::mutual::DELIVERY_HEADER;
use crate::record::agreement::AgreementRecord;

/// Whose data is received, under what, through which transfer.
pub(super) struct About {
    pub(super) ours: Did,
    pub(super) agreed: AgreementRecord,
    pub(super) pid: String,
}

/// Why the engine did not permit a delivery, for whoever learns only that the pull failed.
#[derive(Debug, Default)]
pub(super) struct Denied {
    error: Mutex<Option<EngineError>>,
}

/// A client that asks for nothing without a permit.
pub(super) struct Receiving<P: Parts, C> {
    engine: Arc<Engine<P>>,
    client: C,
    about: Arc<About>,
    open: Slot<P>,
    /// Held while a beginning or an end is recorded. Whoever asked for it may go away meanwhile.
    gate: Arc<Gate<()>>,
    denied: Arc<Denied>,
}

/// A delivery under way, and what has come of it.
struct Open<P: Parts> {
    recorder: Recorder<P>,
    tally: Tally,
    whole: bool,
    /// Why it has stopped, unless somebody knows better.
    code: &'static str,
}

/// The delivery that is under way, if one is: the body that comes in counts on it.
type Slot<P> = Arc<Mutex<Option<Open<P>>>>;

const BROKEN: &str = "delivery-broken";
const REFUSED: &str = "refused-by-provider";

impl Denied {
    pub(super) fn take(&self) -> Option<EngineError> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep(&self, error: EngineError) {
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

impl<P: Parts, C: DataClient> Receiving<P, C> {
    pub(super) fn new(
        engine: Arc<Engine<P>>,
        client: C,
        about: About,
        denied: Arc<Denied>,
    ) -> Self {
        let (about, gate) = (Arc::new(about), Arc::default());
        Self { engine, client, about, open: Slot::default(), gate, denied }
    }

    /// Records the end of the delivery that was under way; `code` says why it broke off, if it did
    /// and somebody knows.
    pub(super) async fn settle(&self, code: Option<&str>) {
        let gate = self.gate.clone().lock_owned().await;
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Open { recorder, tally, whole, code: otherwise }) = open else { return };
        let end = if whole {
            DeliveryEnd::Finished
        } else {
            let code = code.filter(|code| is_ours_to_say(code)).unwrap_or(otherwise);
            DeliveryEnd::Stopped { code: code.to_owned() }
        };
        let SoFar { bytes, sha256 } = tally.so_far();
        let recorded = tokio::spawn(async move {
            recorder.ended(end, bytes, sha256).await;
            drop(gate);
        });
        // It failed only if it panicked; then the next start records the end.
        let _ = recorded.await;
    }

    /// Begins a delivery: its permit is durable when this returns.
    async fn begin(&self, name: DeliveryId) -> Result<(), EngineError> {
        let gate = self.gate.clone().lock_owned().await;
        let (engine, about, slot) = (self.engine.clone(), self.about.clone(), self.open.clone());
        let begun = tokio::spawn(async move {
            let About { ours, agreed, pid } = &*about;
            let (granted, _) = engine.permit_receipt(ours, agreed, pid, name).await?.split();
            let recorder = Recorder::new(engine, ours.clone(), granted);
            let open = Open { recorder, tally: Tally::default(), whole: false, code: BROKEN };
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
            drop(gate);
            Ok(())
        });
        begun.await.unwrap_or(Err(EngineError::Internal { what: "the beginning of a delivery" }))
    }

    /// As [`Receiving::begin`], for whoever learns only that the pull failed.
    async fn permitted(&self, name: DeliveryId) -> Result<(), ClientError> {
        self.begin(name).await.map_err(|error| {
            let (code, words) = (error.code(), error.to_string());
            self.denied.keep(error);
            ClientError { code, words, passing: false }
        })
    }

    /// What the answer's head says of the delivery under way.
    fn answered(&self, whole: bool, code: &'static str) {
        if let Some(open) = &mut *self.open.lock().unwrap_or_else(PoisonError::into_inner) {
            (open.whole, open.code) = (whole, code);
        }
    }
}

impl<P: Parts, C: DataClient> DataClient for Receiving<P, C> {
    async fn get(
        &self,
        url: &str,
        bearer: Option<&str>,
        mut headers: Vec<(HeaderName, String)>,
    ) -> Result<DataResponse, ClientError> {
        self.settle(None).await;
        let name = self.engine.new_name().map_err(|error| {
            let (code, words) = (error.code(), error.to_string());
            ClientError { code, words, passing: false }
        })?;
        self.permitted(name.clone()).await?;
        headers.push((HeaderName::from_static(DELIVERY_HEADER), name.to_string()));
        let response = match self.client.get(url, bearer, headers).await {
            Ok(response) => response,
            Err(error) => {
                self.settle(Some(error.code)).await;
                return Err(error);
            }
        };
        let named = named(&response.headers);
        let is_named = named.is_some();
        if let Some(other) = named.filter(|named| *named != name) {
            // The provider did not take our name: nothing came under that one.
            self.settle(Some("delivery-renamed")).await;
            self.permitted(other).await?;
        }
        let has_data = matches!(response.status, 200 | 206);
        if has_data {
            return Ok(DataResponse {
                chunks: counted(response.chunks, self.open.clone()),
                ..response
            });
        }
        if response.status == 304 || is_named {
            // Whole by itself, unless the provider's source failed.
            self.answered(response.status < 500, "source-unavailable");
            self.settle(None).await;
        } else {
            // Its reason stands in the body, for whoever reads that.
            self.answered(false, REFUSED);
        }
        Ok(response)
    }
}

/// The name that the provider gives the delivery.
fn named(headers: &HeaderMap) -> Option<DeliveryId> {
    let named = headers.get(DELIVERY_HEADER).and_then(|value| value.to_str().ok());
    named.and_then(|text| DeliveryId::parse(text).ok())
}

/// Whether a reason, perhaps the provider's, may stand in our log: that our process died is nobody
/// else's to say, as it leaves open what came.
fn is_ours_to_say(code: &str) -> bool {
    code != PROCESS_DIED && Code::parse(code).is_ok()
}

/// The same body, with what comes of it counted and recorded.
fn counted<P: Parts>(chunks: Chunks<ClientError>, open: Slot<P>) -> Chunks<ClientError> {
    Chunks::new(stream::unfold((chunks, open), |(mut chunks, slot)| async move {
        let item: Option<Result<Bytes, ClientError>> = chunks.next().await;
        if let Some(open) = &mut *slot.lock().unwrap_or_else(PoisonError::into_inner) {
            let Open { recorder, tally, whole, .. } = open;
            match &item {
                Some(Ok(chunk)) => {
                    tally.add(chunk, |so_far| recorder.window(so_far.bytes, so_far.sha256));
                }
                Some(Err(_)) => {}
                None => *whole = true,
            }
        }
        item.map(|item| (item, (chunks, slot)))
    }))
}
