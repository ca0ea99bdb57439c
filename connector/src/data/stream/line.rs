//! The connection under a delivery, seen as something that can be broken from outside.

use std::fmt;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

/// How much the system may hold for a reader that has not taken it yet, in bytes.
pub const SEND_BUFFER_BYTES: usize = 256 * 1024;

/// Breaks a connection at once. A body alone cannot: nobody asks it while the reader takes
/// nothing, and what has left it lies in the system's send buffer.
pub trait Line: Send + Sync + 'static {
    /// Breaks the connection; what has not arrived is thrown away, and the reader sees an error.
    fn sever(&self);
}

impl fmt::Debug for dyn Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

/// A TCP connection. A listener makes one in `on_connect` and keeps it in the connection's data,
/// where a handler finds it (`HttpRequest::conn_data`).
#[derive(Clone, Debug)]
pub struct SocketLine {
    socket: Arc<OwnedFd>,
}

impl SocketLine {
    /// Takes a second handle of a connected TCP socket and bounds its send buffer to
    /// [`SEND_BUFFER_BYTES`]. The connection itself stays with its owner; it closes when both
    /// have let it go.
    ///
    /// # Errors
    /// When there is no handle left, or it is no socket.
    pub fn new(socket: BorrowedFd<'_>) -> io::Result<Self> {
        rustix::net::sockopt::set_socket_send_buffer_size(socket, SEND_BUFFER_BYTES)?;
        Ok(Self { socket: Arc::new(socket.try_clone_to_owned()?) })
    }
}

impl Line for SocketLine {
    fn sever(&self) {
        // On Linux, connecting an established socket to nowhere resets it: the send queue is
        // dropped, the peer gets a reset, and the owner's next read or write fails.
        if let Err(errno) = rustix::net::connect_unspec(&*self.socket) {
            tracing::debug!(%errno, "the connection of a cut delivery is gone already");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_severed_connection_drops_what_was_not_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut reader = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut sender, _) = listener.accept().unwrap();
        sender.set_nonblocking(true).unwrap();
        let mut sent = 0;
        while let Ok(written) = sender.write(&[7; 65_536]) {
            sent += written;
        }
        SocketLine::new(sender.as_fd()).unwrap().sever();
        assert!(sender.write(&[7]).is_err());
        let mut taken = Vec::new();
        let error = reader.read_to_end(&mut taken).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert!(taken.len() < sent, "{} of {sent}", taken.len());
    }
}
