//! The kinds of documents that are fetched: what they are called and how long they may be.

use http::{HeaderMap, header};
use identity::did_document::DOCUMENT_LEN_MAX;
use identity::x509::CRL_LEN_MAX;

/// One kind of document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kind {
    name: &'static str,
    media_types: &'static [&'static str],
    bytes_max: usize,
}

/// A participant's DID document.
pub const DID_DOCUMENT: Kind = Kind {
    name: "a DID document",
    media_types: &["application/did+json", "application/did+ld+json", "application/json"],
    bytes_max: DOCUMENT_LEN_MAX,
};

/// An authority's trust list.
pub const TRUST_LIST: Kind =
    Kind { name: "a trust list", media_types: &["application/jwt"], bytes_max: 4 * 1024 * 1024 };

/// A revocation list.
pub const CRL: Kind = Kind {
    name: "a revocation list",
    media_types: &["application/pkix-crl"],
    bytes_max: CRL_LEN_MAX,
};

/// A root certificate.
pub const ROOT: Kind = Kind {
    name: "a root certificate",
    media_types: &["application/x-pem-file"],
    bytes_max: 32 * 1024,
};

impl Kind {
    /// The name in messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The `Content-Type` with which we serve it.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        self.media_types.first().copied().unwrap_or("application/octet-stream")
    }

    /// The longest that is read, in bytes.
    #[must_use]
    pub fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    pub(super) fn accept(&self) -> String {
        self.media_types.join(", ")
    }

    /// Whether the answer says that it is of this kind; parameters are passed over.
    pub(super) fn is(&self, headers: &HeaderMap) -> bool {
        let Some(value) = headers.get(header::CONTENT_TYPE) else { return false };
        let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
        let essence = essence.trim().to_ascii_lowercase();
        self.media_types.contains(&essence.as_str())
    }
}
