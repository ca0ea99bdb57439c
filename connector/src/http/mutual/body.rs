//! Reading a request's body within its limits.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{BytesMut, Payload};
use futures_util::StreamExt;

use protocol::status::{self, Problem};

use crate::http::coding::{self, CodingError};

/// Seconds in which a message must have come whole.
const MESSAGE_SECONDS_MAX: u64 = 10;

const PAYLOAD_TOO_LARGE: u16 = 413;
const UNSUPPORTED_MEDIA_TYPE: u16 = 415;

/// Why a body is not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BodyError {
    /// The connection broke before all of it was there.
    BrokenOff,
    /// It came whole, and is not what its content coding says.
    Miscoded,
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
    pub(super) const fn problem(self) -> Problem {
        match self {
            // What did not arrive says nothing about the message: it may be sent again. Others take
            // any 4xx for the end of the process.
            Self::BrokenOff => Problem::new(status::UNAVAILABLE, "body-broken"),
            Self::TooSlow => Problem::new(status::UNAVAILABLE, "body-too-slow"),
            Self::Miscoded => Problem::new(status::BAD_REQUEST, "body-broken"),
            Self::TooLarge => Problem::new(PAYLOAD_TOO_LARGE, "body-too-large"),
            Self::Coding => Problem::new(UNSUPPORTED_MEDIA_TYPE, "content-coding"),
            Self::MediaType => Problem::new(UNSUPPORTED_MEDIA_TYPE, "media-type"),
        }
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
    let is_packed = is_packed(request)?;
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > bytes_max) {
        return Err(BodyError::TooLarge);
    }
    let read = read(payload, bytes_max);
    let limit = Duration::from_secs(MESSAGE_SECONDS_MAX);
    let body = tokio::time::timeout(limit, read).await.unwrap_or(Err(BodyError::TooSlow))?;
    if !is_packed {
        return Ok(body);
    }
    coding::unpack(&body, bytes_max).map_err(|error| match error {
        CodingError::Broken => BodyError::Miscoded,
        CodingError::TooLarge => BodyError::TooLarge,
    })
}

/// Whether the body is gzip; any other coding is refused.
fn is_packed(request: &HttpRequest) -> Result<bool, BodyError> {
    let mut codings = request.headers().get_all(header::CONTENT_ENCODING);
    let (first, second) = (codings.next(), codings.next());
    match (first.map(|coding| coding.as_bytes().to_ascii_lowercase()), second) {
        (None, _) => Ok(false),
        (Some(coding), None) if coding == b"identity" => Ok(false),
        (Some(coding), None) if coding == coding::GZIP.as_bytes() => Ok(true),
        (Some(_), _) => Err(BodyError::Coding),
    }
}

async fn read(mut payload: Payload, bytes_max: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| BodyError::BrokenOff)?;
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

#[cfg(test)]
mod tests {
    use actix_web::FromRequest;
    use actix_web::dev;
    use actix_web::error::PayloadError;
    use actix_web::test::TestRequest;
    use bytes::Bytes;
    use futures_util::stream;

    use super::*;

    /// What the sender is told of a body that comes as these chunks.
    async fn told(coding: &str, chunks: Vec<Result<Bytes, PayloadError>>) -> (u16, &'static str) {
        let request = TestRequest::post()
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::CONTENT_ENCODING, coding))
            .to_http_request();
        let payload: dev::Payload =
            dev::Payload::Stream { payload: Box::pin(stream::iter(chunks)) };
        let payload = Payload::from_request(&request, &mut { payload }).await.unwrap();
        let problem = json(&request, payload, 8).await.unwrap_err().problem();
        (problem.status, problem.code)
    }

    #[actix_web::test]
    async fn a_body_that_did_not_arrive_may_be_sent_again_and_one_that_is_wrong_may_not() {
        let part = || Ok(Bytes::from_static(b"{"));
        let broken = Err(PayloadError::Incomplete(None));
        assert_eq!(told("identity", vec![part(), broken]).await, (503, "body-broken"));
        assert_eq!(told("gzip", vec![part()]).await, (400, "body-broken"));
        let long = Ok(Bytes::from_static(b"123456789"));
        assert_eq!(told("identity", vec![long]).await, (413, "body-too-large"));
        let slow = BodyError::TooSlow.problem();
        assert_eq!((slow.status, slow.code), (503, "body-too-slow"));
    }
}
