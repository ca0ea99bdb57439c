//! A gate whose certificate is renewed while it serves.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;

use identity::tls;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_openssl::SslStream;
use wire::did::Did;
use wire::digest::Digest;

use super::inward;
use super::settings::GateSettings;
use crate::authority::testing::{ShiftedClock, Space};
use crate::clock::Clock;
use crate::config::Limits;
use crate::engine::decider::ByRule;
use crate::engine::openings::Forgotten;
use crate::engine::parts::{Answer, Parts, Request, Transport, Unsent};
use crate::engine::{self, Engine};
use crate::ids::CountedIds;
use crate::participant::{Hosted, Participant};
use crate::store::Embedded;
use crate::trust;

#[derive(Debug)]
struct TestParts;

impl Parts for TestParts {
    type Store = Embedded;
    type Clock = ShiftedClock;
    type Ids = CountedIds;
    type Transport = Nowhere;
    type Decider = ByRule;
}

/// A gate's engine sends nothing.
#[derive(Debug)]
struct Nowhere;

impl Transport for Nowhere {
    async fn exchange(&self, _: &Did, _: &Did, _: Request) -> Result<Answer, Unsent> {
        unreachable!()
    }

    async fn dsp_base(&self, _: &Did, _: &Did) -> Result<String, Unsent> {
        unreachable!()
    }
}

/// A foreign connector that answers each connection's one request.
fn foreign() -> String {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/dsp", socket.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in socket.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|it| it > 0) {
                head.extend(byte);
            }
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
        }
    });
    url
}

/// A connection of `from` to the participant of the gate at `address`.
async fn connect(
    space: &Space,
    from: &Participant,
    to: &Did,
    address: SocketAddr,
) -> SslStream<TcpStream> {
    let context = tls::client_context().unwrap();
    let material = from.standing().unwrap().material.clone();
    let ssl = tls::client_ssl(&context, &material, to, space.clock.now()).unwrap();
    let socket = TcpStream::connect(address).await.unwrap();
    let mut stream = SslStream::new(ssl, socket).unwrap();
    Pin::new(&mut stream).connect().await.unwrap();
    stream
}

/// The certificate that the gate showed on a connection.
fn shown(stream: &SslStream<TcpStream>) -> Digest {
    *tls::peer(stream.ssl()).unwrap().fingerprint()
}

/// What a request is answered on an open connection, up to the foreign connector's last byte.
async fn ask(stream: &mut SslStream<TcpStream>, host: &str, port: u16) -> String {
    let request = format!("GET /2025-1/x HTTP/1.1\r\nhost: {host}:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut told = Vec::new();
    let mut byte = [0];
    while !told.ends_with(b"\r\n\r\nok") && stream.read(&mut byte).await.is_ok_and(|read| read > 0)
    {
        told.extend(byte);
    }
    String::from_utf8(told).unwrap()
}

/// Whether an answer is the foreign connector's.
fn is_foreign(told: &str) -> bool {
    told.starts_with("HTTP/1.1 200 OK\r\n") && told.ends_with("\r\n\r\nok")
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_whoever_comes_and_open_connections_go_on() {
    let space = Space::found().await;
    // The gate knows the members who are there when it joins.
    let (_, firm, _) = space.member("firm.localhost").await;
    let (_, gate, held) = space.member("edc.localhost").await;
    let engine = Engine::<TestParts>::new(engine::Made {
        store: Embedded::memory().unwrap(),
        clock: space.clock.clone(),
        ids: CountedIds::default(),
        transport: Nowhere,
        decider: ByRule,
        hosted: Hosted::new([gate.clone()]),
        limits: Limits::default(),
        openings: Arc::new(Forgotten),
    });
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let settings = GateSettings::of(foreign().parse().unwrap());
    let server = inward::listen(socket, Arc::new(engine), &settings).unwrap();
    let handle = server.handle();
    tokio::spawn(server);
    let (host, port) = (gate.did().host(), address.port());
    let leaf = || gate.standing().unwrap().material.leaf().fingerprint();

    let old = leaf();
    let mut open = connect(&space, &firm, gate.did(), address).await;
    assert_eq!(shown(&open), old);
    let told = ask(&mut open, host, port).await;
    assert!(is_foreign(&told), "{told}");
    trust::tests::renew(&space, &gate, &held).await;
    assert_ne!(leaf(), old);
    let told = ask(&mut open, host, port).await;
    assert!(is_foreign(&told), "on the connection that was open: {told}");
    assert_eq!(shown(&open), old);
    let mut fresh = connect(&space, &firm, gate.did(), address).await;
    assert_eq!(shown(&fresh), leaf());
    let told = ask(&mut fresh, host, port).await;
    assert!(is_foreign(&told), "{told}");
    handle.stop(false).await;
}
