//! What the crate promises, as data: values, verdicts, sentences, and laws over generated policies.

mod badges;
mod books;
pub(crate) mod build;
mod cases;
mod compiled;
mod depends;
mod differ;
mod duties;
mod explained;
mod generate;
mod grants;
mod hostile;
mod inputs;
mod laws;
mod overlaps;
mod profile;
mod recurring;
mod refusals;
mod replays;
mod reported;
mod rounds;
mod sentences;
mod strategies;
mod values;
mod verdicts;
mod w3c;
mod whole;
mod worlds;

use jiff::Timestamp;
use odrl_parser::{Id, Policy, Term, parse_agreement, parse_offer};
use serde_json::{Value as Json, json};
use wire::did::Did;
use wire::iri::Iri;
use wire::node::Node;

use crate::text::{Lang, Voice};
use crate::{
    Book, Capabilities, CheckedPolicy, Compiled, Decision, Facts, Request, Standing, check,
    evaluate,
};

pub(super) const NOW: &str = "2026-11-23T12:00:00Z";
pub(super) const MOBILITY: &str = "https://w3id.org/allmende/v1/kind/mobility-service";
pub(super) const TRAFFIC: &str = "https://w3id.org/allmende/v1/purpose/traffic-planning";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn iri(text: &str) -> Iri {
    Iri::parse(text).unwrap()
}

/// A constraint in short: operand, operator, right operand.
pub(super) fn atom(left: &str, operator: &str, right: impl Into<Json>) -> Json {
    let left = match left {
        "participant" | "sinceAgreement" | "vettedAs" => {
            format!("https://w3id.org/allmende/v1/{left}")
        }
        other => format!("odrl:{other}"),
    };
    json!({ "leftOperand": left, "operator": operator, "rightOperand": right.into() })
}

/// An agreement with Firm about `urn:d` of these permissions and prohibitions.
pub(super) fn agreement(permissions: Json, prohibitions: Json) -> Json {
    json!({
        "@id": "urn:a", "@type": "Agreement", "target": "urn:d",
        "assigner": "did:web:ulm.example", "assignee": "did:web:firm.example",
        "timestamp": "2026-11-01T00:00:00Z",
        "permission": permissions, "prohibition": prohibitions
    })
}

/// A rule to use under these constraints.
pub(super) fn to_use(constraints: Json) -> Json {
    json!({ "action": "use", "constraint": constraints })
}

pub(super) fn parsed(json: &Json) -> Policy {
    let node = Node::root(json);
    let policy = match json["@type"].as_str() {
        Some("Agreement") => parse_agreement(&node),
        _ => parse_offer(&node),
    };
    policy.unwrap_or_else(|error| panic!("{error}: {:.400}", json.to_string()))
}

pub(super) fn checked(json: &Json) -> CheckedPolicy {
    check(parsed(json)).unwrap_or_else(|error| panic!("{error}: {:.400}", json.to_string()))
}

pub(super) fn request() -> Request {
    let id = |text| Id::parse(text).unwrap();
    Request { action: Term::USE, assignee: id("did:web:firm.example"), target: id("urn:d") }
}

/// What both evaluators say.
pub(super) fn judged(policy: &CheckedPolicy, request: &Request, facts: &Facts) -> Decision {
    let decision = evaluate(policy, request, facts);
    let compiled = Compiled::new(policy);
    let answer = compiled.decide(request, facts, &mut compiled.scratch());
    assert_eq!(compiled.render(request, facts, answer), decision);
    decision
}

/// What is known of Firm: vetted as a mobility service until the list expires, states traffic
/// planning.
pub(super) fn facts() -> Facts {
    Facts::at(at(NOW))
        .agreed_at(at("2026-11-01T00:00:00Z"))
        .participant(&Did::parse("did:web:firm.example").unwrap(), Some(at("2027-06-01T00:00:00Z")))
        .vetted_as([iri(MOBILITY)], 7, Some(at("2026-12-01T00:00:00Z")))
        .purpose(iri(TRAFFIC))
}

/// A program that decides by its clock, the agreement, certificates and the trust list, and asks for
/// the purpose.
pub(super) fn capabilities() -> &'static Capabilities {
    static OURS: std::sync::LazyLock<Capabilities> = std::sync::LazyLock::new(|| {
        let decided = [Term::DATE_TIME, Term::SINCE_AGREEMENT, Term::PARTICIPANT, Term::VETTED_AS];
        let claims = [Term::PURPOSE].into();
        Capabilities { claims, ..Capabilities::deciding(decided) }
    });
    &OURS
}

/// Words of the book of this version, about an unknown partner.
pub(super) fn voice(lang: Lang) -> Voice<'static> {
    let standing = Standing { ours: capabilities(), partner: None };
    Voice { book: Book::shipped(), standing, lang }
}
