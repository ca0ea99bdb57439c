//! JSON as a peer must write it: one meaning per byte string, within limits, or refused with the
//! place where it went wrong; and RFC 8785 canonical bytes.
//!
//! Nothing here knows what the document is about, and nothing is repaired.

mod canonical;
mod error;
mod limits;
mod numbers;
mod read;
#[cfg(test)]
mod tests;

pub use canonical::{CANONICAL_DEPTH_MAX, CanonicalError, canonical, canonical_of};
pub use error::{JsonError, JsonProblem};
pub use limits::Limits;
pub use read::parse;

/// The largest integer that every reader of JSON keeps exactly: 2^53 − 1 (RFC 8259 section 6).
pub const INTEGER_MAX: i64 = (1 << 53) - 1;
