//! Partners' own names, answered on this machine: TLS with a certificate of the gate-local
//! authority, reached at an address of its own or through the proxy.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use identity::tls::public_sites_context;
use openssl::ssl::{NameType, Ssl, SslContext};
use tokio::net::TcpStream;
use tokio_openssl::SslStream;

use super::door;
use super::local::Local;
use super::outward::{Entry, Outward};
use super::refusal::Refused;
use super::socks::{self, Reply, SocksFault};
use crate::clock::Clock;

/// What answers under partners' names.
pub(super) struct Named<C: Clock> {
    context: SslContext,
    outward: Arc<Outward<C>>,
    timeout: Duration,
}

/// Why a connection came to no request.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("{0}")]
    Socks(#[from] SocksFault),
    #[error("{0}")]
    Refused(#[from] Refused),
    #[error("the handshake failed: {0}")]
    Handshake(String),
    #[error("it took too long")]
    TimedOut,
}

impl Ended {
    fn code(&self) -> &'static str {
        match self {
            Self::Socks(fault) => fault.code(),
            Self::Refused(refused) => refused.code(),
            Self::Handshake(_) => "gate-handshake",
            Self::TimedOut => "gate-handshake-timeout",
        }
    }
}

impl<C: Clock> std::fmt::Debug for Named<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Named(…)")
    }
}

impl<C: Clock> Named<C> {
    pub(super) fn new(
        outward: Arc<Outward<C>>,
        local: Local<C>,
        timeout_ms: u64,
    ) -> Result<Self, identity::tls::TlsError> {
        let context = public_sites_context(Arc::new(local))?.build().into_context();
        Ok(Self { context, outward, timeout: Duration::from_millis(timeout_ms) })
    }

    /// A connection to `port` of the address that stands for all partners. Its requests must show
    /// the secret.
    pub(super) async fn direct(&self, stream: TcpStream, port: u16) {
        let begun = async {
            let (stream, host) = self.handshake(stream).await?;
            Ok((stream, Entry::Named { host, port, proven: false }))
        };
        self.serve(begun).await;
    }

    /// A connection to the proxy.
    pub(super) async fn proxied(&self, mut stream: TcpStream) {
        let begun = async {
            let (host, port) = socks::asked(&mut stream, &self.outward.secret).await?;
            let known = self.outward.partner(&host, port);
            let reply = if known.is_ok() { Reply::Granted } else { Reply::NotAllowed };
            socks::answer(&mut stream, reply).await.map_err(SocksFault::Io)?;
            known?;
            let (stream, name) = self.handshake(stream).await?;
            if name != host {
                return Err(Refused::HostForeign.into());
            }
            Ok((stream, Entry::Named { host, port, proven: true }))
        };
        self.serve(begun).await;
    }

    async fn serve(
        &self,
        begun: impl Future<Output = Result<(SslStream<TcpStream>, Entry), Ended>> + Send,
    ) {
        let begun = tokio::time::timeout(self.timeout, begun).await;
        match begun.unwrap_or(Err(Ended::TimedOut)) {
            Ok((stream, entry)) => door::serve(self.outward.clone(), stream, entry).await,
            Err(ended) => {
                let code = ended.code();
                tracing::warn!(code, "a connection of the foreign connector was refused: {ended}");
            }
        }
    }

    async fn handshake(&self, stream: TcpStream) -> Result<(SslStream<TcpStream>, String), Ended> {
        let failed = |error: &dyn std::error::Error| Ended::Handshake(error.to_string());
        let ssl = Ssl::new(&self.context).map_err(|error| failed(&error))?;
        let mut stream = SslStream::new(ssl, stream).map_err(|error| failed(&error))?;
        Pin::new(&mut stream).accept().await.map_err(|error| failed(&error))?;
        let host = stream.ssl().servername(NameType::HOST_NAME).map(str::to_ascii_lowercase);
        host.map(|host| (stream, host)).ok_or_else(|| Ended::Handshake("no server name".into()))
    }
}
