//! Turns the tables of `vocabulary/` into constants, so that nothing is read or parsed at run time.
//! It reads these two files alone and writes to the build folder alone.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Namespaces by prefix, in the order of the variants of `Namespace`.
const NAMESPACES: [(&str, &str); 3] =
    [("allmende", "Allmende"), ("cc", "CreativeCommons"), ("odrl", "Odrl")];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let out = env::var_os("OUT_DIR").ok_or("no build folder")?;
    for (name, generate) in [("terms", terms as fn(&[Vec<&str>]) -> _), ("contexts", contexts)] {
        let path = format!("{}/vocabulary/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        println!("cargo::rerun-if-changed={path}");
        let text = fs::read_to_string(path)?;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split(" | ").collect()).collect();
        fs::write(Path::new(&out).join(format!("{name}.rs")), generate(&rows)?)?;
    }
    Ok(())
}

/// One constant a term, and the rows sorted by namespace and name.
fn terms(rows: &[Vec<&str>]) -> Result<String> {
    let odrl: BTreeSet<&str> =
        rows.iter().filter_map(|row| row.get(1)?.strip_prefix("odrl:")).collect();
    let mut constants = String::new();
    let mut sorted = Vec::new();
    for row in rows {
        let [kind, term, parent, same, standing] = row.as_slice() else {
            return Err(format!("not five columns: {row:?}").into());
        };
        let (place, (prefix, name)) = (namespace(term)?, split(term)?);
        let (kind, said) = match *kind {
            "action" => ("Action", "action"),
            "left" => ("LeftOperand", "left operand"),
            other => return Err(format!("unknown kind `{other}`").into()),
        };
        let before = match prefix {
            "cc" => "CC_",
            "allmende" if odrl.contains(name) => "ALLMENDE_",
            _ => "",
        };
        let (constant, value) = (screaming(name), literal(term)?);
        writeln!(constants, "/// The {said} `{term}`.")?;
        writeln!(constants, "pub const {before}{constant}: Self = {value};")?;
        let standing = match *standing {
            "core" | "common" | "deprecated" | "profile" => screaming_first(standing),
            other => return Err(format!("unknown standing `{other}`").into()),
        };
        sorted.push((
            place,
            name,
            format!(
                "Row {{ term: {value}, kind: TermKind::{kind}, parent: {}, same: {}, \
                 standing: Standing::{standing} }},\n",
                optional(parent)?,
                optional(same)?
            ),
        ));
    }
    sorted.sort();
    let count = sorted.len();
    let rows: String = sorted.into_iter().map(|(_, _, row)| row).collect();
    Ok(format!("impl Term {{\n{constants}}}\nconst ROWS: [Row; {count}] = [\n{rows}];\n"))
}

/// Prefixes and bare words, each sorted by length and name: most steps of a search then compare
/// two numbers.
fn contexts(table: &[Vec<&str>]) -> Result<String> {
    let rows = |list: Vec<(usize, &str, String)>| -> String {
        list.into_iter().map(|(_, _, said)| said).collect()
    };
    let (mut prefixes, mut words) = (Vec::new(), Vec::new());
    for row in table {
        let [word, means, contexts] = row.as_slice() else {
            return Err(format!("not three columns: {row:?}").into());
        };
        let known: Vec<&str> = contexts.split(' ').collect();
        if known.iter().any(|context| !["dsp", "w3c"].contains(context)) {
            return Err(format!("unknown context in {row:?}").into());
        }
        let (dsp, w3c) = (known.contains(&"dsp"), known.contains(&"w3c"));
        let list = if word.ends_with(':') { &mut prefixes } else { &mut words };
        let said =
            format!("Word {{ name: {word:?}, means: {means:?}, dsp: {dsp}, odrl: {w3c} }},\n");
        list.push((word.len(), *word, said));
    }
    prefixes.sort();
    words.sort();
    Ok(format!(
        "const PREFIXES: [Word; {}] = [\n{}];\nconst WORDS: [Word; {}] = [\n{}];\n",
        prefixes.len(),
        rows(prefixes),
        words.len(),
        rows(words)
    ))
}

fn split(term: &str) -> Result<(&str, &str)> {
    term.split_once(':').ok_or_else(|| format!("no prefix in `{term}`").into())
}

fn namespace(term: &str) -> Result<usize> {
    let (prefix, _) = split(term)?;
    let found = NAMESPACES.iter().position(|(known, _)| *known == prefix);
    found.ok_or_else(|| format!("unknown prefix in `{term}`").into())
}

fn literal(term: &str) -> Result<String> {
    let (_, name) = split(term)?;
    let variant = NAMESPACES.get(namespace(term)?).map(|(_, variant)| *variant);
    let variant = variant.ok_or("no such namespace")?;
    Ok(format!("Term {{ namespace: Namespace::{variant}, name: {name:?} }}"))
}

fn optional(term: &str) -> Result<String> {
    if term == "-" { Ok("None".to_owned()) } else { Ok(format!("Some({})", literal(term)?)) }
}

fn screaming(name: &str) -> String {
    let mut written = String::new();
    for (at, c) in name.char_indices() {
        if at > 0 && c.is_ascii_uppercase() {
            written.push('_');
        }
        written.push(c.to_ascii_uppercase());
    }
    written
}

fn screaming_first(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}
