//! A connector of another make behind a gate: plain HTTP on loopback, a thread for each connection,
//! which remembers what it was asked and answers what a test wants.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The first line and the header fields.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Heard {
    /// The values of a header field.
    #[must_use]
    pub fn fields(&self, name: &str) -> Vec<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let values = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        values.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// Method and path, as `GET /x`.
    #[must_use]
    pub fn asked(&self) -> String {
        let line = self.head.lines().next().unwrap_or_default();
        line.trim_end_matches(" HTTP/1.1").to_owned()
    }
}

/// The connector.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// Where it listens.
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Foreign {
    /// One that answers each request as `answer` says: it writes the whole answer itself, and the
    /// connection ends with it.
    #[must_use]
    pub fn start(answer: impl Fn(&Heard, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("a port");
        let foreign = Self { address, heard: Arc::default() };
        let (heard, answer) = (foreign.heard.clone(), Arc::new(answer));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (heard, answer) = (heard.clone(), answer.clone());
                thread::spawn(move || {
                    let Ok(request) = read(&mut stream) else { return };
                    heard.lock().expect("a test failed").push(request.clone());
                    answer(&request, &mut stream);
                });
            }
        });
        foreign
    }

    /// One that answers everything with this status and these bytes.
    #[must_use]
    pub fn saying(status: &'static str, body: &'static [u8]) -> Self {
        Self::start(move |_, stream| say(stream, status, body))
    }

    /// What it was asked so far.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("a test failed").clone()
    }

    /// Its address for `allmende init --gate`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Writes a whole answer. Whoever asked may be gone.
pub fn say(stream: &mut TcpStream, status: &str, body: &[u8]) {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}

fn read(stream: &mut TcpStream) -> std::io::Result<Heard> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.extend(bytes(stream, 1)?);
    }
    let head = String::from_utf8(head).map_err(std::io::Error::other)?;
    let mut request = Heard { head, body: Vec::new() };
    if request.fields("transfer-encoding") == ["chunked"] {
        loop {
            let mut line = Vec::new();
            while !line.ends_with(b"\r\n") {
                line.extend(bytes(stream, 1)?);
            }
            let size = String::from_utf8_lossy(&line).trim().to_owned();
            let size = usize::from_str_radix(&size, 16).map_err(std::io::Error::other)?;
            request.body.extend(bytes(stream, size)?);
            let _ = bytes(stream, 2)?;
            if size == 0 {
                return Ok(request);
            }
        }
    }
    let length = request.fields("content-length").first().and_then(|it| it.parse().ok());
    request.body = bytes(stream, length.unwrap_or_default())?;
    Ok(request)
}

fn bytes(stream: &mut TcpStream, count: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}
