//! Outwards: the foreign connector's requests to partners, let through for whoever knows the
//! gate's secret, and carried over mutual TLS.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::{Body as _, Incoming};

use super::flow::{Bounds, Broken, Flow, flow};
use super::foreign::late;
use super::header::{SECRET, is_of_web_page, passing};
use super::refusal::Refused;
use super::secret::Secret;
use super::settings::GateSettings;
use super::target::{Door, Partner, partner, read_authority};
use crate::clock::Clock;
use crate::net::client::Call;
use crate::net::fetch::Fetcher;
use crate::net::peers::Peers;
use crate::net::streamed::Streamed;
use crate::net::unsent::Failure;
use crate::participant::Participant;

/// Bytes of a document from a public listener: a trust list is the longest.
const PUBLIC_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An answer's body.
pub(super) type Answer = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// What the outward side answers from.
#[derive(Debug)]
pub(super) struct Outward<C: Clock> {
    pub(super) participant: Arc<Participant>,
    pub(super) peers: Peers<C>,
    pub(super) fetcher: Fetcher,
    pub(super) clock: Arc<C>,
    pub(super) secret: Secret,
    pub(super) settings: GateSettings,
    /// Bytes of a body that is read whole, so that it can be sent again on a fresh connection.
    pub(super) whole_bytes_max: usize,
    /// Milliseconds that a partner's answer may let wait.
    pub(super) answer_timeout_ms: u64,
}

/// How a request has come.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// In the clear, on this port; partner and secret stand in the path.
    Plain {
        /// The listener's port.
        port: u16,
    },
    /// Under a partner's own name, on the port of its address.
    Named {
        /// The server name.
        host: String,
        /// The port.
        port: u16,
        /// Whether the connection has shown the secret; else each request must.
        proven: bool,
    },
}

/// What is asked of whom.
struct Asked {
    host: String,
    port: u16,
    path: String,
}

impl<C: Clock> Outward<C> {
    /// Answers one request.
    pub(super) async fn answer(
        &self,
        entry: &Entry,
        request: Request<Incoming>,
    ) -> Response<Answer> {
        match self.carry(entry, request).await {
            Ok(response) => response,
            Err(refused) => {
                let (participant, code) = (self.participant.did(), refused.code());
                tracing::warn!(%participant, code, "a request was not carried out: {refused}");
                refusal(&refused)
            }
        }
    }

    async fn carry(
        &self,
        entry: &Entry,
        request: Request<Incoming>,
    ) -> Result<Response<Answer>, Refused> {
        if is_of_web_page(request.headers()) {
            return Err(Refused::WebPage);
        }
        let asked = self.asked(entry, &request)?;
        let partner = self.partner(&asked.host, asked.port)?;
        let (method, path) = (request.method().clone(), asked.path.clone());
        let answer = match partner.door {
            Door::Mutual => self.mutual(&partner, asked, request).await?,
            Door::Public => self.public(&partner, asked, &request).await?,
        };
        let (participant, peer) = (self.participant.did(), &partner.did);
        // The path without its query, in which foreign connectors put tokens.
        let path = path.split('?').next().unwrap_or_default();
        let status = answer.status().as_u16();
        tracing::info!(%participant, %peer, %method, path, status, "carried out");
        Ok(answer)
    }

    /// The partner as the list names it now.
    pub(super) fn partner(&self, host: &str, port: u16) -> Result<Partner, Refused> {
        let standing = self.participant.standing();
        let asked = (host, port);
        partner(standing.as_deref(), self.participant.did(), asked, self.clock.now())
    }

    /// What is asked, if whoever asks knows the secret.
    fn asked(&self, entry: &Entry, request: &Request<Incoming>) -> Result<Asked, Refused> {
        let host = one(request.headers(), header::HOST.as_str()).ok_or(Refused::HostForeign)?;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let shown = request.headers().get(SECRET);
        match entry {
            Entry::Plain { port } => {
                let ours = ["127.0.0.1", "localhost", "[::1]"];
                if !ours.iter().any(|name| host == format!("{name}:{port}")) {
                    return Err(Refused::HostForeign);
                }
                let rest = path.strip_prefix('/').unwrap_or(path);
                let (shown, rest) = match shown {
                    Some(shown) => (shown.as_bytes(), rest),
                    None => {
                        let (secret, rest) = rest.split_once('/').ok_or(Refused::Secret)?;
                        (secret.as_bytes(), rest)
                    }
                };
                if !self.secret.is(shown) {
                    return Err(Refused::Secret);
                }
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (authority, path) = rest.split_at_checked(end).ok_or(Refused::Form)?;
                let (host, port) = read_authority(authority).ok_or(Refused::Form)?;
                let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
                Ok(Asked { host, port, path })
            }
            Entry::Named { host: name, port, proven } => {
                if read_authority(host) != Some((name.clone(), *port)) {
                    return Err(Refused::HostForeign);
                }
                if !proven && !shown.is_some_and(|shown| self.secret.is(shown.as_bytes())) {
                    return Err(Refused::Secret);
                }
                Ok(Asked { host: name.clone(), port: *port, path: path.to_owned() })
            }
        }
    }

