//! The parts that an engine is built from. Production, simulator and conformance kits run the same
//! engine with other parts; there is no other switch.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use wire::did::Did;

use crate::clock::Clock;
use crate::ids::Ids;
use crate::store::Store;

use super::decider::Decider;

/// One choice of all parts.
pub trait Parts: Send + Sync + Sized + 'static {
    /// Where records lie.
    type Store: Store;
    /// What time it is.
    type Clock: Clock;
    /// Fresh ids and randomness.
    type Ids: Ids;
    /// How messages reach a peer.
    type Transport: Transport;
    /// Who decides: the rule, a person or a script.
    type Decider: Decider;
}

/// Carries messages to peers over mutual TLS. The peer's certificate has been checked to be the
/// intended participant's before the first byte of a request leaves.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request from our participant `from` to the participant `to`.
    fn exchange(
        &self,
        from: &Did,
        to: &Did,
        request: Request,
    ) -> impl Future<Output = Result<Answer, Unsent>> + Send;

    /// The base URL of `to`'s Dataspace Protocol endpoints, found in its DID document.
    fn dsp_base(&self, from: &Did, to: &Did)
    -> impl Future<Output = Result<String, Unsent>> + Send;
}

/// One request to a peer.
#[derive(Clone, Debug)]
pub struct Request {
    /// The address; its host must be the peer's own.
    pub url: String,
    /// A JSON body for POST; none for GET.
    pub body: Option<Bytes>,
}

/// A peer's answer, whole; bodies are capped by the transport.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    /// Its neighbours, where it is a page.
    pub pages: Pages,
    /// How long the peer asks us to wait.
    pub retry_after: Option<Duration>,
}

/// The neighbours of a page as its `Link` fields name them; where they lie is not judged yet.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pages {
    /// The page after it.
    pub next: Option<String>,
    /// The page before it.
    pub previous: Option<String>,
}

impl Answer {
    /// Whether the peer did what was asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why a request got no answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unsent {
    /// The reason code.
    pub code: &'static str,
    /// What happened, in words for our operator.
    pub words: String,
    /// Whether trying again later can help.
    pub passing: bool,
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.words)
    }
}

impl std::error::Error for Unsent {}
