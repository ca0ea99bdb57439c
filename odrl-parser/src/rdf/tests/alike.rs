//! The same policy from JSON, general JSON-LD, Turtle and N-Triples: the models are the same, but
//! for their places.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use wire::json::{Limits, parse};
use wire::node::Node;

use super::{DSP, PREFIXES, json_ld, only, turtle};
use crate::rdf::{Rules, informative, policies, read_json_ld, read_turtle};
use crate::tests::generate;
use crate::{
    Constraint, LogicalOperator, Policy, PolicyKind, parse_bytes, parse_offer, parse_policy,
    to_odrl_json,
};

/// A model without its places, and with numbers as a graph has them.
fn said(policy: &Policy) -> String {
    let datatype =
        |name: &str| format!("tag: Datatype(Iri(\"http://www.w3.org/2001/XMLSchema#{name}\"))");
    let mut policy = policy.clone();
    // In which order an object keeps its members depends on features of `serde_json`.
    policy.informative.values_mut().for_each(Value::sort_all_objects);
    let text = format!("{policy:?}")
        .replace("tag: Number", &datatype("integer"))
        .replace("tag: Boolean", &datatype("boolean"));
    let mut parts = text.split("pointer: Pointer(\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| said + part.split_once("\")").expect("a pointer ends").1)
}

/// Offers as the JSON reader takes them: members of a policy, without its context.
const OFFERS: [&str; 7] = [
    r#""permission":[{"action":"use"}]"#,
    r#""permission":[{"@id":"urn:r1","action":"odrl:read"},{"action":"odrl:play"}],
       "prohibition":[{"action":"odrl:distribute"},{"action":{"@id":"odrl:sell"}}]"#,
    r#""permission":{"action":"use","constraint":[
        {"leftOperand":"odrl:dateTime","operator":"lt",
         "rightOperand":{"@value":"2027-01-01T00:00:00Z","@type":"xsd:dateTime"}},
        {"leftOperand":"https://w3id.org/allmende/v1/vettedAs","operator":"isAnyOf",
         "rightOperand":["b","a",{"@id":"urn:c"}]}]},
       "profile":"https://w3id.org/allmende/v1/""#,
    r#""permission":{"action":"use","constraint":{"or":[
        {"leftOperand":"odrl:count","operator":"lteq","rightOperand":10},
        {"xone":[
          {"leftOperand":"odrl:language","operator":"eq",
           "rightOperand":{"@value":"de","@language":"DE-ch"}},
          {"and":[{"leftOperand":"odrl:event","operator":"gt",
                   "rightOperand":{"@id":"http://www.w3.org/ns/odrl/2/policyUsage"}}]}]}]}}"#,
    r#""permission":{"action":"use","constraint":
        {"leftOperand":"odrl:percentage","operator":"eq","rightOperand":
         {"@value":"0.50","@type":"xsd:decimal"}}}"#,
    r#""permission":{"action":"use","http://purl.org/dc/terms/title":"Ümläute"},
       "http://www.w3.org/2000/01/rdf-schema#label":{"@language":"de","@value":"Titel"}"#,
    r#""prohibition":{"action":"http://creativecommons.org/ns#CommercialUse","constraint":
        {"leftOperand":"odrl:purpose","operator":"isNoneOf","rightOperand":[true,"x"]}}"#,
];

