//! The client between connectors: HTTP/1.1 over mutual TLS 1.3.
//!
//! The peer's certificate is checked to be the intended participant's inside the handshake, before
//! the first byte of a request leaves. There are no redirects, no proxies and no plain mode.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite};
use wire::did::Did;

use super::connection::{Connection, Unanswered};
use super::pool::{CallBody, Epoch, Pool, PoolKey};
use super::streamed::{Streamed, Taken};
use super::unsent::Failure;

/// Opens connections. The production one resolves the name through the guard and speaks mutual
/// TLS; there is no other outside tests.
pub trait Connect: Send + Sync + 'static {
    /// The open, encrypted and verified connection.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Connects our participant `from` to `to` at `authority` (`host:port`).
    fn connect(
        &self,
        from: &Did,
        to: &Did,
        authority: &str,
    ) -> impl Future<Output = Result<Self::Stream, Failure>> + Send;
}

/// The client with its kept connections.
#[derive(Debug)]
pub struct PeerClient<C> {
    connect: C,
    pool: Arc<Pool>,
    answer_timeout: Duration,
}

/// What is asked of a peer.
#[derive(Clone, Debug)]
pub struct Call {
    /// GET or POST.
    pub method: Method,
    /// An `https` address.
    pub uri: Uri,
    /// Further header fields.
    pub headers: HeaderMap,
    /// The body; empty for GET.
    pub body: Bytes,
}

impl<C: Connect> PeerClient<C> {
    /// A client that opens connections by `connect` and waits `answer_timeout` for the head of an
    /// answer.
    pub fn new(connect: C, answer_timeout: Duration) -> Self {
        Self { connect, pool: Arc::default(), answer_timeout }
    }

    /// How connections are opened.
    pub fn connect(&self) -> &C {
        &self.connect
    }

    /// Closes the kept connections, because certificates, revocations or documents have changed.
    pub fn close_all(&self) {
        self.pool.close_all();
    }

    /// Closes the kept connections of our participant `from`.
    pub fn close(&self, from: &Did) {
        self.pool.close(|key| key.from == *from);
    }

    /// Closes the kept connections to `to`.
    pub fn close_to(&self, to: &Did) {
        self.pool.close(|key| key.to == *to);
    }

    /// Calls `to` as `from` and reads an answer of at most `bytes_max` whole.
    ///
    /// # Errors
    /// [`Failure`] says what came between and whether trying again can help.
    pub async fn call(
        &self,
        from: &Did,
        to: &Did,
        call: Call,
        bytes_max: usize,
    ) -> Result<Response<Bytes>, Failure> {
        let (answer, taken) = self.answered(from, to, &call).await?;
        self.collect(taken, answer, bytes_max).await
    }

    /// Calls `to` as `from` and hands on the answer's body as it comes.
    ///
    /// # Errors
    /// [`Failure`] as for [`PeerClient::call`].
    pub async fn stream(&self, from: &Did, to: &Did, call: Call) -> Result<Streamed, Failure> {
        let (answer, taken) = self.answered(from, to, &call).await?;
        Ok(Streamed::new(answer, self.pool.clone(), taken))
    }

    /// Sends a request whose body is handed on as it comes, on a connection of its own, since it
    /// cannot be sent twice; `late` says when the answer is overdue.
    ///
    /// # Errors
    /// [`Failure`] as for [`PeerClient::call`].
    pub async fn forward(
        &self,
        from: &Did,
        to: &Did,
        call: Call,
        body: CallBody,
        late: impl Future<Output = ()> + Send,
    ) -> Result<Streamed, Failure> {
        let key = key_of(from, to, &call.uri)?;
        let request = call.request(body)?;
        let (epoch, mut connection) = self.open(&key).await?;
        let answer = tokio::select! {
            answer = connection.send(request) => answer?,
            () = late => return Err(Failure::TimedOut),
        };
        Ok(Streamed::new(answer, self.pool.clone(), (key, epoch, connection)))
    }

    /// The head of the answer, and the connection that it came on: a kept one, or a fresh one where
    /// none is kept or the kept one turned out to be closed. Nothing is done twice that must not be.
    async fn answered(
        &self,
        from: &Did,
        to: &Did,
        call: &Call,
    ) -> Result<(Response<Incoming>, Taken), Failure> {
        let key = key_of(from, to, &call.uri)?;
        if let Some((epoch, mut kept)) = self.pool.take(&key) {
            match self.send(&mut kept, call).await? {
                Ok(answer) => return Ok((answer, (key, epoch, kept))),
                Err(unanswered) if !unanswered.may_go_again(&call.method) => {
                    return Err(unanswered.into());
                }
                Err(_) => {}
            }
        }
        let (epoch, mut fresh) = self.open(&key).await?;
        let answer = self.send(&mut fresh, call).await??;
        Ok((answer, (key, epoch, fresh)))
    }

    async fn open(&self, key: &PoolKey) -> Result<(Epoch, Connection), Failure> {
        let epoch = self.pool.epoch();
        let stream = self.connect.connect(&key.from, &key.to, &key.authority).await?;
        Ok((epoch, Connection::open(stream).await?))
    }

    async fn send(
        &self,
        connection: &mut Connection,
        call: &Call,
    ) -> Result<Result<Response<Incoming>, Unanswered>, Failure> {
        let request = call.request(call.whole())?;
        let answer = tokio::time::timeout(self.answer_timeout, connection.send(request));
        answer.await.map_err(|_| Failure::TimedOut)
    }

    async fn collect(
        &self,
        (key, epoch, connection): Taken,
        answer: Response<Incoming>,
        bytes_max: usize,
    ) -> Result<Response<Bytes>, Failure> {
        let (head, body) = answer.into_parts();
        let read = read_capped(body, bytes_max);
        let body = match tokio::time::timeout(self.answer_timeout, read).await {
            Ok(body) => body?,
            Err(_) => return Err(Failure::TimedOut),
        };
        self.pool.give(key, epoch, connection);
        Ok(Response::from_parts(head, body))
    }
}

impl Call {
    fn whole(&self) -> CallBody {
        Full::new(self.body.clone()).map_err(|never| match never {}).boxed_unsync()
    }

    fn request(&self, body: CallBody) -> Result<Request<CallBody>, Failure> {
        let authority = self.uri.authority().ok_or(Failure::BadAddress)?;
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder()
            .method(&self.method)
            .uri(path)
            .header(header::HOST, authority.as_str())
            .body(body)
            .map_err(|_| Failure::BadAddress)?;
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }
}

fn key_of(from: &Did, to: &Did, uri: &Uri) -> Result<PoolKey, Failure> {
    if uri.scheme_str() != Some("https") {
        return Err(Failure::BadAddress);
    }
    let host = uri.host().ok_or(Failure::BadAddress)?;
    let port = uri.port_u16().unwrap_or(443);
    Ok(PoolKey { from: from.clone(), to: to.clone(), authority: format!("{host}:{port}") })
}

async fn read_capped(mut body: Incoming, bytes_max: usize) -> Result<Bytes, Failure> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(Failure::from)?.into_data() else { continue };
        if read.len() + data.len() > bytes_max {
            return Err(Failure::TooLarge { bytes_max });
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

#[cfg(test)]
mod tests;
