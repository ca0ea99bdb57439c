//! The certificate authority of a data space. The root signs issuing authorities, the key of the
//! trust list, and its own revocation list, on a machine that answers no requests; the issuing
//! authority signs members. Serial numbers and instants are arguments; nothing is stored here.

mod builder;
pub(crate) mod der;
mod issuing;
mod key;
mod public;
mod request;
mod revocation;
mod root;
mod trust_store;

pub use issuing::{Issuing, LEAF_DAYS_MAX, LeafNames};
pub use key::{CaCurve, CaKey};
pub use public::{PublicAuthority, PublicCertificate};
pub(crate) use request::request_digest;
pub use request::{CheckedRequest, RequestError, build_request};
pub use revocation::{Revocation, RevocationList};
pub use root::{IssuingNames, Root, STATEMENT_USAGE};
pub use trust_store::java_trust_store;

use openssl::error::ErrorStack;

use crate::x509::UnreadableCertificate;

/// Why an authority signs nothing.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The certificate and the key at hand do not belong together.
    #[error("the authority's certificate and key do not belong together")]
    KeyMismatch,
    /// A life longer than the profile allows, or an end before the beginning.
    #[error("a certificate may hold at most `{days_max}` days and must end after it begins")]
    Life {
        /// The most days.
        days_max: u32,
    },
    /// A name that no certificate can carry.
    #[error("the name is empty, too long, or holds signs that a name may not hold")]
    Name,
    /// OpenSSL failed.
    #[error("OpenSSL failed while signing")]
    Openssl {
        /// Its own words.
        #[from]
        source: ErrorStack,
    },
    /// The authority's own certificate cannot be read.
    #[error("the authority's certificate cannot be read")]
    Unreadable,
}

impl From<UnreadableCertificate> for AuthorityError {
    fn from(_: UnreadableCertificate) -> Self {
        Self::Unreadable
    }
}

#[cfg(test)]
mod tests;
