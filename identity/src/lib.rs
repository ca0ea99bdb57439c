//! Who is speaking: certificates, chains, DIDs, signed statements and mutual TLS, on OpenSSL and in
//! memory. Nothing here opens a socket or a file or asks a clock: bytes and instants are arguments.
//! The one randomness is OpenSSL's, for keys.

mod anchors;
mod crls;
mod distrust;
mod reasons;
mod registration;
mod time;

pub mod authority;
pub mod chain;
pub mod did_document;
pub mod enrol;
pub mod guard;
pub mod jws;
pub mod keys;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tls;
pub mod trust;
pub mod x509;

pub use anchors::{Anchor, Anchors, Scope};
pub use chain::VerifiedPeer;
pub use crls::Crls;
pub use distrust::Distrust;
pub use keys::OpensslVerify;
pub use reasons::{Reason, reasons};
pub use registration::Registration;
pub use time::Validity;
