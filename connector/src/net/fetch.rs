//! The guarded fetcher: ordinary HTTPS to addresses that others named.
//!
//! Only https (own sources that the operator listed aside), only checked addresses, no redirects, no proxy from the environment, and a limit on
//! everything: time, size, media type. Between connectors it is never used: there is mutual TLS.

mod kind;
mod source;
#[cfg(test)]
mod tests;

pub use kind::{CRL, DID_DOCUMENT, Kind, ROOT, TRUST_LIST};

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, header};
use identity::x509::Der;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};
use tokio::sync::OnceCell;

use super::guard::Guard;
use super::unsent::{Failure, chain};

/// Milliseconds to resolve, connect and shake hands.
const CONNECT_MS_MAX: u64 = 2_000;
/// Milliseconds for a whole small document.
const TOTAL_MS_MAX: u64 = 5_000;
/// Milliseconds to the head of a streamed answer.
const HEAD_MS_MAX: u64 = 10_000;
/// Milliseconds between two chunks of a streamed answer.
const CHUNK_MS_MAX: u64 = 30_000;
/// Idle connections per host; they serve a burst of requests and end soon.
const IDLE_PER_HOST_MAX: usize = 4;
/// Seconds that an idle connection is kept.
const IDLE_SECONDS: u64 = 20;

/// Which roots the server's certificate must chain to.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// The web's, as the operating system has them.
    #[default]
    Web,
    /// These alone: a closed data space.
    Only(Vec<Der>),
    /// The web's and these.
    WebAnd(Vec<Der>),
}

impl Roots {
    /// These and the web's.
    #[must_use]
    pub fn with_the_web(&self) -> Self {
        match self {
            Self::Web => Self::Web,
            Self::Only(roots) | Self::WebAnd(roots) => Self::WebAnd(roots.clone()),
        }
    }
}

/// Fetches through the guard. Clones are the same fetcher.
#[derive(Clone, Debug)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    guard: Guard,
    certificates: Certificates,
    /// Made at the first call: it reads the system's roots, which takes tens of milliseconds.
    client: OnceCell<Client>,
}

/// What is asked of the server's certificate.
#[derive(Clone, Debug)]
enum Certificates {
    Checked(Roots),
    /// For the one document that is compared with a fingerprint afterwards.
    ComparedAfterwards,
}

impl Fetcher {
    /// A fetcher whose servers must chain to `roots`.
    #[must_use]
    pub fn new(guard: Guard, roots: Roots) -> Self {
        Self::of(guard, Certificates::Checked(roots))
    }

