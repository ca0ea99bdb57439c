//! The fetcher against servers that misbehave.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use identity::Validity;
use identity::authority::{CaCurve, CaKey, PublicAuthority};
use identity::x509::{Der, Serial};

use super::{DID_DOCUMENT, Fetcher, Roots, TRUST_LIST};
use crate::clock::{Clock, SystemClock};
use crate::config::Net;
use crate::net::guard::Guard;

fn authority() -> PublicAuthority {
    let key = CaKey::generate(CaCurve::P256).unwrap();
    let validity = Validity::days(SystemClock::default().now(), 30).unwrap();
    PublicAuthority::create("Test", key, &Serial::from_random([1; 16]), validity).unwrap()
}

/// Answers each connection with `answer`, under a certificate for `host`.
fn serve(authority: &PublicAuthority, host: &str, answer: String) -> u16 {
    let validity = Validity::days(SystemClock::default().now(), 30).unwrap();
    let issued = authority.issue(host, &Serial::from_random([2; 16]), validity).unwrap();
    let chain = [issued.certificate];
    let context = identity::tls::public_context(&chain, issued.key.as_bytes()).unwrap().build();
    let context = Arc::new(context);
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in socket.incoming().flatten() {
            let Ok(mut tls) = context.accept(stream) else { continue };
            let mut head = [0; 4096];
            let _ = tls.read(&mut head);
            let _ = tls.write_all(answer.as_bytes());
            let _ = tls.shutdown();
        }
    });
    port
}

fn fetcher(root: &Der) -> Fetcher {
    let settings = Net { allow: vec!["127.0.0.0/8".into()], ports: vec![] };
    Fetcher::new(Guard::new(&settings).unwrap(), Roots::Only(vec![root.clone()]))
}

fn ok(media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
}

async fn check(answer: String, expected: &str) {
    let authority = authority();
    let port = serve(&authority, "ulm.localhost", answer);
    let url = format!("https://ulm.localhost:{port}/x");
    let got = match fetcher(authority.certificate()).get(&url, &DID_DOCUMENT).await {
        Ok(bytes) => format!("{} bytes", bytes.len()),
        Err(failure) => failure.code().to_owned(),
    };
    assert_eq!(got, expected);
}

#[tokio::test]
async fn a_document_of_the_right_kind_is_fetched() {
    check(ok("application/did+json; charset=utf-8", "{}"), "2 bytes").await;
}

#[tokio::test]
async fn another_media_type_is_refused() {
    check(ok("text/html", "{}"), "answer-media-type").await;
    let coded = ok("application/json", "{}").replacen("\r\n", "\r\ncontent-encoding: gzip\r\n", 1);
    check(coded, "answer-media-type").await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let redirect = "HTTP/1.1 302 Found\r\nlocation: https://ulm.localhost/\r\n\
                    content-length: 0\r\n\r\n";
    check(redirect.to_owned(), "answer-status").await;
}

#[tokio::test]
async fn too_long_documents_are_refused_announced_or_not() {
    let long = "x".repeat(64 * 1024 + 1);
    check(ok("application/json", &long), "answer-too-large").await;
    let length = long.len();
    let unannounced =
        ok("application/json", &long).replace(&format!("content-length: {length}\r\n"), "");
    check(unannounced, "answer-too-large").await;
}

#[tokio::test]
async fn other_roots_and_other_names_are_refused() {
    let (ours, other) = (authority(), authority());
    let port = serve(&ours, "ulm.localhost", ok("application/json", "{}"));
    for (fetcher, host) in [
        (fetcher(other.certificate()), "ulm.localhost"),
        (fetcher(ours.certificate()), "neu-ulm.localhost"),
    ] {
        let url = format!("https://{host}:{port}/x");
        let failure = fetcher.get(&url, &DID_DOCUMENT).await.unwrap_err();
        assert_eq!(failure.code(), "connection-broken", "{failure}");
    }
}

#[tokio::test]
async fn own_networks_are_refused_before_a_connection_is_made() {
    let authority = authority();
    let fetcher =
        Fetcher::new(Guard::default(), Roots::Only(vec![authority.certificate().clone()]));
    for url in ["https://ulm.localhost/x", "http://ulm.example/", "https://127.0.0.1/"] {
        let failure = fetcher.get(url, &TRUST_LIST).await.unwrap_err();
        assert!(["address-forbidden", "bad-address"].contains(&failure.code()), "{url} {failure}");
    }
}
