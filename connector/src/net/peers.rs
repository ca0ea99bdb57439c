//! Messages to partners: finding a partner by its DID, and carrying requests over mutual TLS.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, Uri, header};
use identity::did_document::{DidDocument, ServiceKind};
use protocol::message::VersionResponse;
use tokio::net::TcpStream;
use tokio_openssl::SslStream;
use wire::did::Did;
use wire::json::{self, Limits};
use wire::node::Node;

use super::cache::Cache;
use super::client::{Call, Connect as _, PeerClient};
use super::connect::MutualTls;
use super::documents::Documents;
use super::guard::Guard;
use super::link;
use super::pool::CallBody;
use super::streamed::Streamed;
use super::unsent::Failure;
use crate::clock::Clock;
use crate::engine::parts::{Answer, Request, Transport, Unsent};
use crate::http::coding::{self, CodingError};
use crate::http::versions;
use crate::participant::Hosted;

/// Longest version document, in bytes.
const VERSION_BYTES_MAX: usize = 64 * 1024;
/// Longest answer to a protocol message, in bytes: a page of a catalogue is the longest.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest that a peer may make us wait, in seconds.
const RETRY_AFTER_SECONDS_MAX: u64 = 3_600;

/// The transport of the product. Clones are the same transport.
#[derive(Debug)]
pub struct Peers<C: Clock> {
    inner: Arc<Inner<C>>,
}

impl<C: Clock> Clone for Peers<C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

#[derive(Debug)]
struct Inner<C: Clock> {
    client: PeerClient<MutualTls<C>>,
    documents: Documents<C>,
    guard: Guard,
    clock: Arc<C>,
    /// Where a partner's endpoints are, as one of ours found it: the partner is asked over mutual
    /// TLS, so the answer belongs to whom it was given.
    bases: Cache<(Did, Did), String>,
}

impl<C: Clock> Peers<C> {
    /// The transport of `hosted`; `documents` says where partners are, and waits `answer_timeout`
    /// for each answer.
    ///
    /// # Errors
    /// When OpenSSL cannot prepare the context.
    pub fn new(
        hosted: Hosted,
        documents: Documents<C>,
        guard: Guard,
        clock: Arc<C>,
        answer_timeout: Duration,
    ) -> Result<Self, identity::tls::TlsError> {
        let connect = MutualTls::new(guard.clone(), hosted, documents.clone(), clock.clone())?;
        let client = PeerClient::new(connect, answer_timeout);
        let inner = Inner { client, documents, guard, clock, bases: Cache::new() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Closes the kept connections of `participant`, because its certificate or its trust changed.
    pub fn close(&self, participant: &Did) {
        self.inner.client.close(participant);
    }

    /// Forgets where `peer` is and closes the connections to it, because its document changed.
    pub fn forget(&self, from: &Did, peer: &Did) {
        self.inner.documents.forget(peer);
        self.inner.bases.forget(&(from.clone(), peer.clone()));
        self.inner.client.close_to(peer);
    }

    /// Calls `to` as `from` and hands on the body as it comes.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn stream(
        &self,
        from: &Did,
        to: &Did,
        url: &str,
        headers: HeaderMap,
    ) -> Result<Streamed, Failure> {
        let uri = self.uri(to, url)?;
        let call = Call { method: Method::GET, uri, headers, body: Bytes::new() };
        self.inner.client.stream(from, to, call).await
    }

    /// Carries a request of any kind to `to`, whose body is whole, and hands on the answer's.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn relay(&self, from: &Did, to: &Did, call: Call) -> Result<Streamed, Failure> {
        self.inner.client.stream(from, to, call).await
    }

