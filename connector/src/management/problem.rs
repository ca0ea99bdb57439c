//! Refusals as HTTP: the one place of the management listener that writes a status for one.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refusal::{Fault, Refusal};
use super::view::Words;

/// The body of every refusal, `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The status again.
    pub status: u16,
    /// What happened and why, in English.
    pub title: String,
    /// The reason code, kebab-case; `docs/errors.md` lists them.
    pub code: String,
    /// What happened and why.
    pub reason: Words,
    /// What to do next.
    pub remedy: Words,
    /// Where in the request's body the trouble lies, as a JSON pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        Self {
            status: refusal.fault.status(),
            title: refusal.reason.en.clone(),
            code: refusal.code.to_owned(),
            reason: refusal.reason.clone(),
            remedy: Words::clone(&refusal.remedy),
            pointer: refusal.pointer.as_ref().map(|pointer| pointer.as_str().to_owned()),
        }
    }
}

/// The answer to a call that was not done.
#[must_use]
pub fn response(refusal: &Refusal) -> HttpResponse {
    let problem = Problem::from(refusal);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    if refusal.fault == Fault::Login {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    match serde_json::to_vec(&problem) {
        Ok(body) => response.body(body),
        Err(_) => response.finish(),
    }
}
