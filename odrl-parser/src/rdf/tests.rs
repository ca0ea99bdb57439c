//! What comes out of graphs: policies with all they say, and refusals with their paths.

mod alike;

use std::fs;

use serde_json::Value;

use super::*;
use crate::{Constraint, Context, Policy, PolicyKind};

const PREFIXES: &str = "@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <urn:ex:> .
";

fn turtle(text: &str) -> Result<Vec<Policy>, ImportError> {
    policies(&read_turtle(format!("{PREFIXES}{text}").as_bytes())?, Rules::Complete)
}

fn json_ld(text: &str) -> Result<Vec<Policy>, ImportError> {
    policies(&read_json_ld(text.as_bytes())?, Rules::Complete)
}

fn only(policies: Vec<Policy>) -> Policy {
    assert_eq!(policies.len(), 1);
    policies.into_iter().next().unwrap()
}

/// A refusal as `code path (hint)`; all contexts have the same hint.
fn refused(result: Result<Vec<Policy>, ImportError>) -> String {
    let error = result.expect_err("the import is refused");
    let (place, hint) = match &error {
        ImportError::Policy { error, .. } | ImportError::Document(error) => {
            (error.pointer.as_str(), error.hint())
        }
        ImportError::Context { pointer, .. } => (pointer.as_str(), None),
        ImportError::Iri { .. }
        | ImportError::Json(_)
        | ImportError::JsonLd { .. }
        | ImportError::LiteralSubject
        | ImportError::NamedGraph
        | ImportError::NoPolicy
        | ImportError::Relative { .. }
        | ImportError::TooLarge { .. }
        | ImportError::Turtle { .. }
        | ImportError::UnknownPolicy(_) => ("", error.hint()),
    };
    let hint = hint.map(|hint| format!("({hint})")).unwrap_or_default();
    [error.code(), place, &hint].join(" ").replace("  ", " ").trim_end().to_owned()
}

const DSP: &str = "https://w3id.org/dspace/2025/1/odrl-profile.jsonld";
const W3C: &str = "\"http://www.w3.org/ns/odrl.jsonld\"";
#[test]
fn what_others_say_of_a_policy_moves_into_its_rules() {
    let policy = only(
        turtle(
            "ex:p a odrl:Set ; odrl:action odrl:use ; odrl:permission [ odrl:target ex:own ] .
ex:data a <http://www.w3.org/ns/dcat#Dataset> ; dct:title \"x\" ; odrl:hasPolicy ex:p .
ex:a odrl:assignerOf ex:p . ex:b odrl:assigneeOf ex:p .",
        )
        .unwrap(),
    );
    let rule = &policy.permissions[0];
    let targets: Vec<&str> =
        rule.targets.iter().filter_map(|target| Some(target.id.as_ref()?.as_str())).collect();
    assert_eq!(targets, ["urn:ex:own", "urn:ex:data"]);
    let parties: Vec<(&str, &str)> = rule
        .parties
        .iter()
        .filter_map(|role| Some((role.function.name(), role.party.id.as_ref()?.as_str())))
        .collect();
    assert_eq!(parties, [("assigner", "urn:ex:a"), ("assignee", "urn:ex:b")]);
    assert_eq!(rule.actions.len(), 1);
}

/// Input 62: it is to be done once.
#[test]
fn a_duty_with_a_name_may_hang_on_several_permissions() {
    let permissions = "odrl:permission [ odrl:action odrl:use ; odrl:duty ex:d ] ;";
    let shared = |count| {
        let text = format!("ex:p a odrl:Set ; {} .", permissions.repeat(count));
        turtle(&format!(
            "{text} ex:d odrl:action odrl:pay ; odrl:consequence [ odrl:action odrl:delete ] ."
        ))
    };
    let policy = only(shared(2).unwrap());
    let [first, second] = &policy.permissions[..] else { panic!("two permissions") };
    assert_eq!(first.duties, second.duties);
    assert_eq!(first.duties[0].pointer.as_str(), "/permission/0/duty/0");
    assert_eq!(refused(shared(1000)), "policy-too-many /permission/63/duty/0");
}

