//! Which crate may use which: the dependency table of `ARCHITECTURE.md` against `cargo metadata`, the
//! manifests and the code. The table is the rule; nothing is allowed that it does not list.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::{cells, check, code, files, read, root, ticked};

/// Packages in `Cargo.lock`, tests and build tools included. Raising it is a decision.
const LOCKED_PACKAGES_MAX: usize = 380;

/// One row of the table, or what was found of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    product: BTreeSet<String>,
    tests: BTreeSet<String>,
    direct_max: usize,
    never: Vec<String>,
}

fn table() -> BTreeMap<String, Row> {
    let text = read("ARCHITECTURE.md");
    let (_, section) = text.split_once("\n## Dependencies\n").expect("a section `Dependencies`");
    let section = section.split("\n## ").next().unwrap_or(section);
    let set = |cell: &str| ticked(cell).into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| match cells(line).as_slice() {
            [name, product, tests, direct_max, never] => {
                let row = Row {
                    product: set(product),
                    tests: set(tests),
                    direct_max: direct_max.parse().expect("a number under `at most`"),
                    never: ticked(never).into_iter().map(str::to_owned).collect(),
                };
                (name.trim_matches('`').to_owned(), row)
            }
            other => panic!("five cells in a row of the dependency table, not {other:?}"),
        })
        .collect()
}

/// The workspace as cargo sees it: folder of each crate, its workspace arrows, its direct dependencies.
fn real() -> BTreeMap<String, Row> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON of cargo metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    let folder = |package: &Value| {
        let manifest = package["manifest_path"].as_str().expect("a manifest").to_owned();
        manifest.trim_end_matches("/Cargo.toml").rsplit('/').next().expect("a folder").to_owned()
    };
    let folders: BTreeMap<&str, String> =
        packages.iter().map(|p| (p["name"].as_str().expect("a name"), folder(p))).collect();
    let row = |package: &Value| {
        let mut row = Row::default();
        let mut direct = BTreeSet::new();
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let name = dependency["name"].as_str().expect("a name");
            let of_tests = dependency["kind"] == "dev";
            if !of_tests {
                direct.insert(name);
            }
            if let Some(target) = folders.get(name) {
                let arrows = if of_tests { &mut row.tests } else { &mut row.product };
                arrows.insert(target.clone());
            }
        }
        row.tests = row.tests.difference(&row.product).cloned().collect();
        row.direct_max = direct.len();
        row
    };
    packages.iter().map(|package| (folder(package), row(package))).collect()
}

#[test]
fn the_arrows_are_those_of_the_table() {
    let (table, real) = (table(), real());
    let mut findings = Vec::new();
    for name in table.keys().chain(real.keys()).collect::<BTreeSet<_>>() {
        match (table.get(name), real.get(name)) {
            (Some(said), Some(is)) => {
                if said.product != is.product {
                    findings.push(format!("{name}: said {:?}, is {:?}", said.product, is.product));
                }
                if said.tests != is.tests {
                    findings
                        .push(format!("{name}, tests: said {:?}, is {:?}", said.tests, is.tests));
                }
                if is.direct_max > said.direct_max {
                    let (is, said) = (is.direct_max, said.direct_max);
                    findings.push(format!("{name}: {is} direct dependencies, at most {said}"));
                }
            }
            (Some(_), None) => findings.push(format!("{name}: in the table, not in the workspace")),
            (None, Some(_)) => findings.push(format!("{name}: in the workspace, not in the table")),
            (None, None) => {}
        }
    }
    check("ARCHITECTURE.md, Dependencies: the table and the manifests differ.", &findings);
}

#[test]
fn product_code_never_names_what_the_table_forbids() {
    let sources = files(&[".rs"]);
    let test_code: Vec<String> = sources.iter().flat_map(code::test_modules).collect();
    let mut findings = Vec::new();
    for (name, row) in table() {
        let below = format!("{name}/src/");
        for file in sources.iter().filter(|file| file.path.starts_with(&below)) {
            if test_code.iter().any(|start| file.path.starts_with(start)) {
                continue;
            }
            for (index, line) in code::product(&file.text).lines().enumerate() {
                for word in row.never.iter().filter(|word| code::names(line, word)) {
                    findings.push(format!("{}:{}: `{word}`", file.path, index + 1));
                }
            }
        }
    }
    check(
        "Only `connector` touches the world, only `identity` beside it names OpenSSL.",
        &findings,
    );
}

#[test]
fn every_dependency_has_its_reason() {
    let mut findings = Vec::new();
    for manifest in files(&["/Cargo.toml"]) {
        let mut listed = false;
        let mut told = false;
        for (number, line) in manifest.lines() {
            if line.starts_with('[') {
                listed = line.ends_with("dependencies]") && !line.starts_with("[workspace");
            } else if listed && line.contains('=') && !line.contains('#') && !told {
                findings.push(format!("{}:{number}: {line}", manifest.path));
            }
            told = line.starts_with('#');
        }
    }
    check("Each dependency says in one line what it is for.", &findings);
}

#[test]
fn the_lock_file_stays_small() {
    let count = read("Cargo.lock").lines().filter(|line| *line == "[[package]]").count();
    assert!(count <= LOCKED_PACKAGES_MAX, "{count} locked packages, at most {LOCKED_PACKAGES_MAX}");
}
