//! Asking the foreign connector: HTTP/1.1 in the clear, to a loopback address, one connection for
//! each request.

use std::net::SocketAddr;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::flow::{Flow, Taken};

/// Milliseconds to connect on this machine.
const CONNECT_MS_MAX: u64 = 2_000;
/// Bytes of an answer's header fields.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Header fields of an answer.
const HEADERS_MAX: usize = 128;

/// Why the foreign connector did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    /// Nothing listens there.
    #[error("nothing listens at {address}: {reason}")]
    NotThere {
        /// Where.
        address: SocketAddr,
        /// The system's reason.
        reason: String,
    },
    /// What it said is no HTTP, or it hung up.
    #[error("the foreign connector broke off: {0}")]
    Broken(#[source] hyper::Error),
    /// It took too long.
    #[error("the foreign connector took longer than {0} ms")]
    TimedOut(u64),
}

impl Unanswered {
    /// The reason code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NotThere { .. } => "foreign-unreachable",
            Self::Broken(_) => "foreign-broken",
            Self::TimedOut(_) => "foreign-timeout",
        }
    }
}

/// Asks at `address`. The time for the answer's beginning starts when the request's body is
/// `taken`.
///
/// # Errors
/// [`Unanswered`].
pub(super) async fn ask(
    address: SocketAddr,
    request: Request<Flow>,
    taken: Taken,
    timeout_ms: u64,
) -> Result<Response<Incoming>, Unanswered> {
    let connect = TcpStream::connect(address);
    let not_there = |reason: String| Unanswered::NotThere { address, reason };
    let socket = match tokio::time::timeout(Duration::from_millis(CONNECT_MS_MAX), connect).await {
        Ok(connected) => connected.map_err(|error| not_there(error.to_string()))?,
        Err(_) => return Err(not_there("no answer in time".into())),
    };
    // Only latency is lost without it.
    let _ = socket.set_nodelay(true);
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX)
        .handshake(TokioIo::new(socket))
        .await
        .map_err(Unanswered::Broken)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the foreign connector ended");
        }
    });
    tokio::select! {
        answer = sender.send_request(request) => answer.map_err(Unanswered::Broken),
        () = late(taken, timeout_ms) => Err(Unanswered::TimedOut(timeout_ms)),
    }
}

/// Resolves `timeout_ms` after the body was taken, or nobody wants it any more.
pub(super) async fn late(taken: Taken, timeout_ms: u64) {
    // Either way nothing more comes.
    let _ = taken.await;
    let forever = std::future::pending::<()>();
    // It ends by the time alone.
    let _ = tokio::time::timeout(Duration::from_millis(timeout_ms), forever).await;
}
