//! A source of data on the network, under HTTPS: it stops in the middle of a body for as long as a
//! test says, goes on from any byte, and knows from where it was asked.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex};

use connector::clock::{Clock as _, SystemClock};
use identity::testing::{Participant, World};
use openssl::pkey::PKey;
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::X509;
use wire::dataspace::DataspaceId;
use wire::did::Did;

use crate::https::{Connection, Request, serve};
use crate::machines::Machine;

/// How much is written at once, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// A source. Its port is free again when the test's process ends.
#[derive(Debug)]
pub struct Source {
    address: SocketAddr,
    root: X509,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    version: u8,
    bytes: Arc<Vec<u8>>,
    /// How many bytes of the body may leave.
    limit: usize,
    /// The first byte of each body that was asked for.
    asked: Vec<usize>,
}

impl Source {
    /// A source of `length` bytes in their first version.
    #[must_use]
    pub fn start(length: usize) -> Self {
        let did = Did::parse("did:web:source.localhost").unwrap();
        let dataspace = DataspaceId::parse(did.as_str()).unwrap();
        let world = World::new(&did, dataspace, SystemClock::default().now()).unwrap();
        let root = X509::from_der(world.root.certificate().as_bytes()).unwrap();
        let acceptor = acceptor(&world.participant(&did).unwrap());
        let state = State { version: 0, bytes: content(0, length), limit: length, asked: vec![] };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let served = shared.clone();
        serve(listener, acceptor, move |request, connection| served.answer(request, connection));
        Self { address, root, shared }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://source.localhost:{}/data", self.address.port())
    }

    /// Lets a machine believe its certificate from the next start on, beside those it believes.
    pub fn trusted_by(&self, machine: &Machine) {
        let text = std::fs::read_to_string(machine.home.join("allmende.toml")).unwrap();
        let line = text.lines().find(|line| line.starts_with("roots = ")).unwrap();
        let path = machine.home.join(line.split('"').nth(1).unwrap());
        let roots = [std::fs::read(path).unwrap(), self.root.to_pem().unwrap()].concat();
        std::fs::write(machine.home.join("roots.pem"), roots).unwrap();
        machine.set(line, "roots = \"roots.pem\"");
    }

    /// From now on there is another version, of which only `limit` bytes leave before
    /// [`Source::release`], and with 0 not even the head; returns its bytes.
    #[must_use]
    pub fn renew(&self, limit: usize) -> Arc<Vec<u8>> {
        let mut state = self.shared.state.lock().unwrap();
        state.version += 1;
        state.bytes = content(state.version, state.bytes.len());
        state.limit = limit;
        state.asked.clear();
        state.bytes.clone()
    }

    /// Lets everything leave.
    pub fn release(&self) {
        self.shared.state.lock().unwrap().limit = usize::MAX;
        self.shared.changed.notify_all();
    }

    /// From which byte on each body of this version was asked for.
    #[must_use]
    pub fn asked(&self) -> Vec<usize> {
        self.shared.state.lock().unwrap().asked.clone()
    }
}

impl Shared {
    fn answer(&self, request: &Request, connection: &mut Connection) -> std::io::Result<()> {
        let (tag, bytes) = {
            let state = self.state.lock().unwrap();
            (format!("\"v{}\"", state.version), state.bytes.clone())
        };
        if request.field("if-none-match").is_some_and(|known| known == tag) {
            let answer = format!("HTTP/1.1 304 Same\r\nETag: {tag}\r\nConnection: close\r\n\r\n");
            return connection.write_all(answer.as_bytes());
        }
        let current = request.field("if-range").is_none_or(|wanted| wanted == tag);
        let range = request.field("range").filter(|_| current);
        let first = range.and_then(|range| {
            range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok()
        });
        let from = first.unwrap_or_default();
        self.state.lock().unwrap().asked.push(from);
        let (status, span) = match first {
            Some(first) => {
                let (last, total) = (bytes.len() - 1, bytes.len());
                ("206 Part", format!("Content-Range: bytes {first}-{last}/{total}\r\n"))
            }
            None => ("200 OK", String::new()),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nETag: {tag}\r\nAccept-Ranges: bytes\r\n{span}\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            bytes.len() - from
        );
        drop(self.changed.wait_while(self.state.lock().unwrap(), |it| it.limit == 0));
        connection.write_all(answer.as_bytes())?;
        for at in (from..bytes.len()).step_by(CHUNK_BYTES) {
            let end = bytes.len().min(at + CHUNK_BYTES);
            drop(self.changed.wait_while(self.state.lock().unwrap(), |it| it.limit < end));
            connection.write_all(&bytes[at..end])?;
        }
        Ok(())
    }
}

fn acceptor(participant: &Participant) -> SslAcceptor {
    let mut acceptor = SslAcceptor::mozilla_modern_v5(SslMethod::tls_server()).unwrap();
    let key = participant.tls_key.to_pem().unwrap();
    acceptor.set_private_key(&PKey::private_key_from_pem(key.as_bytes()).unwrap()).unwrap();
    let mut chain = participant.chain.iter().map(|der| X509::from_der(der.as_bytes()).unwrap());
    acceptor.set_certificate(&chain.next().unwrap()).unwrap();
    chain.for_each(|issuer| acceptor.add_extra_chain_cert(issuer).unwrap());
    acceptor.build()
}

/// Bytes that differ from version to version and from place to place.
fn content(version: u8, length: usize) -> Arc<Vec<u8>> {
    let line = |number: usize| format!("version {version}, line {number}\n").into_bytes();
    let mut bytes: Vec<u8> = Vec::with_capacity(length + 64);
    for number in 0.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend(line(number));
    }
    bytes.truncate(length);
    Arc::new(bytes)
}
