//! The published cases; reports that are changed by one statement; and folders with something
//! missing.

use std::fs;
use std::path::Path;

use odrl_parser::rdf::{Graph, Node, read_turtle};

use crate::compare::compare;
use crate::{File, Level, isomorphic, run};

/// The suite beside the checkout, where it is.
fn published() -> Option<Vec<File>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/odrl-test-suite");
    let mut files = Vec::new();
    for folder in ["policies", "requests", "sotw", "test_cases"] {
        let Ok(entries) = fs::read_dir(root.join("data").join(folder)) else {
            eprintln!("SKIPPED: the ODRL Test Suite is not at {}", root.display());
            return None;
        };
        for entry in entries {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let bytes = fs::read(entry.path()).unwrap();
            files.push(File { path: format!("data/{folder}/{name}"), bytes });
        }
    }
    Some(files)
}

#[test]
fn all_published_cases_pass_at_all_levels() {
    let Some(files) = published() else { return };
    let told = run(&files).to_string();
    assert_eq!(told, "activation 55 of 55\npremises 55 of 55\ngraph 55 of 55\n");
}

/// Takes away and bends each statement of every fourth published report, of the longest ones a few.
#[test]
fn a_report_equals_itself_and_nothing_that_differs_by_a_statement() {
    let Some(files) = published() else { return };
    let mut changes = 0;
    for (number, read) in crate::read::read(&files).0.into_iter().enumerate() {
        let expected = read.case.unwrap().expected;
        for level in Level::ALL {
            assert_eq!(compare(level, &expected, &expected), Ok(()), "{}", read.path);
        }
        let statements: Vec<_> = expected.statements().collect();
        for changed in 0..statements.len() {
            let is_long = statements.len() > 100;
            if is_long && changed % 2_000 != 0 || !is_long && number % 4 != 0 {
                continue;
            }
            for object in [None, Some(Node::iri("urn:other"))] {
                let mut other = Graph::default();
                for (at, (subject, predicate, was)) in statements.iter().enumerate() {
                    let object = if at == changed { object.clone() } else { Some((*was).clone()) };
                    if let Some(object) = object {
                        other.insert((*subject).clone(), predicate, object).unwrap();
                    }
                }
                let (_, predicate, _) = statements[changed];
                assert!(compare(Level::Graph, &expected, &other).is_err(), "{predicate}");
                if predicate.ends_with("#activationState") {
                    assert!(compare(Level::Activation, &expected, &other).is_err());
                    assert!(compare(Level::Premises, &expected, &other).is_err());
                }
                if predicate.ends_with("#satisfactionState") {
                    assert!(compare(Level::Activation, &expected, &other).is_ok());
                    assert!(compare(Level::Premises, &expected, &other).is_err());
                }
                changes += 1;
            }
        }
    }
    assert!(changes > 500, "{changes}");
}

fn graph(text: &str) -> Graph {
    read_turtle(text.as_bytes()).unwrap()
}

/// Links between blank nodes `0 … n`.
fn linked(links: &[(usize, usize)]) -> Graph {
    let lines: String =
        links.iter().map(|(from, to)| format!("_:n{from} <urn:to> _:n{to} .\n")).collect();
    graph(&lines)
}

fn ring(nodes: &[usize]) -> Vec<(usize, usize)> {
    (0..nodes.len()).map(|at| (nodes[at], nodes[(at + 1) % nodes.len()])).collect()
}

#[test]
fn graphs_are_the_same_whatever_their_blank_nodes_are_called() {
    let clique = |nodes: usize| -> Vec<(usize, usize)> {
        (0..nodes).flat_map(|a| (0..nodes).filter(move |b| a != *b).map(move |b| (a, b))).collect()
    };
    let two_triangles = [ring(&[0, 1, 2]), ring(&[3, 4, 5])].concat();
    for (one, other, same) in [
        (vec![], vec![], Some(true)),
        (vec![(0, 1)], vec![(7, 3)], Some(true)),
        (vec![(0, 1)], vec![(0, 0)], Some(false)),
        (ring(&[0, 1, 2, 3, 4, 5]), ring(&[3, 1, 5, 0, 2, 4]), Some(true)),
        // Each node has one way in and one way out: colours alone do not tell these apart.
        (ring(&[0, 1, 2, 3, 4, 5]), two_triangles.clone(), Some(false)),
        (two_triangles, [ring(&[0, 4, 2]), ring(&[3, 1, 5])].concat(), Some(true)),
        (clique(10), clique(10), Some(true)),
        (
            ring(&(0..900).collect::<Vec<_>>()),
            [ring(&(0..450).collect::<Vec<_>>()), ring(&(450..900).collect::<Vec<_>>())].concat(),
            None,
        ),
    ] {
        assert_eq!(isomorphic(&linked(&one), &linked(&other)), same, "{one:?} {other:?}");
    }
    let names = graph("<urn:a> <urn:p> _:x . _:x <urn:q> \"1\" .");
    assert_eq!(isomorphic(&names, &graph("<urn:a> <urn:p> [ <urn:q> \"1\" ] .")), Some(true));
    assert_eq!(isomorphic(&names, &graph("<urn:b> <urn:p> [ <urn:q> \"1\" ] .")), Some(false));
    assert_eq!(isomorphic(&names, &graph("<urn:a> <urn:p> [ <urn:q> \"1\"@de ] .")), Some(false));
}

