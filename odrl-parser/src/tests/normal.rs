//! The normalisations of ODRL, each with what becomes of a policy: inherited, said once, split.

use serde::Deserialize;
use serde_json::Value;
use wire::node::Node;

use crate::{Entity, PartyFunction, Policy, Rule, normalise, parse_policy, resolve};

/// One case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Its number and what it is.
    case: String,
    /// The policy and those that it inherits from.
    documents: Vec<Value>,
    /// The atomic rules, as `kind action target assigner>assignee [duties]`.
    rules: Option<Vec<String>>,
    /// The code of the refusal.
    error: Option<String>,
}

fn shown(rule: &Rule) -> String {
    let name = |entity: Option<&Entity>| {
        let id = entity.and_then(|entity| entity.id.as_ref());
        id.map_or("-".to_owned(), |id| id.as_str().replace("urn:", ""))
    };
    let party = |function| {
        let of: Vec<_> = rule.parties.iter().filter(|role| role.function == function).collect();
        assert!(of.len() <= 1, "{rule:?}");
        name(of.first().map(|role| &role.party))
    };
    assert!(rule.actions.len() == 1 && rule.targets.len() <= 1, "{rule:?}");
    let (by, to) = (party(PartyFunction::Assigner), party(PartyFunction::Assignee));
    let duties: Vec<String> = rule.duties.iter().map(shown).collect();
    let duties =
        if duties.is_empty() { String::new() } else { format!(" [{}]", duties.join(", ")) };
    let action = rule.actions[0].term.name();
    format!("{action} {} {by}>{to}{duties}", name(rule.targets.first()))
}

fn normal(documents: &[Value]) -> Result<Vec<String>, String> {
    let read = |document| parse_policy(&Node::root(document));
    let policies = documents.iter().map(read).collect::<Result<Vec<Policy>, _>>();
    let policies = policies.map_err(|error| error.code().to_owned())?;
    let held = |id: &_| policies.iter().find(|policy| policy.id == *id);
    let whole = resolve(&policies[0], &held).map_err(|error| error.code().to_owned())?;
    let rules = normalise(&whole).map_err(|error| error.code().to_owned())?;
    let kinds = [
        ("permission", rules.permissions),
        ("prohibition", rules.prohibitions),
        ("obligation", rules.obligations),
    ];
    let each = kinds
        .iter()
        .flat_map(|(kind, rules)| rules.iter().map(move |rule| format!("{kind} {}", shown(rule))));
    Ok(each.collect())
}

#[test]
fn every_normalisation_gives_the_rules_that_its_row_says() {
    let path = format!("{}/tests/corpus/normalisation.json", env!("CARGO_MANIFEST_DIR"));
    let rows: Vec<Row> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for row in &rows {
        let expected = row.rules.clone().ok_or(row.error.clone().unwrap_or_default());
        assert_eq!(normal(&row.documents), expected, "{}", row.case);
    }
    for number in 1..=10 {
        let case = format!("N{number}: ");
        assert!(rows.iter().any(|row| row.case.starts_with(&case)), "no row for {case}");
    }
}