/// The words of the pinned contexts are those that the JSON readers know.
#[test]
fn the_contexts_are_those_of_the_json_readers() {
    for (context, text) in [
        (Context::Odrl, include_str!("contexts/odrl.jsonld")),
        (Context::Dsp, include_str!("contexts/dspace-odrl-profile.jsonld")),
    ] {
        let whole: Value = serde_json::from_str(text).unwrap();
        let words = whole["@context"].as_object().unwrap();
        for (word, means) in words {
            let means = means.as_str().or(means["@id"].as_str()).unwrap();
            // The published name of `dataType` has another case than the vocabulary.
            let means = means.replace("odrl:datatype", "odrl:dataType");
            if !means.ends_with(['/', '#']) {
                assert_eq!(context.meaning(word), Some(means.as_str()), "{word}");
            }
        }
    }
}

#[test]
fn several_policies_come_in_their_order_and_by_name() {
    let text = format!(
        "{PREFIXES}ex:z a odrl:Set ; odrl:permission [ odrl:action odrl:use ] .
ex:a odrl:prohibition [ odrl:action odrl:use ] .
ex:broken a odrl:Set ; odrl:permission [ odrl:action ex:unknown ] ."
    );
    let graph = read_turtle(text.as_bytes()).unwrap();
    let id = |text: &str| text.parse().unwrap();
    let by_name = policy(&graph, &id("urn:ex:a"), Rules::Complete).unwrap();
    assert_eq!((by_name.kind, by_name.prohibitions.len()), (PolicyKind::Set, 1));
    let missing = policy(&graph, &id("urn:ex:none"), Rules::Complete).unwrap_err();
    assert_eq!(missing.to_string(), "there is no policy `urn:ex:none`");
    let error = policies(&graph, Rules::Complete).unwrap_err();
    assert_eq!(
        error.to_string(),
        "policy `urn:ex:broken`: unknown action `urn:ex:unknown` at `/permission/0/action/0`"
    );
    let good = text.split("ex:broken").next().unwrap();
    let graph = read_turtle(good.as_bytes()).unwrap();
    let names: Vec<String> = policies(&graph, Rules::Complete)
        .unwrap()
        .iter()
        .map(|policy| policy.id.to_string())
        .collect();
    assert_eq!(names, ["urn:ex:z", "urn:ex:a"]);
}

/// A row of a table: its part, its text, and what is expected.
fn rows(table: &str) -> impl Iterator<Item = [&str; 3]> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let row = line.split(" | ").collect::<Vec<_>>();
        row.try_into().unwrap_or_else(|_| panic!("not three columns: {line}"))
    })
}

#[test]
fn what_is_wrong_in_turtle_is_refused_with_its_path() {
    let rule = |inside: &str| format!("ex:p a odrl:Set ; odrl:permission [ {inside} ] .");
    let constraint =
        |inside: &str| rule(&format!("odrl:action odrl:use ; odrl:constraint [ {inside} ]"));
    for [part, text, expected] in rows(include_str!("testdata/turtle.txt")) {
        let text = match part {
            "document" => text.to_owned(),
            "rule" => rule(text),
            "constraint" => constraint(text),
            "right" => {
                constraint(&format!("odrl:leftOperand odrl:count ; odrl:operator odrl:eq ; {text}"))
            }
            other => panic!("unknown part `{other}`"),
        };
        assert_eq!(refused(turtle(&text)), expected, "{text}");
    }
}

