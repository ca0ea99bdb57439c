//! The client of a pull, with the gate around it: each answer with data needs a permit under the
//! provider's own delivery id before its first byte is taken, and its end is recorded.

use std::sync::{Arc, Mutex, PoisonError};

use audit::entry::DeliveryId;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName};
use wire::did::Did;

use crate::data::chunks::Chunks;
use crate::data::pull::{ClientError, DataClient, DataResponse};
use crate::data::tally::{SoFar, Tally};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::permit::{DeliveryEnd, Granted};
use crate::engine::recorder::Recorder;
use crate::http::mutual::DELIVERY_HEADER;
use crate::ids::urn;
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

/// A client that takes nothing without a permit.
pub(super) struct Receiving<P: Parts, C> {
    engine: Arc<Engine<P>>,
    client: C,
    about: About,
    open: Slot<P>,
    denied: Arc<Denied>,
}

/// A delivery under way, and what has come of it.
struct Open<P: Parts> {
    recorder: Recorder<P>,
    tally: Tally,
    whole: bool,
}

/// The delivery that is under way, if one is: the body that comes in counts on it.
type Slot<P> = Arc<Mutex<Option<Open<P>>>>;

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
        Self { engine, client, about, open: Slot::default(), denied }
    }

    /// Records the end of the delivery that was under way; `code` says why it broke off, if it did.
    pub(super) async fn settle(&self, code: &str) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(open) = open else { return };
        let end = if open.whole {
            DeliveryEnd::Finished
        } else {
            DeliveryEnd::Stopped { code: code.to_owned() }
        };
        let SoFar { bytes, sha256 } = open.tally.so_far();
        open.recorder.ended(end, bytes, sha256).await;
    }

    /// The permit for the delivery that this answer begins.
    async fn permit(&self, headers: &HeaderMap) -> Result<Granted, EngineError> {
        let named = headers.get(DELIVERY_HEADER).and_then(|value| value.to_str().ok());
        let id = named.and_then(|text| DeliveryId::parse(text).ok());
        // A provider that names no delivery gets a name of ours.
        let id = id.or_else(|| DeliveryId::parse(&urn(self.engine.ids())).ok());
        let id = id.ok_or(EngineError::Internal { what: "a delivery id" })?;
        let About { ours, agreed, pid } = &self.about;
        let (granted, _) = self.engine.permit_receipt(ours, agreed, pid, id).await?.split();
        Ok(granted)
    }
}

impl<P: Parts, C: DataClient> DataClient for Receiving<P, C> {
    async fn get(
        &self,
        url: &str,
        bearer: Option<&str>,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<DataResponse, ClientError> {
        self.settle("delivery-broken").await;
        let response = self.client.get(url, bearer, headers).await?;
        let has_data = matches!(response.status, 200 | 206);
        if !has_data && !response.headers.contains_key(DELIVERY_HEADER) {
            return Ok(response);
        }
        let granted = match self.permit(&response.headers).await {
            Ok(granted) => granted,
            Err(error) => {
                let (code, words) = (error.code(), error.to_string());
                self.denied.keep(error);
                return Err(ClientError { code, words, passing: false });
            }
        };
        // An answer without data is whole by itself, unless the provider's source failed.
        let whole = !has_data && response.status < 500;
        let recorder = Recorder::new(self.engine.clone(), self.about.ours.clone(), granted);
        let open = Open { recorder, tally: Tally::default(), whole };
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
        if !has_data {
            self.settle("source-unavailable").await;
            return Ok(response);
        }
        Ok(DataResponse { chunks: counted(response.chunks, self.open.clone()), ..response })
    }
}

/// The same body, with what comes of it counted and recorded.
fn counted<P: Parts>(chunks: Chunks<ClientError>, open: Slot<P>) -> Chunks<ClientError> {
    Chunks::new(stream::unfold((chunks, open), |(mut chunks, slot)| async move {
        let item: Option<Result<Bytes, ClientError>> = chunks.next().await;
        if let Some(open) = &mut *slot.lock().unwrap_or_else(PoisonError::into_inner) {
            let Open { recorder, tally, whole } = open;
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
