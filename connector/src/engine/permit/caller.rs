//! Who asks for a delivery: the other side of a transfer, by its certificate and its token.

use identity::chain::VerifiedPeer;
use protocol::Role;
use protocol::transfer::Flow;
use wire::digest::Digest;

use super::super::error::EngineError;
use super::super::live::Cut;
use crate::record::negotiation::By;
use crate::record::transfer::TransferRecord;

/// Whether whoever shows `token` is the other side of a transfer that runs, in these roles.
pub(super) fn check_caller(
    record: &TransferRecord,
    peer: &VerifiedPeer,
    token: &str,
    sides: (Role, Flow),
) -> Result<(), EngineError> {
    let process = &record.process;
    let shown = Digest::of(token.as_bytes());
    let token_fits =
        record.token.is_some_and(|token| openssl::memcmp::eq(token.as_bytes(), shown.as_bytes()));
    if (process.role, process.flow) != sides || process.peer != *peer.did() || !token_fits {
        return Err(EngineError::NotFound);
    }
    if process.may_flow() {
        return Ok(());
    }
    // Why we stopped it may reach the peer after its next request.
    let why = record.why.as_ref().filter(|why| why.by == By::Us);
    if let Some((why, cut)) = why.and_then(|why| Some((why, Cut::of_code(&why.code)?))) {
        return Err(EngineError::peer(cut.code(), why.words.join(" ")));
    }
    Err(EngineError::peer("transfer-not-started", "the transfer is not running"))
}
