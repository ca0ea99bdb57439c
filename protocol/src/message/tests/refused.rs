//! What is refused with its place, what is tolerated, and what is only listed.

use serde_json::{Value, json};
use wire::node::Node;

use crate::message::*;
use crate::negotiation::Move;
use crate::testing::*;

/// Changes one place of a good message and says what reading it gives: `code at pointer`, or the
/// places of ignored members.
fn check(message: &Value, pointer: &str, value: Option<Value>, expected: &str) {
    let mut message = message.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    let parent = message.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(members), Some(value)) => _ = members.insert(name, value),
        (Value::Object(members), None) => _ = members.remove(&name),
        (Value::Array(elements), Some(value)) => elements[name.parse::<usize>().unwrap()] = value,
        (parent, _) => panic!("{parent}"),
    }
    let node = Node::root(&message);
    let kind = message["@type"].as_str().unwrap_or_default();
    let ignored = if kind.starts_with("Transfer") {
        TransferMessage::parse(&node).map(|parsed| parsed.ignored)
    } else {
        NegotiationMessage::parse(&node).map(|parsed| parsed.ignored)
    };
    let found = match ignored {
        Ok(ignored) => {
            let places: Vec<_> = ignored.iter().map(|place| place.as_str()).collect();
            format!("ignored {}", places.join(" "))
        }
        Err(error) => format!("{} {}", error.code(), error.pointer().as_str()),
    };
    assert_eq!(found.trim(), expected, "{pointer} in {message:#}");
}

const EDC: &str = crate::context::EDC;
const DSP: &str = crate::context::DSP;

#[test]
fn the_context_must_be_known_and_name_the_protocol() {
    let message = negotiation_message(Move::Verify).to_json();
    let context = |value| check(&message, "/@context", Some(value), "ignored");
    context(json!([DSP]));
    context(json!(DSP));
    context(json!([DSP, EDC]));
    context(json!([EDC, DSP, crate::context::ODRL_PROFILE, crate::context::ALLMENDE]));
    for (value, expected) in [
        (json!([]), "context-missing /@context"),
        (json!([EDC]), "context-missing /@context"),
        (json!([DSP, "https://evil.example/context"]), "context-unknown /@context/1"),
        (json!([DSP, {"permission": "odrl:prohibition"}]), "message-malformed /@context/1"),
        (json!({"@vocab": "urn:x:"}), "message-malformed /@context"),
        (json!(vec![DSP; 9]), "message-malformed /@context"),
    ] {
        check(&message, "/@context", Some(value), expected);
    }
    check(&message, "/@context", None, "message-malformed /@context");
}

#[test]
fn unknown_members_are_listed_and_second_readings_refused() {
    let message = negotiation_message(Move::Verify).to_json();
    let refused = |member: &str, expected| check(&message, member, Some(json!("x")), expected);
    refused("/@id", "ignored");
    refused("/note", "ignored /note");
    refused("/callbackAddress", "ignored /callbackAddress");
    refused(
        "/https:~1~1w3id.org~1allmende~1v1~1new",
        "ignored /https:~1~1w3id.org~1allmende~1v1~1new",
    );
    refused("/@graph", "keyword-not-allowed /@graph");
    refused("/@reverse", "keyword-not-allowed /@reverse");
    refused("/dspace:providerPid", "term-in-long-form /dspace:providerPid");
    refused(
        "/https:~1~1w3id.org~1dspace~12025~11~1providerPid",
        "term-in-long-form /https:~1~1w3id.org~1dspace~12025~11~1providerPid",
    );
    let start = transfer_message(crate::transfer::Move::Start, Some(data_address())).to_json();
    check(&start, "/dataAddress/x", Some(json!(1)), "ignored /dataAddress/x");
    check(
        &start,
        "/dataAddress/dspace:endpoint",
        Some(json!("u")),
        "term-in-long-form /dataAddress/dspace:endpoint",
    );
}

#[test]
fn types_ids_and_events_are_checked() {
    let message = negotiation_message(Move::Accept).to_json();
    for (pointer, value, expected) in [
        ("/@type", Some(json!("ContractEvent")), "message-malformed /@type"),
        ("/@type", Some(json!(["ContractNegotiationEventMessage"])), "message-malformed /@type"),
        ("/eventType", Some(json!("TERMINATED")), "message-malformed /eventType"),
        ("/eventType", None, "message-malformed /eventType"),
        ("/consumerPid", None, "message-malformed /consumerPid"),
        ("/consumerPid", Some(json!("")), "message-malformed /consumerPid"),
        ("/consumerPid", Some(json!("a\u{0}b")), "message-malformed /consumerPid"),
        ("/providerPid", Some(json!(7)), "message-malformed /providerPid"),
        ("/providerPid", Some(json!({"@id": "x"})), "message-malformed /providerPid"),
    ] {
        check(&message, pointer, value, expected);
    }
}

