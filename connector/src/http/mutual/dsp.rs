//! Requests of verified peers: the Dataspace Protocol's HTTPS binding.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use protocol::message::MessageKind;
use protocol::status::{self, Problem};
use serde_json::Value;

use super::named::named;
use super::neighbour::Ask;
use super::quota::Quota;
use super::released::Released;
use super::route::{Route, route};
use super::{Caller, Served, body, catalog, data, intake};
use crate::data::source::http::Fetch;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::negotiation::{Incoming, Reply};
use crate::engine::parts::Parts;
use crate::http::problem::SentPids;
use crate::http::{DSP_PATH, coding, problem};
use crate::participant::{Participant, Standing};

/// Answers one request on the mutual listener.
pub(super) async fn handle<P: Parts, F: Fetch>(
    request: HttpRequest,
    payload: Payload,
    served: Data<Served<P, F>>,
    quota: Data<Quota>,
) -> HttpResponse {
    let engine = &served.engine;
    let (caller, standing) = match Caller::admit(&request, engine).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let Some(place) = quota.enter(caller.peer.did()) else {
        return problem::plain(&Problem::new(status::UNAVAILABLE, "too-many-requests"));
    };
    let is_post = request.method() == Method::POST;
    if !is_post && request.method() != Method::GET && request.method() != Method::HEAD {
        return HttpResponse::MethodNotAllowed().finish();
    }
    let path = request.uri().path().to_owned();
    let Some(route) = route(is_post, &path) else {
        return problem::plain(&Problem::not_found());
    };
    if let Route::Data { pid } = &route {
        return data::deliver(&request, &served, &caller, standing, pid).await;
    }
    if let Route::Intake { pid } = route {
        let intake = &*served.intake;
        return intake::take(&request, payload, intake, &caller, standing, pid).await;
    }
    let body = if is_post {
        match body::json(&request, payload, engine.limits().message_bytes_max).await {
            Ok(body) => body,
            Err(error) => {
                let pids = named(engine, &caller, &route, &[]).await;
                return unread(&route, &error.problem(), pids);
            }
        }
    } else {
        Vec::new()
    };
    // What was read whole is dealt with to its end, also when the sender hangs up meanwhile: a commit
    // goes on without its caller, and what follows from it must not be forgotten.
    let work = actix_web::rt::spawn(async move {
        let _place = place;
        let query = request.uri().query().unwrap_or_default();
        let accepts = request.headers().get(header::ACCEPT_ENCODING);
        let takes_gzip = coding::accepts_gzip(accepts.and_then(|field| field.to_str().ok()));
        let asked = Asked { caller: &caller, standing, query, takes_gzip };
        answer(&request, &served, asked, route, &body).await
    });
    work.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
}

/// The answer to a body that was not read, in the form that belongs to its path.
fn unread(route: &Route, problem: &Problem, pids: SentPids) -> HttpResponse {
    let body = match route {
        Route::Catalog | Route::Dataset { .. } => problem.catalog_body(),
        Route::Negotiation { .. } | Route::NegotiationMessage { .. } => {
            problem.negotiation_body(pids.consumer, pids.provider)
        }
        Route::AgreementTermination { .. }
        | Route::Data { .. }
        | Route::Intake { .. }
        | Route::Transfer { .. }
        | Route::TransferMessage { .. } => problem.transfer_body(pids.consumer, pids.provider),
        Route::Other | Route::Version => serde_json::json!({ "code": problem.code }),
    };
    let mut response = json(problem.status, &body);
    // What is left of the body is not read.
    response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    response
}

/// Who asks, and with which query.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) caller: &'a Caller,
    pub(super) standing: Arc<Standing>,
    pub(super) query: &'a str,
    /// Whether the answer may be gzip.
    pub(super) takes_gzip: bool,
}

async fn answer<P: Parts, F: Fetch>(
    request: &HttpRequest,
    served: &Served<P, F>,
    asked: Asked<'_>,
    route: Route,
    body: &[u8],
) -> HttpResponse {
    let engine = &served.engine;
    let (ours, peer) = (asked.caller.participant.did(), asked.caller.peer.did());
    match &route {
        Route::Version => json(status::OK, &super::super::versions::document()),
        Route::Catalog => catalog::page(served, &asked, body).await,
        Route::Dataset { id } => catalog::dataset(served, &asked, id).await,
        Route::Negotiation { pid } => {
            let found = engine.negotiation_for(ours, peer, pid).await;
            shown(engine, &asked, found, Family::Negotiation, &route).await
        }
        Route::Transfer { pid } => {
            let found = engine.transfer_for(ours, peer, pid).await;
            shown(engine, &asked, found, Family::Transfer, &route).await
        }
        Route::NegotiationMessage { pid, kind } => {
            let incoming = incoming(&asked, pid.as_deref(), *kind, body);
            let reply = engine.receive_negotiation(incoming).await;
            // Whoever was offered something is the consumer.
            let own = match *kind == MessageKind::ContractOfferMessage {
                true => "consumerPid",
                false => "providerPid",
            };
            taken(served, &asked, reply, (Family::Negotiation, own), (&route, body)).await
        }
        Route::TransferMessage { pid, kind } => {
            let incoming = incoming(&asked, pid.as_deref(), *kind, body);
            let reply = engine.receive_transfer(incoming).await;
            taken(served, &asked, reply, (Family::Transfer, "providerPid"), (&route, body)).await
        }
        Route::AgreementTermination { id } => {
            let kind = MessageKind::TransferTerminationMessage;
            let incoming = incoming(&asked, Some(id), kind, body);
            let reply = engine.receive_agreement_end(&incoming).await;
            taken(served, &asked, reply, (Family::Transfer, "providerPid"), (&route, body)).await
        }
        Route::Data { .. } | Route::Intake { .. } => problem::plain(&Problem::not_found()),
        Route::Other => neighbour(request, served, &asked, body).await,
    }
}