    async fn mutual(
        &self,
        partner: &Partner,
        asked: Asked,
        request: Request<Incoming>,
    ) -> Result<Response<Answer>, Refused> {
        let passed =
            [Method::DELETE, Method::GET, Method::HEAD, Method::PATCH, Method::POST, Method::PUT];
        if !passed.contains(request.method()) {
            return Err(Refused::Method);
        }
        let uri: Uri = format!("https://{}{}", partner.authority(), asked.path)
            .parse()
            .map_err(|_| Refused::Form)?;
        let (head, body) = request.into_parts();
        let headers = passing(&head.headers);
        let mut headers = headers;
        headers.remove(header::HOST);
        let call = Call { method: head.method, uri, headers, body: Bytes::new() };
        let is_head = call.method == Method::HEAD;
        let (from, to) = (self.participant.did(), &partner.did);
        let limits = &self.settings.limits;
        let bounds = Bounds { bytes_max: limits.request_bytes_max, silence_s: limits.silence_s };
        let length = body.size_hint().exact();
        if length.is_some_and(|length| length > bounds.bytes_max) {
            return Err(Refused::Body(Broken::TooLarge));
        }
        let (feed, flow, taken) = flow(length);
        tokio::spawn(feed.pump(body.into_data_stream(), bounds, || true));
        let whole = u64::try_from(self.whole_bytes_max).unwrap_or(u64::MAX);
        let answer = if length.is_some_and(|length| length <= whole) {
            let body = collected(flow).await?;
            self.peers.relay(from, to, Call { body, ..call }).await?
        } else {
            let body = flow.map_err(Into::into).boxed_unsync();
            let late = late(taken, self.answer_timeout_ms);
            self.peers.forward(from, to, (call, body), late).await?
        };
        Ok(self.handed_back(partner, answer, is_head))
    }

    /// The partner's answer, handed on while the list names it.
    fn handed_back(&self, partner: &Partner, answer: Streamed, is_head: bool) -> Response<Answer> {
        let head = answer.head();
        let mut response = Response::new(nothing());
        *response.status_mut() = head.status;
        *response.headers_mut() = passing(&head.headers);
        let length = head.headers.get(header::CONTENT_LENGTH);
        let announced = length.and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
        if is_head {
            if let Some(length) = length {
                response.headers_mut().insert(header::CONTENT_LENGTH, length.clone());
            }
            return response;
        }
        let bodiless = matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if bodiless || announced == Some(0) {
            return response;
        }
        let limits = &self.settings.limits;
        let bounds = Bounds { bytes_max: limits.answer_bytes_max, silence_s: limits.silence_s };
        let (feed, flow, _) = flow(announced);
        let chunks = stream::try_unfold(answer, |mut answer| async move {
            let chunk = answer.chunk().await?;
            Ok::<_, Failure>(chunk.map(|chunk| (chunk, answer)))
        });
        let (participant, clock) = (self.participant.clone(), self.clock.clone());
        let partner_asked = partner.clone();
        tokio::spawn(async move {
            let peer = partner_asked.did.clone();
            let stands = || {
                let standing = participant.standing();
                let asked = (partner_asked.did.host(), partner_asked.port);
                let now = clock.now();
                super::target::partner(standing.as_deref(), participant.did(), asked, now).is_ok()
            };
            if let Err(broken) = feed.pump(chunks, bounds, stands).await {
                let participant = participant.did();
                tracing::warn!(%participant, %peer, code = broken.code(), "an answer broke off: {broken}");
            }
        });
        *response.body_mut() = flow.map_err(Into::into).boxed_unsync();
        response
    }

    /// A document that anyone may read: nothing of the foreign connector's goes along.
    async fn public(
        &self,
        partner: &Partner,
        asked: Asked,
        request: &Request<Incoming>,
    ) -> Result<Response<Answer>, Refused> {
        if request.method() != Method::GET {
            return Err(Refused::PublicWrite);
        }
        let url = match partner.did.port() {
            Some(port) => format!("https://{}:{port}{}", partner.did.host(), asked.path),
            None => format!("https://{}{}", partner.did.host(), asked.path),
        };
        let mut answer = self.fetcher.open(&url, Vec::new()).await?;
        let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::BAD_GATEWAY);
        let headers = passing(answer.headers());
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > PUBLIC_BYTES_MAX {
                return Err(Failure::TooLarge { bytes_max: PUBLIC_BYTES_MAX }.into());
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(whole(body.freeze()));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

/// A small body, read whole.
async fn collected(mut body: Flow) -> Result<Bytes, Refused> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refused::Body(Broken::Sender(error.to_string())))?;
        if let Ok(data) = frame.into_data() {
            whole.extend_from_slice(&data);
        }
    }
    Ok(whole.freeze())
}

/// The value of a header that must stand there exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn refusal(refused: &Refused) -> Response<Answer> {
    let told = serde_json::json!({ "code": refused.code(), "reason": refused.to_string() });
    let mut response = Response::new(whole(Bytes::from(told.to_string())));
    *response.status_mut() =
        StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_GATEWAY);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    // What is left of the body is not read.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn whole(bytes: Bytes) -> Answer {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn nothing() -> Answer {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}
