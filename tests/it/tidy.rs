//! The rules of the code base that run: what `CONTRIBUTING.md` and `ARCHITECTURE.md` say about files,
//! names and arrows is compared here with the tree itself. Reads the sources, never builds or runs
//! anything but `cargo metadata`, and needs no network.

mod arrows;
mod clauses;
mod code;
mod documents;
mod sources;

pub(crate) use documents::commands;

use std::fs;
use std::path::{Path, PathBuf};

/// One text file of the repository, its path relative to the root and written with `/`.
struct File {
    path: String,
    text: String,
}

impl File {
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace root").to_path_buf()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All text files with one of the endings, sorted by path; what `.gitignore` names is left out.
fn files(endings: &[&str]) -> Vec<File> {
    let ignored: Vec<String> = read(".gitignore")
        .lines()
        .filter_map(|line| line.strip_prefix('/'))
        .map(Into::into)
        .collect();
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let entry = entry.expect("a readable folder");
            let full = entry.path();
            let path =
                full.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
            let kind = entry.file_type().expect("a file type");
            let wanted = kind.is_file() && endings.iter().any(|ending| path.ends_with(ending));
            if kind.is_dir() {
                let hidden = path.starts_with('.') && path != ".ci";
                if !hidden && !ignored.contains(&path) && !full.join("CACHEDIR.TAG").exists() {
                    folders.push(full);
                }
            } else if wanted && let Ok(text) = fs::read_to_string(&full) {
                found.push(File { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!found.is_empty(), "no file ends with {endings:?}: the walk is broken");
    found
}

/// Fails with all findings at once, one a line, under the rule in words.
fn check(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "\n{rule}\n  {}\n", findings.join("\n  "));
}

/// The value of a single-line Markdown table row, cell by cell, without the outer bars.
fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// What stands in back-ticks, in order.
fn ticked(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
