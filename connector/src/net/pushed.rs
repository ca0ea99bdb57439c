//! Pushing a body to a peer over mutual TLS: a connection of its own for each, closed when it is
//! over.

use std::os::fd::AsFd as _;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use identity::chain::VerifiedPeer;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_openssl::SslStream;
use wire::did::Did;

use super::peers::Peers;
use super::unsent::Failure;
use crate::clock::Clock;
use crate::data::pull::ClientError;
use crate::data::push::{PushAnswer, PushClient, PushHead, PushLine};
use crate::data::stream::{Delivery, Line, SocketLine};
use crate::http::mutual::DELIVERY_HEADER;

/// Bytes of an answer's headers.
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// The longest answer that is read, in bytes; more of it is left unread.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// The longest that a consumer may take to make a whole copy safe after its last byte.
const SAFE_SECONDS_MAX: i64 = 120;

/// One open connection.
#[derive(Debug)]
pub struct OpenLine<C> {
    stream: SslStream<TcpStream>,
    peer: VerifiedPeer,
    line: Option<SocketLine>,
    clock: Arc<C>,
    patience: SignedDuration,
}

impl<C: Clock> PushClient for Peers<C> {
    type Line = OpenLine<C>;

    async fn connect(&self, from: &Did, to: &Did, url: &str) -> Result<OpenLine<C>, ClientError> {
        let uri = self.uri(to, url).map_err(told)?;
        let stream = self.open(from, to, &uri).await.map_err(told)?;
        let peer = identity::tls::peer(stream.ssl()).ok_or_else(|| ClientError {
            code: "unverified",
            words: "the peer was not verified".to_owned(),
            passing: false,
        })?;
        let line = SocketLine::new(stream.get_ref().as_fd()).ok();
        let patience = SignedDuration::from_secs(SAFE_SECONDS_MAX);
        Ok(OpenLine { stream, peer, line, clock: self.clock(), patience })
    }
}

impl<C: Clock> PushLine for OpenLine<C> {
    fn peer(&self) -> &VerifiedPeer {
        &self.peer
    }

    fn breaker(&self) -> Option<Box<dyn Line>> {
        self.line.clone().map(|line| Box::new(line) as Box<dyn Line>)
    }

    async fn send(self, head: PushHead, body: Delivery) -> Result<PushAnswer, ClientError> {
        let request = head_of(&head).map_err(told)?;
        let (over, ended) = tokio::sync::oneshot::channel();
        let body = request.body(StreamBody::new(frames(body, over)));
        let body = body.map_err(|_| told(Failure::BadAddress))?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEADER_BYTES_MAX)
            .handshake(TokioIo::new(self.stream))
            .await
            .map_err(|error| told(error.into()))?;
        // Dropped with this call, and with it the connection.
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection of a push ended");
            }
        });
        let patience = async {
            // An error says that the body is gone; then the answer is due as well.
            let _ = ended.await;
            let due = self.clock.now().saturating_add(self.patience);
            self.clock.sleep_until(due.unwrap_or(Timestamp::MAX)).await;
        };
        let answer = async {
            let answer = sender.send_request(body).await.map_err(Failure::from)?;
            Ok(read(answer).await)
        };
        tokio::select! {
            answer = answer => answer.map_err(told),
            () = patience => Err(told(Failure::TimedOut)),
        }
    }
}

/// The body as it goes over; its end is told.
fn frames(
    body: Delivery,
    over: tokio::sync::oneshot::Sender<()>,
) -> impl futures_util::Stream<Item = Result<Frame<Bytes>, crate::data::stream::CutOff>> + Send {
    futures_util::stream::unfold((body, over), |(mut body, over)| async move {
        match body.next().await {
            Some(chunk) => Some((chunk.map(Frame::data), (body, over))),
            None => {
                // Nobody waits any more: no matter.
                let _ = over.send(());
                None
            }
        }
    })
}

fn head_of(head: &PushHead) -> Result<http::request::Builder, Failure> {
    let uri: Uri = head.url.parse().map_err(|_| Failure::BadAddress)?;
    let authority = uri.authority().ok_or(Failure::BadAddress)?.as_str().to_owned();
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, &head.media_type)
        .header(HeaderName::from_static(DELIVERY_HEADER), &head.delivery);
    if let Some(bearer) = &head.bearer {
        let value = HeaderValue::from_str(&format!("Bearer {bearer}"));
        let mut value = value.map_err(|_| Failure::BadAddress)?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    if let Some(length) = head.length {
        request = request.header(header::CONTENT_LENGTH, length);
    }
    if let Some(version) = &head.version {
        request = request.header(header::ETAG, version.to_string());
    }
    Ok(request)
}

/// The answer, as far as it is worth reading.
async fn read(answer: Response<Incoming>) -> PushAnswer {
    let (head, mut body) = answer.into_parts();
    let text = head.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after_s = text.and_then(|text| text.trim().parse().ok());
    let mut read = BytesMut::new();
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > ANSWER_BYTES_MAX {
            break;
        }
        read.extend_from_slice(&data);
    }
    PushAnswer { status: head.status.as_u16(), retry_after_s, body: read.freeze() }
}

fn told(failure: Failure) -> ClientError {
    let (code, passing) = (failure.code(), failure.is_passing());
    ClientError { code, words: failure.to_string(), passing }
}
