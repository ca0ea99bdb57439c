//! A foreign connector in the life of a data space: a contract, a member that is kept out, programs
//! that are slow or gone, and peers that are not who they should be.

use std::io::Write as _;
use std::net::TcpListener;

use allmende_tests::foreign::{Foreign, say};
use allmende_tests::https;
use allmende_tests::local::{Ask, dechunked};
use allmende_tests::machines::{Machine, Machines};
use allmende_tests::peer::Peer;
use allmende_tests::raw::Told;
use allmende_tests::wait::until;
use serde_json::{Value, json};

use super::{GATE, TOWN, secret, space};

/// Asks a partner in the clear.
fn ask(gate: &Machine, host: &str, port: u16, below: &str, body: Option<&Value>) -> Told {
    let path = format!("/{}/{host}:{port}{below}", secret(gate));
    let method = if body.is_some() { "POST" } else { "GET" };
    let ask = Ask::new(method, &path).with("Host", &gate.outward[0].to_string());
    let ask = match body {
        Some(body) => ask.json(body),
        None => ask,
    };
    ask.send(gate.outward[0]).unwrap()
}

fn message(kind: &str, members: Value) -> Value {
    let mut message = json!({
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": kind,
    });
    message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    message
}

#[test]
fn a_foreign_consumer_concludes_a_contract_without_signatures_and_gets_the_data() {
    let foreign = Foreign::saying("200 OK", b"");
    let (_machines, town, gate) = space(&foreign);
    town.write(TOWN, "stops.csv", b"Rathaus,12\n");
    let add = ["dataset", "add", "--title", "Stops", "--file", "stops.csv"];
    let _ = town.run(&add).done();
    let port = town.mutual().port();
    let dsp = |below: &str, body: &Value| {
        let told = ask(&gate, TOWN, port, &format!("/dsp/2025-1{below}"), Some(body));
        assert!(
            told.status < 300,
            "{below}: {} {}",
            told.status,
            String::from_utf8_lossy(&told.body)
        );
        told
    };
    let heard = |end: &str| {
        until(end, || {
            let heard = foreign.heard().into_iter().find(|it| it.asked().ends_with(end))?;
            assert_eq!(heard.fields("allmende-peer-did"), [town.did(TOWN).as_str()]);
            Some(serde_json::from_slice::<Value>(&heard.body).unwrap())
        })
    };
    let callback = format!("https://{GATE}:{}/x/2025-1", gate.mutual().port());
    let ids = |provider: &Value, members: Value| {
        let mut ids = json!({"consumerPid": "urn:uuid:by-hand", "providerPid": provider});
        ids.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        ids
    };

    let catalog = dsp("/catalog/request", &message("CatalogRequestMessage", json!({})));
    let catalog: Value = serde_json::from_slice(&dechunked(&catalog.body)).unwrap();
    let dataset = &catalog["dataset"][0];
    let mut offer = dataset["hasPolicy"][0].clone();
    offer["target"] = dataset["@id"].clone();
    let request = json!({
        "consumerPid": "urn:uuid:by-hand", "callbackAddress": callback, "offer": offer,
    });
    let opened = dsp("/negotiations/request", &message("ContractRequestMessage", request)).json();
    let provider = &opened["providerPid"];
    let agreed = heard("POST /x/2025-1/negotiations/urn:uuid:by-hand/agreement");
    let verification = message("ContractAgreementVerificationMessage", ids(provider, json!({})));
    let below = format!("/negotiations/{}/agreement/verification", provider.as_str().unwrap());
    let _ = dsp(&below, &verification);
    assert_eq!(heard("/negotiations/urn:uuid:by-hand/events")["eventType"], "FINALIZED");

    let request = json!({
        "consumerPid": "urn:uuid:pull-by-hand", "agreementId": agreed["agreement"]["@id"],
        "callbackAddress": callback, "format": dataset["distribution"][0]["format"],
    });
    let request = message("TransferRequestMessage", request);
    until("the town has read the acknowledgement of its last message", || {
        let told = ask(&gate, TOWN, port, "/dsp/2025-1/transfers/request", Some(&request));
        (told.status < 300).then_some(())
    });
    let started = heard("/transfers/urn:uuid:pull-by-hand/start");
    let address = &started["dataAddress"];
    let token = address["endpointProperties"].as_array().unwrap().iter();
    let token = token.filter(|it| it["name"] == "authorization").map(|it| it["value"].as_str());
    let endpoint = address["endpoint"].as_str().unwrap();
    let path = endpoint.strip_prefix(&format!("https://{TOWN}:{port}")).unwrap();
    let path = format!("/{}/{TOWN}:{port}{path}", secret(&gate));
    let data = Ask::new("GET", &path)
        .with("Host", &gate.outward[0].to_string())
        .with("Authorization", &format!("Bearer {}", token.flatten().next().unwrap()));
    let data = data.send(gate.outward[0]).unwrap();
    assert_eq!((data.status, data.body.as_slice()), (200, &b"Rathaus,12\n"[..]));
}

