//! Hostile and ordinary documents with what becomes of them. The published examples are read from
//! outside where they are.

mod corpus;
pub(crate) mod generate;
mod laws;
mod normal;

use insta::assert_snapshot;
use jiff::Timestamp;
use serde_json::{Value, json};
use wire::json::{Limits, parse};
use wire::node::Node;

use crate::{
    CONSTRAINTS_MAX, Id, NESTING_MAX, ParseError, Policy, PolicyKind, RULES_MAX, VALUE_BYTES_MAX,
    VALUES_MAX, agreement_matches_offer, document_digest, parse_agreement, parse_message_offer,
    parse_offer, terms_match, to_json,
};

/// An offer of a catalogue with one permission that has these members.
fn offer_with_rule(rule: &str) -> String {
    format!(r#"{{"@id":"urn:o","@type":"Offer","permission":[{rule}]}}"#)
}

/// An offer whose one permission has this constraint.
fn offer_with(constraint: &str) -> String {
    offer_with_rule(&format!(r#"{{"action":"use","constraint":[{constraint}]}}"#))
}

fn offer_with_right(right: &str) -> String {
    offer_with(&format!(
        r#"{{"leftOperand":"odrl:dateTime","operator":"eq","rightOperand":{right}}}"#
    ))
}

fn read(text: &str) -> Result<Policy, ParseError> {
    let value = parse(text.as_bytes(), &Limits::message()).expect("the document is JSON");
    parse_offer(&Node::root(&value))
}

fn good(text: &str) -> Policy {
    read(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Refusals as `code pointer` and the hint, so that a table can be read.
fn refused(text: &str) -> String {
    let error = read(text).expect_err(text);
    match error.hint() {
        Some(hint) => format!("{} {} ({hint})", error.code(), error.pointer),
        None => format!("{} {}", error.code(), error.pointer),
    }
}

/// The order of members must not depend on how the map is built.
fn canonical(value: &Value) -> String {
    String::from_utf8(wire::json::canonical(value).unwrap()).unwrap()
}

const RULE: &str = r#"{"action":"use"}"#;
const ATOM: &str =
    r#"{"leftOperand":"odrl:dateTime","operator":"lt","rightOperand":"2027-01-01T00:00:00Z"}"#;

#[test]
fn what_is_too_much_is_refused() {
    let deep = |levels| (0..levels).fold(ATOM.to_owned(), |a, _| format!(r#"{{"and":[{a}]}}"#));
    assert!(read(&offer_with(&deep(NESTING_MAX - 1))).is_ok());
    assert!(refused(&offer_with(&deep(NESTING_MAX))).starts_with("policy-too-deep "));
    let constraints = |count| offer_with(&vec![ATOM; count].join(","));
    assert!(read(&constraints(CONSTRAINTS_MAX)).is_ok());
    let found = refused(&constraints(CONSTRAINTS_MAX + 1));
    assert_eq!(found, "policy-too-many /permission/0/constraint/1024");
    let rules = |count| offer_with_rule(&vec![RULE; count].join(","));
    assert!(read(&rules(RULES_MAX)).is_ok());
    assert_eq!(refused(&rules(RULES_MAX + 1)), "policy-too-many /permission/128");
    let right = "/permission/0/constraint/0/rightOperand";
    let value = |bytes| offer_with_right(&format!("\"{}\"", "a".repeat(bytes)));
    assert!(read(&value(VALUE_BYTES_MAX)).is_ok());
    assert_eq!(refused(&value(VALUE_BYTES_MAX + 1)), format!("policy-too-many {right}"));
    let values = |count| offer_with_right(&format!("[{}]", vec!["1"; count].join(",")));
    assert!(read(&values(VALUES_MAX)).is_ok());
    assert_eq!(refused(&values(VALUES_MAX + 1)), format!("policy-too-many {right}"));
}

/// Texts that one strict reading of JSON refuses before any policy is seen (13, 14, 40 and their
/// like).
#[test]
fn ambiguous_json_never_reaches_the_parser() {
    let policy = offer_with_rule(RULE);
    for text in [
        r#"{"@id":"urn:o","@id":"urn:p","@type":"Offer","permission":[]}"#.to_owned(),
        offer_with_rule(r#"{"action":"use","action":"odrl:sell"}"#),
        offer_with_right("9007199254740993"),
        offer_with_right("NaN"),
        offer_with_right("1e400"),
        offer_with_right("\"\\ud800\""),
        format!("{policy}{policy}"),
        format!("\u{feff}{policy}"),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
    ] {
        assert!(parse(text.as_bytes(), &Limits::message()).is_err(), "{:.60}", text);
    }
}

#[test]
fn refusals_read_as_sentences() {
    let text = offer_with_rule("{\"action\":\"us\u{435}\"}");
    assert_snapshot!(read(&text).unwrap_err(), @r"unknown action `us\u{435}` at `/permission/0/action`");
    let text = offer_with_right("[]");
    assert_snapshot!(read(&text).unwrap_err(), @"expected an array with at least one element, found an empty array at `/permission/0/constraint/0/rightOperand`");
    let text = offer_with_rule(r#"{"action":"use","pay\u202eload":1}"#);
    assert_snapshot!(read(&text).unwrap_err(), @r"unknown member `pay\u{202e}load` at `/permission/0/pay\u{202e}load`");
}

#[test]
fn spellings_that_mean_the_same_give_the_same_model() {
    let arrays = offer_with(&format!(
        r#"{{"or":[{ATOM}]}},{{"leftOperand":"odrl:purpose","operator":"isAnyOf","rightOperand":["urn:a"]}}"#
    ));
    let collapsed = format!(
        r#"{{"@id":{{"@id":"urn:o"}},"@type":["odrl:Offer"],"prohibition":[],"permission":
            {{"action":{{"@id":"http://www.w3.org/ns/odrl/2/use"}},"constraint":[{{"or":{ATOM}}},
            {{"leftOperand":{{"@id":"http://www.w3.org/ns/odrl/2/purpose"}},"operator":"odrl:isAnyOf",
            "rightOperand":{{"@value":"urn:a"}}}}]}}}}"#
    );
    assert_eq!(to_json(&good(&arrays)), to_json(&good(&collapsed)));
}

#[test]
fn values_keep_their_tags() {
    let text = offer_with(
        r#"{"leftOperand":"odrl:purpose","operator":"isAnyOf","rightOperand":["a",10,true,{"@id":"urn:x"},
        {"@value":"2026-12-31","@type":"http://www.w3.org/2001/XMLSchema#date"},{"@value":"x","@language":"de-CH"},{"@value":3}]}"#,
    );
    let json = to_json(&good(&text));
    let right = json.pointer("/permission/0/constraint/0/rightOperand").unwrap();
    assert_snapshot!(canonical(right), @r#"["a",{"@value":10},{"@value":true},{"@id":"urn:x"},{"@type":"xsd:date","@value":"2026-12-31"},{"@language":"de-ch","@value":"x"},{"@value":3}]"#);
}

#[test]
fn parse_render_parse_is_the_identity() {
    let text = format!(
        r#"{{"@id":"urn:o","@type":"Offer","assigner":"did:web:ulm.example","profile":"https://w3id.org/allmende/v1/",
        "dct:title":{{"@value":"Parken","@language":"de"}},
        "permission":[{{"@id":"urn:r1","action":"use","constraint":[{{"xone":[{ATOM},{{"and":[{ATOM},{ATOM}]}}]}}]}}],
        "prohibition":[{{"action":"odrl:distribute","rdfs:comment":"no"}},{{"action":"http://creativecommons.org/ns#Sharing"}}]}}"#
    );
    let first = good(&text);
    let json = to_json(&first);
    let second = parse_offer(&Node::root(&json)).unwrap();
    assert_eq!(first, second);
    assert_eq!(to_json(&second), json);
}

fn agree(offer: Policy) -> Policy {
    let id = |text| Id::parse(text).unwrap();
    let at: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    let (target, ulm, firm) = (id("urn:d"), id("did:web:ulm.example"), id("did:web:firm.example"));
    offer.into_agreement(id("urn:a"), target, ulm, firm, at).unwrap()
}

#[test]
fn an_agreement_copies_the_rules_and_binds_the_rest() {
    let offer = good(&offer_with(ATOM));
    let agreement = agree(offer.clone());
    let json = to_json(&agreement);
    assert_snapshot!(canonical(&json), @r#"{"@id":"urn:a","@type":"Agreement","assignee":"did:web:firm.example","assigner":"did:web:ulm.example","permission":[{"action":"use","constraint":[{"leftOperand":"odrl:dateTime","operator":"lt","rightOperand":"2027-01-01T00:00:00Z"}]}],"target":"urn:d","timestamp":"2026-11-23T12:00:00Z"}"#);
    let read_back = parse_agreement(&Node::root(&json)).unwrap();
    assert_eq!(read_back.kind, PolicyKind::Agreement);
    assert_eq!(agreement_matches_offer(&offer, &read_back), Ok(()));
    assert!(agree(offer).into_agreement_again().is_err());
}

impl Policy {
    fn into_agreement_again(self) -> Result<Self, crate::NotAnOffer> {
        let id = self.id.clone();
        self.into_agreement(id.clone(), id.clone(), id.clone(), id, Timestamp::UNIX_EPOCH)
    }
}

/// The places where an agreement differs after `path` was set to `value` (removed if null).
fn differences(offer: &Policy, path: &str, value: &Value) -> String {
    let mut json = to_json(&agree(offer.clone()));
    let (parent, name) = path.rsplit_once('/').unwrap();
    match (json.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Value::Null) => drop(members.remove(name)),
        (Value::Object(members), value) => drop(members.insert(name.to_owned(), value.clone())),
        (Value::Array(items), Value::Null) => drop(items.remove(name.parse().unwrap())),
        (Value::Array(items), value) => items.insert(name.parse().unwrap(), value.clone()),
        (other, _) => panic!("{other} has no members"),
    }
    let agreement = parse_agreement(&Node::root(&json)).unwrap();
    let mismatch = agreement_matches_offer(offer, &agreement).err();
    let places = mismatch.iter().flat_map(|mismatch| &mismatch.differences);
    places.map(|difference| difference.pointer.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_agreement_that_says_something_else_is_refused_with_the_places() {
    let first = json!({"leftOperand": "odrl:dateTime", "operator": "lt",
        "rightOperand": "2027-01-01T00:00:00Z"});
    let second = json!({"leftOperand": "odrl:purpose", "operator": "isAnyOf",
        "rightOperand": ["urn:p"]});
    let offer = json!({
        "@id": "urn:o", "@type": "Offer", "target": "urn:d", "assigner": "did:web:ulm.example",
        "permission": [{"action": "use", "constraint": [first, second]}],
        "prohibition": [{"action": "odrl:sell"}]
    });
    let offer = parse_message_offer(&Node::root(&offer)).unwrap();
    let in_full = json!("http://www.w3.org/ns/odrl/2/use");
    let profile = json!("https://w3id.org/allmende/v1/");
    for (path, value, expected) in [
        ("/@id", json!("urn:other"), ""),
        ("/timestamp", json!("2030-01-01T00:00:00Z"), ""),
        ("/assignee", json!("did:web:b.example"), ""),
        ("/permission/0/action", in_full, ""),
        ("/target", json!("urn:e"), "/target"),
        ("/assigner", json!("did:web:b.example"), "/assigner"),
        ("/permission/0/action", json!("odrl:sell"), "/permission/0/action"),
        ("/permission/0/constraint/0/operator", json!("gt"), "/permission/0/constraint/0/operator"),
        (
            "/permission/0/constraint/1/rightOperand/1",
            json!("urn:q"),
            "/permission/0/constraint/1/rightOperand/1",
        ),
        ("/permission/0/constraint/1", Value::Null, "/permission/0/constraint/1"),
        (
            "/permission/0/constraint",
            json!([second, first]),
            "/permission/0/constraint/0/leftOperand /permission/0/constraint/0/operator \
             /permission/0/constraint/0/rightOperand /permission/0/constraint/1/leftOperand \
             /permission/0/constraint/1/operator /permission/0/constraint/1/rightOperand",
        ),
        ("/permission/1", json!({"action": "odrl:sell"}), "/permission/1"),
        ("/prohibition", Value::Null, "/prohibition/0"),
        ("/dct:description", json!("free use"), "/dct:description"),
        ("/profile", profile, "/profile/0"),
    ] {
        assert_eq!(differences(&offer, path, &value), expected, "{path} {value}");
    }
}

#[test]
fn a_message_offer_may_bind_what_the_catalogue_leaves_open() {
    let catalogue = good(&offer_with(ATOM));
    let mut json = to_json(&catalogue);
    json["target"] = json!("urn:d");
    json["assigner"] = json!("did:web:ulm.example");
    let echoed = parse_message_offer(&Node::root(&json)).unwrap();
    assert_eq!(terms_match(&catalogue, &echoed), Ok(()));
    json["permission"][0]["constraint"] = json!([]);
    let widened = parse_message_offer(&Node::root(&json)).unwrap();
    let mismatch = terms_match(&catalogue, &widened).unwrap_err();
    assert_eq!(mismatch.differences[0].pointer.as_str(), "/permission/0/constraint");
    let not_agreed = agreement_matches_offer(&catalogue, &echoed).unwrap_err();
    assert_eq!(not_agreed.differences[0].pointer.as_str(), "/@type");
}

#[test]
fn agreements_and_message_offers_need_what_they_bind() {
    let full = json!({
        "@id": "urn:a", "@type": "Agreement", "target": "urn:d", "assigner": "urn:x", "assignee": "urn:y",
        "timestamp": "2026-11-23T12:00:00Z", "permission": [{"action": "use"}]
    });
    assert!(parse_agreement(&Node::root(&full)).is_ok());
    for name in ["@id", "@type", "target", "assigner", "assignee", "timestamp", "permission"] {
        let mut json = full.clone();
        json.as_object_mut().unwrap().remove(name);
        assert!(parse_agreement(&Node::root(&json)).is_err(), "{name}");
    }
    for (timestamp, code) in [
        ("2026-11-23T12:00:00", "policy-timestamp-refused"),
        ("2026-11-23", "policy-timestamp-refused"),
        ("2026-02-30T00:00:00Z", "policy-timestamp-refused"),
    ] {
        let mut json = full.clone();
        json["timestamp"] = json!(timestamp);
        assert_eq!(parse_agreement(&Node::root(&json)).unwrap_err().code(), code, "{timestamp}");
    }
    let offer = json!({"@id": "urn:o", "@type": "Offer", "permission": [{"action": "use"}]});
    let error = parse_message_offer(&Node::root(&offer)).unwrap_err();
    assert_eq!(error.pointer.as_str(), "/target");
    assert!(parse_offer(&Node::root(&full)).is_err());
    assert!(parse_agreement(&Node::root(&offer)).is_err());
}

/// Law 86: each byte of a valid policy counts.
#[test]
fn any_byte_flip_is_refused_or_changes_the_digest() {
    let text = serde_json::to_string(&to_json(&agree(good(&offer_with(ATOM))))).unwrap();
    let digest = |bytes: &[u8]| {
        let value = parse(bytes, &Limits::message()).ok()?;
        parse_agreement(&Node::root(&value)).ok()?;
        document_digest(&value).ok()
    };
    let original = digest(text.as_bytes()).unwrap();
    for at in 0..text.len() {
        for mask in [1, 2, 4, 8, 16, 32, 64, 128, 255_u8] {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= mask;
            assert_ne!(digest(&bytes), Some(original), "byte {at} ^ {mask}");
        }
    }
}

/// The published examples use bare terms and a foreign profile; each is refused at its first such
/// place, none is misread.
#[test]
fn published_examples_are_read_or_refused_where_they_leave_the_text() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/dsp/negotiation/example/");
    let Ok(full) = std::fs::read(format!("{folder}contract-agreement-message-full.json")) else {
        eprintln!("SKIPPED: the DSP examples are not at {folder}");
        return;
    };
    let limits = Limits::message();
    let part = |bytes: &[u8], name: &str| parse(bytes, &limits).unwrap()[name].clone();
    let agreement = part(&full, "agreement");
    let error = parse_agreement(&Node::root(&agreement)).unwrap_err();
    assert_eq!((error.code(), error.pointer.as_str()), ("policy-term-unknown", "/profile"));
    for (name, refused_at) in [
        ("contract-offer-message", Some("/permission/0/constraint/0/leftOperand")),
        ("contract-offer-message_initial", None),
        ("contract-request-message", Some("/permission/0/constraint/0/leftOperand")),
        ("contract-request-message_initial", None),
    ] {
        let bytes = std::fs::read(format!("{folder}{name}.json")).unwrap();
        let offer = part(&bytes, "offer");
        let error = parse_message_offer(&Node::root(&offer)).err();
        let place = error.as_ref().map(|error| error.pointer.as_str());
        assert_eq!(place, refused_at, "{name}: {error:?}");
    }
}

/// What we emit is what the published schema allows.
#[test]
fn what_is_emitted_validates_against_the_published_schema() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/dsp/negotiation/contract-schema.json");
    let Ok(schema) = std::fs::read(path) else {
        eprintln!("SKIPPED: the DSP schemas are not at {path}");
        return;
    };
    let mut schema = parse(&schema, &Limits::document()).unwrap();
    let offer = good(&offer_with(
        r#"{"or":{"leftOperand":"odrl:count","operator":"lteq","rightOperand":10}},
        {"leftOperand":"odrl:language","operator":"isAnyOf","rightOperand":{"@value":"de","@language":"de"}}"#,
    ));
    for policy in [offer.clone(), agree(offer)] {
        // The schema's own top level wants exactly one shape, and its two shapes of offers overlap.
        let shape = if policy.kind == PolicyKind::Agreement { "Agreement" } else { "Offer" };
        schema["allOf"] = json!([{ "$ref": format!("#/definitions/{shape}") }]);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let json = to_json(&policy);
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}: {json}");
    }
}
