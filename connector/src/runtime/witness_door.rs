//! The witness exchange on the mutual listener.

use std::sync::Arc;

use actix_web::http::Method;

use super::parts::Product;
use crate::http::mutual::neighbour::{Ask, Neighbour, Telling, Told};
use crate::log::Witness;
use crate::log::witness::{CONSISTENCY_PATH, COUNTERSIGN_PATH};

/// Serves proofs and countersignatures to verified members.
pub(super) struct WitnessDoor(pub(super) Arc<Witness<Product>>);

impl std::fmt::Debug for WitnessDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WitnessDoor")
    }
}

impl Neighbour for WitnessDoor {
    fn tell<'a>(&'a self, ask: Ask<'a>) -> Telling<'a> {
        Box::pin(async move {
            let (ours, peer) = (ask.caller.participant.did(), ask.caller.peer.did());
            let reply = match (ask.method, ask.path) {
                (&Method::GET, CONSISTENCY_PATH) => self.0.serve_consistency(ours, ask.query).await,
                (&Method::POST, COUNTERSIGN_PATH) => {
                    self.0.serve_checkpoint(ours, peer, ask.body).await
                }
                _ => return None,
            };
            let (status, body) = (reply.status, reply.body.to_string().into_bytes());
            Some(Told { status, media_type: "application/json", body })
        })
    }
}
