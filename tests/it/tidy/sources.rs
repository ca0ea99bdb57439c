//! What every source file keeps to: it says what it is, stays short, lies beside its folder, and
//! speaks of the project alone. Nothing here judges what the code does.

use super::{check, files};

/// Longer than this needs a row in [`LONG`].
const LINES_MAX: usize = 400;

/// Room above a row's own figure before it has to be argued again; the figure may not lag further.
const LINES_SLACK: usize = 40;

/// Files that are long for a reason: path, lines when it was argued, the reason.
const LONG: &[(&str, usize, &str)] = &[];

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let silent = files(&[".rs"])
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path)
        .collect::<Vec<_>>();
    check("A file begins with `//!`: what it is, what it never does.", &silent);
}

#[test]
fn files_stay_short() {
    let mut findings = Vec::new();
    for file in files(&[".rs"]) {
        let lines = file.text.lines().count();
        let excused = LONG.iter().find(|(path, _, _)| *path == file.path);
        match excused {
            None if lines > LINES_MAX => {
                findings.push(format!("{}: {lines} lines, at most {LINES_MAX}", file.path));
            }
            Some((path, argued, _)) if lines > argued + LINES_SLACK => {
                findings.push(format!("{path}: {lines} lines, argued for {argued}"));
            }
            Some((path, argued, _)) if lines <= LINES_MAX || lines + LINES_SLACK < *argued => {
                findings.push(format!("{path}: only {lines} lines now: lower or drop its row"));
            }
            None | Some(_) => {}
        }
    }
    for (path, _, reason) in LONG {
        let exists = files(&[".rs"]).iter().any(|file| file.path == *path);
        if !exists || reason.len() < 20 {
            findings.push(format!("{path}: the row has no file or no reason"));
        }
    }
    check("Split by idea, or argue for a row in `LONG`.", &findings);
}

#[test]
fn a_module_lies_beside_its_folder() {
    let found = files(&[".rs"])
        .into_iter()
        .filter(|file| file.path.ends_with("/mod.rs"))
        .map(|file| file.path)
        .collect::<Vec<_>>();
    check("`x.rs` beside `x/`, no `mod.rs`.", &found);
}

#[test]
fn nothing_is_left_for_later() {
    let markers =
        [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["HA", "CK"]].map(|parts| parts.concat());
    let mut findings = Vec::new();
    for file in files(&[".rs", ".toml", ".sh", ".py", "justfile", ".ci/run"]) {
        for (number, line) in file.lines() {
            if markers.iter().any(|marker| super::code::names(line, marker)) {
                findings.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    check("Do it, or leave it out and say so where a reader looks.", &findings);
}

#[test]
fn files_speak_of_the_project_alone() {
    // Paths of one machine, and papers that are not in the repository.
    // (The bar keeps these lines from finding themselves.)
    let foreign = ["/wo|rk/", "/ho|me/", "/ro|ot/", "/Us|ers/", "DESI|GN.md"]
        .map(|word| word.replace('|', ""));
    let mut findings = Vec::new();
    for file in files(&[
        ".rs",
        ".md",
        ".toml",
        ".sh",
        ".py",
        ".service",
        "justfile",
        ".ci/run",
        "Containerfile",
    ]) {
        for (number, line) in file.lines() {
            if let Some(word) = foreign.iter().find(|word| begins_in(line, word)) {
                findings.push(format!("{}:{number}: `{word}`", file.path));
            }
        }
    }
    check("A path of one machine or a paper that no reader of the repository has.", &findings);
}

/// Whether `word` stands in `line` where a path begins, not in the middle of a longer one.
fn begins_in(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(place, _)| {
        let before = line.get(..place).and_then(|before| before.chars().next_back());
        !before.is_some_and(|before| before.is_alphanumeric() || "-._}".contains(before))
    })
}
