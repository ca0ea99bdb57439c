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
mod outward;
mod plain;
mod refusal;
mod secret;
pub mod settings;
mod target;
mod token;

pub use header::{PEER_DID, SECRET};
pub use plain::{PlainUrl, PlainUrlError};
pub use secret::Secret;

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use tokio::sync::Semaphore;

use crate::engine::Engine;
use crate::engine::parts::Parts;
use crate::http::mutual::ListenError;
use crate::net::fetch::Fetcher;
use crate::net::peers::Peers;
use crate::participant::Participant;

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
}

/// A gate whose listeners can be started.
#[derive(Debug)]
pub struct Gate<P: Parts> {
    engine: Arc<Engine<P>>,
    outward: Arc<Outward<P::Clock>>,
    /// Places for connections of the foreign connector.
    places: Arc<Semaphore>,
}

impl<P: Parts> Gate<P> {
    /// The gate of these parts.
    #[must_use]
    pub fn new(made: Made<P>) -> Self {
        let Made { engine, participant, peers, fetcher, secret, settings } = made;
        let places = Arc::new(Semaphore::new(settings.limits.connections_max));
        let limits = engine.limits();
        let outward = Outward {
            participant,
            peers,
            fetcher,
            clock: engine.shared_clock(),
            secret,
            whole_bytes_max: limits.message_bytes_max,
            answer_timeout_ms: limits.answer_timeout_ms,
            settings,
        };
        Self { engine, outward: Arc::new(outward), places }
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
    pub fn plain(
        &self,
        socket: TcpListener,
    ) -> std::io::Result<impl Future<Output = ()> + Send + 'static + use<P>> {
        let port = socket.local_addr()?.port();
        socket.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(socket)?;
        let (outward, places) = (self.outward.clone(), self.places.clone());
        Ok(door::accept(listener, places, move |stream, place| {
            let outward = outward.clone();
            async move {
                door::serve(outward, stream, Entry::Plain { port }).await;
                drop(place);
            }
        }))
    }
}
