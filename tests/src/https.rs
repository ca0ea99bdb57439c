//! A TLS server by hand, a thread for each connection and a request for each thread: it answers what
//! a test wants, also what no server of ours would.

use std::io::{Read as _, Result};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use openssl::ssl::{SslAcceptor, SslStream};

/// The connection that a request came on.
pub type Connection = SslStream<TcpStream>;

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
    head: String,
}

impl Request {
    /// The value of a header field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut values = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.trim())
    }

    fn read(connection: &mut Connection) -> Result<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            connection.read_exact(&mut byte)?;
            head.extend(byte);
        }
        let head = String::from_utf8(head).map_err(std::io::Error::other)?;
        let mut words = head.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, path) = (word(), word());
        let mut request = Self { method, path, body: Vec::new(), head };
        let length = request.field("content-length").and_then(|length| length.parse().ok());
        request.body = vec![0; length.unwrap_or_default()];
        connection.read_exact(&mut request.body)?;
        Ok(request)
    }
}

/// Answers on `listener` until the test's process ends. An answer ends with its connection.
pub fn serve(
    listener: TcpListener,
    acceptor: SslAcceptor,
    answer: impl Fn(&Request, &mut Connection) -> Result<()> + Send + Sync + 'static,
) {
    let (acceptor, answer) = (Arc::new(acceptor), Arc::new(answer));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            thread::spawn(move || {
                // Who asked may be dead by now, or want nothing of us.
                let Ok(mut connection) = acceptor.accept(stream) else { return };
                let answered = Request::read(&mut connection)
                    .and_then(|request| answer(&request, &mut connection));
                if answered.is_ok() {
                    let _ = connection.shutdown();
                }
            });
        }
    });
}
