//! The leaf under everything: strict JSON with located errors and limits, RFC 8785 canonical
//! bytes, digests, identifiers, and the two small traits through which signatures pass.
//!
//! This crate never touches a socket, a file, a clock or randomness, and never names a TLS or
//! signature library. Whatever it cannot read exactly, it refuses.

pub mod dataspace;
pub mod did;
pub mod digest;
pub mod iri;
pub mod json;
pub mod node;
pub mod pointer;
pub mod sign;
pub mod text;
