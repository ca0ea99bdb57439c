//! The gate: a connector that cannot show a client certificate takes part in a data space. Partners
//! meet it over mutual TLS, and it meets them in the clear, on this machine alone.
//!
//! One gate holds one participant's certificate. It decides nothing and writes no log: both are the
//! foreign connector's. What it vouches for is who is at the other end, in both directions.

mod door;
mod flow;
mod foreign;
mod header;
mod inward;
mod jvm;
mod local;
mod named;
mod outward;
mod plain;
mod refusal;
mod secret;
pub mod settings;
mod socks;
mod target;
mod token;

pub use header::{PEER_DID, SECRET};
pub use local::LocalFault;
pub use plain::{PlainUrl, PlainUrlError};
pub use secret::Secret;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::dev::Server;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::engine::Engine;
use crate::engine::parts::Parts;
use crate::http::mutual::ListenError;
use crate::net::fetch::Fetcher;
use crate::net::peers::Peers;
use crate::participant::Participant;

use local::Local;
use named::Named;
use outward::{Entry, Outward};

/// What a gate is made of.
#[derive(Debug)]
pub struct Made<P: Parts> {
    /// The engine of the home: who is believed. It answers no message here.
    pub engine: Arc<Engine<P>>,
    /// Whose certificate the gate holds.
    pub participant: Arc<Participant>,
    /// The way to partners' mutual listeners.
    pub peers: Peers<P::Clock>,
    /// The way to their public ones.
    pub fetcher: Fetcher,
    /// The gate's secret.
    pub secret: Secret,
    /// The settings.
    pub settings: settings::GateSettings,
    /// The folder of the gate's own files, as a whole path.
    pub folder: PathBuf,
}

/// A gate whose listeners can be started.
#[derive(Debug)]
pub struct Gate<P: Parts> {
    engine: Arc<Engine<P>>,
    outward: Arc<Outward<P::Clock>>,
    named: Arc<Named<P::Clock>>,
    /// Places for connections of the foreign connector.
    places: Arc<Semaphore>,
    folder: PathBuf,
}

/// Why a gate cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum GateFault {
    /// The gate-local authority.
    #[error(transparent)]
    Local(#[from] LocalFault),
    /// A file for the foreign connector.
    #[error("the files for the foreign connector cannot be written")]
    Files(#[source] std::io::Error),
    /// OpenSSL.
    #[error("OpenSSL cannot prepare connections")]
    Tls(#[from] identity::tls::TlsError),
}

/// A listener at work.
pub type Listening = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl<P: Parts> Gate<P> {
    /// The gate of these parts, with the files that the foreign connector reads.
    ///
    /// # Errors
    /// [`GateFault`].
    pub fn new(made: Made<P>) -> Result<Self, GateFault> {
        let Made { engine, participant, peers, fetcher, secret, settings, folder } = made;
        let places = Arc::new(Semaphore::new(settings.limits.connections_max));
        let (limits, clock) = (engine.limits(), engine.shared_clock());
        let local = Local::open(&folder, participant.clone(), clock.clone())?;
        jvm::write_options(&folder, &settings, &secret).map_err(GateFault::Files)?;
        let outward = Arc::new(Outward {
            participant,
            peers,
            fetcher,
            clock,
            secret,
            whole_bytes_max: limits.message_bytes_max,
            answer_timeout_ms: limits.answer_timeout_ms,
            settings,
        });
        let named = Arc::new(Named::new(outward.clone(), local, limits.handshake_timeout_ms)?);
        let gate = Self { engine, outward, named, places, folder };
        gate.write_hosts().map_err(GateFault::Files)?;
        Ok(gate)
    }

    /// Writes the partners' host names as the list has them now.
    ///
    /// # Errors
    /// The system's reason.
    pub fn write_hosts(&self) -> std::io::Result<()> {
        jvm::write_hosts(&self.folder, &self.outward.settings, &self.outward.participant)
    }

    /// Starts the listener for partners.
    ///
    /// # Errors
    /// As every mutual listener.
    pub fn inward(&self, socket: TcpListener) -> Result<Server, ListenError> {
        inward::listen(socket, self.engine.clone(), &self.outward.settings)
    }

    /// The listener in the clear, for the foreign connector's requests with the secret in the path.
    ///
    /// # Errors
    /// The system's reason, when the socket cannot be used.
    pub fn plain(&self, socket: TcpListener) -> std::io::Result<Listening> {
        let outward = self.outward.clone();
        self.listen(socket, move |stream, port| {
            let outward = outward.clone();
            async move { door::serve(outward, stream, Entry::Plain { port }).await }
        })
    }

    /// The proxy, for the foreign connector's requests to partners' own addresses.
    ///
    /// # Errors
    /// The system's reason, when the socket cannot be used.
    pub fn proxy(&self, socket: TcpListener) -> std::io::Result<Listening> {
        let named = self.named.clone();
        self.listen(socket, move |stream, _| {
            let named = named.clone();
            async move { named.proxied(stream).await }
        })
    }

    /// A port of the address that stands for all partners.
    ///
    /// # Errors
    /// The system's reason, when the socket cannot be used.
    pub fn named(&self, socket: TcpListener) -> std::io::Result<Listening> {
        let named = self.named.clone();
        self.listen(socket, move |stream, port| {
            let named = named.clone();
            async move { named.direct(stream, port).await }
        })
    }

    fn listen<F>(
        &self,
        socket: TcpListener,
        serve: impl Fn(TcpStream, u16) -> F + Send + Sync + 'static,
    ) -> std::io::Result<Listening>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let port = socket.local_addr().as_ref().map_or(0, SocketAddr::port);
        socket.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(socket)?;
        let places = self.places.clone();
        Ok(Box::pin(door::accept(listener, places, move |stream, place: OwnedSemaphorePermit| {
            let served = serve(stream, port);
            async move {
                served.await;
                drop(place);
            }
        })))
    }
}

#[cfg(test)]
mod tests;
