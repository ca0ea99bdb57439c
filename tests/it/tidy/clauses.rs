//! Clauses as a reader finds them: each is named by a step or a refusal, has its one pair of cases in
//! the protocol's own tests, and, where it is ours, stands in `docs/divergences.md`. That the cases
//! hold is the protocol's own test; that none is missing or there twice is this one.

use std::collections::BTreeSet;

use protocol::Clause;

use super::{check, code, files, read};

const CASES: &str = "protocol/src/clause_tests.rs";
const TABLE: &str = "protocol/src/clause.rs";
const DIVERGENCES: &str = "docs/divergences.md";

/// The clauses that a text names as `Clause::Name`, each as often as it does.
fn named(text: &str) -> Vec<&str> {
    let rest = text.split("Clause::").skip(1);
    rest.filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next()).collect()
}

#[test]
fn every_clause_is_named_by_a_step_or_a_refusal() {
    let sources = files(&[".rs"]);
    let tests: Vec<String> = sources.iter().flat_map(code::test_modules).collect();
    let product: Vec<String> = sources
        .iter()
        .filter(|file| file.path.starts_with("protocol/src/") && file.path != TABLE)
        .filter(|file| !tests.iter().any(|start| file.path.starts_with(start)))
        .map(|file| code::product(&file.text))
        .collect();
    let used: BTreeSet<&str> = product.iter().flat_map(|text| named(text)).collect();
    let idle = Clause::ALL.iter().map(|clause| clause.name()).filter(|name| !used.contains(name));
    check("A clause that nothing obeys.", &idle.map(str::to_owned).collect::<Vec<_>>());
}

#[test]
fn every_clause_has_its_cases_once() {
    let text = read(CASES);
    let arms: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Clause::")?.split_once(" =>"))
        .map(|(name, _)| name)
        .collect();
    let findings = Clause::ALL.iter().filter_map(|clause| {
        let count = arms.iter().filter(|arm| **arm == clause.name()).count();
        (count != 1).then(|| format!("{}: {count} arms in {CASES}", clause.name()))
    });
    check("A case that passes and one that is stopped, once.", &findings.collect::<Vec<_>>());
}

#[test]
fn every_clause_of_ours_is_told_where_the_standard_is_silent() {
    let text = read(DIVERGENCES);
    let cited = named(&text);
    let mut findings = Vec::new();
    for clause in Clause::ALL {
        let Some(title) = clause.section().strip_prefix("ours, ") else { continue };
        if !text.lines().any(|line| line.trim_start_matches('#').trim() == title) {
            findings.push(format!("{}: no heading `{title}`", clause.name()));
        }
        if !cited.contains(&clause.name()) {
            findings.push(format!("{}: not cited", clause.name()));
        }
    }
    let known: BTreeSet<&str> = Clause::ALL.iter().map(|clause| clause.name()).collect();
    findings.extend(
        cited.iter().filter(|name| !known.contains(*name)).map(|name| format!("{name}: none")),
    );
    check("docs/divergences.md and `Clause` differ.", &findings);
}
