//! Every certificate that must be refused, shown to the real listener: refused in the handshake,
//! before any HTTP, with its reason counted for the operator.

use std::collections::BTreeMap;
use std::sync::Arc;

use allmende_tests::cast::{Says, Who, cast};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::listener::Listener;
use allmende_tests::raw::Client;
use connector::participant::Standing;
use identity::Crls;
use identity::testing::{BadCertificate, BadCrl, dangerous_client};
use identity::tls::Trust;
use jiff::SignedDuration;
use openssl::ssl::{Ssl, SslVersion};

use super::{VERSION, company, listening};

/// Refused by OpenSSL itself while it reads the certificate, before anybody can be asked: the
/// handshake fails, and there is nobody to name a reason.
const UNREAD: &[BadCertificate] = &[];

/// Keys that OpenSSL cannot even hold: there is no handshake to try.
const UNSPOKEN: &[BadCertificate] = &[BadCertificate::RsaExponent1, BadCertificate::RsaHuge];

/// Ulm holds these revocation lists from now on.
fn hold(space: &Dataspace, crls: Crls) {
    let engine = space.at(Who::Ulm);
    let ulm = engine.hosted().by_did(&Who::Ulm.did()).unwrap();
    let standing = cast().standing(Who::Ulm, &Says::default());
    let trust = Trust { anchors: cast().world().anchors().unwrap(), crls };
    let material = Arc::new(standing.material.with_trust(Arc::new(trust)));
    ulm.set_standing(Standing { material, ..standing });
}

/// What a client sees that asks for a page although it is not let in: an end without a byte.
async fn refused(listener: &Listener, ssl: Ssl, what: &str) -> String {
    let mut client = match Client::with(ssl, Who::Ulm.host(), listener.address).await {
        Err(error) => return error,
        Ok(client) => client,
    };
    // In TLS 1.3 a client believes that it is in until it reads.
    let head = format!("GET {VERSION} HTTP/1.1\r\nHost: {}\r\n\r\n", Who::Ulm.host());
    let sent = client.send(head.as_bytes()).await;
    match client.read().await {
        Err(error) => error,
        Ok(bytes) if bytes.is_empty() => format!("{sent:?}"),
        Ok(bytes) => panic!("{what} was answered: {}", String::from_utf8_lossy(&bytes)),
    }
}

/// The reasons that were counted, with the host that was asked for.
fn counted(listener: &Listener) -> Vec<(String, &'static str)> {
    listener.engine.strangers().take().into_iter().map(|(host, code, _)| (host, code)).collect()
}

