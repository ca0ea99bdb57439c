//! DID documents: ours read back, and those of others.

use serde_json::{Value, json};
use wire::did::Did;
use wire::digest::Digest;
use wire::sign::{Algorithm, KeyId, Sign};

use super::*;
use crate::keys::PrivateKey;

fn did() -> Did {
    "did:web:ulm.example".parse().unwrap()
}

fn document() -> DidDocument {
    let id = KeyId::parse("did:web:ulm.example#did").unwrap();
    let key = PrivateKey::generate(Algorithm::Es256, id.clone()).unwrap().public_key();
    let service = |kind, url: &str| Service { endpoint: url.parse().unwrap(), kind };
    DidDocument {
        did: did(),
        keys: vec![(id, key)],
        mutual_root: Some(Digest::of(b"root")),
        services: vec![
            service(ServiceKind::Catalog, "https://ulm.example:8444/dsp/2025-1"),
            service(ServiceKind::Data, "https://ulm.example:8444/.well-known/dspace-version"),
        ],
        transport_certificates: [Digest::of(b"certificate")].into(),
    }
}

fn verdict(value: &Value) -> &'static str {
    parse(&serde_json::to_vec(value).unwrap(), &did())
        .map_or_else(|error| error.code(), |_| "accepted")
}

#[test]
fn our_document_is_read_back() {
    let document = document();
    let value = build(&document);
    let read = parse(&serde_json::to_vec(&value).unwrap(), &did()).unwrap();
    assert_eq!(read, document);
    assert!(read.allows(&Digest::of(b"certificate")) && !read.allows(&Digest::of(b"other")));
    assert!(read.endpoint(ServiceKind::Catalog).unwrap().path().starts_with("/dsp"));
}

#[test]
fn hostile_documents_are_refused() {
    let good = build(&document());
    let check = |pointer: &str, value: Value, expected: &str| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert_eq!(verdict(&bad), expected, "{pointer}");
    };
    check("/id", json!("did:web:Ulm.example"), "did-document-other-id");
    check("/id", json!("did:web:other.example"), "did-document-other-id");
    check("/id", json!(1), "did-document-shape");
    let method = good["verificationMethod"][0].clone();
    let double = json!([method, good["verificationMethod"][0]]);
    check("/verificationMethod", double, "did-document-key-twice");
    let controller = json!("did:web:other.example");
    check("/verificationMethod/0/controller", controller, "did-document-foreign-key");
    let jwk = "/verificationMethod/0/publicKeyJwk";
    let mut private = good.pointer(jwk).unwrap().clone();
    private["d"] = json!("AAAA");
    check(jwk, private, "did-document-key");
    check(&format!("{jwk}/y"), json!("A".repeat(43)), "did-document-key");
    check("/service/0/serviceEndpoint", json!("http://ulm.example/"), "did-document-shape");
    check("/service/0/serviceEndpoint", json!("https://127.0.0.1/"), "did-document-shape");
    check("/service/1/type", json!("CatalogService"), "did-document-service-twice");
    check("/transportCertsSha256/0", json!("x"), "did-document-shape");
}

#[test]
fn a_key_without_capability_invocation_does_not_count() {
    let mut value = build(&document());
    value["capabilityInvocation"] = json!([]);
    let read = parse(&serde_json::to_vec(&value).unwrap(), &did()).unwrap();
    assert_eq!(read.keys, []);
    value["capabilityInvocation"] = json!(["#did"]);
    let read = parse(&serde_json::to_vec(&value).unwrap(), &did()).unwrap();
    assert_eq!(read.keys.len(), 1);
}