#[test]
fn json_ld_that_would_be_dropped_or_bent_is_refused() {
    let offer = |context: &str, rule: &str| {
        format!(r#"{{"@context":{context},"@id":"urn:o","@type":"Offer","permission":[{rule}]}}"#)
    };
    let own = |own: &str| offer(&format!("[{W3C},{own}]"), r#"{"action":"use"}"#);
    for [part, text, expected] in rows(include_str!("testdata/json-ld.txt")) {
        let text = match part {
            "document" => text.to_owned(),
            "rule" => offer(W3C, text),
            "dsp rule" => offer(&format!("\"{DSP}\""), text),
            "context" => own(text),
            other => panic!("unknown part `{other}`"),
        };
        assert_eq!(refused(json_ld(&text)), expected, "{text}");
    }
    assert!(json_ld(&own(r#"{"dc":"http://purl.org/dc/elements/1.1/"}"#)).is_ok());
}

#[test]
fn turtle_that_is_none_is_refused_at_its_line_and_column() {
    let error = read_turtle(b"<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> .").unwrap_err();
    assert!(matches!(error, ImportError::Turtle { line: 2, column: 17, .. }), "{error:?}");
    for (text, code) in [
        ("<a> <urn:b> <urn:c> .", "import-syntax"),
        ("<urn:a> <urn:b> <urn:stra\u{df}e> .", "import-name-refused"),
        ("<urn:a> <urn:b> \"\\uD800\" .", "import-syntax"),
        ("\u{feff}<urn:a> <urn:b> 1 .", "import-syntax"),
    ] {
        assert_eq!(read_turtle(text.as_bytes()).unwrap_err().code(), code, "{text}");
    }
    assert_eq!(read_turtle(b"\xff").unwrap_err().code(), "import-syntax");
}

#[test]
fn a_graph_has_its_limits() {
    let many: String =
        (0..=STATEMENTS_MAX).map(|at| format!("<urn:s> <urn:p> <urn:{at}> .\n")).collect();
    assert_eq!(read_turtle(many.as_bytes()).unwrap_err().code(), "import-too-large");
    let deep = format!("<urn:s> <urn:p> {}{} .", "[ <urn:p> ".repeat(70_000), "] ".repeat(70_000));
    assert_eq!(read_turtle(deep.as_bytes()).unwrap_err().code(), "import-syntax");
    let long = format!("<urn:s> <urn:p> \"{}\" .", "x".repeat(LITERAL_BYTES_MAX + 1));
    assert_eq!(read_turtle(long.as_bytes()).unwrap_err().code(), "import-too-large");
    let huge = vec![b' '; DOCUMENT_BYTES_MAX + 1];
    assert_eq!(read_turtle(&huge).unwrap_err().code(), "import-too-large");
    // A hundred targets, parties and actions for a hundred rules (input 4).
    let names: Vec<String> = (0..1100).map(|at| format!("ex:{at}")).collect();
    let compact = format!(
        "ex:p a odrl:Set ; odrl:target {} ; odrl:permission [ odrl:action odrl:use ] .",
        names.join(", ")
    );
    assert_eq!(refused(turtle(&compact)), "policy-too-many /target/1024");
}

/// The test material beside the checkout, where it is.
#[test]
fn all_policies_and_requests_of_the_odrl_test_suite_are_read() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/odrl-test-suite/data");
    let mut read = 0;
    for folder in ["policies", "requests"] {
        let Ok(files) = fs::read_dir(format!("{root}/{folder}")) else {
            eprintln!("SKIPPED: the ODRL Test Suite is not at {root}");
            return;
        };
        for file in files {
            let path = file.unwrap().path();
            let graph = read_turtle(&fs::read(&path).unwrap()).unwrap();
            let policy = policies(&graph, Rules::Bare).unwrap_or_else(|e| panic!("{path:?}: {e}"));
            let policy = only(policy);
            assert_eq!(policy.permissions.len() + policy.prohibitions.len(), 1, "{path:?}");
            if path.ends_with("policy-20.ttl") {
                let [Constraint::Logical { operands, .. }] = &policy.permissions[0].constraints[..]
                else {
                    panic!("one logical constraint");
                };
                assert_eq!(operands.len(), 262);
            }
            read += 1;
        }
    }
    assert_eq!(read, 28);
}
