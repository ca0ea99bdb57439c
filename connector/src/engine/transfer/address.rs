//! Where data of a transfer is to be had from us, or put to us: an address of our own mutual listener
//! with a token that fits this transfer alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::http_path;
use protocol::message::data_address::{AUTH_TYPE, AUTHORIZATION};
use protocol::message::{DataAddress, EndpointProperty};
use wire::digest::Digest;

use super::flow::Flow;
use super::{DATA_PATH, ENDPOINT_TYPE_HTTP};
use crate::engine::Engine;
use crate::engine::parts::Parts;
use crate::ids::random;
use crate::participant::Participant;
use crate::record::negotiation::{By, Why};

/// The reason code of a data address that is not its giver's own.
pub(super) const OTHER_HOST: &str = "data-address-other-host";
/// The same in words.
pub(super) const OTHER_HOST_WORDS: &str =
    "the data address does not lie under the sender's own host";

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

impl<P: Parts> Flow<'_, P> {
    /// A data address of a pull that lies at another host than the provider's is not kept, so that
    /// nobody ever calls there. The start that brought it counts all the same: where the data lies
    /// is no matter of the transfer's state.
    pub(super) fn forget_address_elsewhere(&mut self) {
        if !std::mem::take(&mut self.elsewhere) {
            return;
        }
        let pid = &self.pid;
        tracing::warn!(pid, code = OTHER_HOST, "{OTHER_HOST_WORDS}: it is not used");
        let words = vec![OTHER_HOST_WORDS.to_owned()];
        let why = Why { code: OTHER_HOST.to_owned(), words, by: By::Us };
        self.set_aside(|record| {
            record.process.data_address = None;
            record.why = Some(why);
        });
    }
}
