//! Data over the mutual listener: a permit first, then the stream, then how it ended, in the log.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue, InvalidHeaderValue};
use actix_web::{HttpRequest, HttpResponse};
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
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::permit::DeliveryEnd;
use crate::engine::recorder::Recorder;
use crate::participant::Standing;

/// The header that tells the consumer the delivery's id: the same in both logs.
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
        Err(error) => refuse(caller, &error, Family::Transfer, None),
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
    let permit = engine.permit_delivery(participant, standing, &caller.peer, pid, token).await?;
    let (_, dataset) = engine.dataset(participant.did(), permit.dataset()).await?;
    let root = served.roots.get(participant.did()).ok_or(EngineError::NotFound)?;
    let demand = reply::demand(request);
    let sources = served.sources.get(participant.did()).ok_or(EngineError::NotFound)?;
    let opened = open(&dataset.source, &dataset.media_type, &demand, root, sources).await;
    let (granted, admission) = permit.split();
    let sink = Sink(Recorder::new(engine.clone(), participant.did().clone(), granted));
    let delivery = HeaderValue::from_str(sink.0.granted().delivery().as_str());
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
                end: Box::new(sink),
            };
            head.respond(start(opened, admission, control))
        }
    };
    Ok(named(response, delivery))
}

/// The answer with the delivery's id, so that both logs tell of the same.
fn named(
    mut response: HttpResponse,
    delivery: Result<HeaderValue, InvalidHeaderValue>,
) -> HttpResponse {
    if let Ok(delivery) = delivery {
        response.headers_mut().insert(HeaderName::from_static(DELIVERY_HEADER), delivery);
    }
    response
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ").unwrap_or(value).trim())
}

/// Records how a delivery goes.
struct Sink<P: Parts>(Recorder<P>);

impl<P: Parts> Sink<P> {
    /// Nothing was delivered.
    fn end_at_once(self, outcome: Outcome) {
        let sha256 = wire::digest::Digest::of(&[]);
        Box::new(self).ended(StreamEnd { outcome, first: 0, bytes: 0, sha256 });
    }
}

impl<P: Parts> EndSink for Sink<P> {
    fn window(&mut self, so_far: SoFar) {
        self.0.window(so_far.bytes, so_far.sha256);
    }

    fn ended(self: Box<Self>, end: StreamEnd) {
        let Ok(runtime) = Handle::try_current() else { return };
        let how = match end.outcome {
            Outcome::Finished => DeliveryEnd::Finished,
            Outcome::Cut { .. } | Outcome::ReaderGone | Outcome::SourceFailed { .. } => {
                DeliveryEnd::Stopped { code: end.outcome.code().to_owned() }
            }
        };
        runtime.spawn(self.0.ended(how, end.bytes, end.sha256));
    }
}
