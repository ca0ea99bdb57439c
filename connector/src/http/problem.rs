//! The one place that turns failures into HTTP answers for peers.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use protocol::id::{ConsumerPid, ProviderPid};
use protocol::status::Problem;
use wire::json::{Limits, parse};

/// The media type of all protocol bodies.
pub const JSON: &str = "application/json";

/// An answer outside a protocol family: status and code alone.
#[must_use]
pub fn plain(problem: &Problem) -> HttpResponse {
    let body = serde_json::json!({ "code": problem.code });
    let status = StatusCode::from_u16(problem.status);
    HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .insert_header((header::CONTENT_TYPE, JSON))
        .body(body.to_string())
}

/// The process ids that a refused message named, as far as they can be read: error bodies repeat
/// them.
#[derive(Clone, Debug, Default)]
pub struct SentPids {
    /// `consumerPid`.
    pub consumer: Option<ConsumerPid>,
    /// `providerPid`.
    pub provider: Option<ProviderPid>,
}

/// Reads the process ids of a message that was refused.
#[must_use]
pub fn pids(body: &[u8]) -> SentPids {
    let Ok(value) = parse(body, &Limits::message()) else { return SentPids::default() };
    let text = |name: &str| value.get(name).and_then(|pid| pid.as_str());
    SentPids {
        consumer: text("consumerPid").and_then(|pid| ConsumerPid::parse(pid).ok()),
        provider: text("providerPid").and_then(|pid| ProviderPid::parse(pid).ok()),
    }
}
