//! The outward listeners' common part: bounded connections, each served as HTTP/1.1.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::outward::{Entry, Outward};
use crate::clock::Clock;

/// Milliseconds in which a request's header fields must have come.
const HEAD_MS_MAX: u64 = 75_000;
/// Bytes of a request's header fields.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Header fields of a request.
const HEADERS_MAX: usize = 128;
/// Milliseconds that a failed accept waits: no handle is left, or the peer is gone already.
const ACCEPT_PAUSE_MS: u64 = 50;

/// Takes connections for ever, at most as many at once as there are `places`.
pub(super) async fn accept<F>(
    listener: TcpListener,
    places: Arc<Semaphore>,
    serve: impl Fn(TcpStream, OwnedSemaphorePermit) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    // The semaphore is never closed.
    while let Ok(place) = places.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                tokio::spawn(serve(stream, place));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection of the foreign connector was not taken");
                let pause = Duration::from_millis(ACCEPT_PAUSE_MS);
                let _ = tokio::time::timeout(pause, std::future::pending::<()>()).await;
            }
        }
    }
}

/// Serves one connection to its end.
pub(super) async fn serve<C: Clock>(
    outward: Arc<Outward<C>>,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    entry: Entry,
) {
    let service = service_fn(move |request| {
        let (outward, entry) = (outward.clone(), entry.clone());
        async move { Ok::<_, std::convert::Infallible>(outward.answer(&entry, request).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(HEAD_MS_MAX))
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection of the foreign connector ended");
    }
}
