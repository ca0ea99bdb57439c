//! Requests of a verified peer that are not what they should be: each gets the status and the error
//! body of the standard, and leaves nothing behind.

use allmende_tests::cast::Who;
use allmende_tests::raw::Client;
use allmende_tests::schema::Standard;
use allmende_tests::story::{described, rule};
use connector::engine::dataset::Described;
use connector::record::dataset::ApprovalRule;
use serde_json::{Value, json};

use super::{BASE, VERSION, company, listening, request};

const NEGOTIATION_ERROR: &str = "negotiation/contract-negotiation-error-schema";
const TRANSFER_ERROR: &str = "transfer/transfer-error-schema";

#[tokio::test]
async fn server_name_and_host_must_agree() {
    let (_space, listener) = listening();
    for host in [
        "neu-ulm.localhost",
        "company.localhost",
        "localhost",
        "127.0.0.1",
        "",
        "ulm.localhost.evil.example",
    ] {
        let mut client = company(&listener).await;
        let head = format!("GET {VERSION} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let told = client.ask(head.as_bytes()).await.unwrap();
        assert!([400, 421].contains(&told.status), "{host}: {}", told.status);
        assert!(told.body.is_empty(), "{host}");
    }
    let mut client = company(&listener).await;
    let told = client.ask(format!("GET {VERSION} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
    assert!([400, 421].contains(&told.status), "no host: {}", told.status);
    for host in ["ulm.localhost", "ulm.localhost:9443"] {
        let mut client = company(&listener).await;
        let head = format!("GET {VERSION} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(client.ask(head.as_bytes()).await.unwrap().status, 200, "{host}");
    }
}

#[tokio::test]
async fn no_header_makes_a_peer_somebody_else() {
    let (space, listener) = listening();
    let body = request(&space).await.to_string();
    let mut client = company(&listener).await;
    let head = format!(
        "POST {BASE}/negotiations/request HTTP/1.1\r\nHost: ulm.localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\
         X-Forwarded-Client-Cert: URI=did:web:firm.localhost%3A9444\r\n\
         X-Forwarded-Host: neu-ulm.localhost\r\nForwarded: host=neu-ulm.localhost\r\n\
         X-SSL-Client-S-DN: CN=firm.localhost\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(client.ask(head.as_bytes()).await.unwrap().status, 201);
    let negotiations = space.kept(Who::Ulm).await.negotiations;
    let peers: Vec<_> = negotiations.values().map(|it| it.process.peer.clone()).collect();
    assert_eq!(peers, [Who::Company.did()]);
}

/// What is posted as a first request, and the answer.
async fn posted(body: &[u8], media_type: &str) -> (u16, Option<Value>) {
    let (space, listener) = listening();
    let mut client = company(&listener).await;
    let path = format!("{BASE}/negotiations/request");
    let told = client.post_as(&path, media_type, body).await;
    assert!(space.kept(Who::Ulm).await.negotiations.is_empty());
    // The next one on a new connection is answered as ever.
    let again = Client::of(Who::Company, Who::Ulm, listener.address).await;
    assert_eq!(again.unwrap().get(VERSION).await.status, 200);
    (told.status, serde_json::from_slice(&told.body).ok())
}

async fn check(body: impl AsRef<[u8]>, status: u16, code: &str) {
    let shown: String = String::from_utf8_lossy(body.as_ref()).chars().take(80).collect();
    let (found, told) = posted(body.as_ref(), "application/json").await;
    assert_eq!((found, &told.unwrap()["code"]), (status, &json!(code)), "{shown}");
}

#[tokio::test]
async fn what_is_no_strict_json_is_refused() {
    for body in [
        "",
        "no json",
        "{\"a\":1,\"a\":2}",
        "{\"@type\":\"ContractRequestMessage\"} {}",
        "\u{feff}{}",
        "{\"a\":NaN}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":12345678901234567890}",
    ] {
        check(body, 400, "bad-json").await;
    }
    check([b"{\"a\":\"".as_slice(), &[0xff], b"\"}"].concat(), 400, "bad-json").await;
    check(format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)), 400, "bad-json").await;
    check(format!("{{\"a\":{}1{}}}", "[".repeat(64), "]".repeat(64)), 400, "bad-json").await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() {
    let max = 256 * 1024;
    let (status, _) = posted(&vec![b' '; max + 1], "application/json").await;
    assert_eq!(status, 413);
    let (_space, listener) = listening();
    let head = |rest: &str| {
        format!(
            "POST {BASE}/negotiations/request HTTP/1.1\r\nHost: ulm.localhost\r\n\
             Content-Type: application/json\r\n{rest}\r\n"
        )
    };
    // Announced, and not one byte of it sent.
    let mut client = company(&listener).await;
    let told = client.ask(head("Content-Length: 99999999999\r\n").as_bytes()).await.unwrap();
    assert_eq!(told.status, 413);
    // Not announced.
    let mut client = company(&listener).await;
    let chunk = format!("{:x}\r\n{}\r\n", 65_536, "x".repeat(65_536)).repeat(5);
    let sent = head("Transfer-Encoding: chunked\r\n") + &chunk;
    assert_eq!(client.ask(sent.as_bytes()).await.unwrap().status, 413);
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let (_space, listener) = listening();
    for head in [
        format!("GET /{} HTTP/1.1\r\nHost: ulm.localhost\r\n\r\n", "x".repeat(1 << 20)),
        format!(
            "GET {VERSION} HTTP/1.1\r\nHost: ulm.localhost\r\nX: {}\r\n\r\n",
            "x".repeat(1 << 20)
        ),
        format!(
            "GET {VERSION} HTTP/1.1\r\nHost: ulm.localhost\r\n{}\r\n",
            "X: y\r\n".repeat(100_000)
        ),
        "GET / HTTP/1.1\r\nHost: ulm.localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"
            .to_owned(),
        format!(
            "POST {BASE}/catalog/request HTTP/1.1\r\nHost: ulm.localhost\r\nContent-Length: 4\r\n\
                 Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
    ] {
        let shown: String = head.chars().take(60).collect();
        let mut client = company(&listener).await;
        if let Ok(told) = client.ask(head.as_bytes()).await {
            assert!((400..500).contains(&told.status), "{shown}: {}", told.status);
        }
        assert_eq!(company(&listener).await.get(VERSION).await.status, 200, "{shown}");
    }
}

#[tokio::test]
async fn only_json_is_taken() {
    for media_type in
        ["text/plain", "application/xml", "application/jsonp", "multipart/form-data", ""]
    {
        assert_eq!(posted(b"{}", media_type).await.0, 415, "{media_type}");
    }
    assert_eq!(posted(b"{}", "application/json; charset=utf-8").await.0, 400);
    assert_eq!(posted(b"{}", "application/ld+json").await.0, 400);
}

#[tokio::test]
async fn a_context_that_is_not_the_standards_is_refused() {
    let (space, listener) = listening();
    let mut client = company(&listener).await;
    for context in [
        json!(["https://w3id.org/dspace/2024/1/context.json"]),
        json!("https://evil.example/context.jsonld"),
        json!([]),
        json!([{ "dspace": "https://evil.example/" }]),
        Value::Null,
    ] {
        let mut body = request(&space).await;
        body["@context"] = context.clone();
        let told = client.post("/negotiations/request", &body).await;
        assert_eq!(told.status, 400, "{context}: {:?}", told.json());
    }
    assert!(space.kept(Who::Ulm).await.negotiations.is_empty());
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (_space, listener) = listening();
    let mut client = company(&listener).await;
    for path in [
        "/",
        "/dsp",
        "/dsp/2025-1",
        "/dsp/2024-1/catalog/request",
        "/data/",
        "/data/urn:uuid:1",
        "/data/../negotiations/x",
        "/dsp/2025-1/negotiations/urn:uuid:1",
        "/management/v1",
        "/renew",
        "/dsp/2025-1/transfers/urn:uuid:1",
        "/dsp/2025-1/catalog/datasets/urn:uuid:1",
        "/dsp/2025-1/negotiations/%00",
        "/dsp/2025-1/negotiations/%ff",
        "//data/x",
    ] {
        assert_eq!(client.get(path).await.status, 404, "{path}");
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "BREW"] {
        let mut client = company(&listener).await;
        let head = format!("{method} {VERSION} HTTP/1.1\r\nHost: ulm.localhost\r\n\r\n");
        if let Ok(told) = client.ask(head.as_bytes()).await {
            assert!([400, 404, 405].contains(&told.status), "{method}: {}", told.status);
        }
    }
}

#[tokio::test]
async fn unknown_processes_get_the_standards_error() {
    let Some(standard) = Standard::open() else { return };
    let (_space, listener) = listening();
    let mut client = company(&listener).await;
    let context = json!(["https://w3id.org/dspace/2025/1/context.jsonld"]);
    let negotiation = json!({
        "@context": context, "@type": "ContractNegotiationEventMessage",
        "consumerPid": "urn:uuid:c", "providerPid": "urn:uuid:p", "eventType": "ACCEPTED",
    });
    let told = client.post("/negotiations/urn:uuid:p/events", &negotiation).await;
    assert_eq!(told.status, 404);
    standard.check(NEGOTIATION_ERROR, &told.json());
    let transfer = json!({
        "@context": context, "@type": "TransferCompletionMessage",
        "consumerPid": "urn:uuid:c", "providerPid": "urn:uuid:p",
    });
    let told = client.post("/transfers/urn:uuid:p/completion", &transfer).await;
    assert_eq!(told.status, 404);
    standard.check(TRANSFER_ERROR, &told.json());
}

#[tokio::test]
async fn an_illegal_transition_gets_the_standards_error_and_changes_nothing() {
    let (space, listener) = listening();
    let approval = ApprovalRule::SecondPerson;
    let dataset = space.publish(Who::Ulm, Described { approval, ..described(&rule()) }).await;
    let mut body = request(&space).await;
    body["offer"] = dataset.offer.clone();
    body["offer"]["target"] = json!(dataset.id.as_str());
    let mut client = company(&listener).await;
    let told = client.post("/negotiations/request", &body).await;
    assert_eq!(told.status, 201, "{:?}", told.json());
    let pid = told.json()["providerPid"].as_str().unwrap().to_owned();
    let message = |kind: &str, more: Value| {
        let mut message = json!({
            "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": kind,
            "consumerPid": "urn:uuid:by-hand", "providerPid": pid,
        });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let before = format!("{:?}", space.kept(Who::Ulm).await);
    for (path, message, code) in [
        // Nothing was offered that could be accepted; nothing is agreed that could be verified.
        (
            "events",
            message("ContractNegotiationEventMessage", json!({ "eventType": "ACCEPTED" })),
            "own-offer",
        ),
        (
            "events",
            message("ContractNegotiationEventMessage", json!({ "eventType": "FINALIZED" })),
            "wrong-role",
        ),
        (
            "agreement/verification",
            message("ContractAgreementVerificationMessage", json!({})),
            "illegal-transition",
        ),
        (
            "termination",
            message(
                "ContractNegotiationTerminationMessage",
                json!({ "consumerPid": "urn:uuid:another" }),
            ),
            "pids-differ",
        ),
    ] {
        let told = client.post(&format!("/negotiations/{pid}/{path}"), &message).await;
        assert_eq!((told.status, &told.json()["code"]), (400, &json!(code)), "{message}");
        if let Some(standard) = Standard::open() {
            standard.check(NEGOTIATION_ERROR, &told.json());
        }
    }
    assert_eq!(format!("{:?}", space.kept(Who::Ulm).await), before);
}

/// What cannot be read names no process. The path does, and a party of that process may be told.
#[tokio::test]
async fn an_error_names_the_process_in_the_path_to_a_party_of_it_and_to_nobody_else() {
    let (space, listener) = listening();
    let approval = ApprovalRule::SecondPerson;
    let dataset = space.publish(Who::Ulm, Described { approval, ..described(&rule()) }).await;
    let mut body = request(&space).await;
    body["offer"] = dataset.offer.clone();
    body["offer"]["target"] = json!(dataset.id.as_str());
    let mut company = company(&listener).await;
    let opened = company.post("/negotiations/request", &body).await.json();
    let path = |pid: &str| format!("{BASE}/negotiations/{pid}/events");
    let pid = opened["providerPid"].as_str().unwrap();
    for (media_type, sent, status) in
        [("application/json", "{", 400), ("application/json", "{}", 400), ("text/plain", "{}", 415)]
    {
        let told = company.post_as(&path(pid), media_type, sent.as_bytes()).await;
        assert_eq!(told.status, status, "{media_type} {sent}");
        if let Some(standard) = Standard::open() {
            standard.check(NEGOTIATION_ERROR, &told.json());
        }
        for name in ["consumerPid", "providerPid"] {
            assert_eq!(told.json()[name], opened[name], "{name} {media_type} {sent}");
        }
        let mut firm = Client::of(Who::Firm, Who::Ulm, listener.address).await.unwrap();
        let strange = firm.post_as(&path(pid), media_type, sent.as_bytes()).await;
        let mut firm = Client::of(Who::Firm, Who::Ulm, listener.address).await.unwrap();
        let unknown = firm.post_as(&path("urn:uuid:no"), media_type, sent.as_bytes()).await;
        assert_eq!((strange.status, &strange.body), (unknown.status, &unknown.body), "{sent}");
        assert!(strange.json().get("providerPid").is_none(), "{:?}", strange.json());
        company = self::company(&listener).await;
    }
}

#[tokio::test]
async fn a_store_that_is_stopped_is_not_now_and_not_never() {
    let (space, listener) = listening();
    let body = request(&space).await;
    space.node(Who::Ulm).disk.fill();
    let mut client = company(&listener).await;
    let told = client.post("/negotiations/request", &body).await;
    assert_eq!(told.status, 503);
    // No process was made, so there is no id of ours that the standard's schema could ask for.
    assert_eq!(told.json()["@type"], "ContractNegotiationError");
    assert_eq!(told.json()["consumerPid"], body["consumerPid"]);
    assert!(space.kept(Who::Ulm).await.negotiations.is_empty());
    space.node(Who::Ulm).disk.free();
    let told = client.post("/negotiations/request", &body).await;
    assert_eq!(told.status, 201);
}

#[tokio::test]
async fn the_catalogue_is_the_standards_and_shows_a_partner_only_what_is_for_it() {
    let (space, listener) = listening();
    for _ in 0..3 {
        space.publish(Who::Ulm, described(&rule())).await;
    }
    let hidden = Described {
        listed_for: connector::record::dataset::ListedFor::Permitted,
        ..described(&rule())
    };
    let hidden = space.publish(Who::Ulm, hidden).await;
    space.publish(Who::NeuUlm, described(&rule())).await;
    let ask = json!({
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": "CatalogRequestMessage",
    });
    for (who, count) in [(Who::Company, 4), (Who::Firm, 3)] {
        let mut client = Client::of(who, Who::Ulm, listener.address).await.unwrap();
        let told = client.post("/catalog/request", &ask).await;
        assert_eq!(told.status, 200);
        if let Some(standard) = Standard::open() {
            standard.check("catalog/catalog-schema", &told.json());
        }
        assert_eq!(told.json()["dataset"].as_array().unwrap().len(), count, "{who:?}");
        assert_eq!(told.json().get("catalog"), None, "one flat catalogue");
        let one = client.get(&format!("{BASE}/catalog/datasets/{}", hidden.id)).await;
        assert_eq!(one.status, if who == Who::Company { 200 } else { 404 }, "{who:?}");
    }
}