#[test]
fn requests_and_offers_have_exactly_one_of_two_members() {
    let initial = initial_request().to_json();
    check(&initial, "/providerPid", Some(json!("p")), "exactly-one-member");
    check(&initial, "/callbackAddress", None, "exactly-one-member");
    let address = |value: &str, expected| {
        check(&initial, "/callbackAddress", Some(json!(value)), expected);
    };
    address("https://consumer.example/", "ignored");
    address("http://consumer.example", "callback-address-unusable /callbackAddress");
    address("https://10.0.0.1", "callback-address-unusable /callbackAddress");
    let initial = initial_offer().to_json();
    check(&initial, "/consumerPid", Some(json!("c")), "exactly-one-member");
    check(&initial, "/callbackAddress", None, "exactly-one-member");
}

#[test]
fn offers_of_messages_have_a_target_and_their_rules_have_none() {
    for message in [negotiation_message(Move::Request), negotiation_message(Move::Offer)] {
        let message = message.to_json();
        check(&message, "/offer/target", None, "message-malformed /offer/target");
        check(&message, "/offer/@id", None, "message-malformed /offer/@id");
        check(&message, "/offer/@type", Some(json!("Set")), "message-malformed /offer/@type");
        check(&message, "/offer/permission", None, "policy-without-rules /offer");
        check(
            &message,
            "/offer/permission",
            Some(json!([])),
            "message-malformed /offer/permission",
        );
        check(
            &message,
            "/offer/permission/0/target",
            Some(json!("urn:x")),
            "target-not-allowed /offer/permission/0/target",
        );
    }
    let offer = json!({"@id": "o", "permission": [{"action": "use"}], "target": "urn:x"});
    let error = CatalogOffer::parse(&Node::root(&offer)).unwrap_err();
    assert_eq!((error.code(), error.pointer().as_str()), ("target-not-allowed", "/target"));
}

#[test]
fn agreements_name_their_parties_target_and_instant() {
    let message = negotiation_message(Move::Agree).to_json();
    for member in ["assigner", "assignee", "target", "timestamp", "@id"] {
        let pointer = format!("/agreement/{member}");
        check(&message, &pointer, None, &format!("message-malformed {pointer}"));
    }
    let timestamp = |value: &str, expected| {
        check(&message, "/agreement/timestamp", Some(json!(value)), expected);
    };
    timestamp("2023-01-01T01:00:00Z", "ignored");
    timestamp("2023-01-01T01:00:00.123456789Z", "ignored");
    timestamp("2023-01-01T01:00:00+02:00", "ignored");
    for bad in [
        "2023-01-01T01:00:00",
        "2023-01-01",
        "2023-01-01 01:00:00Z",
        "now",
        "2023-01-01T01:00:00Z[Europe/Berlin]",
    ] {
        timestamp(bad, "message-malformed /agreement/timestamp");
    }
}

#[test]
fn an_agreement_holds_the_offer_word_for_word() {
    let offer = offer("urn:example:offer");
    let good = agreement();
    assert_eq!(good.check(&offer, &parties()), Ok(()));
    assert_eq!(good.document()["permission"], offer.document()["permission"]);
    assert!(good.policy().is_ok() && offer.policy().is_ok());
    for (pointer, value, expected) in [
        ("/permission/0/action", json!("odrl:sell"), AgreementMismatch::Rules),
        ("/profile", json!("urn:x"), AgreementMismatch::Rules),
        ("/prohibition", json!([{"action": "use"}]), AgreementMismatch::Rules),
        ("/target", json!("urn:other"), AgreementMismatch::Target),
        ("/assigner", json!("did:web:evil.example"), AgreementMismatch::Assigner),
        ("/assignee", json!("did:web:evil.example"), AgreementMismatch::Assignee),
    ] {
        let mut document = good.document().clone();
        match document.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => {
                _ = document
                    .as_object_mut()
                    .unwrap()
                    .insert(pointer.trim_start_matches('/').to_owned(), value)
            }
        }
        let bad = Agreement::parse(&Node::root(&document)).unwrap();
        assert_eq!(bad.check(&offer, &parties()), Err(expected), "{pointer}");
        assert_ne!(bad.digest(), good.digest());
    }
}

#[test]
fn reasons_and_endpoint_properties_are_not_empty_and_values_are_texts() {
    let message = negotiation_message(Move::Terminate).to_json();
    check(&message, "/reason", Some(json!([])), "message-malformed /reason");
    check(&message, "/reason", Some(json!([{"message": "x"}, 1])), "ignored");
    check(&message, "/code", Some(json!(99)), "message-malformed /code");
    let start = transfer_message(crate::transfer::Move::Start, Some(data_address())).to_json();
    let place = "/dataAddress/endpointProperties";
    check(&start, place, Some(json!([])), &format!("message-malformed {place}"));
    let place = "/dataAddress/endpointProperties/0/value";
    check(&start, place, Some(json!(1)), &format!("message-malformed {place}"));
    check(&start, "/dataAddress/@type", None, "message-malformed /dataAddress/@type");
}