fn incoming<'a>(
    asked: &'a Asked<'_>,
    pid: Option<&'a str>,
    expected: MessageKind,
    body: &'a [u8],
) -> Incoming<'a> {
    Incoming {
        participant: &asked.caller.participant,
        standing: asked.standing.clone(),
        peer: asked.caller.peer.did(),
        expected,
        pid,
        body,
    }
}

/// What `GET` of a process answers.
async fn shown<P: Parts>(
    engine: &Engine<P>,
    asked: &Asked<'_>,
    found: Result<Value, EngineError>,
    family: Family,
    route: &Route,
) -> HttpResponse {
    match found {
        Ok(process) => json(status::OK, &process),
        Err(error) => {
            let pids = named(engine, asked.caller, route, &[]).await;
            refuse(asked.caller, &error, family, pids)
        }
    }
}

/// The answer to a message; `own` names our own id of the process in it.
async fn taken<P: Parts, F>(
    served: &Served<P, F>,
    asked: &Asked<'_>,
    reply: Result<Reply, EngineError>,
    (family, own): (Family, &str),
    (route, body): (&Route, &[u8]),
) -> HttpResponse {
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => {
            let pids = named(&served.engine, asked.caller, route, body).await;
            return refuse(asked.caller, &error, family, pids);
        }
    };
    if let Some(checkpoint) = &reply.checkpoint {
        (served.seen)(asked.caller.participant.did(), asked.caller.peer.did(), checkpoint);
    }
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    if let Some(place) = location(&asked.caller.participant, &reply, family, own) {
        response.insert_header((header::LOCATION, place));
    }
    let bytes = Bytes::from(reply.body.to_string());
    let body = Released::new(bytes, reply.errands, served.engine.clone());
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(problem::JSON)))
        .body(body)
}

/// Where a process that was just opened is asked for (RFC 9110, 15.3.2).
fn location(ours: &Participant, reply: &Reply, family: Family, own: &str) -> Option<String> {
    let folder = match family {
        Family::Catalog => return None,
        Family::Negotiation => "negotiations",
        Family::Transfer => "transfers",
    };
    let pid = reply.body.get(own).filter(|_| reply.status == status::CREATED)?.as_str()?;
    Some(format!("{}/{folder}/{}", ours.dsp_base(), protocol::http_path::segment(pid)))
}

async fn neighbour<P: Parts, F>(
    request: &HttpRequest,
    served: &Served<P, F>,
    asked: &Asked<'_>,
    body: &[u8],
) -> HttpResponse {
    for neighbour in &served.neighbours {
        let ask = Ask {
            caller: asked.caller,
            method: request.method(),
            path: request.uri().path(),
            query: asked.query,
            body,
        };
        if let Some(told) = neighbour.tell(ask).await {
            let status = StatusCode::from_u16(told.status);
            return HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
                .insert_header((header::CONTENT_TYPE, told.media_type))
                .body(told.body);
        }
    }
    problem::plain(&Problem::not_found())
}

/// Which error body belongs to an endpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Family {
    /// `CatalogError`.
    Catalog,
    /// `ContractNegotiationError`.
    Negotiation,
    /// `TransferError`.
    Transfer,
}

/// The longest reason that goes to the journal, in characters; a peer's own words may be in it.
const REASON_CHARS_MAX: usize = 1_000;

/// The answer to what the engine did not do. The whole reason goes to the operator's journal, the
/// peer gets what the standard allows.
pub(super) fn refuse(
    caller: &Caller,
    error: &EngineError,
    family: Family,
    pids: SentPids,
) -> HttpResponse {
    let told = error.problem();
    let (participant, peer) = (caller.participant.did(), caller.peer.did());
    let (code, status) = (error.code(), told.status);
    let reason = error.to_string();
    let reason = wire::text::shown_within(&reason, REASON_CHARS_MAX);
    if status == status::NOT_FOUND || status >= status::INTERNAL {
        tracing::info!(%participant, %peer, code, status, "a message was not taken: {reason}");
    } else {
        tracing::warn!(%participant, %peer, code, status, "a message was refused: {reason}");
    }
    let error_body = match family {
        Family::Catalog => told.catalog_body(),
        Family::Negotiation => told.negotiation_body(pids.consumer, pids.provider),
        Family::Transfer => told.transfer_body(pids.consumer, pids.provider),
    };
    json(told.status, &error_body)
}

pub(super) fn json(status: u16, body: &Value) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(problem::JSON)))
        .body(body.to_string())
}

/// The link to another page of a catalogue (RFC 8288).
pub(super) fn page_link(base: &str, query: &str, relation: &str) -> String {
    format!("<{base}{DSP_PATH}/catalog/request?{query}>; rel=\"{relation}\"")
}
