//! What anyone may read, and what nobody may.

use identity::did_document::ServiceKind;

use crate::authority::testing::Space;
use crate::net::documents::Documents;
use crate::net::fetch::{DID_DOCUMENT, TRUST_LIST};
use crate::net::unsent::Failure;
use crate::trust::refresher::public_url;

#[tokio::test]
async fn a_did_document_names_key_root_certificate_and_services() {
    let space = Space::found().await;
    let documents = Documents::new(space.fetcher(), space.clock.clone());
    let document = documents.of(&space.did).await.unwrap();
    let standing = space.participant.standing().unwrap();
    assert!(document.allows(&standing.material.leaf().fingerprint()));
    assert_eq!(document.mutual_root, Some(space.fingerprint.digest()));
    assert_eq!(document.keys.len(), 1);
    let versions = document.endpoint(ServiceKind::Data).unwrap().to_string();
    assert_eq!(versions, "https://authority.localhost:9/.well-known/dspace-version");
}

#[tokio::test]
async fn the_version_document_is_had_without_credentials() {
    let space = Space::found().await;
    let url = public_url(&space.did, protocol::http_path::VERSION);
    // It is plain JSON, as a DID document may be.
    let told = space.fetcher().get(&url, &DID_DOCUMENT).await.unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(told, crate::http::versions::document());
}

#[tokio::test]
async fn what_is_not_public_is_not_there() {
    let space = Space::found().await;
    let fetcher = space.fetcher();
    for (path, expected) in [
        ("/", 404),
        ("/dsp/2025-1/catalog/request", 404),
        ("/renew", 404),
        ("/authority/root/key.pem", 404),
        ("/enrol", 405),
    ] {
        let refused = fetcher.get(&public_url(&space.did, path), &TRUST_LIST).await.unwrap_err();
        assert_eq!(refused, Failure::Status { status: expected }, "{path}");
    }
    for path in ["/root.pem", "/.well-known/did.json", "/trust-list"] {
        let url = public_url(&space.did, path);
        let (status, _) = fetcher.post(&url, b"{}".to_vec(), 1024).await.unwrap();
        assert_eq!(status, 405, "{path}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_ours_ends_in_the_handshake() {
    let space = Space::found().await;
    let port = space.did.port().unwrap();
    let url = format!("https://ulm.localhost:{port}/.well-known/did.json");
    let refused = space.fetcher().get(&url, &DID_DOCUMENT).await.unwrap_err();
    assert_eq!(refused.code(), "connection-broken", "{refused}");
}

#[tokio::test]
async fn too_many_enrolments_from_one_place_are_put_off() {
    let space = Space::found().await;
    let url = public_url(&space.did, "/enrol");
    let fetcher = space.fetcher();
    let mut statuses = Vec::new();
    for _ in 0..21 {
        let (status, _) = fetcher.post(&url, b"{}".to_vec(), 1024).await.unwrap();
        statuses.push(status);
    }
    assert_eq!(statuses.first(), Some(&400));
    assert_eq!(statuses.last(), Some(&429));
}
