//! The public listener: what anyone may read over server TLS, and on an authority `POST /enrol`,
//! the one write. The server name picks the certificate; server name and Host must agree.
//!
//! Nothing of the mutual listener is served here, and nobody is asked who they are.

mod did;
mod enrol;
mod quota;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Extensions, Server};
use actix_web::http::{Method, StatusCode, header};
use actix_web::rt::net::TcpStream;
use actix_web::web::{Data, Payload};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use identity::tls::{PublicSite, PublicSites, public_sites_context};
use openssl::ssl::NameType;
use protocol::status::Problem;

use super::problem::{self, JSON};
use super::versions;
use crate::authority::Refusal;
use crate::authority::envelope::Certificates;
use crate::config::Limits;
use crate::participant::{Hosted, Participant};

pub use super::mutual::ListenError;

use quota::Quota;

/// Threads of the listener: its documents are few and small.
const WORKERS: usize = 1;
/// Connections of all strangers together.
const CONNECTIONS_MAX: usize = 1_024;
/// Seconds that an idle connection is kept.
const KEEP_ALIVE_SECONDS: u64 = 15;
/// Seconds that a stopping listener gives running requests.
const SHUTDOWN_SECONDS: u64 = 1;

/// A document that anyone may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
}

/// The authority's side of the public listener.
pub trait Office: Send + Sync + 'static {
    /// The authority's host; `None` in a process without an authority.
    fn host(&self) -> Option<&str>;

    /// What the authority serves under `path`.
    fn document(&self, path: &str) -> Option<Document>;

    /// Takes in a new member: the body of `POST /enrol`.
    fn enrol(&self, body: &[u8]) -> impl Future<Output = Result<Certificates, Refusal>> + Send;

    /// The HTTP status of a refusal.
    fn status(&self, refusal: &Refusal) -> u16;
}

/// A process without an authority.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoOffice;

impl Office for NoOffice {
    fn host(&self) -> Option<&str> {
        None
    }

    fn document(&self, _: &str) -> Option<Document> {
        None
    }

    async fn enrol(&self, _: &[u8]) -> Result<Certificates, Refusal> {
        Err(Refusal::Unusable)
    }

    fn status(&self, _: &Refusal) -> u16 {
        404
    }
}

/// What the handlers share.
struct State<O> {
    hosted: Hosted,
    office: Arc<O>,
    quota: Quota,
}

/// The server name of a connection.
#[derive(Clone, Debug)]
struct ServerName(String);

/// Starts the public listener of all participants that have a certificate for it, now or later.
///
/// # Errors
/// When OpenSSL cannot prepare the context or the socket cannot be used.
pub fn listen<O: Office>(
    socket: TcpListener,
    hosted: Hosted,
    office: Arc<O>,
    limits: &Limits,
) -> Result<Server, ListenError> {
    let context = public_sites_context(Arc::new(Sites(hosted.clone())))?;
    let state = Data::new(State { hosted, office, quota: Quota::default() });
    let timeout = Duration::from_millis(limits.handshake_timeout_ms);
    let server = HttpServer::new(move || {
        App::new().app_data(state.clone()).default_service(web::to(handle::<O>))
    })
    .on_connect(remember_name)
    .workers(WORKERS)
    .tcp_nodelay(true)
    .max_connections(CONNECTIONS_MAX)
    .max_connection_rate(limits.handshakes_max)
    .tls_handshake_timeout(timeout)
    .client_request_timeout(timeout)
    .keep_alive(Duration::from_secs(KEEP_ALIVE_SECONDS))
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals()
    .listen_openssl(socket, context)?;
    Ok(server.run())
}

struct Sites(Hosted);

impl PublicSites for Sites {
    fn by_host(&self, host: &str) -> Option<Arc<PublicSite>> {
        self.0.by_host(host)?.public_site()
    }
}

fn remember_name(io: &dyn Any, connection: &mut Extensions) {
    let tls = io.downcast_ref::<actix_tls::accept::openssl::TlsStream<TcpStream>>();
    if let Some(name) = tls.and_then(|stream| stream.ssl().servername(NameType::HOST_NAME)) {
        connection.insert(ServerName(name.to_ascii_lowercase()));
    }
}

async fn handle<O: Office>(
    request: HttpRequest,
    payload: Payload,
    state: Data<State<O>>,
) -> HttpResponse {
    let Some(participant) = participant_of(&request, &state.hosted) else {
        return refused(421, "wrong-host");
    };
    let authority = state.office.host() == Some(participant.did().host());
    if authority && request.path() == enrol::PATH {
        return enrol::handle(&request, payload, &state).await;
    }
    let document = document(&request, &participant)
        .or_else(|| state.office.document(request.path()).filter(|_| authority));
    match document {
        None => refused(404, "not-found"),
        Some(_) if request.method() != Method::GET => method_not_allowed("GET"),
        Some(document) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, document.media_type))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .body(document.bytes),
    }
}

/// What every participant serves.
fn document(request: &HttpRequest, participant: &Participant) -> Option<Document> {
    let (media_type, value) = match request.path() {
        did::PATH => (did::MEDIA_TYPE, did::document(participant)?),
        protocol::http_path::VERSION if !participant.is_foreign() => (JSON, versions::document()),
        _ => return None,
    };
    Some(Document { media_type, bytes: Bytes::from(value.to_string()) })
}

/// The participant that both server name and Host name.
fn participant_of(request: &HttpRequest, hosted: &Hosted) -> Option<Arc<Participant>> {
    let name = request.conn_data::<ServerName>()?;
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    hosted.by_host(&name.0).filter(|_| host == name.0).cloned()
}

fn refused(status: u16, code: &'static str) -> HttpResponse {
    problem::plain(&Problem::new(status, code))
}

fn method_not_allowed(allowed: &'static str) -> HttpResponse {
    HttpResponse::build(StatusCode::METHOD_NOT_ALLOWED)
        .insert_header((header::ALLOW, allowed))
        .finish()
}