#[tokio::test]
async fn each_bad_certificate_is_refused_before_any_http() {
    let (space, listener) = listening();
    let mut wrong = BTreeMap::new();
    for case in BadCertificate::ALL {
        // A name with the letter that the homograph replaces.
        let bad = cast().world().bad(*case, &Who::NeuUlm.did()).unwrap();
        assert_eq!(bad.key().is_none(), UNSPOKEN.contains(case), "{case:?}");
        if bad.key().is_none() {
            continue;
        }
        hold(&space, bad.crls.clone());
        let ssl = dangerous_client(Some(&bad), Some(Who::Ulm.host()), SslVersion::TLS1_3);
        let ssl = match ssl {
            Ok(ssl) => ssl,
            Err(error) => {
                wrong.insert(format!("{case:?}"), error.to_string());
                continue;
            }
        };
        refused(&listener, ssl, &format!("{case:?}")).await;
        let counted = counted(&listener);
        let expected = vec![(Who::Ulm.host().to_owned(), case.code())];
        if counted != expected && !(counted.is_empty() && UNREAD.contains(case)) {
            wrong.insert(format!("{case:?}"), format!("{counted:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(space.kept(Who::Ulm).await.log.is_empty(), "strangers never reach the log");
}

#[tokio::test]
async fn whoever_shows_no_certificate_is_refused() {
    let (_space, listener) = listening();
    let ssl = dangerous_client(None, Some(Who::Ulm.host()), SslVersion::TLS1_3).unwrap();
    let why = refused(&listener, ssl, "nothing").await;
    assert!(why.contains("certificate required"), "{why}");
}

#[tokio::test]
async fn older_tls_is_not_spoken() {
    let (_space, listener) = listening();
    for version in [SslVersion::TLS1_2, SslVersion::TLS1_1, SslVersion::TLS1] {
        let ssl = dangerous_client(None, Some(Who::Ulm.host()), version).unwrap();
        let client = Client::with(ssl, Who::Ulm.host(), listener.address).await;
        let why = client.expect_err("no handshake");
        assert!(why.contains("protocol version") || why.contains("no protocols"), "{why}");
    }
}

#[tokio::test]
async fn no_name_and_an_unknown_name_get_a_fatal_alert() {
    let (_space, listener) = listening();
    for name in [None, Some("authority.localhost"), Some("localhost"), Some(Who::Company.host())] {
        let ssl = dangerous_client(None, name, SslVersion::TLS1_3).unwrap();
        let client = Client::with(ssl, Who::Ulm.host(), listener.address).await;
        let why = client.expect_err("no handshake");
        assert!(why.contains("unrecognized name"), "{name:?}: {why}");
        assert_eq!(counted(&listener), [(name.unwrap_or_default().to_owned(), "unknown-host")]);
    }
}

#[tokio::test]
async fn a_bad_revocation_list_is_not_taken_and_the_good_one_stays() {
    for case in BadCrl::ALL {
        let offered = cast().world().bad_crl(*case).unwrap();
        let issuer = cast().world().issuing.certificate();
        let taken = offered.held.update(&offered.crl, issuer, allmende_tests::cast::now());
        assert_eq!(taken.unwrap_err().code(), case.code(), "{case:?}");
        let (space, listener) = listening();
        hold(&space, offered.held);
        let mut company = company(&listener).await;
        assert_eq!(company.get(VERSION).await.status, 200, "{case:?}");
    }
}

#[tokio::test]
async fn a_stale_revocation_list_lets_nobody_in() {
    let (space, listener) = listening();
    space.clock.advance(SignedDuration::from_hours(24 * 8));
    let material = cast().material(Who::Company, &Says::default());
    let context = identity::tls::client_context().unwrap();
    let now = allmende_tests::cast::now();
    let ssl = identity::tls::client_ssl(&context, &material, &Who::Ulm.did(), now).unwrap();
    refused(&listener, ssl, "a good certificate").await;
    assert_eq!(counted(&listener), [(Who::Ulm.host().to_owned(), "crl-stale")]);
}

#[tokio::test]
async fn a_certificate_that_is_revoked_on_an_open_connection_gets_no_further_answer() {
    let (space, listener) = listening();
    let mut open = company(&listener).await;
    assert_eq!(open.get(VERSION).await.status, 200);
    let says = Says { number: 1, revoked: vec![Who::Company], ..Says::default() };
    space.node(Who::Ulm).learn(&says).await;
    let told = open.get(VERSION).await;
    assert_eq!((told.status, told.body.len()), (404, 0));
    assert_eq!(open.read().await.unwrap_or_default(), b"", "and the connection closes");
    let again = Client::of(Who::Company, Who::Ulm, listener.address).await;
    if let Ok(mut again) = again {
        let head = format!("GET {VERSION} HTTP/1.1\r\nHost: {}\r\n\r\n", Who::Ulm.host());
        again.ask(head.as_bytes()).await.unwrap_err();
    }
    assert_eq!(counted(&listener), [(Who::Ulm.host().to_owned(), "certificate-revoked")]);
}

#[tokio::test]
async fn a_certificate_that_expires_on_an_open_connection_gets_no_further_answer() {
    let (space, listener) = listening();
    let mut open = company(&listener).await;
    assert_eq!(open.get(VERSION).await.status, 200);
    space.clock.advance(SignedDuration::from_hours(24 * 31));
    let told = open.get(VERSION).await;
    assert_eq!((told.status, told.body.len()), (404, 0));
}

#[tokio::test]
async fn members_are_let_in_and_suspended_ones_are_told_nothing() {
    let (space, listener) = listening();
    let says = Says { number: 1, suspended: vec![Who::Firm], ..Says::default() };
    space.node(Who::Ulm).learn(&says).await;
    let mut firm = Client::of(Who::Firm, Who::Ulm, listener.address).await.unwrap();
    let told = firm.get(VERSION).await;
    assert_eq!((told.status, told.body.len()), (404, 0));
    assert_eq!(company(&listener).await.get(VERSION).await.status, 200);
}
