//! The sockets of a process, all bound before anything is served, so that a taken port is told at
//! once and by name.

use std::net::{SocketAddr, TcpListener};

use crate::config::Listen;
use crate::gate::settings::GateSettings;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

/// One socket per listener.
#[derive(Debug)]
pub struct Sockets {
    /// Mutual TLS.
    pub mutual: TcpListener,
    /// Server TLS.
    pub public: TcpListener,
    /// Management, loopback.
    pub management: TcpListener,
    /// Local hand-over, loopback.
    pub handover: TcpListener,
}

/// A listener that cannot be bound.
#[derive(Debug, thiserror::Error)]
#[error("the {listener} listener cannot use `{address}`")]
pub struct BindError {
    /// Which.
    pub listener: &'static str,
    /// Its address.
    pub address: SocketAddr,
    /// The system's reason.
    #[source]
    pub source: std::io::Error,
}

impl Sockets {
    /// Binds all of them.
    ///
    /// # Errors
    /// [`BindError`] names the first that cannot be had.
    pub fn bind(listen: &Listen) -> Result<Self, BindError> {
        Ok(Self {
            mutual: bind("mutual", listen.mutual)?,
            public: bind("public", listen.public)?,
            management: bind("management", listen.management)?,
            handover: bind("hand-over", listen.handover)?,
        })
    }
}

/// One socket per listener of a gate.
#[derive(Debug)]
pub struct GateSockets {
    /// Mutual TLS.
    pub mutual: TcpListener,
    /// Server TLS.
    pub public: TcpListener,
    /// In the clear for the foreign connector, loopback.
    pub outward: TcpListener,
    /// Its proxy, loopback.
    pub socks: TcpListener,
    /// Ports under partners' names, loopback.
    pub named: Vec<TcpListener>,
}

impl GateSockets {
    /// Binds all of them.
    ///
    /// # Errors
    /// [`BindError`] names the first that cannot be had.
    pub fn bind(listen: &Listen, gate: &GateSettings) -> Result<Self, BindError> {
        Ok(Self {
            mutual: bind("mutual", listen.mutual)?,
            public: bind("public", listen.public)?,
            outward: bind("outward", gate.outward)?,
            socks: bind("socks", gate.socks)?,
            named: gate
                .ports
                .iter()
                .map(|port| bind("names", SocketAddr::new(gate.names, *port)))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn bind(listener: &'static str, address: SocketAddr) -> Result<TcpListener, BindError> {
    let bound = || -> std::io::Result<TcpListener> {
        use rustix::net::{AddressFamily, SocketType, bind, listen, socket, sockopt};
        let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
        let socket = socket(family, SocketType::STREAM, None)?;
        rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
        // A restart need not wait for old connections to be forgotten.
        sockopt::set_socket_reuseaddr(&socket, true)?;
        bind(&socket, &address)?;
        listen(&socket, BACKLOG)?;
        Ok(TcpListener::from(socket))
    };
    bound().map_err(|source| BindError { listener, address, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_by_listener_and_address() {
        let taken = bind("public", "127.0.0.1:0".parse().unwrap()).unwrap();
        let address = taken.local_addr().unwrap();
        let error = bind("mutual", address).unwrap_err();
        assert_eq!(error.to_string(), format!("the mutual listener cannot use `{address}`"));
    }
}
