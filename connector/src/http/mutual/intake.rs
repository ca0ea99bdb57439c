//! Data that a provider pushes over the mutual listener: a permit first, then the body as it comes,
//! and an answer once the copy is whole and safe on the disk.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use audit::entry::DeliveryId;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::Caller;
use super::data::{DELIVERY_HEADER, bearer, name_asked};
use super::dsp::{Family, refuse};
use crate::data::chunks::Chunks;
use crate::data::held::part::PartHead;
use crate::data::pull::{ClientError, PullError};
use crate::data::refusal::DataRefusal;
use crate::data::version::Version;
use crate::engine::error::EngineError;
use crate::http::problem::SentPids;
use crate::participant::Standing;

/// Chunks on their way from the connection to the disk.
const CHUNKS_MAX: usize = 8;
/// The longest media type that is kept, in bytes.
const MEDIA_TYPE_BYTES_MAX: usize = 256;
const MEDIA_TYPE_UNKNOWN: &str = "application/octet-stream";

/// A push that has arrived, its body still to come.
#[derive(Debug)]
pub struct Arrival {
    /// Who sends, and to whom.
    pub caller: Caller,
    /// Our standing in the data space.
    pub standing: Arc<Standing>,
    /// Our own pid of the transfer, as the path names it.
    pub pid: String,
    /// The token shown.
    pub token: String,
    /// The name that the sender gives the delivery.
    pub name: Option<String>,
    /// What is said of the body.
    pub head: PartHead,
    /// The body.
    pub body: Chunks<PullError>,
}

/// Why a push is not taken.
#[derive(Debug)]
pub enum Untaken {
    /// The engine does not permit it.
    Engine(EngineError),
    /// The body cannot be kept.
    Refused(DataRefusal),
}

/// A pending answer: under which name the copy was taken.
pub type Taking<'a> = Pin<Box<dyn Future<Output = Result<DeliveryId, Untaken>> + Send + 'a>>;

/// Takes pushed data into held copies.
pub trait Intake: fmt::Debug + Send + Sync {
    /// Takes one, to its end.
    fn take(&self, arrival: Arrival) -> Taking<'_>;
}

/// Takes nothing: for a process without held copies.
#[derive(Clone, Copy, Debug)]
pub struct NoIntake;

impl Intake for NoIntake {
    fn take(&self, _: Arrival) -> Taking<'_> {
        Box::pin(async { Err(Untaken::Engine(EngineError::NotFound)) })
    }
}

/// `POST /data/{transfer}`.
pub(super) async fn take(
    request: &HttpRequest,
    payload: Payload,
    intake: &dyn Intake,
    caller: &Caller,
    standing: Arc<Standing>,
    pid: String,
) -> HttpResponse {
    let taken = match bearer(request) {
        Some(token) if !is_encoded(request) => {
            let (sender, body) = channel();
            let arrival = Arrival {
                caller: caller.clone(),
                standing,
                pid,
                token: token.to_owned(),
                name: name_asked(request).map(str::to_owned),
                head: head_of(request),
                body,
            };
            tokio::select! {
                taken = intake.take(arrival) => taken,
                never = forward(payload, sender) => match never {},
            }
        }
        Some(_) => Err(Untaken::Refused(DataRefusal::new(
            415,
            "content-coding",
            "pushed data must not be encoded",
            "send it without `Content-Encoding`",
        ))),
        None => Err(Untaken::Engine(EngineError::NotFound)),
    };
    match taken {
        Ok(delivery) => {
            let mut response = HttpResponse::Ok().finish();
            if let Ok(name) = HeaderValue::from_str(delivery.as_str()) {
                response.headers_mut().insert(HeaderName::from_static(DELIVERY_HEADER), name);
            }
            response
        }
        // What is left of the body is not read.
        Err(Untaken::Engine(error)) => {
            closing(refuse(caller, &error, Family::Transfer, SentPids::default()))
        }
        Err(Untaken::Refused(refusal)) => closing(refusal.respond()),
    }
}

fn closing(mut response: HttpResponse) -> HttpResponse {
    response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    response
}

fn is_encoded(request: &HttpRequest) -> bool {
    let coding = request.headers().get(header::CONTENT_ENCODING);
    coding.is_some_and(|coding| coding.as_bytes() != b"identity")
}

fn head_of(request: &HttpRequest) -> PartHead {
    let text = |name: HeaderName| request.headers().get(name).and_then(|it| it.to_str().ok());
    let media_type = text(header::CONTENT_TYPE).filter(|it| it.len() <= MEDIA_TYPE_BYTES_MAX);
    PartHead {
        version: text(header::ETAG).and_then(|tag| Version::parse(tag).ok()),
        media_type: media_type.unwrap_or(MEDIA_TYPE_UNKNOWN).to_owned(),
        total: text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
    }
}

type Chunk = Result<Bytes, PullError>;

/// The connection's body is bound to its thread; whoever takes it is not.
fn channel() -> (mpsc::Sender<Chunk>, Chunks<PullError>) {
    let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
    let body = stream::unfold(receiver, |mut receiver| async move {
        let chunk = receiver.recv().await?;
        Some((chunk, receiver))
    });
    (sender, Chunks::new(body))
}

/// Hands the body on, and then waits for whoever takes it to answer.
async fn forward(mut payload: Payload, sender: mpsc::Sender<Chunk>) -> std::convert::Infallible {
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            let words = error.to_string();
            let source = ClientError { code: "connection-broken", words, passing: true };
            PullError::Broken { bytes: 0, source: Some(source) }
        });
        if sender.send(chunk).await.is_err() {
            break;
        }
    }
    drop(sender);
    std::future::pending().await
}
