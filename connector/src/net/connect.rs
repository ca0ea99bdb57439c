//! Opening a connection to a peer: guard, socket, mutual TLS 1.3 with the intended DID proven.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use identity::tls::{Alert, client_context, client_ssl};
use openssl::ssl::SslContext;
use tokio::net::TcpStream;
use tokio_openssl::SslStream;
use wire::did::Did;

use super::client::Connect;
use super::documents::Documents;
use super::guard::Guard;
use super::unsent::Failure;
use crate::clock::Clock;
use crate::participant::Hosted;

/// Milliseconds for the socket and the handshake together.
const CONNECT_MS_MAX: u64 = 5_000;

/// Opens mutual TLS connections for the participants of this process.
#[derive(Debug)]
pub struct MutualTls<C: Clock> {
    context: SslContext,
    guard: Guard,
    hosted: Hosted,
    documents: Documents<C>,
    clock: Arc<C>,
}

impl<C: Clock> MutualTls<C> {
    /// Connections of `hosted` through `guard`. Where `documents` knows that a partner lists its
    /// certificates, the one it shows must be among them.
    ///
    /// # Errors
    /// When OpenSSL cannot prepare the context.
    pub fn new(
        guard: Guard,
        hosted: Hosted,
        documents: Documents<C>,
        clock: Arc<C>,
    ) -> Result<Self, identity::tls::TlsError> {
        Ok(Self { context: client_context()?, guard, hosted, documents, clock })
    }

    async fn open(
        &self,
        from: &Did,
        to: &Did,
        authority: &str,
    ) -> Result<SslStream<TcpStream>, Failure> {
        let target = self.guard.target_of(&format!("https://{authority}/"), to)?;
        let standing = self.hosted.by_did(from).and_then(|participant| participant.standing());
        let standing = standing.ok_or_else(|| Failure::Handshake {
            code: "no-certificate",
            reason: "this participant has not joined a data space yet".into(),
        })?;
        let addresses = self.guard.resolve(&target).await?;
        let socket = TcpStream::connect(addresses.as_slice()).await?;
        socket.set_nodelay(true)?;
        let ssl = client_ssl(&self.context, &standing.material, to, self.clock.now());
        let ssl = ssl.map_err(|error| Failure::Handshake {
            code: "own-certificate",
            reason: error.to_string(),
        })?;
        let mut stream = SslStream::new(ssl, socket)
            .map_err(|error| Failure::Broken { reason: error.to_string() })?;
        match Pin::new(&mut stream).connect().await {
            Ok(()) => {
                self.check_listed(&stream, to).await?;
                Ok(stream)
            }
            Err(error) => Err(explain(&stream, &error)),
        }
    }

    /// Holds the certificate against the partner's DID document, as far as that is known: a
    /// certificate that the partner does not list was issued behind its back.
    async fn check_listed(&self, stream: &SslStream<TcpStream>, to: &Did) -> Result<(), Failure> {
        let refused = |code: &'static str, reason: &str| {
            Err(Failure::Handshake { code, reason: reason.to_owned() })
        };
        let Some(peer) = identity::tls::peer(stream.ssl()) else {
            return refused("unverified", "the peer was not verified");
        };
        let Some(document) = self.documents.known(to) else { return Ok(()) };
        if document.allows(peer.fingerprint()) {
            return Ok(());
        }
        // It may have renewed its certificate since the document was fetched.
        self.documents.forget(to);
        if self.documents.of(to).await?.allows(peer.fingerprint()) {
            return Ok(());
        }
        refused(
            "certificate-not-listed",
            "the partner's DID document does not list its certificate",
        )
    }
}

impl<C: Clock> Connect for MutualTls<C> {
    type Stream = SslStream<TcpStream>;

    async fn connect(
        &self,
        from: &Did,
        to: &Did,
        authority: &str,
    ) -> Result<Self::Stream, Failure> {
        let open = self.open(from, to, authority);
        match tokio::time::timeout(Duration::from_millis(CONNECT_MS_MAX), open).await {
            Ok(opened) => opened,
            Err(_) => Err(Failure::TimedOut),
        }
    }
}

/// Our own reason if we refused the peer; else the peer's alert in words.
fn explain(stream: &SslStream<TcpStream>, error: &openssl::ssl::Error) -> Failure {
    if let Some(distrust) = identity::tls::refusal(stream.ssl()) {
        return Failure::Handshake { code: distrust.code(), reason: distrust.to_string() };
    }
    match Alert::find(error) {
        Some(alert) => alert.into(),
        None => Failure::Broken { reason: error.to_string() },
    }
}

#[cfg(test)]
pub(super) mod tests;