#[test]
fn extension_members_are_bounded_texts() {
    let message = negotiation_message(Move::Agree).to_json();
    for name in [extension::SIGNATURE, extension::CHECKPOINT] {
        let pointer = format!("/{}", name.replace('/', "~1"));
        let refused = format!("message-malformed {pointer}");
        check(&message, &pointer, Some(json!("x")), "ignored");
        check(&message, &pointer, Some(json!("")), &refused);
        check(&message, &pointer, Some(json!("x".repeat(8193))), &refused);
        check(&message, &pointer, Some(json!({})), &refused);
    }
}

#[test]
fn a_token_is_never_shown() {
    let shown =
        format!("{:?}", transfer_message(crate::transfer::Move::Start, Some(data_address())));
    assert!(shown.contains("authorization") && !shown.contains("secret"), "{shown}");
}

#[test]
fn catalogues_keep_descriptions_and_refuse_second_readings() {
    let dataset = json!({
        "@id": "d", "@type": "Dataset", "dct:title": "Parken", "dcat:keyword": ["a"],
        "hasPolicy": [{"@id": "o", "@type": "Offer", "permission": [{"action": "use"}]}],
        "distribution": [{"@type": "Distribution", "format": "HttpData-PULL", "accessService": "s"}]
    });
    let read = |change: fn(&mut Value)| {
        let mut dataset = dataset.clone();
        change(&mut dataset);
        Dataset::parse_entry(&Node::root(&dataset)).map_err(|e| e.pointer().as_str().to_owned())
    };
    let good = read(|_| ()).unwrap();
    assert_eq!(good.properties.keys().collect::<Vec<_>>(), ["dcat:keyword", "dct:title"]);
    assert_eq!(good.to_entry_json(), dataset);
    let at = |place: &str| Err(place.to_owned());
    assert_eq!(read(|d| d["dcat:distribution"] = json!([])), at("/dcat:distribution"));
    assert_eq!(read(|d| d["odrl:hasPolicy"] = json!([])), at("/odrl:hasPolicy"));
    assert_eq!(read(|d| d["@graph"] = json!([])), at("/@graph"));
    assert_eq!(read(|d| d["hasPolicy"] = json!([])), at("/hasPolicy"));
    assert_eq!(read(|d| d["distribution"][0]["format"] = json!(1)), at("/distribution/0/format"));
    assert_eq!(read(|d| d["hasPolicy"][0]["target"] = json!("x")), at("/hasPolicy/0/target"),);
}

/// Where reading a catalogue fails that holds these catalogues.
fn nested(catalogs: Value) -> Result<usize, String> {
    let catalog = json!({
        "@context": [DSP], "@id": "c", "@type": "Catalog", "participantId": "p",
        "catalog": catalogs,
    });
    let read = Catalog::parse(&Node::root(&catalog));
    let failed = |e: MessageError| format!("{} {}", e.code(), e.pointer().as_str());
    read.map(|read| read.content.catalogs.len()).map_err(failed)
}

#[test]
fn catalogues_do_not_nest_without_end() {
    let deep = |depth: usize| {
        let mut catalog = json!({"@id": "c", "@type": "Catalog"});
        for _ in 1..depth {
            catalog = json!({"@id": "c", "@type": "Catalog", "catalog": [catalog]});
        }
        json!([catalog])
    };
    assert_eq!(nested(deep(8)), Ok(1));
    let place = "/catalog/0".repeat(9);
    assert_eq!(nested(deep(9)), Err(format!("message-malformed {place}")));
    let many = |count| vec![json!({"@id": "c", "@type": "Catalog"}); count];
    assert_eq!(nested(json!(many(256))), Ok(256));
    assert_eq!(nested(json!(many(257))), Err("message-malformed /catalog/256".to_owned()));
    // All depths count together.
    let spread = json!([
        {"@id": "c", "@type": "Catalog", "catalog": many(200)},
        {"@id": "c", "@type": "Catalog", "catalog": many(100)},
    ]);
    assert_eq!(nested(spread), Err("message-malformed /catalog/1/catalog/54".to_owned()));
}

#[test]
fn a_bad_catalogue_inside_another_is_refused_with_its_place() {
    let good = json!({"@id": "c", "@type": "Catalog"});
    for (name, value, place) in [
        ("@id", json!("with blanks"), "/@id"),
        ("@type", json!("Dataset"), "/@type"),
        ("catalog", json!([]), "/catalog"),
        ("catalog", json!(["urn:elsewhere"]), "/catalog/0"),
        ("dataset", json!([]), "/dataset"),
        ("dataset", json!([{"@id": "d"}]), "/dataset/0/hasPolicy"),
        ("distribution", json!([{"format": "Catalog"}]), "/distribution/0/accessService"),
        ("service", json!([{"@id": "s", "@type": "DataService"}]), "/service/0/endpointURL"),
        ("hasPolicy", json!([]), "/hasPolicy"),
        ("@graph", json!([]), "/@graph"),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        let refused = nested(json!([good, bad])).unwrap_err();
        assert!(refused.ends_with(&format!(" /catalog/1{place}")), "{name}: {refused}");
    }
    assert_eq!(nested(json!([])), Err("message-malformed /catalog".to_owned()));
}
