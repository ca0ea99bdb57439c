//! Which program a partner runs, as a person of ours said it: for eyes alone, and for how far what
//! only the partner can keep is to be trusted. Never a ground for letting data flow.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::did::Did;
use wire::digest::Digest;

/// What these ids begin with.
pub const PREFIX: &str = "program/";

/// One partner's program.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PartnerProgram {
    /// The partner.
    pub partner: Did,
    /// The program, by its key in the book's list of programs.
    pub program: String,
    /// The account that said so.
    pub said_by: String,
    /// When.
    pub said: Timestamp,
}

/// The id of what is said of a partner.
#[must_use]
pub fn id(partner: &Did) -> String {
    format!("{PREFIX}{}", Digest::of(partner.as_str().as_bytes()))
}
