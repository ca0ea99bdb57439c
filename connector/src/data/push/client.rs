//! What a push needs of the connector-to-connector client.

use std::future::Future;

use bytes::Bytes;
use identity::chain::VerifiedPeer;
use wire::did::Did;

use crate::data::pull::ClientError;
use crate::data::stream::{Delivery, Line};
use crate::data::version::Version;

/// Opens connections to peers' data addresses over mutual TLS. Who is at the other end is known
/// before a byte of a request leaves.
pub trait PushClient: Send + Sync + 'static {
    /// One open connection.
    type Line: PushLine;

    /// Connects our participant `from` to the consumer `to` at `url`, which must lie under the
    /// consumer's own host.
    fn connect(
        &self,
        from: &Did,
        to: &Did,
        url: &str,
    ) -> impl Future<Output = Result<Self::Line, ClientError>> + Send;
}

/// An open connection for one push.
pub trait PushLine: Send + 'static {
    /// Who is at the other end.
    fn peer(&self) -> &VerifiedPeer;

    /// Breaks the connection at once when the delivery is cut, where it can.
    fn breaker(&self) -> Option<Box<dyn Line>>;

    /// Sends the body as it comes, and returns when the consumer has answered. A body that breaks
    /// off is never taken for a whole one. Dropped before, the connection closes.
    fn send(
        self,
        head: PushHead,
        body: Delivery,
    ) -> impl Future<Output = Result<PushAnswer, ClientError>> + Send;
}

/// The head of a push.
#[derive(Clone)]
pub struct PushHead {
    /// The consumer's data address.
    pub url: String,
    /// The token that came with it, if any.
    pub bearer: Option<String>,
    /// The delivery's name, the same in both logs.
    pub delivery: String,
    /// The kind of the body.
    pub media_type: String,
    /// How many bytes will come, if known.
    pub length: Option<u64>,
    /// The source's version, where it has one.
    pub version: Option<Version>,
}

/// What the consumer answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PushAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Seconds that the consumer asks us to wait.
    pub retry_after_s: Option<u32>,
    /// The body, as far as it is worth reading.
    pub body: Bytes,
}

impl std::fmt::Debug for PushHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is a secret.
        f.debug_struct("PushHead").field("url", &self.url).finish_non_exhaustive()
    }
}
