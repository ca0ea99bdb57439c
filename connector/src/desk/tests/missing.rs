//! What a reader is told of a dataset for which it gets no contract: what is missing, by the provider
//! without values, and by its own evaluation.

use jiff::SignedDuration;

use super::parking;
use super::world::{Space, actor, did};
use crate::engine::catalog::filter::Filter;
use crate::engine::catalog::{Place, Wanted};
use crate::management::desk::Desk as _;
use crate::management::view::{Approval, CatalogView, DatasetInput, PeerName, Visibility};

/// What Ulm's catalogue says of its datasets to a participant.
async fn sent(space: &Space, to: &str) -> Vec<serde_json::Value> {
    let (ours, standing) = space.engine.member(&did("ulm")).unwrap();
    let (place, filter) = (Place::Start, Filter::default());
    let wanted = Wanted { place: &place, limit: 50, filter: &filter };
    let page = space.engine.catalog_page(&ours, &standing, &did(to), wanted).await.unwrap();
    let parsed = |shown: &crate::engine::catalog::Shown| {
        assert_eq!(shown.json().len(), shown.size());
        serde_json::from_str(&shown.json()).unwrap()
    };
    page.datasets.iter().map(parsed).collect()
}

async fn read(space: &Space, who: &str) -> CatalogView {
    let ulm = PeerName::Did(did("ulm"));
    space.catalog(&actor(who, "carl"), &ulm, None).await.unwrap()
}

#[tokio::test]
async fn whom_the_rule_gives_no_contract_is_told_what_is_missing_without_values() {
    let space = Space::new();
    let anna = actor("ulm", "anna");
    space.desk.add_dataset(&anna, parking(Approval::Automatic)).await.unwrap();
    let hidden = DatasetInput { visibility: Visibility::Permitted, ..parking(Approval::Automatic) };
    space.desk.add_dataset(&anna, hidden).await.unwrap();
    let told = sent(&space, "other").await;
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(told["https://w3id.org/allmende/v1/refusedNow"], serde_json::json!(["not-vetted"]));
    let vetted = "https://w3id.org/allmende/v1/vettedAs";
    assert_eq!(told["https://w3id.org/allmende/v1/missing"], serde_json::json!([vetted]));
    let permitted = sent(&space, "firm").await;
    assert_eq!(permitted.len(), 2);
    for told in permitted {
        assert!(told.get("https://w3id.org/allmende/v1/refusedNow").is_none(), "{told}");
    }
    // Later the time is over, for everybody, and that is said too.
    space.engine.clock().pass(SignedDuration::from_hours(24 * 300).as_secs());
    let late = sent(&space, "other").await;
    let codes = serde_json::json!(["not-vetted", "time-over"]);
    assert_eq!(late[0]["https://w3id.org/allmende/v1/refusedNow"], codes);
    assert_eq!(sent(&space, "firm").await.len(), 1);
}

#[tokio::test]
async fn the_reader_sees_what_would_bring_it_a_contract_and_what_the_partner_says() {
    let space = Space::new();
    let anna = actor("ulm", "anna");
    space.desk.add_dataset(&anna, parking(Approval::Automatic)).await.unwrap();
    let view = read(&space, "other").await;
    let [offer] = view.offers.as_slice() else { panic!("{view:?}") };
    assert!(!offer.expected);
    let [missing] = offer.missing.as_slice() else { panic!("{offer:?}") };
    let says = offer.partner_says.as_ref().unwrap();
    insta::assert_snapshot!(format!("{}\n{}\n{}\n{}", missing.de, missing.en, says.de, says.en), @r"
    die Anerkennung durch die Vertrauensstelle umfasst „Mobilitätsdienst“
    what the authority has vetted the member as includes “mobility service”
    Die nötige Anerkennung durch die Vertrauensstelle fehlt. Es kommt an auf: die Anerkennung durch die Vertrauensstelle.
    The vetting that is demanded is missing. It depends on: what the authority has vetted the member as.
    ");
    let view = read(&space, "firm").await;
    let [offer] = view.offers.as_slice() else { panic!("{view:?}") };
    assert!(offer.expected && offer.missing.is_empty() && offer.partner_says.is_none());
}

#[tokio::test]
async fn a_hidden_dataset_cannot_be_asked_for_and_looks_as_if_it_were_not_there() {
    let space = Space::new();
    let anna = actor("ulm", "anna");
    let hidden = DatasetInput { visibility: Visibility::Permitted, ..parking(Approval::Automatic) };
    let dataset = space.desk.add_dataset(&anna, hidden).await.unwrap();
    assert!(read(&space, "other").await.offers.is_empty());
    // Whoever learnt of its ids elsewhere gets the answer of ids that never were.
    let mut answers = Vec::new();
    for id in [dataset.id.as_str(), "urn:uuid:5f1c2a34-0000-4000-8000-00000000ffff"] {
        let asked = crate::engine::negotiation::Asked {
            peer: did("ulm"),
            dataset: protocol::id::DatasetId::parse(id).unwrap(),
            offer: dataset.offer.clone(),
            account: "carl".to_owned(),
        };
        let mut watch = space.engine.watch();
        let pid = space.engine.ask(&did("other"), asked).await.unwrap();
        let other = did("other");
        let why = loop {
            let found = space.engine.negotiation(&other, &pid).await.unwrap().record;
            if found.process.is_over() {
                break found.why;
            }
            watch.recv().await.unwrap();
        };
        answers.push(why);
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].is_some());
}
