//! The local hand-over of one contract's data: open or not, and the hash of its token.

use jiff::Timestamp;
use protocol::id::AgreementId;
use serde::{Deserialize, Serialize};
use wire::did::Did;

use crate::data::handover::TokenHash;

/// An open hand-over. Its id is the agreement's own (see [`super::agreement::id`]).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ServeRecord {
    /// The agreement.
    pub agreement: AgreementId,
    /// The partner that provides the data.
    pub provider: Did,
    /// The hash of its token.
    pub token: TokenHash,
    /// When this token was made.
    pub opened: Timestamp,
    /// The account that opened it.
    pub opened_by: String,
}
