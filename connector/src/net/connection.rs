//! One connection to a peer, used by one request at a time, and what is known of it when a request
//! failed: whether the peer can have done what was asked.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::pool::CallBody;
use super::unsent::Failure;

/// Bytes of an answer's headers.
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// Header fields of an answer.
const HEADERS_MAX: usize = 64;

/// An open connection, ready for a request.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<CallBody>,
    seen: Arc<Seen>,
}

/// What was seen of a connection's bytes.
#[derive(Debug, Default)]
struct Seen {
    /// Something came since the request was begun.
    heard: AtomicBool,
    /// Bytes could not be written.
    unwritten: AtomicBool,
}

/// Why a request got no answer.
#[derive(Debug)]
pub(super) struct Unanswered {
    failure: Failure,
    left: Left,
}

/// How much of a request the peer can have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Left {
    /// Not the whole.
    NotWhole,
    /// The whole, and the connection was closed without a byte of an answer.
    Whole,
    /// The whole or a part, and an answer was begun.
    Begun,
}

impl Connection {
    /// Speaks HTTP/1.1 over `stream`. Needs a tokio runtime.
    pub(super) async fn open<S>(stream: S) -> Result<Self, Failure>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let seen = Arc::new(Seen::default());
        let watched = Watched { stream, seen: seen.clone() };
        let (sender, connection) = http1::Builder::new()
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEADER_BYTES_MAX)
            .handshake(TokioIo::new(watched))
            .await
            .map_err(Failure::from)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a peer ended");
            }
        });
        Ok(Self { sender, seen })
    }

    /// Whether it is known to be closed.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(
        &mut self,
        request: Request<CallBody>,
    ) -> Result<Response<Incoming>, Unanswered> {
        self.seen.heard.store(false, Ordering::SeqCst);
        if let Err(error) = self.sender.ready().await {
            return Err(Unanswered { failure: error.into(), left: Left::NotWhole });
        }
        self.sender.try_send_request(request).await.map_err(|error| {
            let never_begun = error.message().is_some();
            let error = error.into_error();
            let left = if never_begun {
                Left::NotWhole
            } else if self.seen.heard.load(Ordering::SeqCst) {
                Left::Begun
            } else if self.seen.unwritten.load(Ordering::SeqCst) {
                Left::NotWhole
            } else {
                Left::Whole
            };
            Unanswered { failure: error.into(), left }
        })
    }
}

impl Unanswered {
    /// Whether the same request may go out again at once, on a fresh connection: the peer cannot have
    /// done it, or it may be done twice and the connection was closed before any answer.
    pub(super) fn may_go_again(&self, method: &Method) -> bool {
        match self.left {
            Left::NotWhole => true,
            Left::Whole => method.is_idempotent(),
            Left::Begun => false,
        }
    }
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        unanswered.failure
    }
}

/// A stream that is looked at while it is used.
struct Watched<S> {
    stream: S,
    seen: Arc<Seen>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.seen.heard.store(true, Ordering::SeqCst);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if matches!(written, Poll::Ready(Err(_))) {
            self.seen.unwritten.store(true, Ordering::SeqCst);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
