//! Allmende's extension members: written with their whole IRI, so that others may ignore them.
//!
//! They lie outside the documents that are digested and signed.

/// A detached JWS over an agreement's digest, on [`super::ContractAgreementMessage`] (the
/// provider's) and [`super::ContractAgreementVerificationMessage`] (the consumer's).
pub const SIGNATURE: &str = "https://w3id.org/allmende/v1/signature";

/// The sender's latest log checkpoint, a C2SP signed note, on every message.
pub const CHECKPOINT: &str = "https://w3id.org/allmende/v1/checkpoint";

/// On a dataset, as a reader sees it to whom the rule gives no contract now: why, as a list of reason
/// codes.
pub const REFUSED_NOW: &str = "https://w3id.org/allmende/v1/refusedNow";

/// On a dataset beside [`REFUSED_NOW`]: the left operands of what is missing at least, as a list of
/// their IRIs. Neither values nor places stand there.
pub const MISSING: &str = "https://w3id.org/allmende/v1/missing";

/// The longest value of an extension member, in bytes.
pub const EXTENSION_BYTES_MAX: usize = 8 * 1024;
