//! Whole documents (offers, agreements) lie under the digest of their canonical bytes.

use wire::digest::Digest;

/// The id of a document in the store.
#[must_use]
pub fn id(digest: &Digest) -> String {
    digest.to_string()
}
