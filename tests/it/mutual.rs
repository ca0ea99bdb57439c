//! The mutual listener on a real socket: who comes in, what is understood, and what no stranger or
//! slow reader can stop.

mod catalog;
mod certificates;
mod data;
mod endpoints;
mod http;
mod many;

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::listener::Listener;
use allmende_tests::raw::Client;
use allmende_tests::story::{described, rule};
use serde_json::{Value, json};

const VERSION: &str = "/.well-known/dspace-version";
const BASE: &str = "/dsp/2025-1";

/// A data space whose towns listen.
fn listening() -> (Dataspace, Listener) {
    let space = Dataspace::new();
    let listener = Listener::start(&space, Who::Ulm);
    (space, listener)
}

/// The company on a connection to Ulm.
async fn company(listener: &Listener) -> Client {
    Client::of(Who::Company, Who::Ulm, listener.address).await.unwrap()
}

/// A first request of the company's for a dataset of Ulm's.
async fn request(space: &Dataspace) -> Value {
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let mut offer = dataset.offer;
    offer["target"] = json!(dataset.id.as_str());
    json!({
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": "ContractRequestMessage",
        "consumerPid": "urn:uuid:by-hand",
        "callbackAddress": format!("{}{BASE}", Who::Company.mutual_url()),
        "offer": offer,
    })
}

#[tokio::test]
async fn a_good_partner_is_answered() {
    let (space, listener) = listening();
    let mut company = company(&listener).await;
    let version = company.get(VERSION).await;
    assert_eq!(version.status, 200);
    assert_eq!(version.json()["protocolVersions"][0]["path"], BASE);
    let told = company.post("/negotiations/request", &request(&space).await).await;
    assert_eq!(told.status, 201, "{:?}", told.json());
    assert_eq!(told.json()["state"], "REQUESTED");
    let pid = told.json()["providerPid"].as_str().unwrap().to_owned();
    let looked = company.get(&format!("{BASE}/negotiations/{pid}")).await;
    assert_eq!(looked.status, 200);
    assert!(listener.engine.strangers().take().is_empty());
    // What followed from it was released once the answer had been written.
    let mut found = false;
    for letter in space.kept(Who::Ulm).await.outbox {
        found |= letter.message == "ContractAgreementMessage";
    }
    assert!(found);
}
