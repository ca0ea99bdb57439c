//! Who is calling whom: made from a connection whose handshake is over, and checked anew for each
//! request.

use std::os::fd::BorrowedFd;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use identity::Distrust;
use identity::chain::VerifiedPeer;
use identity::tls::{Material, Participants};
use jiff::Timestamp;
use openssl::ssl::{NameType, SslRef};

use crate::clock::Clock;
use crate::data::stream::{Line, SocketLine};
use crate::engine::Engine;
use crate::engine::error::Unbelieved;
use crate::engine::parts::Parts;
use crate::participant::{Participant, Standing};

/// What is known of a connection: the verified peer and the host name it asked for.
#[derive(Clone, Debug)]
pub struct Connection {
    peer: VerifiedPeer,
    host: String,
    line: Option<SocketLine>,
}

impl Connection {
    /// Reads it from a finished handshake; `None` unless the peer was verified.
    pub(super) fn of(ssl: &SslRef, socket: BorrowedFd<'_>) -> Option<Self> {
        let peer = identity::tls::peer(ssl)?;
        let host = ssl.servername(NameType::HOST_NAME)?.to_ascii_lowercase();
        Some(Self { peer, host, line: SocketLine::new(socket).ok() })
    }

    /// The socket, to be broken when a delivery is cut.
    pub(crate) fn line(&self) -> Option<Box<dyn Line>> {
        self.line.clone().map(|line| Box::new(line) as Box<dyn Line>)
    }
}

/// One request's two sides: a peer that is still believed, and the participant of ours it called.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The peer.
    pub peer: VerifiedPeer,
    /// Ours.
    pub participant: Arc<Participant>,
}

/// Why a request has no caller.
#[derive(Debug)]
enum Stranger {
    /// The peer is not believed any more.
    Unbelieved(Unbelieved),
    /// Its certificate is good, but our copy of the authority's list does not name it.
    Unlisted(Arc<Participant>),
    /// Server name, Host and participant do not agree.
    WrongHost,
    /// There is no verified peer on this connection.
    Unverified,
}

impl Stranger {
    /// The reason code of the journal.
    fn code(&self) -> &'static str {
        match self {
            Self::Unbelieved(unbelieved) => unbelieved.code(),
            Self::Unlisted(_) => Unbelieved::NotListed.code(),
            Self::WrongHost => "wrong-host",
            Self::Unverified => "unverified",
        }
    }

    /// What the stranger is told: nothing but that there is nothing here for it. The connection
    /// closes.
    fn respond(&self) -> HttpResponse {
        let mut response = match self {
            Self::WrongHost => HttpResponse::MisdirectedRequest(),
            Self::Unbelieved(_) | Self::Unlisted(_) | Self::Unverified => HttpResponse::NotFound(),
        };
        response.force_close().finish()
    }
}

impl Caller {
    /// The caller of one request. One whom our copy of the authority's list does not name yet waits
    /// for a newer one; who is refused is told so little that the answer is the same for all.
    pub(crate) async fn admit<P: Parts>(
        request: &HttpRequest,
        engine: &Engine<P>,
    ) -> Result<(Self, Arc<Standing>), HttpResponse> {
        let mut found = Self::of(request, engine);
        if let Err(Stranger::Unlisted(participant)) = &found {
            engine.newer_list(participant).await;
            found = Self::of(request, engine);
        }
        found.map_err(|stranger| {
            tracing::info!(code = stranger.code(), "a request was refused");
            stranger.respond()
        })
    }

    fn of<P: Parts>(
        request: &HttpRequest,
        engine: &Engine<P>,
    ) -> Result<(Self, Arc<Standing>), Stranger> {
        let connection = request.conn_data::<Connection>().ok_or(Stranger::Unverified)?;
        if host_of(request) != Some(connection.host.as_str()) {
            return Err(Stranger::WrongHost);
        }
        let hosted = engine.hosted();
        let participant = hosted.by_host(&connection.host).ok_or(Stranger::WrongHost)?.clone();
        let standing = match engine.believe(&participant, &connection.peer) {
            Ok(standing) => standing,
            Err(Unbelieved::NotListed) => return Err(Stranger::Unlisted(participant)),
            Err(unbelieved) => return Err(Stranger::Unbelieved(unbelieved)),
        };
        Ok((Self { peer: connection.peer.clone(), participant }, standing))
    }
}

/// The request's host without its port.
fn host_of(request: &HttpRequest) -> Option<&str> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    Some(host.rsplit_once(':').map_or(host, |(name, _)| name))
}

/// What the handshake asks: our participants, the time, and where refusals are counted.
#[derive(Debug)]
pub struct TlsGate<P: Parts> {
    engine: Arc<Engine<P>>,
}

impl<P: Parts> TlsGate<P> {
    /// The gate of `engine`'s participants.
    #[must_use]
    pub fn new(engine: Arc<Engine<P>>) -> Self {
        Self { engine }
    }
}

impl<P: Parts> Participants for TlsGate<P> {
    fn by_host(&self, host: &str) -> Option<Arc<Material>> {
        let standing = self.engine.hosted().by_host(host)?.standing()?;
        Some(standing.material.clone())
    }

    fn now(&self) -> Timestamp {
        self.engine.clock().now()
    }

    fn refused(&self, host: Option<&str>, distrust: Option<&Distrust>) {
        self.engine.strangers().count(host, distrust.map_or("unknown-host", Distrust::code));
    }
}
