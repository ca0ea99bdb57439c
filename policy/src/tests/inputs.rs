//! Each hostile input that the readers of documents leave to somebody else has a test with its name,
//! here or at the host.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

const TABLE: &str = include_str!("inputs.txt");

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_hostile_input_that_is_decided_later_has_a_test() {
    let mut tested = BTreeSet::new();
    for row in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [number, file, name] = cells.as_slice() else { panic!("{row}") };
        let head = format!("fn {name}(");
        assert!(read(file).contains(&head), "{file} has no test `{name}`");
        tested.insert(number.parse::<u64>().unwrap());
    }
    let corpus: Json =
        serde_json::from_str(&read("odrl-parser/tests/corpus/hostile.json")).unwrap();
    let decided = corpus.as_array().unwrap().iter().filter(|row| row.get("decided").is_some());
    let decided: BTreeSet<u64> = decided.filter_map(|row| row["number"].as_u64()).collect();
    assert!(decided.len() > 50);
    let missing: Vec<&u64> = decided.difference(&tested).collect();
    assert!(missing.is_empty(), "no test for the inputs {missing:?}");
}
