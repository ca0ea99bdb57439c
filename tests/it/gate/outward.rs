//! The foreign connector to partners.

use allmende_tests::foreign::Foreign;
use allmende_tests::local::Ask;
use allmende_tests::machines::Machine;
use serde_json::{Value, json};

use super::{GATE, TOWN, secret, space};

/// A path of the town's, as the foreign connector asks for it in the clear.
fn path(gate: &Machine, town: &Machine, below: &str) -> String {
    format!("/{}/{TOWN}:{}{below}", secret(gate), town.mutual().port())
}

fn host(gate: &Machine) -> String {
    gate.outward[0].to_string()
}

#[test]
fn the_foreign_connector_speaks_with_partners_as_the_gates_participant() {
    let foreign = Foreign::saying("404 Not Found", b"");
    let (_machines, town, gate) = space(&foreign);
    let ask = |method: &str, below: &str| {
        Ask::new(method, &path(&gate, &town, below)).with("Host", &host(&gate))
    };
    let version = ask("GET", "/.well-known/dspace-version").send(gate.outward[0]).unwrap();
    assert_eq!(version.status, 200);
    assert_eq!(version.json()["protocolVersions"][0]["version"], "2025-1");

    let asked = json!({
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": "CatalogRequestMessage",
    });
    let catalog = ask("POST", "/dsp/2025-1/catalog/request").json(&asked);
    let catalog = catalog.send(gate.outward[0]).unwrap();
    assert_eq!(catalog.status, 200, "{}", String::from_utf8_lossy(&catalog.body));
    assert_eq!(catalog.headers.get("transfer-encoding").map(String::as_str), Some("chunked"));
    let catalog = String::from_utf8(catalog.body).unwrap();
    assert!(catalog.contains(town.did(TOWN).as_str()), "{catalog}");
}

#[test]
fn whoever_may_not_ask_is_told_why_and_nothing_leaves() {
    let foreign = Foreign::saying("404 Not Found", b"");
    let (_machines, town, gate) = space(&foreign);
    let below = "/.well-known/dspace-version";
    let (good, host) = (path(&gate, &town, below), host(&gate));
    let wrong = good.replace(&secret(&gate), &"0".repeat(32));
    let stranger = good.replace(TOWN, "stranger.localhost");
    let own = good.replace(TOWN, GATE);
    let public = good
        .replace(&town.mutual().port().to_string(), &town.did(TOWN).port().unwrap().to_string());
    let get = |path: &str| Ask::new("GET", path).with("Host", &host);
    for (ask, status, code) in [
        (get(&wrong), 403, "gate-secret"),
        (get("/"), 403, "gate-secret"),
        (get(below), 403, "gate-secret"),
        (get(&good).with("Allmende-Gate-Secret", "x"), 403, "gate-secret"),
        (get(&good).with("Origin", "http://evil.example"), 403, "cross-site"),
        (get(&good).with("Sec-Fetch-Site", "none"), 403, "cross-site"),
        (Ask::new("GET", &good).with("Host", "evil.example"), 403, "host-foreign"),
        (get(&stranger), 403, "not-a-member"),
        (get(&own), 403, "partner-is-yourself"),
        (Ask::new("POST", &public).with("Host", &host), 405, "public-read-only"),
        (Ask::new("TRACE", &good).with("Host", &host), 405, "method-not-passed"),
    ] {
        let told = ask.send(gate.outward[0]).unwrap();
        assert_eq!((told.status, &told.json()["code"]), (status, &Value::from(code)), "{ask:?}");
    }
    let document =
        get(&public.replace(below, "/.well-known/did.json")).send(gate.outward[0]).unwrap();
    assert_eq!(
        (document.status, &document.json()["id"]),
        (200, &Value::from(town.did(TOWN).as_str()))
    );
}