    /// As [`Peers::relay`], with a body that comes as it comes; `late` says when the answer is
    /// overdue.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn forward(
        &self,
        from: &Did,
        to: &Did,
        (call, body): (Call, CallBody),
        late: impl Future<Output = ()> + Send,
    ) -> Result<Streamed, Failure> {
        self.inner.client.forward(from, to, call, body, late).await
    }

    /// Opens a connection of its own from `from` to `to` at `uri`, kept by nobody.
    pub(super) async fn open(
        &self,
        from: &Did,
        to: &Did,
        uri: &Uri,
    ) -> Result<SslStream<TcpStream>, Failure> {
        let host = uri.host().ok_or(Failure::BadAddress)?;
        let authority = format!("{host}:{}", uri.port_u16().unwrap_or(443));
        self.inner.client.connect().connect(from, to, &authority).await
    }

    /// The clock.
    pub(super) fn clock(&self) -> Arc<C> {
        self.inner.clock.clone()
    }

    /// An address that `to` named, or that is known of it; it must lie under its own host.
    pub(super) fn uri(&self, to: &Did, url: &str) -> Result<Uri, Failure> {
        let target = self.inner.guard.target_of(url, to)?;
        target.to_string().parse().map_err(|_| Failure::BadAddress)
    }

    async fn call(&self, from: &Did, to: &Did, request: Request) -> Result<Answer, Failure> {
        let uri = self.uri(to, &request.url)?;
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding::GZIP));
        let (method, body) = match request.body {
            Some(body) => {
                let json = HeaderValue::from_static("application/json");
                headers.insert(header::CONTENT_TYPE, json);
                (Method::POST, body)
            }
            None => (Method::GET, Bytes::new()),
        };
        let call = Call { method, uri, headers, body };
        let answer = self.inner.client.call(from, to, call, ANSWER_BYTES_MAX).await?;
        Ok(read_answer(unpacked(answer)?))
    }

    async fn find(&self, from: &Did, to: &Did) -> Result<String, Failure> {
        let document = self.inner.documents.of(to).await?;
        if let Some(endpoint) = document.endpoint(ServiceKind::Data) {
            return self.by_versions(from, to, &endpoint.to_string()).await;
        }
        let endpoint = document.endpoint(ServiceKind::Catalog).ok_or_else(|| unknown(&document))?;
        let address = self.inner.guard.target_of(&endpoint.to_string(), to)?.to_string();
        let base = address.trim_end_matches('/');
        Ok(base.strip_suffix("/catalog").unwrap_or(base).to_owned())
    }

    async fn by_versions(&self, from: &Did, to: &Did, url: &str) -> Result<String, Failure> {
        let answer = self.call(from, to, Request { url: url.to_owned(), body: None }).await?;
        if answer.status != 200 {
            return Err(Failure::Status { status: answer.status });
        }
        let bad = |reason: String| Failure::Versions { code: "version-document", reason };
        let limits = Limits::message().with_bytes_max(VERSION_BYTES_MAX);
        let document = json::parse(&answer.body, &limits)
            .map_err(|error| bad(format!("its version document is bad JSON: {error}")))?;
        let offered = VersionResponse::parse(&Node::root(&document))
            .map_err(|error| bad(format!("its version document is malformed: {error}")))?;
        let entry = offered.choose(|auth| auth.protocol == versions::AUTH_PROTOCOL)?;
        let root = url.strip_suffix(protocol::http_path::VERSION).ok_or_else(|| {
            bad("its version document does not lie at the well-known place".into())
        })?;
        let base = format!("{root}{}", entry.path);
        let base = self.inner.guard.target_of(&base, to)?.to_string();
        Ok(base.trim_end_matches('/').to_owned())
    }
}

impl<C: Clock> Transport for Peers<C> {
    async fn exchange(&self, from: &Did, to: &Did, request: Request) -> Result<Answer, Unsent> {
        Ok(self.call(from, to, request).await?)
    }

    async fn dsp_base(&self, from: &Did, to: &Did) -> Result<String, Unsent> {
        let key = (from.clone(), to.clone());
        let now = self.inner.clock.now();
        Ok(self.inner.bases.get(&key, now, self.find(from, to)).await?)
    }
}

fn unknown(document: &DidDocument) -> Failure {
    let reason =
        format!("the DID document of `{}` names no data or catalogue service", document.did);
    Failure::Unknown { reason }
}

/// The answer without its content coding.
fn unpacked(answer: Response<Bytes>) -> Result<Response<Bytes>, Failure> {
    let coding = answer.headers().get(header::CONTENT_ENCODING);
    let coding = coding.map(|coding| coding.as_bytes().to_ascii_lowercase());
    match coding.as_deref() {
        None | Some(b"identity") => Ok(answer),
        Some(b"gzip") => {
            let (head, body) = answer.into_parts();
            let body = coding::unpack(&body, ANSWER_BYTES_MAX).map_err(|error| match error {
                CodingError::Broken => Failure::Coding,
                CodingError::TooLarge => Failure::TooLarge { bytes_max: ANSWER_BYTES_MAX },
            })?;
            Ok(Response::from_parts(head, body.into()))
        }
        Some(_) => Err(Failure::Coding),
    }
}

fn read_answer(answer: Response<Bytes>) -> Answer {
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let seconds = text(header::RETRY_AFTER).and_then(|value| value.trim().parse::<u64>().ok());
    let seconds = seconds.map(|seconds| seconds.min(RETRY_AFTER_SECONDS_MAX));
    let pages = link::pages(answer.headers());
    Answer {
        status: answer.status().as_u16(),
        pages,
        retry_after: seconds.map(Duration::from_secs),
        body: answer.into_body(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answers_gzip_is_unpacked_and_any_other_coding_refused() {
        let body = Bytes::from_static(b"{}");
        let packed = Bytes::from(coding::pack(&body).unwrap());
        let bomb = coding::pack(&vec![b' '; ANSWER_BYTES_MAX + 1]).unwrap();
        let too_large = Failure::TooLarge { bytes_max: ANSWER_BYTES_MAX };
        for (coding, sent, expected) in [
            (None, body.clone(), Ok(body.clone())),
            (Some("identity"), body.clone(), Ok(body.clone())),
            (Some("GZip"), packed, Ok(body.clone())),
            (Some("gzip"), body.clone(), Err(Failure::Coding)),
            (Some("gzip"), Bytes::from(bomb), Err(too_large)),
            (Some("br"), body.clone(), Err(Failure::Coding)),
            (Some("gzip, gzip"), body.clone(), Err(Failure::Coding)),
        ] {
            let mut answer = Response::builder();
            if let Some(coding) = coding {
                answer = answer.header(header::CONTENT_ENCODING, coding);
            }
            let read = unpacked(answer.body(sent).unwrap()).map(Response::into_body);
            assert_eq!(read, expected, "{coding:?}");
        }
    }
}
