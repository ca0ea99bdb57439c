//! A town's own back end: plain HTTP on loopback, whose content changes and which can fail.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A running back end; its thread ends with the test's process.
pub(super) struct Backend {
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    /// The content; none while it fails.
    content: Option<Vec<u8>>,
    version: u64,
    asked: Vec<String>,
}

impl Backend {
    pub(super) fn start(content: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Shared { content: Some(content.to_vec()), version: 0, asked: Vec::new() };
        let shared = Arc::new(Mutex::new(shared));
        let served = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who asked may be gone by now.
                let _ = answer(&served, stream);
            }
        });
        Self { port, shared }
    }

    pub(super) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on it has this content.
    pub(super) fn becomes(&self, content: &[u8]) {
        let mut shared = self.shared.lock().unwrap();
        shared.content = Some(content.to_vec());
        shared.version += 1;
    }

    /// From now on it answers nobody.
    pub(super) fn fails(&self) {
        self.shared.lock().unwrap().content = None;
    }

    /// The paths that were asked for.
    pub(super) fn asked(&self) -> Vec<String> {
        self.shared.lock().unwrap().asked.clone()
    }
}

fn answer(shared: &Mutex<Shared>, mut stream: TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut shared = shared.lock().unwrap();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    shared.asked.push(path);
    let tag = format!("\"v{}\"", shared.version);
    let known = head
        .lines()
        .any(|line| line.to_ascii_lowercase().starts_with("if-none-match:") && line.contains(&tag));
    let end = "Connection: close\r\n";
    let answer = match &shared.content {
        None => format!("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n{end}\r\n").into_bytes(),
        Some(_) if known => format!("HTTP/1.1 304 Same\r\nETag: {tag}\r\n{end}\r\n").into_bytes(),
        Some(content) => {
            let length = content.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Type: text/html\r\n\
                 Content-Length: {length}\r\n{end}\r\n"
            );
            [head.as_bytes(), content].concat()
        }
    };
    stream.write_all(&answer)
}
