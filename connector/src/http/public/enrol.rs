//! `POST /enrol` on an authority: the one write of a public listener, so counted, bounded and slow
//! to answer nobody.

use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{BytesMut, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;
use identity::enrol::BODY_LEN_MAX;

use super::{Office, State, method_not_allowed, refused};
use crate::authority::Refusal;
use crate::http::problem::JSON;

/// Where it lies.
pub(super) const PATH: &str = "/enrol";

/// Seconds in which the body must have come whole.
const BODY_SECONDS_MAX: u64 = 10;

pub(super) async fn handle<O: Office>(
    request: &HttpRequest,
    payload: Payload,
    state: &Data<State<O>>,
) -> HttpResponse {
    if request.method() != Method::POST {
        return method_not_allowed("POST");
    }
    let source = request.peer_addr().map(|address| address.ip());
    if !source.is_some_and(|source| state.quota.admit(source)) {
        return refused(429, "too-many-attempts");
    }
    if !is_json(request) {
        return refused(415, "media-type");
    }
    let limit = Duration::from_secs(BODY_SECONDS_MAX);
    let body = match tokio::time::timeout(limit, read(payload)).await {
        Ok(Some(body)) => body,
        Ok(None) => return refused(413, "body-too-large"),
        Err(_) => return refused(408, "body-too-slow"),
    };
    match state.office.enrol(&body).await {
        Ok(certificates) => match certificates.to_json() {
            Ok(body) => HttpResponse::Ok()
                .insert_header((header::CONTENT_TYPE, JSON))
                .body(body.to_string()),
            Err(error) => answer(&state.office.status(&error.clone().into()), &error.into()),
        },
        Err(refusal) => {
            let code = refusal.code();
            let source = source.map(tracing::field::display);
            tracing::warn!(code, source, "an enrolment was refused: {refusal}");
            answer(&state.office.status(&refusal), &refusal)
        }
    }
}

/// The asker learns code and remedy; what the authority knows of others stays with it.
fn answer(status: &u16, refusal: &Refusal) -> HttpResponse {
    let body = serde_json::json!({ "code": refusal.code(), "remedy": refusal.remedy() });
    let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, JSON)).body(body.to_string())
}

async fn read(mut payload: Payload) -> Option<Vec<u8>> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.ok()?;
        if body.len() + chunk.len() > BODY_LEN_MAX {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body.to_vec())
}

fn is_json(request: &HttpRequest) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE);
    let essence = value.and_then(|value| value.to_str().ok()?.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(JSON))
}