    /// Fetches a root certificate from a server that nobody vouches for yet. The bytes prove
    /// nothing: the caller compares them with the fingerprint that went another way.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn unproven_root(guard: Guard, url: &str) -> Result<Bytes, Failure> {
        Self::of(guard, Certificates::ComparedAfterwards).get(url, &ROOT).await
    }

    fn of(guard: Guard, certificates: Certificates) -> Self {
        Self { inner: Arc::new(Inner { guard, certificates, client: OnceCell::new() }) }
    }

    /// The guard that it passes.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.inner.guard
    }

    /// Fetches one whole document of a kind.
    ///
    /// # Errors
    /// [`Failure`] for an address that may not be called, no answer in time, another status than
    /// 200, another media type, or too many bytes.
    pub async fn get(&self, url: &str, kind: &Kind) -> Result<Bytes, Failure> {
        let fetch = async {
            let target = self.inner.guard.target(url)?;
            let request = self.client().await?.get(target.to_string());
            let answer = request.header(header::ACCEPT, kind.accept()).send().await;
            read(answer.map_err(failure)?, kind).await
        };
        within(TOTAL_MS_MAX, fetch).await
    }

    /// Posts a JSON body and reads the JSON answer, whatever its status, up to `bytes_max`.
    ///
    /// # Errors
    /// [`Failure`] as for [`Fetcher::get`], except for the status.
    pub async fn post(
        &self,
        url: &str,
        body: Vec<u8>,
        bytes_max: usize,
    ) -> Result<(u16, Bytes), Failure> {
        let post = async {
            let target = self.inner.guard.target(url)?;
            let request = self.client().await?.post(target.to_string());
            let request = request.header(header::CONTENT_TYPE, "application/json").body(body);
            let answer = request.send().await.map_err(failure)?;
            let status = answer.status().as_u16();
            Ok((status, collect(answer, bytes_max).await?))
        };
        within(TOTAL_MS_MAX, post).await
    }

    /// Opens a body of any size; its chunks are limited in time, its length by the caller.
    ///
    /// # Errors
    /// [`Failure`] for an address that may not be called, or no head in time.
    pub async fn open(
        &self,
        url: &str,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<Stream, Failure> {
        let target = self.inner.guard.target(url)?;
        self.open_checked(target.to_string(), headers).await
    }

    /// As [`Fetcher::open`], for an address that has been checked already but for its resolving.
    pub(super) async fn open_checked(
        &self,
        url: String,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<Stream, Failure> {
        let open = async {
            let mut request = self.client().await?.get(url);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            request.send().await.map_err(failure)
        };
        Ok(Stream(within(HEAD_MS_MAX, open).await?))
    }

    async fn client(&self) -> Result<&Client, Failure> {
        let build = || async {
            let inner = self.inner.clone();
            let built = tokio::task::spawn_blocking(move || build(&inner)).await;
            built.map_err(|_| Failure::Broken { reason: "the process is ending".into() })?
        };
        self.inner.client.get_or_try_init(build).await
    }
}

/// An answer whose body is read as it comes.
#[derive(Debug)]
pub struct Stream(Response);

impl Stream {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// The header fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// [`Failure`] when the connection breaks or is silent for too long.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        within(CHUNK_MS_MAX, async { self.0.chunk().await.map_err(failure) }).await
    }
}

fn build(inner: &Inner) -> Result<Client, Failure> {
    let builder = Client::builder()
        .https_only(!inner.guard.is_clear())
        .no_proxy()
        .redirect(Policy::none())
        .dns_resolver(Arc::new(inner.guard.clone()))
        .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
        .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
        .pool_idle_timeout(Duration::from_secs(IDLE_SECONDS))
        .tcp_nodelay(true);
    let builder = match &inner.certificates {
        Certificates::Checked(Roots::Web) => builder,
        Certificates::Checked(Roots::Only(roots)) => builder.tls_certs_only(read_roots(roots)?),
        Certificates::Checked(Roots::WebAnd(roots)) => builder.tls_certs_merge(read_roots(roots)?),
        Certificates::ComparedAfterwards => builder.tls_danger_accept_invalid_certs(true),
    };
    builder.build().map_err(failure)
}

fn read_roots(roots: &[Der]) -> Result<Vec<Certificate>, Failure> {
    let roots = roots.iter().map(|root| Certificate::from_der(root.as_bytes()));
    roots.collect::<Result<_, _>>().map_err(failure)
}

async fn within<T>(
    milliseconds: u64,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let limit = Duration::from_millis(milliseconds);
    tokio::time::timeout(limit, work).await.unwrap_or(Err(Failure::TimedOut))
}

async fn read(answer: Response, kind: &Kind) -> Result<Bytes, Failure> {
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(Failure::Status { status });
    }
    if answer.headers().contains_key(header::CONTENT_ENCODING) || !kind.is(answer.headers()) {
        return Err(Failure::MediaType { expected: kind.name() });
    }
    collect(answer, kind.bytes_max()).await
}

async fn collect(mut answer: Response, bytes_max: usize) -> Result<Bytes, Failure> {
    let announced = answer.content_length().and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(Failure::TooLarge { bytes_max });
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(Failure::TooLarge { bytes_max });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The guard's own refusal where it is the cause; else what broke.
fn failure(error: reqwest::Error) -> Failure {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(found) = inner.downcast_ref::<Failure>() {
            return found.clone();
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return Failure::TimedOut;
    }
    Failure::Broken { reason: chain(&error.without_url()) }
}
