//! Handshakes over socket pairs: each bad certificate, each trap, and both refusals.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::thread;

use jiff::Timestamp;
use openssl::ssl::{
    Ssl, SslContext, SslMethod, SslSessionCacheMode, SslStream, SslVerifyMode, SslVersion,
};
use wire::dataspace::DataspaceId;
use wire::did::Did;

use super::*;
use crate::VerifiedPeer;
use crate::testing::{BadCertificate, Participant, World, dangerous_client};

const NOW: &str = "2026-12-01T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn did(text: &str) -> Did {
    text.parse().unwrap()
}

fn world() -> World {
    let dataspace = DataspaceId::parse("demo").unwrap();
    World::new(&did("did:web:authority.example"), dataspace, now()).unwrap()
}

/// The participants of one process, as a test sets them.
#[derive(Default)]
struct House {
    hosts: Mutex<BTreeMap<String, Arc<Material>>>,
    refused: Mutex<Vec<(Option<String>, Option<&'static str>)>>,
}

impl House {
    fn put(&self, material: Arc<Material>) {
        self.hosts.lock().unwrap().insert(material.did().host().to_owned(), material);
    }

    fn refused(&self) -> Vec<(Option<String>, Option<&'static str>)> {
        self.refused.lock().unwrap().clone()
    }
}

impl Participants for House {
    fn by_host(&self, host: &str) -> Option<Arc<Material>> {
        self.hosts.lock().unwrap().get(host).cloned()
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn refused(&self, host: Option<&str>, distrust: Option<&Distrust>) {
        let entry = (host.map(str::to_owned), distrust.map(Distrust::code));
        self.refused.lock().unwrap().push(entry);
    }
}

/// What both sides saw of one connection over which the client asked and the server answered.
#[derive(Debug)]
struct Seen {
    server: Result<VerifiedPeer, String>,
    client: Result<Option<VerifiedPeer>, String>,
}

fn server(house: &Arc<House>) -> SslContext {
    server_context(house.clone()).unwrap().build().into_context()
}

/// One connection; the certificate is seen on the wire, the peer only after the handshake.
fn connect(server: &SslContext, client: Ssl) -> Seen {
    let (near, far) = UnixStream::pair().unwrap();
    near.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    // Keeps the server's end open until the client has read the alert.
    let held = far.try_clone().unwrap();
    let accepting = Ssl::new(server).unwrap();
    let serving = thread::spawn(move || {
        let mut stream = accepting.accept(far).map_err(|error| error.to_string())?;
        let found = peer(stream.ssl()).ok_or("no peer after the handshake");
        let mut byte = [0];
        stream.read_exact(&mut byte).map_err(|error| error.to_string())?;
        stream.write_all(&byte).map_err(|error| error.to_string())?;
        found.map_err(str::to_owned)
    });
    let client = talk(client, near);
    drop(held);
    Seen { server: serving.join().unwrap(), client }
}

fn talk(client: Ssl, near: UnixStream) -> Result<Option<VerifiedPeer>, String> {
    let words = |error: &(dyn std::error::Error + 'static)| {
        Alert::find(error).map_or_else(|| error.to_string(), |alert| alert.to_string())
    };
    let mut stream: SslStream<UnixStream> = match client.connect(near) {
        Ok(stream) => stream,
        Err(openssl::ssl::HandshakeError::Failure(middle)) => {
            let own = refusal(middle.ssl()).map(|distrust| distrust.code().to_owned());
            return Err(own.unwrap_or_else(|| words(middle.error())));
        }
        Err(other) => return Err(other.to_string()),
    };
    let found = peer(stream.ssl());
    stream.write_all(b"?").map_err(|error| words(&error))?;
    let mut byte = [0];
    stream.read_exact(&mut byte).map_err(|error| words(&error))?;
    assert!(!stream.ssl().session_reused());
    Ok(found)
}

struct Scene {
    world: World,
    house: Arc<House>,
    server: SslContext,
    ulm: Participant,
    company: Participant,
}

impl Scene {
    fn new() -> Self {
        let world = world();
        let house = Arc::new(House::default());
        let ulm = world.participant(&did("did:web:ulm.example%3A8443")).unwrap();
        let company = world.participant(&did("did:web:company.example")).unwrap();
        house.put(ulm.material(world.trust().unwrap()).unwrap());
        let server = server(&house);
        Self { world, house, server, ulm, company }
    }

