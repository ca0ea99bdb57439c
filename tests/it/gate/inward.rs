//! Partners to the foreign connector.

use allmende_tests::foreign::{Foreign, say};
use allmende_tests::peer::Peer;

use super::{GATE, TOWN, space};

fn post(path: &str, fields: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {GATE}\r\n{fields}Content-Length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn a_partners_request_comes_through_as_it_was_with_its_did_beside_it() {
    let foreign = Foreign::saying("201 Created", b"{\"done\": true}");
    let (_machines, town, gate) = space(&foreign);
    let fields = "Content-Type: application/json\r\nAuthorization: Bearer opaque\r\n\
                  Allmende-Peer-Did: did:web:liar.example\r\nX-Forwarded-For: 192.0.2.1\r\n\
                  Forwarded: for=192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\nVia: 1.1 liar\r\n\
                  Connection: X-Hop\r\nX-Hop: 1\r\n";
    let body = "{ \"callbackAddress\" : \"https://ulm.localhost\" }";
    let request = post("/dsp/negotiations/request?x=1%20y", fields, body);
    let told = Peer::of(&town, TOWN).ask(GATE, gate.mutual(), &request).unwrap();
    assert_eq!((told.status, told.body.as_slice()), (201, &b"{\"done\": true}"[..]));

    let heard = foreign.heard();
    let [heard] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(heard.asked(), "POST /dsp/negotiations/request?x=1%20y");
    assert_eq!(heard.body, body.as_bytes());
    assert_eq!(heard.fields("allmende-peer-did"), [town.did(TOWN).as_str()]);
    assert_eq!(heard.fields("authorization"), ["Bearer opaque"]);
    assert_eq!(heard.fields("host"), [GATE]);
    for stopped in ["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-hop", "connection"] {
        assert!(heard.fields(stopped).is_empty(), "{stopped}: {}", heard.head);
    }
}

#[test]
fn what_must_not_pass_never_reaches_the_foreign_connector() {
    let foreign = Foreign::start(|_, stream| say(stream, "200 OK", b""));
    let (_machines, town, gate) = space(&foreign);
    let peer = Peer::of(&town, TOWN);
    let of_another = "Authorization: Bearer eyJhbGciOiJFUzI1NiJ9.\
                      eyJpc3MiOiJkaWQ6d2ViOm90aGVyLmV4YW1wbGUifQ.c2ln\r\n";
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {GATE}\r\n\r\n");
    let long = format!("POST /x HTTP/1.1\r\nHost: {GATE}\r\nContent-Length: 67108865\r\n\r\n");
    for (request, status, code) in [
        (post("/x", of_another, "{}"), 404, "token-issuer"),
        (get("/dsp/../management"), 404, "path-not-plain"),
        (get("/dsp/%2e%2E/management"), 404, "path-not-plain"),
        (get("/dsp/..;/management"), 404, "path-not-plain"),
        (get("/dsp/..%2fmanagement"), 404, "path-not-plain"),
        (format!("OPTIONS / HTTP/1.1\r\nHost: {GATE}\r\n\r\n"), 405, "method-not-passed"),
        (long, 413, "body-too-large"),
        ("GET / HTTP/1.1\r\nHost: other.localhost\r\n\r\n".to_owned(), 421, "wrong-host"),
    ] {
        let told = peer.ask(GATE, gate.mutual(), &request).unwrap();
        assert_eq!(told.status, status, "{request}");
        assert!(
            code == "wrong-host" || gate.journal().contains(code),
            "{code}: {}",
            gate.journal()
        );
    }
    assert!(foreign.heard().is_empty());
}

#[test]
fn a_gate_that_vouches_shows_the_partners_did_in_place_of_its_token() {
    let foreign = Foreign::saying("200 OK", b"");
    let (_machines, town, mut gate) = space(&foreign);
    gate.kill();
    let url = foreign.url();
    let to = format!("to = \"{url}\"");
    let vouch = format!("{to}\nvouch = '{{\"clientId\":\"{{peer}}\"}}'\n");
    gate.set(&to, &format!("{vouch}paths = {{ \"/public\" = \"{url}\" }}"));
    gate.up();
    let peer = Peer::of(&town, TOWN);
    let did = town.did(TOWN);
    for (path, sent, shown) in [
        ("/dsp", "", format!("{{\"clientId\":\"{did}\"}}")),
        ("/dsp", "Authorization: Bearer mine\r\n", format!("{{\"clientId\":\"{did}\"}}")),
        ("/public/x", "Authorization: Bearer mine\r\n", "Bearer mine".to_owned()),
    ] {
        assert_eq!(peer.ask(GATE, gate.mutual(), &post(path, sent, "")).unwrap().status, 200);
        let heard = foreign.heard().pop().unwrap();
        assert_eq!(heard.fields("authorization"), [shown], "{path} {sent}");
    }
    let forged = post("/dsp", "Authorization: {\"clientId\":\"did:web:x\"}\r\n", "");
    assert_eq!(peer.ask(GATE, gate.mutual(), &forged).unwrap().status, 404);
}
