//! The management listener: loopback HTTP for the command line, programs and, later, pages.
//!
//! It answers under loopback names only, to nobody's web page, and to no call without a token of
//! the participant that the path names. It sends no CORS header.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::{App, FromRequest as _, HttpRequest, HttpResponse, HttpServer, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use serde::Deserialize;

use super::call::{self, Input};
use super::complaint::Complaint;
use super::desk::Desk;
use super::login::{self, LocalTokens};
use super::openapi;
use super::operation::{Method, OPENAPI_PATH, Operation, PARTICIPANT_PATH};
use super::origin;
use super::problem;
use super::refusal::Refusal;

/// The most bytes of a request's body.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// The most connections at once. Long waits hold one each.
pub const CONNECTIONS_MAX: usize = 256;

/// Seconds that a request's head may take to arrive.
pub const HEAD_SECONDS_MAX: u64 = 5;

/// Seconds that a request's body may take to arrive.
pub const BODY_SECONDS_MAX: u64 = 10;

/// What the routes share.
#[derive(Debug)]
pub struct Shared<D> {
    desk: Arc<D>,
    local: LocalTokens,
    port: u16,
}

impl<D: Desk> Shared<D> {
    /// Routes of a listener on `port` that speak to `desk`, and know the tokens of
    /// `run/management.json`.
    pub fn new(desk: Arc<D>, local: LocalTokens, port: u16) -> Self {
        Self { desk, local, port }
    }
}

/// Adds every route of the API to an actix application. Needs `web::Data<Shared<D>>` in it.
pub fn routes<D: Desk>(config: &mut web::ServiceConfig) {
    config.route(OPENAPI_PATH, web::get().to(describe::<D>));
    for operation in Operation::ALL {
        let (method, path) = operation.route();
        let method = match method {
            Method::Delete => web::delete(),
            Method::Get => web::get(),
            Method::Post => web::post(),
            Method::Put => web::put(),
        };
        let handler = move |request: HttpRequest,
                            payload: web::Payload,
                            shared: web::Data<Shared<D>>| async move {
            // What a person asked for is done to its end, also when they stop waiting.
            let work = actix_web::rt::spawn(async move {
                match handle(operation, &request, payload, &shared).await {
                    Ok(response) => response,
                    Err(refusal) => problem::response(&refusal),
                }
            });
            work.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
        };
        config.route(&format!("{PARTICIPANT_PATH}{path}"), method.to(handler));
    }
    config.default_service(web::to(unknown::<D>));
}

/// A server of the API on `listener`, which must be bound to a loopback address.
///
/// # Errors
/// The system's reason, when the listener cannot be used.
pub fn server<D: Desk>(
    desk: Arc<D>,
    local: LocalTokens,
    listener: TcpListener,
) -> std::io::Result<Server> {
    let port = listener.local_addr()?.port();
    let shared = web::Data::new(Shared::new(desk, local, port));
    let server = HttpServer::new(move || {
        App::new().app_data(web::Data::clone(&shared)).configure(routes::<D>)
    })
    .workers(1)
    .max_connections(CONNECTIONS_MAX)
    .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
    .keep_alive(Duration::from_secs(30))
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}

/// The `{participant}` and, where the route has one, the `{id}` of the path, decoded.
#[derive(Debug, Deserialize)]
struct Place {
    participant: String,
    #[serde(default)]
    id: String,
}

async fn handle<D: Desk>(
    operation: Operation,
    request: &HttpRequest,
    payload: web::Payload,
    shared: &Shared<D>,
) -> Result<HttpResponse, Refusal> {
    origin::check(request, shared.port)?;
    let place = web::Path::<Place>::extract(request)
        .await
        .map_err(|_| Complaint::ParticipantUnknown)?
        .into_inner();
    let actor = login::check(&*shared.desk, &shared.local, request, &place.participant).await?;
    if !operation.roles().iter().any(|role| actor.roles().contains(role)) {
        return Err(Complaint::RoleMissing { operation }.into());
    }
    let body = if operation.route().0.has_body() {
        demand_json(request)?;
        read(payload).await?
    } else {
        Bytes::new()
    };
    let input = Input { id: &place.id, query: request.query_string(), body: &body };
    call::answer(&*shared.desk, operation, &actor, input).await
}

/// The OpenAPI document.
async fn describe<D: Desk>(request: HttpRequest, shared: web::Data<Shared<D>>) -> HttpResponse {
    match origin::check(&request, shared.port) {
        Ok(()) => HttpResponse::Ok()
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .json(openapi::document()),
        Err(complaint) => problem::response(&complaint.into()),
    }
}

/// Every request that fits no route.
async fn unknown<D: Desk>(request: HttpRequest, shared: web::Data<Shared<D>>) -> HttpResponse {
    let complaint = origin::check(&request, shared.port).err().unwrap_or(Complaint::RouteUnknown);
    problem::response(&complaint.into())
}

/// A browser asks the server before it sends this media type for another site; a form cannot.
fn demand_json(request: &HttpRequest) -> Result<(), Complaint> {
    let mut values = request.headers().get_all(header::CONTENT_TYPE);
    let (value, another) = (values.next(), values.next());
    let declared = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (media_type, parameter) = declared.split_once(';').unwrap_or((declared, "charset=utf-8"));
    let json = media_type.trim().eq_ignore_ascii_case("application/json");
    let utf8 = parameter.trim().eq_ignore_ascii_case("charset=utf-8");
    if json && utf8 && another.is_none() { Ok(()) } else { Err(Complaint::MediaType) }
}

async fn read(mut payload: web::Payload) -> Result<Bytes, Complaint> {
    let mut body = BytesMut::new();
    let whole = async {
        while let Some(chunk) = payload.next().await {
            let chunk =
                chunk.map_err(|error| Complaint::BodyInvalid { problem: error.to_string() })?;
            if body.len() + chunk.len() > BODY_BYTES_MAX {
                return Err(Complaint::BodyTooLarge { bytes_max: BODY_BYTES_MAX });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    };
    let limit = Duration::from_secs(BODY_SECONDS_MAX);
    match tokio::time::timeout(limit, whole).await {
        Ok(read) => read?,
        Err(_) => {
            let problem = format!("it did not arrive within {BODY_SECONDS_MAX} seconds");
            return Err(Complaint::BodyInvalid { problem });
        }
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests;
