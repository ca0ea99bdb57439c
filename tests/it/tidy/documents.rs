//! What the documents promise: links lead somewhere, decisions have their three parts, and every
//! command of the README is run by a test. Reads Markdown by the line, never renders it.

use super::{check, files, read, root};

#[test]
fn links_lead_to_files() {
    let mut findings = Vec::new();
    for file in files(&[".md"]) {
        let folder = root().join(&file.path).parent().expect("a folder").to_path_buf();
        let mut fenced = false;
        for (number, line) in file.lines() {
            fenced ^= line.trim_start().starts_with("```");
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            for target in targets.filter(|_| !fenced) {
                let path = target.split('#').next().unwrap_or(target);
                let outside = target.contains("://") || target.starts_with("mailto:");
                if !outside && !path.is_empty() && !folder.join(path).exists() {
                    findings.push(format!("{}:{number}: {target}", file.path));
                }
            }
        }
    }
    check("A link leads nowhere.", &findings);
}

/// A table that names the test of each point is worth what its names are.
#[test]
fn source_files_that_documents_name_are_there() {
    let (mut findings, mut tests) = (Vec::new(), 0);
    for file in files(&[".md"]).into_iter().filter(|file| file.path.starts_with("docs/")) {
        for (number, line) in file.lines() {
            let quoted = line.split('`').skip(1).step_by(2);
            for name in quoted.filter(|name| name.contains('/') && name.ends_with(".rs")) {
                tests += usize::from(file.path == "docs/divergences.md");
                if !root().join(name).is_file() {
                    findings.push(format!("{}:{number}: {name}", file.path));
                }
            }
        }
    }
    check("A document names a source file that is not there.", &findings);
    assert!(tests > 50, "docs/divergences.md names {tests} source files");
}

#[test]
fn every_decision_has_context_decision_and_consequences() {
    let mut findings = Vec::new();
    let records =
        files(&[".md"]).into_iter().filter(|file| file.path.starts_with("docs/decisions/"));
    for record in records {
        let headings: Vec<&str> =
            record.text.lines().filter_map(|l| l.strip_prefix("## ")).collect();
        if headings != ["Context", "Decision", "Consequences"] {
            findings.push(format!("{}: {headings:?}", record.path));
        }
        let length = record.text.lines().count();
        if length > 60 {
            findings.push(format!("{}: {length} lines; half a page says it", record.path));
        }
    }
    check("A record has three parts and is short.", &findings);
}

#[test]
fn the_architecture_stays_readable() {
    let lines = read("ARCHITECTURE.md").lines().count();
    assert!(lines <= 200, "ARCHITECTURE.md has {lines} lines, at most 200");
}

/// The commands that a document shows: lines after `$ ` in fenced `console` blocks, continuation
/// lines joined, white space made single.
pub(crate) fn commands(markdown: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    let mut continued = false;
    for line in markdown.lines().map(str::trim) {
        if line.starts_with("```") {
            inside = line == "```console";
            continued = false;
        } else if inside && (continued || line.starts_with("$ ")) {
            let part = line.strip_prefix("$ ").unwrap_or(line);
            let text = part.trim_end_matches('\\').split_whitespace().collect::<Vec<_>>().join(" ");
            match found.last_mut().filter(|_| continued) {
                Some(command) => {
                    command.push(' ');
                    command.push_str(&text);
                }
                None => found.push(text),
            }
            continued = part.ends_with('\\');
        }
    }
    found
}

#[test]
fn every_command_of_the_readme_is_run_by_a_test() {
    let Some(readme) = files(&[".md"]).into_iter().find(|file| file.path == "README.md") else {
        eprintln!("skipped: there is no README.md, so no command of it to look for");
        return;
    };
    let places: Vec<String> = files(&[".rs", ".ci/run", "justfile"])
        .into_iter()
        .filter(|file| !file.path.starts_with("tests/it/tidy"))
        .filter(|file| file.path.starts_with("tests/") || !file.path.ends_with(".rs"))
        .map(|file| file.text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let missing: Vec<String> = commands(&readme.text)
        .into_iter()
        .filter(|command| !places.iter().any(|text| text.contains(command)))
        .collect();
    check("A command of README.md occurs in no test.", &missing);
}

#[test]
fn commands_are_read_from_console_blocks_only() {
    let text = "```console\n$ allmende init \\\n    --home a\nanswer\n$ allmende up\n```\n```sh\n$ no\n```\n";
    assert_eq!(commands(text), ["allmende init --home a", "allmende up"]);
}
