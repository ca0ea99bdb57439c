//! The mutual listener: TLS 1.3, a client certificate demanded in the handshake, everything
//! between connectors.
//!
//! A handler never sees a request whose peer is not verified: the connection's verified peer is
//! looked at again for each request, and server name, Host and participant must agree.

mod body;
mod caller;
mod catalog;
mod data;
mod dsp;
pub mod intake;
mod named;
pub mod neighbour;
mod quota;
mod released;
mod route;
mod served;

use std::any::Any;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Extensions, Server};
use actix_web::rt::net::TcpStream;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer, web};

use crate::data::source::http::Fetch;
use crate::engine::Engine;
use crate::engine::parts::Parts;

pub use caller::{Caller, Connection, TlsGate};
pub use data::DELIVERY_HEADER;
pub(crate) use quota::{Place, Quota};
pub use served::{SeenCheckpoint, Served};

/// Seconds that a stopping listener gives running requests.
const SHUTDOWN_SECONDS: u64 = 2;

/// Starts the mutual listener for all participants of `served`'s engine.
///
/// # Errors
/// When OpenSSL cannot prepare the context or the socket cannot be used.
pub fn listen<P: Parts, F: Fetch>(
    socket: TcpListener,
    served: Arc<Served<P, F>>,
) -> Result<Server, ListenError> {
    let engine = served.engine.clone();
    let state = web::Data::from(served);
    serve(socket, engine, move |config| {
        config.app_data(state.clone()).default_service(web::to(dsp::handle::<P, F>));
    })
}

/// Starts a mutual listener for all participants of `engine` that answers as `answers` says.
///
/// # Errors
/// As [`listen`].
pub(crate) fn serve<P: Parts>(
    socket: TcpListener,
    engine: Arc<Engine<P>>,
    answers: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> Result<Server, ListenError> {
    let limits = engine.limits().clone();
    let limits = &limits;
    let context = identity::tls::server_context(Arc::new(TlsGate::new(engine)))?;
    let quota = web::Data::new(Quota::new(limits));
    let server =
        HttpServer::new(move || App::new().app_data(quota.clone()).configure(answers.clone()))
            .on_connect(remember_peer)
            .tcp_nodelay(true)
            .max_connections(limits.connections_max)
            .max_connection_rate(limits.handshakes_max)
            .tls_handshake_timeout(Duration::from_millis(limits.handshake_timeout_ms))
            .client_request_timeout(Duration::from_millis(limits.handshake_timeout_ms))
            .keep_alive(Duration::from_secs(limits.keep_alive_s))
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .disable_signals()
            .listen_openssl(socket, context)?;
    Ok(server.run())
}

/// Keeps who is at the other end with the connection, once its handshake is over.
fn remember_peer(io: &dyn Any, connection: &mut Extensions) {
    let tls = io.downcast_ref::<actix_tls::accept::openssl::TlsStream<TcpStream>>();
    if let Some(found) =
        tls.and_then(|stream| Connection::of(stream.ssl(), stream.get_ref().as_fd()))
    {
        connection.insert(found);
    }
}

/// Why the listener does not start.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The socket cannot be used.
    #[error("the mutual listener's socket cannot be used")]
    Socket(#[from] std::io::Error),
    /// OpenSSL cannot prepare the context.
    #[error("the mutual listener's TLS cannot be prepared")]
    Tls(#[from] identity::tls::TlsError),
}