#[test]
fn json_and_graph_give_the_same_model() {
    for members in OFFERS {
        let text = format!(r#"{{"@id":"urn:o","@type":"Offer",{members}}}"#);
        let value = parse(text.as_bytes(), &Limits::message()).unwrap();
        let by_json = parse_offer(&Node::root(&value));
        let mut by_json = by_json.unwrap_or_else(|error| panic!("{error}: {text}"));
        for rule in by_json.permissions.iter_mut().map(|rule| &mut rule.informative) {
            *rule = compact(std::mem::take(rule));
        }
        by_json.informative = compact(by_json.informative);
        let with_xsd = r#"{"xsd":"http://www.w3.org/2001/XMLSchema#"}"#;
        let text = text.replacen('{', &format!(r#"{{"@context":["{DSP}",{with_xsd}],"#), 1);
        let graph = read_json_ld(text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text}"));
        let by_json_ld = only(policies(&graph, Rules::Complete).unwrap());
        assert_eq!(said(&by_json_ld), said(&by_json), "{text}");
        // And once more through N-Triples, whose names of blank nodes are ours.
        let graph = read_turtle(graph.to_string().as_bytes()).unwrap();
        let by_turtle = only(policies(&graph, Rules::Complete).unwrap());
        assert_eq!(by_turtle, by_json_ld, "{text}");
    }
}

/// Names of informative members as a graph has them.
fn compact(members: crate::Informative) -> crate::Informative {
    let name = |name: String| informative::name(&name).unwrap_or(name);
    members.into_iter().map(|(key, value)| (name(key), value)).collect()
}

/// One policy with everything, in Turtle and under the W3C context.
#[test]
fn all_parts_of_a_policy_are_read_alike_from_turtle_json_ld_and_json() {
    let by_turtle = read_turtle(include_bytes!("../testdata/whole.ttl")).unwrap();
    let by_turtle = only(policies(&by_turtle, Rules::Complete).unwrap());
    let by_json_ld = only(json_ld(include_str!("../testdata/whole.jsonld")).unwrap());
    assert_eq!(by_json_ld, by_turtle, "also in their paths");
    let by_json = parse_bytes(include_bytes!("../testdata/whole.jsonld"), parse_policy).unwrap();
    assert_eq!(said(&by_json), said(&by_turtle));
    assert_eq!(by_turtle.kind, PolicyKind::Agreement);
    let permission = &by_turtle.permissions[0];
    let collection = &permission.targets[0];
    assert_eq!(collection.id.as_ref().unwrap().as_str(), "urn:ex:archive");
    let Constraint::Logical { operator, operands, .. } = &collection.refinements[0] else {
        panic!("a logical constraint");
    };
    assert_eq!(*operator, LogicalOperator::AndSequence);
    let pointer = operands[1].pointer().as_str();
    assert_eq!(pointer, "/permission/0/target/0/refinement/0/andSequence/1");
    assert_eq!(
        permission.duties[0].duties[0].pointer.as_str(),
        "/permission/0/duty/0/consequence/0"
    );
    let parties: Vec<&str> = permission
        .parties
        .iter()
        .filter_map(|role| Some(role.party.id.as_ref()?.as_str()))
        .collect();
    assert_eq!(parties, ["urn:ex:provider", "urn:ex:consumer"], "the compact assigner moved in");
}

/// Every byte of good documents changed: never a panic, and where both readers take the document
/// they take it alike. A graph has no names that depend on where the document lies.
#[test]
fn a_changed_byte_is_refused_or_read_alike() {
    let (mut alike, mut alone) = (0, 0);
    let good = include_str!("../testdata/whole.jsonld");
    for at in (0..good.len()).step_by(2) {
        let mut changed = good.as_bytes().to_vec();
        for byte in [b'_', b'1'] {
            changed[at] = byte;
            let text = String::from_utf8_lossy(&changed);
            let Ok(by_json) = parse_bytes(text.as_bytes(), parse_policy) else { continue };
            match json_ld(&text) {
                Ok(policies) => {
                    assert_eq!(said(&only(policies)), said(&by_json), "{text}");
                    alike += 1;
                }
                Err(error) => {
                    assert_eq!(error.code(), "import-name-refused", "{error}: {text}");
                    alone += 1;
                }
            }
        }
    }
    assert!(alike > 100 && alone > 10, "{alike} {alone}");
    let text = include_str!("../testdata/whole.ttl").trim_start_matches(PREFIXES);
    for at in (0..text.len()).step_by(3) {
        let (before, after) = text.split_at(at);
        let _ = turtle(before);
        let _ = turtle(&format!("{before}.{after}"));
    }
}

/// Whether an array has something twice: in a graph it stands there once.
fn has_twice(value: &Value) -> bool {
    match value {
        Value::Array(elements) => {
            let twice = (1..elements.len()).any(|at| elements[..at].contains(&elements[at]));
            twice || elements.iter().any(has_twice)
        }
        Value::Object(members) => members.values().any(has_twice),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether one name stands for several things: in a graph they are one.
fn shares_names(value: &Value, seen: &mut BTreeSet<String>) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(|element| shares_names(element, seen)),
        Value::Object(members) => members.values().any(|member| shares_names(member, seen)),
        Value::String(text) => {
            let is_term = text.starts_with("https://w3id.org/");
            let is_name = ["did:", "https:", "urn:"].iter().any(|start| text.starts_with(start));
            is_name && !is_term && !seen.insert(text.clone())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 48,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_policy_is_read_alike_from_json_json_ld_and_n_triples(policy in generate::plain()) {
        let json = to_odrl_json(&policy);
        prop_assume!(!has_twice(&json) && !shares_names(&json, &mut BTreeSet::new()));
        let by_json = parse_policy(&Node::root(&json)).unwrap();
        let graph = match read_json_ld(json.to_string().as_bytes()) {
            Ok(graph) => graph,
            // A text that looks like a keyword.
            Err(error) if error.code() == "policy-unsupported" => {
                return Err(TestCaseError::reject("it looks like a keyword"));
            }
            Err(error) => panic!("{error}: {json}"),
        };
        let by_json_ld = policies(&graph, Rules::Complete);
        let by_json_ld = by_json_ld.unwrap_or_else(|error| panic!("{error}: {json}"));
        prop_assert_eq!(said(&only(by_json_ld.clone())), said(&by_json), "{}", json);
        let graph = read_turtle(graph.to_string().as_bytes()).unwrap();
        prop_assert_eq!(policies(&graph, Rules::Complete).unwrap(), by_json_ld, "{}", json);
    }
}
