//! The policies and facts that are measured, also beside other engines.

#![expect(clippy::expect_used, reason = "a world that cannot be made is a broken measurement")]

use odrl_parser::{Id, Term, parse_agreement, parse_offer};
use policy::{CheckedPolicy, Facts, Request, check};
use serde_json::{Value as Json, json};
use wire::did::Did;
use wire::iri::Iri;
use wire::node::Node;

const KIND: &str = "https://w3id.org/allmende/v1/kind/mobility-service";
const PURPOSE: &str = "https://w3id.org/allmende/v1/purpose/traffic-planning";
const FIRM: &str = "did:web:firm.example";

fn atom(left: &str, operator: &str, right: Json) -> Json {
    json!({ "leftOperand": left, "operator": operator, "rightOperand": right })
}

fn own(name: &str) -> String {
    format!("https://w3id.org/allmende/v1/{name}")
}

fn agreement(constraints: &Json) -> Json {
    json!({
        "@id": "urn:a", "@type": "Agreement", "target": "urn:d",
        "assigner": "did:web:ulm.example", "assignee": FIRM,
        "timestamp": "2026-11-01T00:00:00Z",
        "permission": [{ "action": "use", "constraint": constraints }],
    })
}

/// Five conditions, all met: who, what kind, until when, since when, for what.
pub(crate) fn five() -> Json {
    agreement(&json!([
        atom(&own("participant"), "isAnyOf", json!([FIRM, "did:web:other.example"])),
        atom(&own("vettedAs"), "isAnyOf", json!([KIND])),
        atom("odrl:dateTime", "lt", json!("2027-01-01T00:00:00Z")),
        atom(&own("sinceAgreement"), "lteq", json!("P90D")),
        atom("odrl:purpose", "eq", json!(PURPOSE)),
    ]))
}

/// Ten conditions, all met.
pub(crate) fn ten() -> Json {
    let mut policy = five();
    let more = [
        atom("odrl:dateTime", "gteq", json!("2026-11-01T00:00:00Z")),
        atom("odrl:dateTime", "neq", json!("2026-12-24")),
        atom(&own("vettedAs"), "isNoneOf", json!(["urn:k:closed"])),
        atom("odrl:purpose", "isNoneOf", json!(["urn:p:ads", "urn:p:scoring"])),
        json!({"or": [
            atom(&own("sinceAgreement"), "gteq", json!("P1D")),
            atom("odrl:purpose", "isA", json!(PURPOSE)),
        ]}),
    ];
    if let Some(list) = policy.pointer_mut("/permission/0/constraint").and_then(Json::as_array_mut)
    {
        list.extend(more);
    }
    policy
}

/// Two hundred and sixty-two windows of time of which one must be open: 524 comparisons.
pub(crate) fn windows() -> Json {
    let window = |n: u32| {
        let day = |hour: u32| {
            let (month, rest) = (n / 28 % 12 + 1, n % 28 + 1);
            let year = 2026 + n / 336;
            format!("{year}-{month:02}-{rest:02}T{hour:02}:00:00Z")
        };
        json!({"and": [
            atom("odrl:dateTime", "gteq", json!(day(8))),
            atom("odrl:dateTime", "lt", json!(day(17))),
        ]})
    };
    let windows: Vec<Json> = (180..442).map(window).collect();
    agreement(&json!([{ "or": windows }]))
}

pub(crate) fn checked(document: &Json) -> CheckedPolicy {
    let node = Node::root(document);
    let policy = match document["@type"].as_str() {
        Some("Agreement") => parse_agreement(&node),
        _ => parse_offer(&node),
    };
    check(policy.expect("a policy that is read")).expect("a policy that can be judged")
}

pub(crate) fn request() -> Request {
    let id = |text| Id::parse(text).expect("an id");
    Request { action: Term::USE, assignee: id(FIRM), target: id("urn:d") }
}

pub(crate) fn facts() -> Facts {
    let at = |text: &str| text.parse().expect("an instant");
    let iri = |text| Iri::parse(text).expect("an IRI");
    Facts::at(at("2026-11-23T12:00:00Z"))
        .agreed_at(at("2026-11-01T00:00:00Z"))
        .participant(&Did::parse(FIRM).expect("a DID"), Some(at("2027-06-01T00:00:00Z")))
        .vetted_as([iri(KIND)], 7, Some(at("2026-12-01T00:00:00Z")))
        .purpose(iri(PURPOSE))
}
