//! The authority: what it signs, and what it refuses to sign.

use jiff::Timestamp;
use openssl::x509::X509Req;
use wire::did::Did;
use wire::sign::{Algorithm, KeyId};

use super::*;
use crate::Validity;
use crate::keys::PrivateKey;
use crate::testing::World;
use crate::x509::Leaf;

fn now() -> Timestamp {
    "2026-12-01T12:00:00Z".parse().unwrap()
}

fn did(text: &str) -> Did {
    text.parse().unwrap()
}

fn world() -> World {
    let dataspace = "demo".parse().unwrap();
    World::new(&did("did:web:authority.example"), dataspace, now()).unwrap()
}

fn key() -> PrivateKey {
    PrivateKey::generate(Algorithm::Es256, KeyId::parse("tls").unwrap()).unwrap()
}

#[test]
fn a_leaf_says_exactly_what_was_enrolled() {
    let world = world();
    let ulm = did("did:web:ulm.example%3A8443:town");
    let request = CheckedRequest::read(&build_request(&key(), &ulm).unwrap(), &ulm).unwrap();
    let names =
        LeafNames { did: ulm.clone(), crl_url: Some("https://authority.example/crl".into()) };
    let validity = Validity::days(now(), 60).unwrap();
    let der = world.issuing.sign_leaf(&request, &names, &world.serial(), validity).unwrap();
    let leaf = Leaf::read(&der).unwrap();
    assert_eq!(leaf.did(), &ulm);
    assert_eq!(leaf.validity(), validity);
    assert_eq!(leaf.spki(), request.spki());
    assert_eq!(leaf.crl_points(), ["https://authority.example/crl"]);
    assert!(leaf.subject_key_id().is_some() && leaf.authority_key_id().is_some());
    assert_eq!(leaf.renew_at(), Validity::days(now(), 40).unwrap().not_after);
}

#[test]
fn a_life_that_is_too_long_is_not_signed() {
    let world = world();
    let ulm = did("did:web:ulm.example");
    let request = CheckedRequest::read(&build_request(&key(), &ulm).unwrap(), &ulm).unwrap();
    let names = LeafNames { did: ulm, crl_url: None };
    for days in [0, 93] {
        let validity = Validity::days(now(), days).unwrap();
        let refused = world.issuing.sign_leaf(&request, &names, &world.serial(), validity);
        assert!(matches!(refused, Err(AuthorityError::Life { .. })), "{days}");
    }
}

#[test]
fn requests_that_ask_for_more_are_refused() {
    let ulm = did("did:web:ulm.example");
    let good = build_request(&key(), &ulm).unwrap();
    let code = |pem: &str, did: &Did| {
        CheckedRequest::read(pem, did).map_or_else(|error| error.code(), |_| "accepted")
    };
    assert_eq!(code(&good, &ulm), "accepted");
    assert_eq!(code(&good, &did("did:web:neu-ulm.example")), "request-names");
    assert_eq!(code(&good, &did("did:web:ulm.example%3A8443")), "request-names");
    assert_eq!(code("", &ulm), "request-unreadable");
    assert_eq!(code(&"x".repeat(9000), &ulm), "request-unreadable");
    // A request whose signature is another request's.
    let one = X509Req::from_pem(good.as_bytes()).unwrap().to_der().unwrap();
    let mut flipped = one.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let pem = X509Req::from_der(&flipped).unwrap().to_pem().unwrap();
    assert_eq!(code(&String::from_utf8(pem).unwrap(), &ulm), "request-possession");
    for (pem, expected) in hostile_requests(&ulm) {
        assert_eq!(code(&pem, &ulm), expected);
    }
}

/// Requests for a weak key, for an authority, for a second host.
fn hostile_requests(did: &Did) -> Vec<(String, &'static str)> {
    use openssl::hash::MessageDigest;
    use openssl::pkey::{PKey, Private};
    use openssl::stack::Stack;
    use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
    use openssl::x509::{X509Extension, X509ReqBuilder};
    let request = |key: &PKey<Private>, extensions: Vec<X509Extension>| {
        let mut builder = X509ReqBuilder::new().unwrap();
        builder.set_pubkey(key).unwrap();
        let mut stack = Stack::new().unwrap();
        for extension in extensions {
            stack.push(extension).unwrap();
        }
        builder.add_extensions(&stack).unwrap();
        builder.sign(key, MessageDigest::sha256()).unwrap();
        String::from_utf8(builder.build().to_pem().unwrap()).unwrap()
    };
    let names = |hosts: &[&str]| {
        let builder = X509ReqBuilder::new().unwrap();
        let mut names = SubjectAlternativeName::new();
        names.uri(did.as_str());
        for host in hosts {
            names.dns(host);
        }
        names.build(&builder.x509v3_context(None)).unwrap()
    };
    let p256 = crate::keys::generate_ec(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    let p384 = crate::keys::generate_ec(openssl::nid::Nid::SECP384R1).unwrap();
    let rsa = PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap();
    let authority = BasicConstraints::new().ca().build().unwrap();
    vec![
        (request(&p256, vec![names(&[did.host()])]), "accepted"),
        (request(&p256, vec![names(&[did.host()]), authority]), "request-extension"),
        (request(&p256, vec![names(&[did.host(), "other.example"])]), "request-names"),
        (request(&p256, vec![names(&[])]), "request-names"),
        (request(&p384, vec![names(&[did.host()])]), "request-key"),
        (request(&rsa, vec![names(&[did.host()])]), "request-key"),
    ]
}

#[test]
fn authorities_and_keys_survive_their_files() {
    let world = world();
    let pem = world.root.key().to_pem().unwrap();
    let key = CaKey::from_pem(pem.as_bytes()).unwrap();
    Root::load(world.root.certificate().clone(), key).unwrap();
    let other = CaKey::generate(CaCurve::P384).unwrap();
    let refused = Root::load(world.root.certificate().clone(), other).unwrap_err();
    assert!(matches!(refused, AuthorityError::KeyMismatch));
    let text = world.root.certificate().to_pem().unwrap();
    let read = crate::x509::Der::from_pem(text.as_bytes()).unwrap();
    assert_eq!(read, [world.root.certificate().clone()]);
    let participant = self::key();
    let pem = participant.to_pem().unwrap();
    let again = PrivateKey::from_pem(pem.as_bytes(), KeyId::parse("tls").unwrap()).unwrap();
    assert_eq!(again.spki().unwrap(), participant.spki().unwrap());
    assert_eq!(format!("{pem:?}"), "SecretPem(…)");
}
