//! Renewal on the authority's mutual listener: the old certificate has carried the connection.

use actix_web::http::Method;

use super::{Authority, Fault, Record, Refusal};
use crate::clock::Clock;
use crate::http::mutual::neighbour::{Ask, Neighbour, Telling, Told};
use crate::ids::Ids;
use crate::store::Store;
use crate::trust::RENEW_PATH;

impl<S: Store, C: Clock, I: Ids, R: Record> Neighbour for Authority<S, C, I, R> {
    fn tell<'a>(&'a self, ask: Ask<'a>) -> Telling<'a> {
        Box::pin(async move {
            let ours = ask.caller.participant.did() == &self.office.authority;
            if !ours || ask.path != RENEW_PATH || *ask.method != Method::POST {
                return None;
            }
            Some(match self.renewed(&ask).await {
                Ok(body) => told(200, body),
                Err(refusal) => {
                    let (code, peer) = (refusal.code(), ask.caller.peer.did());
                    tracing::warn!(code, %peer, "a renewal was refused: {refusal}");
                    let body = serde_json::json!({ "code": code, "remedy": refusal.remedy() });
                    told(status(&refusal), body)
                }
            })
        })
    }
}

impl<S: Store, C: Clock, I: Ids, R: Record> Authority<S, C, I, R> {
    async fn renewed(&self, ask: &Ask<'_>) -> Result<serde_json::Value, Refusal> {
        let certificates = self.renew(&ask.caller.peer, ask.body).await?;
        Ok(certificates.to_json()?)
    }
}

fn told(status: u16, body: serde_json::Value) -> Told {
    Told { status, media_type: "application/json", body: body.to_string().into_bytes() }
}

/// The HTTP status of a refusal.
pub(super) fn status(refusal: &Refusal) -> u16 {
    match refusal.fault() {
        Fault::Asker => 400,
        Fault::Conflict => 409,
        Fault::Ours => 503,
    }
}