#[test]
fn a_member_that_is_suspended_is_cut_off_in_both_directions_without_a_restart() {
    // An answer that goes on for ever.
    let foreign = Foreign::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while stream.write_all(b"400\r\n").is_ok() {
            if stream.write_all(&[b'x'; 1024]).and_then(|()| stream.write_all(b"\r\n")).is_err() {
                break;
            }
        }
    });
    let (machines, town, mut gate) = space(&foreign);
    gate.kill();
    gate.set("[gate]\n", "[limits]\ntrust_refresh_s = 1\n\n[gate]\n");
    gate.up();
    let (peer, port) = (Peer::of(&town, TOWN), town.mutual().port());
    let status = || ask(&gate, TOWN, port, "/.well-known/dspace-version", None).status;
    assert_eq!(status(), 200);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut client = peer.connect(GATE, gate.mutual()).await.unwrap();
        let request = format!("GET /endless HTTP/1.1\r\nHost: {GATE}\r\n\r\n");
        client.send(request.as_bytes()).await.unwrap();
        // It is handed on while it comes.
        let mut read = 0;
        while read < 100_000 {
            read += client.read().await.unwrap().len();
        }
        let did = town.did(TOWN).to_string();
        let suspend = ["authority", "suspend", &did, "--reason", "a test"];
        let _ = machines.authority().run(&suspend).done();
        while client.read().await.is_ok_and(|bytes| !bytes.is_empty()) {}
    });
    assert_eq!(until("outwards too", || Some(status()).filter(|it| *it != 200)), 403);
    let request = format!("GET / HTTP/1.1\r\nHost: {GATE}\r\n\r\n");
    assert_eq!(peer.ask(GATE, gate.mutual(), &request).unwrap().status, 404);
    assert!(gate.journal().contains("gate-cut"), "{}", gate.journal());
    let did = town.did(TOWN).to_string();
    let _ = machines.authority().run(&["authority", "reinstate", &did]).done();
    assert_eq!(until("again", || Some(status()).filter(|it| *it != 403)), 200);
}

#[test]
fn what_is_too_slow_too_long_or_not_there_harms_nobody_else() {
    let foreign = Foreign::start(|heard, stream| match heard.asked().as_str() {
        "GET /silent" => {
            // Until the gate hangs up.
            let _ = std::io::Read::read(stream, &mut [0]);
        }
        "GET /long" => say(stream, "200 OK", &[b'x'; 5_000]),
        _ => say(stream, "200 OK", b"good"),
    });
    let (_machines, town, mut gate) = space(&foreign);
    gate.kill();
    let settings = "[gate.limits]\nforeign_timeout_ms = 300\nanswer_bytes_max = 4000\n\
                    request_bytes_max = 100\n";
    let home = gate.home.join("allmende.toml");
    let text = std::fs::read_to_string(&home).unwrap();
    std::fs::write(&home, format!("{text}\n{settings}")).unwrap();
    gate.up();
    let peer = Peer::of(&town, TOWN);
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {GATE}\r\n\r\n");
    let ask_in = |request: &str| peer.ask(GATE, gate.mutual(), request);
    assert_eq!(ask_in(&get("/silent")).unwrap().status, 503);
    let long = ask_in(&get("/long"));
    assert!(long.is_err(), "{long:?}");
    let chunked = format!(
        "POST /x HTTP/1.1\r\nHost: {GATE}\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n{}\r\n0\r\n\r\n",
        "x".repeat(200)
    );
    let chunked = ask_in(&chunked);
    assert!(chunked.as_ref().is_ok_and(|told| told.status == 503), "{chunked:?}");
    assert!(!foreign.heard().iter().any(|heard| heard.asked() == "POST /x"));
    assert_eq!(ask_in(&get("/good")).unwrap().body, b"good");
    for code in ["foreign-timeout", "body-too-large"] {
        assert!(gate.journal().contains(code), "{code}: {}", gate.journal());
    }

    let long = json!({"long": "x".repeat(200)});
    let told = ask(&gate, TOWN, town.mutual().port(), "/x", Some(&long));
    assert_eq!((told.status, &told.json()["code"]), (413, &json!("body-too-large")));
    let nobody = ask(&gate, TOWN, 1, "/x", None);
    assert_eq!(nobody.status, 502, "{}", String::from_utf8_lossy(&nobody.body));
}

#[test]
fn peers_that_are_not_who_they_should_be_are_refused_in_both_directions() {
    let foreign = Foreign::saying("200 OK", b"");
    let (machines, _town, gate) = space(&foreign);
    let other = machines.join("neu-ulm", &["neu-ulm.localhost"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Another member, at an address of the town's.
    let acceptor = Peer::of(&other, "neu-ulm.localhost").acceptor();
    https::serve(listener, acceptor, |_, connection| {
        connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    });
    let told = ask(&gate, TOWN, port, "/x", None);
    assert_eq!(told.status, 502);
    let code = told.json()["code"].clone();
    assert!(gate.journal().contains(code.as_str().unwrap()));
    assert_eq!(code, "did-other");

    let elsewhere = Machines::found();
    let stranger = elsewhere.join("ulm", &[TOWN]);
    let request = format!("GET / HTTP/1.1\r\nHost: {GATE}\r\n\r\n");
    assert!(Peer::of(&stranger, TOWN).ask(GATE, gate.mutual(), &request).is_err());
    assert!(foreign.heard().is_empty());
}
