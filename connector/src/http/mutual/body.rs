//! Reading a request's body within its limits.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::{BytesMut, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;

use crate::http::problem;

/// Seconds in which a message must have come whole.
const MESSAGE_SECONDS_MAX: u64 = 10;

/// Why a body is not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BodyError {
    /// The connection broke.
    Broken,
    /// The sender takes longer than a message may take.
    TooSlow,
    /// More bytes than a message may have.
    TooLarge,
    /// A content coding that we did not offer.
    Coding,
    /// Not JSON.
    MediaType,
}

impl BodyError {
    /// What the peer is told.
    pub(super) fn respond(self) -> HttpResponse {
        let (status, code) = match self {
            Self::Broken => (StatusCode::BAD_REQUEST, "body-broken"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "body-too-slow"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"),
            Self::Coding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-coding"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"),
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CONTENT_TYPE, problem::JSON));
        // What is left of the body is not read.
        response.force_close().body(serde_json::json!({ "code": code }).to_string())
    }
}

/// Reads a JSON body of at most `bytes_max` bytes.
pub(super) async fn json(
    request: &HttpRequest,
    payload: Payload,
    bytes_max: usize,
) -> Result<Vec<u8>, BodyError> {
    if !is_json(request) {
        return Err(BodyError::MediaType);
    }
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(BodyError::Coding);
    }
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > bytes_max) {
        return Err(BodyError::TooLarge);
    }
    let read = read(payload, bytes_max);
    let limit = Duration::from_secs(MESSAGE_SECONDS_MAX);
    tokio::time::timeout(limit, read).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn read(mut payload: Payload, bytes_max: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        if body.len() + chunk.len() > bytes_max {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.to_vec())
}

/// `application/json`, or a JSON type derived from it (DSP 2025-1, HTTPS binding).
fn is_json(request: &HttpRequest) -> bool {
    let Some(value) = request.headers().get(header::CONTENT_TYPE) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence == "application/ld+json"
}
