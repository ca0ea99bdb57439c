//! Who is at the other end is settled before a request leaves.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use identity::Distrust;
use identity::tls::{Material, Participants, server_context};
use jiff::Timestamp;
use openssl::ssl::SslAcceptor;
use openssl::x509::X509;

use super::MutualTls;
use crate::authority::testing::{ShiftedClock, Space};
use crate::clock::Clock;
use crate::net::client::{Call, PeerClient};
use crate::net::documents::Documents;
use crate::participant::folder::{Folder, Side};
use crate::participant::{Hosted, Participant};

/// What came to a listener.
#[derive(Debug, Default)]
struct Came {
    connections: AtomicUsize,
    requests: AtomicUsize,
}

impl Came {
    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Answers the requests of one connection after the other; counts those that came.
fn serve(context: SslAcceptor) -> (u16, Arc<Came>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let came = Arc::new(Came::default());
    let counted = came.clone();
    std::thread::spawn(move || {
        for stream in socket.incoming().flatten() {
            let Ok(mut tls) = context.accept(stream) else { continue };
            counted.connections.fetch_add(1, Ordering::SeqCst);
            let mut head = [0; 4096];
            while tls.read(&mut head).is_ok_and(|read| read > 0) {
                counted.requests.fetch_add(1, Ordering::SeqCst);
                let _ = tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        }
    });
    (port, came)
}

/// One participant as the mutual listener serves it.
pub(in crate::net) struct Only(pub(in crate::net) Arc<Participant>);

impl Participants for Only {
    fn by_host(&self, _: &str) -> Option<Arc<Material>> {
        Some(self.0.standing()?.material.clone())
    }

    fn now(&self) -> Timestamp {
        crate::clock::SystemClock::default().now()
    }

    fn refused(&self, _: Option<&str>, _: Option<&Distrust>) {}
}

pub(in crate::net) fn client(
    space: &Space,
    own: &Arc<Participant>,
) -> PeerClient<MutualTls<ShiftedClock>> {
    let documents = Documents::new(space.fetcher(), space.clock.clone());
    let hosted = Hosted::new([own.clone()]);
    let connect = MutualTls::new(space.guard(), hosted, documents, space.clock.clone()).unwrap();
    PeerClient::new(connect, Duration::from_secs(5))
}

pub(in crate::net) fn get(to: &Participant, port: u16) -> Call {
    let uri = format!("https://{}:{port}/x", to.did().host()).parse().unwrap();
    Call { method: Method::GET, uri, headers: HeaderMap::new(), body: Bytes::new() }
}

async fn call(
    client: &PeerClient<MutualTls<ShiftedClock>>,
    from: &Participant,
    to: &Participant,
    port: u16,
) -> String {
    match client.call(from.did(), to.did(), get(to, port), 16).await {
        Ok(answer) => answer.status().as_u16().to_string(),
        Err(failure) => failure.code().to_owned(),
    }
}

#[tokio::test]
async fn the_intended_partner_answers_over_a_kept_connection() {
    let space = Space::found().await;
    let (_, ulm, _) = space.member("ulm.localhost").await;
    let (_, firm, _) = space.member("firm.localhost").await;
    let context = server_context(Arc::new(Only(ulm.clone()))).unwrap().build();
    let (port, came) = serve(context);
    let client = client(&space, &firm);
    assert_eq!(call(&client, &firm, &ulm, port).await, "200");
    assert_eq!(call(&client, &firm, &ulm, port).await, "200");
    client.close(firm.did());
    assert_eq!((came.connections(), came.requests()), (1, 2));
}

#[tokio::test]
async fn a_connection_is_kept_when_its_body_was_read_to_the_end_and_closed_otherwise() {
    let space = Space::found().await;
    let (_, ulm, _) = space.member("ulm.localhost").await;
    let (_, firm, _) = space.member("firm.localhost").await;
    let context = server_context(Arc::new(Only(ulm.clone()))).unwrap().build();
    let (port, came) = serve(context);
    let client = client(&space, &firm);
    let mut answer = client.stream(firm.did(), ulm.did(), get(&ulm, port)).await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().as_deref(), Some(b"ok".as_slice()));
    drop(answer);
    let unread = client.stream(firm.did(), ulm.did(), get(&ulm, port)).await.unwrap();
    assert_eq!((came.connections(), came.requests()), (1, 2));
    drop(unread);
    assert_eq!(call(&client, &firm, &ulm, port).await, "200");
    client.close(firm.did());
    assert_eq!((came.connections(), came.requests()), (2, 3));
}

#[tokio::test]
async fn another_member_s_certificate_stops_before_the_request_leaves() {
    let space = Space::found().await;
    let (town, neu_ulm, _) = space.member("neu-ulm.localhost").await;
    let (_, ulm, _) = space.member("ulm.localhost").await;
    let (_, firm, _) = space.member("firm.localhost").await;
    let folder = Folder::of(&town.home, &town.did);
    let (chain, key) = folder.certificate(Side::Mutual).unwrap().unwrap();
    // A listener that shows Neu-Ulm's certificate under every name, and asks for nobody's.
    let mut builder =
        identity::tls::public_context(&chain, key.to_pem().unwrap().as_bytes()).unwrap();
    let above = X509::from_der(chain[1].as_bytes()).unwrap();
    builder.add_extra_chain_cert(above).unwrap();
    let (port, came) = serve(builder.build());
    let client = client(&space, &firm);
    assert_eq!(call(&client, &firm, &ulm, port).await, "did-other");
    assert_eq!(call(&client, &firm, &neu_ulm, port).await, "200");
    assert_eq!(came.requests(), 1);
}

#[tokio::test]
async fn a_participant_without_a_certificate_calls_nobody() {
    let space = Space::found().await;
    let (_, ulm, _) = space.member("ulm.localhost").await;
    let town = space.town("new.localhost");
    let config = crate::setup::config(&town.home).unwrap();
    let new = crate::authority::testing::participant(&town.home, &config);
    let client = client(&space, &new);
    assert_eq!(call(&client, &new, &ulm, 9443).await, "no-certificate");
}
