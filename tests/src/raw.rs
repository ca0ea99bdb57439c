//! A peer made by hand: a TLS connection that shows what a test wants, and HTTP/1.1 in bytes, so that
//! what no client of ours would send can be sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;

use connector::http::DSP_PATH;
use identity::tls::{client_context, client_ssl, peer};
use openssl::ssl::Ssl;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_openssl::SslStream;

use crate::cast::{Says, Who, cast, now};

/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One connection.
#[derive(Debug)]
pub struct Client {
    stream: SslStream<TcpStream>,
    host: String,
    unread: Vec<u8>,
}

/// One answer, whole.
#[derive(Clone, Debug)]
pub struct Told {
    /// The status.
    pub status: u16,
    /// Header fields, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Told {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }
}

impl Client {
    /// A good connection of `from` to `to`, which must prove to be `to`.
    ///
    /// # Errors
    /// What OpenSSL says.
    pub async fn of(from: Who, to: Who, port: SocketAddr) -> Result<Self, String> {
        let material = cast().material(from, &Says::default());
        let ssl = client_ssl(&client_context().unwrap(), &material, &to.did(), now()).unwrap();
        let client = Self::with(ssl, to.host(), port).await?;
        assert_eq!(peer(client.stream.ssl()).unwrap().did(), &to.did());
        Ok(client)
    }

    /// A connection with this side of TLS.
    ///
    /// # Errors
    /// What OpenSSL says.
    pub async fn with(ssl: Ssl, host: &str, port: SocketAddr) -> Result<Self, String> {
        let socket = TcpStream::connect(port).await.map_err(|error| error.to_string())?;
        let mut stream = SslStream::new(ssl, socket).unwrap();
        Pin::new(&mut stream).connect().await.map_err(|error| error.to_string())?;
        Ok(Self { stream, host: host.to_owned(), unread: Vec::new() })
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.stream.write_all(bytes).await.map_err(|error| error.to_string())
    }

    /// Reads once; nothing at the end.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn read(&mut self) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; 64 * 1024];
        let count = self.stream.read(&mut bytes).await.map_err(|error| error.to_string())?;
        bytes.truncate(count);
        Ok(bytes)
    }

    /// `GET`.
    pub async fn get(&mut self, path: &str) -> Told {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host);
        self.ask(head.as_bytes()).await.unwrap()
    }

    /// `POST` of JSON, below the base of the Dataspace Protocol.
    pub async fn post(&mut self, path: &str, body: &Value) -> Told {
        let path = format!("{DSP_PATH}{path}");
        self.post_as(&path, "application/json", body.to_string().as_bytes()).await
    }

    /// `POST` of anything.
    pub async fn post_as(&mut self, path: &str, media_type: &str, body: &[u8]) -> Told {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {media_type}\r\n\
             Content-Length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        let request = [head.as_bytes(), body].concat();
        self.ask(&request).await.unwrap()
    }

    /// Sends a request as it stands and reads its answer. An answer that comes before the whole
    /// request was taken counts too.
    ///
    /// # Errors
    /// When the connection ends before an answer is whole.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Told, String> {
        let sent = self.send(request).await;
        let told = self.answer().await;
        told.map_err(|error| format!("{error}; sent: {sent:?}"))
    }

    /// Reads one answer.
    ///
    /// # Errors
    /// When the connection ends before it is whole.
    pub async fn answer(&mut self) -> Result<Told, String> {
        let head = self.until(b"\r\n\r\n").await?;
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut body = Vec::new();
        if let Some(length) = headers.get("content-length") {
            body = self.take(length.parse().unwrap()).await?;
        } else if headers.get("transfer-encoding").is_some_and(|it| it == "chunked") {
            loop {
                let size = String::from_utf8(self.until(b"\r\n").await?).unwrap();
                let size = usize::from_str_radix(size.trim(), 16).unwrap();
                body.extend(self.take(size).await?);
                self.take(2).await?;
                if size == 0 {
                    break;
                }
            }
        }
        Ok(Told { status, headers, body })
    }

    async fn until(&mut self, mark: &[u8]) -> Result<Vec<u8>, String> {
        loop {
            let found = self.unread.windows(mark.len()).position(|window| window == mark);
            if let Some(place) = found {
                let rest = self.unread.split_off(place + mark.len());
                return Ok(std::mem::replace(&mut self.unread, rest));
            }
            self.more().await?;
        }
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, String> {
        while self.unread.len() < length {
            self.more().await?;
        }
        let rest = self.unread.split_off(length);
        Ok(std::mem::replace(&mut self.unread, rest))
    }

    async fn more(&mut self) -> Result<(), String> {
        assert!(self.unread.len() <= ANSWER_BYTES_MAX, "an answer without end");
        let bytes = self.read().await?;
        if bytes.is_empty() {
            let unread = String::from_utf8_lossy(&self.unread).into_owned();
            return Err(format!("the connection has ended after {unread:?}"));
        }
        self.unread.extend(bytes);
        Ok(())
    }
}
