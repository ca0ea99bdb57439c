//! What a pull needs of the connector-to-connector client.

use std::future::Future;

use http::{HeaderMap, HeaderName};

use crate::data::chunks::Chunks;

/// Reads a peer's data over mutual TLS, as one of our participants, from one peer. The peer has
/// been verified before the request leaves; the address lies under its own host.
pub trait DataClient: Send + Sync + 'static {
    /// Sends a GET with these header fields, and with `bearer` as its token, and returns when the
    /// head of the answer is there. Follows no redirect; the body is bounded by whoever reads it.
    fn get(
        &self,
        url: &str,
        bearer: Option<&str>,
        headers: Vec<(HeaderName, String)>,
    ) -> impl Future<Output = Result<DataResponse, ClientError>> + Send;
}

/// The answer of a peer.
#[derive(Debug)]
pub struct DataResponse {
    /// The HTTP status.
    pub status: u16,
    /// Its header fields.
    pub headers: HeaderMap,
    /// The body as it comes. A body that ends before its announced length, or before its last
    /// chunk, ends with an error.
    pub chunks: Chunks<ClientError>,
}

/// Why a peer's data could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{code}: {words}")]
pub struct ClientError {
    /// The reason code.
    pub code: &'static str,
    /// What happened, in words for our operator.
    pub words: String,
    /// Whether trying again soon can help.
    pub passing: bool,
}
