//! Data over the mutual listener: a permit first, then the stream, then how it ended, in the log.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use protocol::id::DatasetId;
use tokio::runtime::Handle;

use super::dsp::{Family, refuse};
use super::{Caller, Connection, Served};
use crate::data::refusal::DataRefusal;
use crate::data::reply::{self, Reply};
use crate::data::source::http::Fetch;
use crate::data::source::open;
use crate::data::stream::{
    Control, DeliveryEnd as StreamEnd, EndSink, Meter, Outcome, Pace, deliver as start,
};
use crate::data::tally::SoFar;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::live::Admission;
use crate::engine::parts::Parts;
use crate::engine::permit::{DeliveryEnd, Lender};
use crate::engine::recorder::Recorder;
use crate::http::problem::SentPids;
use crate::participant::Standing;

/// The header with the delivery's id, the same in both logs: the consumer's request asks for one, the
/// answer says which it is.
pub const DELIVERY_HEADER: &str = "allmende-delivery";

/// `GET /data/{transfer}`.
pub(super) async fn deliver<P: Parts, F: Fetch>(
    request: &HttpRequest,
    served: &Served<P, F>,
    caller: &Caller,
    standing: Arc<Standing>,
    pid: &str,
) -> HttpResponse {
    match permitted(request, served, caller, standing, pid).await {
        Ok(response) => response,
        Err(error) => refuse(caller, &error, Family::Transfer, SentPids::default()),
    }
}

async fn permitted<P: Parts, F: Fetch>(
    request: &HttpRequest,
    served: &Served<P, F>,
    caller: &Caller,
    standing: Arc<Standing>,
    pid: &str,
) -> Result<HttpResponse, EngineError> {
    let engine = &served.engine;
    let participant = &caller.participant;
    let token = bearer(request).ok_or(EngineError::NotFound)?;
    let asked = name_asked(request);
    let (dataset, mut sink, admission) = begin(engine, caller, standing, pid, token, asked).await?;
    let (_, dataset) = engine.dataset(participant.did(), &dataset).await?;
    let root = served.roots.get(participant.did()).ok_or(EngineError::NotFound)?;
    let demand = reply::demand(request);
    let sources = served.sources.get(participant.did()).ok_or(EngineError::NotFound)?;
    let opened = open(&dataset.source, &dataset.media_type, &demand, root, sources).await;
    let delivery = sink.name();
    let answer = match opened {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, code = error.code(), "a source cannot be read");
            sink.end_at_once(Outcome::SourceFailed { code: error.code() });
            return Ok(named(DataRefusal::source_failed(&error).respond(), delivery));
        }
    };
    let response = match reply::reply(request.method(), answer) {
        Reply::Bare(response) => {
            sink.end_at_once(Outcome::Finished);
            response
        }
        Reply::Body(head, opened) => {
            let control = Control {
                clock: engine.shared_clock(),
                pace: Pace::of(engine.limits()),
                meter: Meter::default(),
                line: request.conn_data::<Connection>().and_then(Connection::line),
                lender: sink.loan(),
                end: Box::new(sink),
            };
            head.respond(start(opened, admission, control))
        }
    };
    Ok(named(response, delivery))
}

/// The permit, in a task of its own: a reader that goes away meanwhile leaves no beginning without
/// an end in the log.
async fn begin<P: Parts>(
    engine: &Arc<Engine<P>>,
    caller: &Caller,
    standing: Arc<Standing>,
    pid: &str,
    token: &str,
    asked: Option<&str>,
) -> Result<(DatasetId, Sink<P>, Admission), EngineError> {
    let (engine, ours, peer) = (engine.clone(), caller.participant.clone(), caller.peer.clone());
    let (pid, token, asked) = (pid.to_owned(), token.to_owned(), asked.map(str::to_owned));
    let begun = tokio::spawn(async move {
        let asked = asked.as_deref();
        let permit = engine.permit_delivery(&ours, standing, &peer, &pid, &token, asked).await?;
        let dataset = permit.dataset().clone();
        let (granted, admission) = permit.split();
        let recorder = Recorder::new(engine, ours.did().clone(), granted);
        Ok((dataset, Sink(Some(recorder)), admission))
    });
    begun.await.unwrap_or(Err(EngineError::Internal { what: "the beginning of a delivery" }))
}

/// The answer with the delivery's id, so that both logs tell of the same.
fn named(mut response: HttpResponse, delivery: Option<HeaderValue>) -> HttpResponse {
    if let Some(delivery) = delivery {
        response.headers_mut().insert(HeaderName::from_static(DELIVERY_HEADER), delivery);
    }
    response
}

/// The name that the consumer wants the delivery to have, if it says one.
pub(super) fn name_asked(request: &HttpRequest) -> Option<&str> {
    let mut values = request.headers().get_all(DELIVERY_HEADER);
    let only = values.next().filter(|_| values.next().is_none())?;
    only.to_str().ok()
}

pub(super) fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ").unwrap_or(value).trim())
}

/// Records how a delivery goes. Dropped without an end, it records that nobody waited for a byte.
struct Sink<P: Parts>(Option<Recorder<P>>);

impl<P: Parts> Sink<P> {
    /// The delivery's id, as it stands in the header.
    fn name(&self) -> Option<HeaderValue> {
        let name = self.0.as_ref()?.granted().delivery();
        HeaderValue::from_str(name.as_str()).ok()
    }

    /// Who lends the delivery its bytes, where its volume is limited.
    fn loan(&self) -> Option<Box<dyn Lender>> {
        let loan = self.0.as_ref()?.loan()?;
        Some(Box::new(loan))
    }

    /// Nothing was delivered.
    fn end_at_once(&mut self, outcome: Outcome) {
        let sha256 = wire::digest::Digest::of(&[]);
        self.end(&StreamEnd { outcome, first: 0, bytes: 0, sha256 });
    }

    fn end(&mut self, end: &StreamEnd) {
        let (Some(recorder), Ok(runtime)) = (self.0.take(), Handle::try_current()) else { return };
        let how = match end.outcome {
            Outcome::Finished => DeliveryEnd::Finished,
            Outcome::Cut { .. } | Outcome::ReaderGone | Outcome::SourceFailed { .. } => {
                DeliveryEnd::Stopped { code: end.outcome.code().to_owned() }
            }
        };
        runtime.spawn(recorder.ended(how, end.bytes, end.sha256));
    }
}

impl<P: Parts> EndSink for Sink<P> {
    fn window(&mut self, so_far: SoFar) {
        if let Some(recorder) = &mut self.0 {
            recorder.window(so_far.bytes, so_far.sha256);
        }
    }

    fn ended(mut self: Box<Self>, end: StreamEnd) {
        self.end(&end);
    }
}

impl<P: Parts> Drop for Sink<P> {
    fn drop(&mut self) {
        self.end_at_once(Outcome::ReaderGone);
    }
}