/// The same statements, but the premises hang on each other's constraints.
#[test]
fn premises_that_hang_elsewhere_are_another_report() {
    let report = |first: &str, second: &str| {
        graph(&format!(
            "@prefix r: <https://w3id.org/force/compliance-report#> .
             <urn:1> a r:PermissionReport ; r:premiseReport <urn:2>, <urn:3> .
             <urn:2> r:constraint <urn:c> ; r:premiseReport {first} .
             <urn:3> r:constraint <urn:d> ; r:premiseReport {second} .
             <urn:4> r:constraint <urn:e> . <urn:5> r:constraint <urn:f> ."
        ))
    };
    let (one, other) = (report("<urn:4>", "<urn:5>"), report("<urn:5>", "<urn:4>"));
    assert_eq!(compare(Level::Premises, &one, &other), Ok(()));
    let difference = compare(Level::Graph, &one, &other).unwrap_err();
    assert_eq!(difference.to_string(), "the same statements hang together otherwise");
}

/// A small suite of one case, with a part replaced by something else.
fn small(replaced: &str, by: &str) -> Vec<File> {
    let prefixes =
        "@prefix odrl: <http://www.w3.org/ns/odrl/2/> . @prefix ex: <http://example.org/> .
        @prefix r: <https://w3id.org/force/compliance-report#> .
        @prefix dct: <http://purl.org/dc/terms/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n";
    let world = "ex:w a ex:Sotw . <http://example.com/request/currentTime> dct:issued \
                 \"2024-01-01T00:00:00Z\"^^xsd:dateTime .";
    let case =
        "ex:t a ex:TestCase ; dct:title \"One\" ; ex:policy ex:p ; ex:request ex:q ; ex:sotw ex:w ;
        ex:expectedReport ex:e .
        ex:e a r:PolicyReport ; dct:created \"2024-01-01T00:00:00Z\"^^xsd:dateTime ; r:policy ex:p ;
        r:policyRequest ex:q ; r:ruleReport ex:f .
        ex:f a r:PermissionReport ; r:attemptState r:Attempted ; r:rule ex:r ; r:ruleRequest ex:s ;
        r:premiseReport ex:g ; r:activationState r:Active .
        ex:g a r:ActionReport ; r:satisfactionState r:Satisfied .";
    let parts = [
        ("policies/p.ttl", "ex:p a odrl:Set ; odrl:permission ex:r . ex:r odrl:action odrl:use ."),
        (
            "requests/q.ttl",
            "ex:q a odrl:Request ; odrl:permission ex:s . ex:s odrl:action odrl:read ; \
             odrl:assignee ex:a ; odrl:target ex:x .",
        ),
        ("sotw/w.ttl", world),
        ("test_cases/t.ttl", case),
        ("test_cases/t.md", "# not looked at"),
    ];
    let text = |path: &str, text: &str| {
        if path == replaced { by.to_owned() } else { format!("{prefixes}{text}") }
    };
    let file = |(path, content): (&str, &str)| File {
        path: path.to_owned(),
        bytes: text(path, content).into_bytes(),
    };
    parts.into_iter().map(file).collect()
}

/// What a small suite with a replaced part comes to.
fn told(path: &str, by: &str) -> String {
    run(&small(path, by)).to_string()
}

#[test]
fn a_case_with_something_missing_fails_and_says_what() {
    assert_eq!(told("", ""), "activation 1 of 1\npremises 1 of 1\ngraph 1 of 1\n");
    for (path, by, why) in [
        ("policies/p.ttl", "", "the case has no policy"),
        ("requests/q.ttl", "<urn:q> a", "the case has no request"),
        ("sotw/w.ttl", "", "the case has no state of the world"),
        (
            "sotw/w.ttl",
            "<http://example.org/w> a <http://example.org/Sotw> .",
            "the state of the world: it has no clock",
        ),
        ("test_cases/t.ttl", "<urn:t> a <http://example.org/TestCase> .", "the case has no policy"),
        ("test_cases/t.ttl", "x", "no Turtle at line 1, column 1: "),
    ] {
        let told = told(path, by);
        assert!(told.contains(&format!("test_cases/t.ttl graph: {why}")), "{told}");
        assert!(told.ends_with("graph 0 of 1\n"), "{told}");
    }
    assert!(told("policies/p.ttl", "<urn:p> a").starts_with("policies/p.ttl: no Turtle at line 1"));
}

#[test]
fn a_difference_says_what_is_missing() {
    let by = String::from_utf8(small("", "")[3].bytes.clone()).unwrap();
    let by = by
        .replace("r:Active", "r:Inactive")
        .replace("ex:g a r:ActionReport", "ex:g a r:PartyReport");
    let told = told("test_cases/t.ttl", &by);
    let activation = "test_cases/t.ttl activation: missing <http://example.org/r> Inactive; \
                      unexpected <http://example.org/r> Active\n";
    assert!(told.starts_with(activation), "{told}");
    assert!(told.contains("test_cases/t.ttl graph: missing [] <"), "{told}");
}
