//! Inwards: partners' requests, verified as on every mutual listener, go to the foreign connector
//! with the partner's DID beside them.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use identity::guard::Target;
use protocol::status::Problem;

use super::flow::{Bounds, Broken, flow};
use super::foreign::{self, Unanswered};
use super::header::{PEER_DID, passing};
use super::settings::GateSettings;
use super::token::{self, TokenFault};
use crate::data::stream::Line;
use crate::engine::Engine;
use crate::engine::parts::Parts;
use crate::http::mutual::{self, Caller, Connection, ListenError, Place, Quota};
use crate::http::problem;

/// What the inward side answers from.
#[derive(Debug)]
struct Inward<P: Parts> {
    engine: Arc<Engine<P>>,
    settings: GateSettings,
}

/// Starts the mutual listener of a gate.
///
/// # Errors
/// As every mutual listener.
pub(super) fn listen<P: Parts>(
    socket: TcpListener,
    engine: Arc<Engine<P>>,
    settings: &GateSettings,
) -> Result<Server, ListenError> {
    let inward = Data::new(Inward { engine: engine.clone(), settings: settings.clone() });
    mutual::serve(socket, engine, move |config| {
        config.app_data(inward.clone()).default_service(web::to(handle::<P>));
    })
}

/// Why a request is not handed in.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("the method {0} is not passed on")]
    Method(Method),
    #[error("the path could be read in two ways")]
    Path,
    #[error("{0}")]
    Token(TokenFault),
    #[error("the body is announced as longer than it may be")]
    TooLarge,
    #[error("a header field cannot be passed on")]
    Header,
    #[error("{0}")]
    Unanswered(#[from] Unanswered),
}

impl Stopped {
    fn code(&self) -> &'static str {
        match self {
            Self::Method(_) => "method-not-passed",
            Self::Path => "path-not-plain",
            Self::Token(fault) => fault.code(),
            Self::TooLarge => "body-too-large",
            Self::Header => "header-not-passed",
            Self::Unanswered(unanswered) => unanswered.code(),
        }
    }

    /// What the partner is told. Whose token is another's learns no more than a stranger.
    fn respond(&self) -> HttpResponse {
        let problem = match self {
            Self::Method(_) => Problem::new(405, "method-not-passed"),
            Self::Path | Self::Header | Self::Token(_) => Problem::not_found(),
            Self::TooLarge => Problem::new(413, "body-too-large"),
            Self::Unanswered(_) => Problem::new(503, "unavailable"),
        };
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::NOT_FOUND);
        let body = serde_json::json!({ "code": problem.code }).to_string();
        // What is left of the body is not read.
        HttpResponse::build(status)
            .insert_header(("content-type", problem::JSON))
            .force_close()
            .body(body)
    }
}

async fn handle<P: Parts>(
    request: HttpRequest,
    payload: Payload,
    inward: Data<Inward<P>>,
    quota: Data<Quota>,
) -> HttpResponse {
    let (caller, _) = match Caller::admit(&request, &inward.engine).await {
        Ok(admitted) => admitted,
        Err(refused) => return refused,
    };
    let Some(place) = quota.enter(caller.peer.did()) else {
        return problem::plain(&Problem::new(503, "too-many-requests"));
    };
    let (participant, peer) = (caller.participant.did().clone(), caller.peer.did().clone());
    match hand_in(&request, payload, &inward, caller, place).await {
        Ok(response) => response,
        Err(stopped) => {
            let code = stopped.code();
            tracing::warn!(%participant, %peer, code, "a request was not handed in: {stopped}");
            stopped.respond()
        }
    }
}

