//! A client that is not ours to judge by: blocking, one connection, a partner's certificate, and just
//! enough HTTP to read an answer to its end and throw it away.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use openssl::ssl::{SslConnector, SslFiletype, SslMethod, SslStream, SslVersion};

use crate::Fallible;
use crate::space::Member;

/// Connects as one member to another.
pub(crate) struct Caller {
    connector: SslConnector,
    host: String,
    port: u16,
}

/// An open connection.
pub(crate) struct Line {
    stream: BufReader<SslStream<TcpStream>>,
    host: String,
}

/// What came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Got {
    pub(crate) bytes: u64,
    pub(crate) first: Duration,
    pub(crate) whole: Duration,
}

impl Caller {
    pub(crate) fn new(from: &Member, to: &Member) -> Fallible<Self> {
        let mut builder = SslConnector::builder(SslMethod::tls_client())?;
        builder.set_min_proto_version(Some(SslVersion::TLS1_3))?;
        builder.set_certificate_chain_file(from.certificate())?;
        builder.set_private_key_file(from.key()?, SslFiletype::PEM)?;
        builder.set_ca_file(from.root())?;
        let connector = builder.build();
        Ok(Self { connector, host: to.host.clone(), port: to.ports.mutual })
    }

    pub(crate) fn connect(&self) -> Fallible<Line> {
        let socket = TcpStream::connect(("127.0.0.1", self.port))?;
        socket.set_nodelay(true)?;
        let stream = self.connector.connect(&self.host, socket)?;
        Ok(Line { stream: BufReader::with_capacity(64 * 1024, stream), host: self.host.clone() })
    }
}

impl Line {
    /// Asks, reads the whole answer, and demands the status 200.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &str) -> Fallible<Got> {
        let began = Instant::now();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.host,
            body.len(),
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut length, mut chunked, mut text) = (0, false, String::new());
        self.stream.read_line(&mut text)?;
        let first = began.elapsed();
        if text.split(' ').nth(1) != Some("200") {
            return Err(format!("{method} {path}: {text}").into());
        }
        loop {
            text.clear();
            self.stream.read_line(&mut text)?;
            let (name, value) = text.trim_end().split_once(": ").unwrap_or_default();
            match name {
                "" => break,
                "content-length" => length = value.parse()?,
                "transfer-encoding" => chunked = value == "chunked",
                _ => {}
            }
        }
        let bytes = if chunked { self.discard_chunks()? } else { self.discard(length)? };
        Ok(Got { bytes, first, whole: began.elapsed() })
    }

    fn discard(&mut self, length: u64) -> Fallible<u64> {
        let read = std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink())?;
        if read == length { Ok(read) } else { Err("the answer ended early".into()) }
    }

    fn discard_chunks(&mut self) -> Fallible<u64> {
        let (mut bytes, mut text) = (0, String::new());
        loop {
            text.clear();
            self.stream.read_line(&mut text)?;
            let length = u64::from_str_radix(text.trim(), 16)?;
            bytes += self.discard(length)?;
            text.clear();
            self.stream.read_line(&mut text)?;
            if length == 0 {
                return Ok(bytes);
            }
        }
    }
}
