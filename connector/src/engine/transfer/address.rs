//! Where data of a transfer is to be had from us, or put to us: an address of our own mutual listener
//! with a token that fits this transfer alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::http_path;
use protocol::message::data_address::{AUTH_TYPE, AUTHORIZATION};
use protocol::message::{DataAddress, EndpointProperty};
use wire::digest::Digest;

use super::{DATA_PATH, ENDPOINT_TYPE_HTTP};
use crate::engine::Engine;
use crate::engine::parts::Parts;
use crate::ids::random;
use crate::participant::Participant;

/// A fresh address, and the digest by which its token is known again.
pub(super) struct DataPath {
    pub(super) address: DataAddress,
    pub(super) token: Digest,
}

impl DataPath {
    /// For the transfer `pid` of `participant`, which is our own pid.
    pub(super) fn fresh<P: Parts>(
        engine: &Engine<P>,
        participant: &Participant,
        pid: &str,
    ) -> Self {
        let secret = URL_SAFE_NO_PAD.encode(random::<32>(&engine.ids));
        let token = Digest::of(secret.as_bytes());
        let property = |name: &str, value: String| EndpointProperty { name: name.into(), value };
        let segment = http_path::segment(pid);
        let address = DataAddress {
            endpoint_type: ENDPOINT_TYPE_HTTP.to_owned(),
            endpoint: Some(format!("{}{DATA_PATH}{segment}", participant.mutual_url())),
            properties: vec![
                property(AUTHORIZATION, secret),
                property(AUTH_TYPE, "bearer".to_owned()),
            ],
        };
        Self { address, token }
    }
}