async fn hand_in<P: Parts>(
    request: &HttpRequest,
    payload: Payload,
    inward: &Inward<P>,
    caller: Caller,
    place: Place,
) -> Result<HttpResponse, Stopped> {
    let method = method(request)?;
    let path = path(request, caller.participant.did().host())?;
    let given = fields(request)?;
    token::check(&given, caller.participant.did(), caller.peer.did()).map_err(Stopped::Token)?;
    let limits = &inward.settings.limits;
    let length = length(&given);
    if length.is_some_and(|length| length > limits.request_bytes_max) {
        return Err(Stopped::TooLarge);
    }

    let route = inward.settings.route(&path);
    let mut asked = Request::builder().method(&method).uri(route.path);
    let headers = asked.headers_mut().ok_or(Stopped::Path)?;
    *headers = passing(&given);
    let peer = HeaderValue::from_str(caller.peer.did().as_str()).map_err(|_| Stopped::Header)?;
    headers.insert(PEER_DID, peer);
    let vouch = inward.settings.vouch_for(caller.peer.did()).filter(|_| route.vouched);
    if let Some(vouch) = vouch {
        let vouch = HeaderValue::from_str(&vouch).map_err(|_| Stopped::Header)?;
        headers.insert(header::AUTHORIZATION, vouch);
    }
    let (feed, body, taken) = flow(length);
    let bounds = Bounds { bytes_max: limits.request_bytes_max, silence_s: limits.silence_s };
    // The payload belongs to this thread; what comes of it is told by the body.
    actix_web::rt::spawn(async move {
        let _ = feed.pump(payload, bounds, || true).await;
    });
    let asked = asked.body(body).map_err(|_| Stopped::Path)?;
    let answer = foreign::ask(route.address, asked, taken, limits.foreign_timeout_ms).await?;

    let (participant, from) = (caller.participant.did(), caller.peer.did());
    let (path, status) = (request.path(), answer.status().as_u16());
    tracing::info!(%participant, peer = %from, %method, path, status, "handed in");
    let line = request.conn_data::<Connection>().and_then(Connection::line);
    Ok(respond(answer, &method, inward, caller, (place, line)))
}

/// The methods that connectors use.
fn method(request: &HttpRequest) -> Result<Method, Stopped> {
    let method = Method::from_bytes(request.method().as_str().as_bytes());
    let method = method.map_err(|_| Stopped::Path)?;
    let passed =
        [Method::DELETE, Method::GET, Method::HEAD, Method::PATCH, Method::POST, Method::PUT];
    if passed.contains(&method) { Ok(method) } else { Err(Stopped::Method(method)) }
}

/// Path and query, if every server reads them alike: what is asked below one path of the foreign
/// connector must not come out at another.
fn path(request: &HttpRequest, host: &str) -> Result<String, Stopped> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let target = Target::parse(&format!("https://{host}{path}")).map_err(|_| Stopped::Path)?;
    let dots = |segment: &str| {
        let name = segment.to_ascii_lowercase().replace("%2e", ".").replace("%3b", ";");
        matches!(name.split(';').next(), Some("." | ".."))
    };
    if request.uri().path().split('/').any(dots) {
        Err(Stopped::Path)
    } else {
        Ok(target.path().to_owned())
    }
}

/// The header fields in the types of the client side.
fn fields(request: &HttpRequest) -> Result<HeaderMap, Stopped> {
    let pairs = request.headers().iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).map_err(|_| Stopped::Header)?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Stopped::Header)?;
        Ok::<_, Stopped>((name, value))
    });
    let mut fields = HeaderMap::new();
    for pair in pairs {
        let (name, value) = pair?;
        fields.append(name, value);
    }
    Ok(fields)
}

/// The length of a request's body, unless it comes in chunks.
fn length(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return None;
    }
    let length = headers.get(header::CONTENT_LENGTH);
    Some(length.and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0))
}

/// The foreign connector's answer, handed on while the partner is believed.
fn respond<P: Parts>(
    answer: Response<Incoming>,
    method: &Method,
    inward: &Inward<P>,
    caller: Caller,
    held: (Place, Option<Box<dyn Line>>),
) -> HttpResponse {
    let (head, body) = answer.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    for (name, value) in &passing(&head.headers) {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    let announced =
        head.headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    if *method == Method::HEAD {
        let nothing = stream::empty::<Result<Bytes, actix_web::Error>>();
        return response.body(SizedStream::new(announced.unwrap_or(0), nothing));
    }
    if body.is_end_stream() {
        return response.finish();
    }
    let limits = &inward.settings.limits;
    let bounds = Bounds { bytes_max: limits.answer_bytes_max, silence_s: limits.silence_s };
    let (feed, flow, _) = flow(announced);
    let engine = inward.engine.clone();
    tokio::spawn(async move {
        let (place, line) = held;
        let stands = || engine.believe(&caller.participant, &caller.peer).is_ok();
        let chunks = body.into_data_stream();
        if let Err(broken) = feed.pump(chunks, bounds, stands).await {
            let (participant, peer) = (caller.participant.did(), caller.peer.did());
            tracing::warn!(%participant, %peer, code = broken.code(), "an answer broke off: {broken}");
            if let (Some(line), false) = (line, broken == Broken::Unwanted) {
                line.sever();
            }
        }
        drop(place);
    });
    match announced {
        Some(length) => response.body(SizedStream::new(length, flow)),
        None => response.streaming(flow),
    }
}
