//! Plain HTTP to a loopback port, written by hand: what a browser, a program or a stranger may send,
//! and what no client would.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::raw::Told;

/// How long an answer may let wait.
const PATIENCE: Duration = Duration::from_secs(120);

/// One request. Header fields are sent as they stand, and nothing is added but the body's length.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Header fields, in order.
    pub headers: Vec<(String, String)>,
    /// The body; none, and none announced, where it is absent.
    pub body: Option<Vec<u8>>,
}

impl Ask {
    /// A request without header fields.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { method, path, headers: Vec::new(), body: None }
    }

    /// The same with one field more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a body of this media type.
    #[must_use]
    pub fn sending(self, media_type: &str, body: &[u8]) -> Self {
        Self { body: Some(body.to_vec()), ..self.with("Content-Type", media_type) }
    }

    /// The same with a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.sending("application/json", body.to_string().as_bytes())
    }

    /// Sends it on a connection of its own and reads the answer to its end.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn send(&self, to: SocketAddr) -> Result<Told, String> {
        let mut answer = Vec::new();
        self.open(to)?.read_to_end(&mut answer).map_err(|error| error.to_string())?;
        read(&answer)
    }

    /// Sends it; the answer is the caller's to read, as slowly as it likes.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn open(&self, to: SocketAddr) -> Result<TcpStream, String> {
        let mut stream = TcpStream::connect(to).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = &self.body {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("Connection: close\r\n\r\n");
        let request = [head.as_bytes(), self.body.as_deref().unwrap_or_default()].concat();
        // Who answers before all is sent answers all the same.
        let _ = stream.write_all(&request);
        Ok(stream)
    }
}

/// An answer from its first byte to its last. Less than was announced is none.
fn read(answer: &[u8]) -> Result<Told, String> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| format!("no answer: {:?}", String::from_utf8_lossy(answer)))?;
    let head = String::from_utf8(answer[..end].to_vec()).map_err(|error| error.to_string())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = answer[end + 4..].to_vec();
    let announced = headers.get("content-length").map(|length| length.parse());
    if announced.is_some_and(|length| length != Ok(body.len())) {
        return Err(format!("{} bytes of a body that is announced as longer", body.len()));
    }
    let status = status.parse().map_err(|_| format!("no status: {head}"))?;
    Ok(Told { status, headers, body })
}

/// The content of a chunked body. Ends the test where it is none.
#[must_use]
pub fn dechunked(mut body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").expect("a chunk's length");
        let length = std::str::from_utf8(&body[..end]).expect("a chunk's length");
        let length = usize::from_str_radix(length, 16).expect("a chunk's length");
        if length == 0 {
            return content;
        }
        content.extend_from_slice(&body[end + 2..end + 2 + length]);
        body = &body[end + 2 + length + 2..];
    }
}