    fn client(&self, expected: &Did) -> Ssl {
        let material = self.company.material(self.world.trust().unwrap()).unwrap();
        client_ssl(&client_context().unwrap(), &material, expected, now()).unwrap()
    }
}

#[test]
fn both_sides_know_each_other_after_the_handshake() {
    let scene = Scene::new();
    let seen = connect(&scene.server, scene.client(&scene.ulm.did));
    assert_eq!(seen.server.unwrap().did(), &scene.company.did);
    assert_eq!(seen.client.unwrap().unwrap().did(), &scene.ulm.did);
    assert_eq!(scene.house.refused(), []);
}

#[test]
fn each_bad_certificate_is_refused_in_the_handshake() {
    let scene = Scene::new();
    let mut tried = 0;
    for case in BadCertificate::ALL {
        let bad = scene.world.bad(*case, &did("did:web:company.example")).unwrap();
        if bad.key().is_none() {
            continue;
        }
        let anchors = scene.world.anchors().unwrap();
        let trust = Arc::new(Trust { anchors, crls: bad.crls.clone() });
        scene.house.put(scene.ulm.material(trust).unwrap());
        let client = dangerous_client(Some(&bad), Some("ulm.example"), SslVersion::TLS1_3);
        let Ok(client) = client else { continue };
        let seen = connect(&scene.server, client);
        assert!(seen.server.is_err() && seen.client.is_err(), "{case:?}: {seen:?}");
        tried += 1;
    }
    assert!(tried >= BadCertificate::ALL.len() - 5, "only {tried} cases could be tried");
    let refused = scene.house.refused();
    assert!(refused.len() >= tried - 4, "{} of {tried} were told", refused.len());
    assert!(
        refused.iter().all(|(host, why)| host.as_deref() == Some("ulm.example") && why.is_some())
    );
}

#[test]
fn nobody_comes_in_without_a_certificate() {
    let scene = Scene::new();
    let client = dangerous_client(None, Some("ulm.example"), SslVersion::TLS1_3).unwrap();
    let seen = connect(&scene.server, client);
    assert!(seen.server.is_err());
    // In TLS 1.3 the client believes that the handshake succeeded and learns it at its first read.
    assert_eq!(
        seen.client.unwrap_err(),
        "the partner asked for a certificate and got none (TLS alert 116)"
    );
}

#[test]
fn old_versions_of_tls_are_not_spoken() {
    let scene = Scene::new();
    for version in [SslVersion::TLS1_2, SslVersion::TLS1_1, SslVersion::TLS1] {
        let client = dangerous_client(None, Some("ulm.example"), version).unwrap();
        let seen = connect(&scene.server, client);
        assert!(seen.server.is_err(), "{version:?}");
        let why = seen.client.unwrap_err();
        assert!(why.contains("TLS 1.3") || why.contains("no protocols"), "{why}");
    }
}

#[test]
fn no_name_and_an_unknown_name_get_a_fatal_alert() {
    let scene = Scene::new();
    for host in [None, Some("other.example"), Some("example")] {
        let client = dangerous_client(None, host, SslVersion::TLS1_3).unwrap();
        let seen = connect(&scene.server, client);
        assert!(seen.server.is_err());
        let why = seen.client.unwrap_err();
        assert_eq!(why, "the partner does not serve this host name (TLS alert 112)");
        assert_eq!(scene.house.refused().pop().unwrap(), (host.map(str::to_owned), None));
    }
    let upper = dangerous_client(None, Some("ULM.example"), SslVersion::TLS1_3).unwrap();
    assert!(connect(&scene.server, upper).client.unwrap_err().contains("116"));
}

#[test]
fn the_client_refuses_any_server_but_the_one_it_means() {
    let scene = Scene::new();
    // Another DID on the same host and port of the same space.
    let seen = connect(&scene.server, scene.client(&did("did:web:ulm.example")));
    assert_eq!(seen.client.unwrap_err(), "did-other");
    assert!(seen.server.is_err());
    // A server of another data space under the right name.
    let other = world();
    let stranger = other.participant(&scene.ulm.did).unwrap();
    scene.house.put(stranger.material(scene.world.trust().unwrap()).unwrap());
    let seen = connect(&scene.server, scene.client(&scene.ulm.did));
    assert_eq!(seen.client.unwrap_err(), "root-unknown");
}

#[test]
fn the_client_refuses_the_public_listeners_certificate() {
    let scene = Scene::new();
    let authority = crate::authority::PublicAuthority::create(
        "Public",
        crate::authority::CaKey::generate(crate::authority::CaCurve::P256).unwrap(),
        &scene.world.serial(),
        crate::Validity::days(now(), 300).unwrap(),
    )
    .unwrap();
    let validity = crate::Validity::days(now(), 90).unwrap();
    let public = authority.issue("ulm.example", &scene.world.serial(), validity).unwrap();
    let context = public_context(&[public.certificate], public.key.as_bytes()).unwrap();
    let seen = connect(&context.build().into_context(), scene.client(&scene.ulm.did));
    assert!(seen.client.unwrap_err().ends_with("-missing"));
    assert!(seen.server.is_err());
}

#[test]
fn two_data_spaces_on_one_port_do_not_let_each_others_members_in() {
    let scene = Scene::new();
    let other = world();
    let town = other.participant(&did("did:web:neu-ulm.example")).unwrap();
    scene.house.put(town.material(other.trust().unwrap()).unwrap());
    assert!(connect(&scene.server, scene.client(&scene.ulm.did)).server.is_ok());
    let seen = connect(&scene.server, scene.client(&town.did));
    assert!(seen.server.is_err());
}

#[test]
fn a_new_revocation_list_counts_for_the_next_connection() {
    let scene = Scene::new();
    assert!(connect(&scene.server, scene.client(&scene.ulm.did)).server.is_ok());
    let serial = scene.company.leaf().unwrap().serial().clone();
    let crls = scene.world.crls(2, &[serial], &[]).unwrap();
    let trust = Arc::new(Trust { anchors: scene.world.anchors().unwrap(), crls });
    let held = scene.house.by_host("ulm.example").unwrap();
    scene.house.put(Arc::new(held.with_trust(trust)));
    let seen = connect(&scene.server, scene.client(&scene.ulm.did));
    assert!(seen.server.is_err());
    assert_eq!(
        seen.client.unwrap_err(),
        "the partner refused our certificate by its own rules (TLS alert 40)"
    );
    let expected = (Some("ulm.example".to_owned()), Some("certificate-revoked"));
    assert_eq!(scene.house.refused().pop().unwrap(), expected);
}

#[test]
fn a_new_certificate_counts_for_the_next_connection() {
    let scene = Scene::new();
    let renewed = scene.world.participant(&scene.ulm.did).unwrap();
    scene.house.put(renewed.material(scene.world.trust().unwrap()).unwrap());
    let seen = connect(&scene.server, scene.client(&scene.ulm.did));
    assert_eq!(*seen.client.unwrap().unwrap().fingerprint(), renewed.chain[0].digest());
}

#[test]
fn no_ticket_is_handed_out_and_no_session_is_resumed() {
    let scene = Scene::new();
    let sessions = Arc::new(Mutex::new(Vec::new()));
    let mut context = SslContext::builder(SslMethod::tls_client()).unwrap();
    context.set_verify(SslVerifyMode::NONE);
    context.set_session_cache_mode(SslSessionCacheMode::CLIENT);
    let kept = sessions.clone();
    context.set_new_session_callback(move |_, session| kept.lock().unwrap().push(session));
    let context = context.build();
    let material = scene.company.material(scene.world.trust().unwrap()).unwrap();
    let client = || {
        let mut ssl = Ssl::new(&context).unwrap();
        ssl.set_hostname("ulm.example").unwrap();
        material.present(&mut ssl).unwrap();
        ssl
    };
    assert!(connect(&scene.server, client()).server.is_ok());
    assert!(sessions.lock().unwrap().is_empty(), "the server handed out a ticket");
    assert!(connect(&scene.server, client()).server.is_ok());
}

#[test]
fn only_http_1_1_is_negotiated() {
    let scene = Scene::new();
    let client = |protocols: &[u8]| {
        let mut ssl = scene.client(&scene.ulm.did);
        ssl.set_alpn_protos(protocols).unwrap();
        ssl
    };
    assert!(connect(&scene.server, client(b"\x02h2\x08http/1.1")).server.is_ok());
    let seen = connect(&scene.server, client(b"\x02h2"));
    assert_eq!(seen.client.unwrap_err(), "the partner does not speak HTTP/1.1 (TLS alert 120)");
}

#[test]
fn a_participant_must_hold_the_key_of_its_certificate() {
    let scene = Scene::new();
    let chain = scene.ulm.chain.clone();
    let trust = scene.world.trust().unwrap();
    let refused = Material::new(chain, &scene.company.tls_key, trust.clone()).unwrap_err();
    assert!(matches!(refused, TlsError::KeyMismatch));
    let material = scene.ulm.material(trust).unwrap();
    assert_eq!(material.check_itself(now()).unwrap().did(), &scene.ulm.did);
}
