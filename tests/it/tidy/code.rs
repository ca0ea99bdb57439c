//! Rust source reduced to product code: comments, the insides of strings and everything under
//! `#[cfg(test)]` are blanked, line breaks stay, so that a rule about code does not trip over words.
//! A reader for rules of style, never a parser to build on.

use super::File;

/// Product code of one file, as long as the file itself.
pub(crate) fn product(text: &str) -> String {
    let mut code: Vec<char> = without_words(text);
    while let Some((from, to)) = test_item(&code) {
        for place in code.iter_mut().take(to).skip(from) {
            if *place != '\n' {
                *place = ' ';
            }
        }
    }
    code.into_iter().collect()
}

/// Folders and files that a `#[cfg(test)] mod x;` makes test code, as path beginnings.
pub(crate) fn test_modules(file: &File) -> Vec<String> {
    let code: String = without_words(&file.text).into_iter().collect();
    let lines: Vec<&str> = code.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let stem = file.path.trim_end_matches(".rs");
    let base = match stem.rsplit_once('/') {
        Some((folder, "lib" | "main")) => folder,
        Some(_) | None => stem,
    };
    let declared = |pair: &[&str]| match pair {
        [attribute, item] if is_test_attribute(attribute) => item
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub ")
            .strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(';'))
            .map(|name| format!("{base}/{name}")),
        _ => None,
    };
    lines
        .windows(2)
        .filter_map(declared)
        .flat_map(|at| [format!("{at}.rs"), format!("{at}/")])
        .collect()
}

/// Whether the code names an identifier or a path (`std::fs`), also as `std::{fs, io}`.
pub(crate) fn names(code: &str, wanted: &str) -> bool {
    if word(code, wanted) {
        return true;
    }
    let Some((front, last)) = wanted.rsplit_once("::") else { return false };
    let group = format!("{front}::{{");
    code.split(&group).skip(1).any(|rest| word(rest.split(';').next().unwrap_or(rest), last))
}

fn word(code: &str, wanted: &str) -> bool {
    let inside = |side: Option<char>| side.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(wanted).any(|(at, _)| {
        let (front, back) = code.split_at(at);
        let after = back.strip_prefix(wanted).and_then(|rest| rest.chars().next());
        !inside(front.chars().next_back()) && !inside(after)
    })
}

fn is_test_attribute(line: &str) -> bool {
    ["#[cfg(test", "#[cfg(all(test", "#[cfg(any(test"].iter().any(|start| line.starts_with(start))
}

/// Where the first item under a test attribute begins and ends.
fn test_item(code: &[char]) -> Option<(usize, usize)> {
    let from = (0..code.len()).find(|&at| {
        code[at] == '#'
            && is_test_attribute(&code[at..code.len().min(at + 16)].iter().collect::<String>())
    })?;
    let attribute = from + code[from..].iter().position(|&c| c == ']')?;
    let mut depth = 0usize;
    for (offset, c) in code[attribute..].iter().enumerate() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return Some((from, attribute + offset + 1)),
            '}' => depth -= 1,
            ';' if depth == 0 => return Some((from, attribute + offset + 1)),
            _ => {}
        }
    }
    Some((from, code.len()))
}

/// The text with comments and the insides of string and character literals blanked.
fn without_words(text: &str) -> Vec<char> {
    let source: Vec<char> = text.chars().collect();
    let mut code = source.clone();
    let mut at = 0;
    while at < source.len() {
        let end = literal_end(&source, at);
        for place in at..end {
            if source[place] != '\n' {
                code[place] = ' ';
            }
        }
        at = end.max(at + 1);
    }
    code
}

/// The end of the comment or literal that begins here; `at` itself where none does.
fn literal_end(source: &[char], at: usize) -> usize {
    let rest = &source[at..];
    let from = |length: usize| at + length.min(rest.len());
    let begins = |word: &str| word.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
    if begins("//") {
        return from(rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()));
    }
    if begins("/*") {
        let close = rest.windows(2).position(|pair| pair == ['*', '/']);
        return from(close.map_or(rest.len(), |close| close + 2));
    }
    let in_word = at > 0 && (source[at - 1].is_alphanumeric() || source[at - 1] == '_');
    if begins("r\"") || begins("r#") && !in_word {
        let hashes = rest[1..].iter().take_while(|&&c| c == '#').count();
        if rest.get(hashes + 1) == Some(&'"') {
            let close: Vec<char> = std::iter::once('"').chain(vec!['#'; hashes]).collect();
            let body = hashes + 2;
            let end = rest[body..].windows(close.len()).position(|end| end == close);
            return from(end.map_or(rest.len(), |end| body + end + close.len()));
        }
    }
    if begins("'\\") && rest.len() > 3 {
        let end = rest[3..].iter().position(|&c| c == '\'').unwrap_or(0);
        return from(end + 4);
    }
    if begins("'") && rest.get(2) == Some(&'\'') {
        return from(3);
    }
    if begins("\"") {
        let mut escaped = false;
        let end = rest[1..].iter().position(|&c| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        return from(end.map_or(rest.len(), |end| end + 2));
    }
    at
}

#[test]
fn words_in_comments_strings_and_tests_are_no_code() {
    let source = "// tokio\nlet a = \"tokio\"; let b = r#\"std::fs\"#; let c = '\"';\n\
                  #[cfg(test)]\nmod tests { use std::fs; fn f() { tokio::spawn(); } }\n";
    let code = product(source);
    assert!(!names(&code, "tokio"), "{code}");
    assert!(!names(&code, "std::fs"), "{code}");
    assert!(names(&code, "let"), "{code}");
}

#[test]
fn paths_are_found_alone_and_in_groups() {
    for (code, named) in [
        ("use std::fs;", true),
        ("use std::{fs, io};", true),
        ("std::fs::read(p)", true),
        ("use std::fsck;", false),
        ("use other::{fs};", false),
    ] {
        assert_eq!(names(code, "std::fs"), named, "{code}");
    }
}

#[test]
fn a_test_module_beside_its_file_is_found() {
    let text = "#[cfg(test)]\nmod tests;\nmod other;\n".to_owned();
    let at = |path: &str| test_modules(&File { path: path.to_owned(), text: text.clone() });
    assert_eq!(at("a/src/lib.rs"), ["a/src/tests.rs", "a/src/tests/"]);
    assert_eq!(at("a/src/x.rs"), ["a/src/x/tests.rs", "a/src/x/tests/"]);
}
