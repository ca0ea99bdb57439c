//! What is mutated: the documents of the readers' corpora, the sentences of the book, and the cases of
//! the ODRL Test Suite where it lies beside the repository.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Documents by their form.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Policies as JSON, of the Dataspace Protocol and of plain ODRL.
    pub json: Vec<Value>,
    /// Policies as Turtle.
    pub turtle: Vec<String>,
    /// Names and values that occur in them, to be put where they do not belong.
    pub words: Vec<String>,
}

/// What a reader may stumble over, beside the words of the documents.
const WORDS: [&str; 24] = [
    "@context",
    "@id",
    "@type",
    "@value",
    "@language",
    "@list",
    "@set",
    "@graph",
    "odrl:",
    "http://www.w3.org/ns/odrl/2/",
    "http://www.w3.org/ns/odrl.jsonld",
    "xsd:dateTime",
    "P1M",
    "P30D",
    "-P1D",
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01",
    "2024-02-30",
    "1e400",
    "9007199254740993",
    "",
    "\u{202e}\u{0}",
    "urn:x",
    "_:b",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

impl Corpus {
    /// All that is there; what is missing beside the repository is told.
    #[must_use]
    pub fn load() -> Self {
        let mut corpus = Self::default();
        for name in ["hostile", "validation", "normalisation"] {
            let path = root().join(format!("odrl-parser/tests/corpus/{name}.json"));
            let text = read(&path).expect("the corpus of the readers");
            corpus.add_rows(&serde_json::from_str(&text).expect("rows of JSON"));
        }
        let book = read(&root().join("policy/sentences/sentences.toml")).expect("the sentences");
        for part in book.split("odrl = \'\'\'").skip(1) {
            let rules = part.split("\'\'\'").next().unwrap_or_default();
            corpus.add_sentence(rules);
        }
        let whole = root().join("odrl-parser/src/rdf/testdata/whole");
        corpus.turtle.extend(read(&whole.with_extension("ttl")));
        let whole = read(&whole.with_extension("jsonld"));
        corpus.json.extend(whole.and_then(|text| serde_json::from_str(&text).ok()));
        corpus.add_suite(&root().join("../shared/odrl-test-suite"));
        corpus.words = WORDS.map(str::to_owned).to_vec();
        for document in &corpus.json {
            collect(document, &mut corpus.words);
        }
        corpus.words.sort();
        corpus.words.dedup();
        corpus
    }

    fn add_rows(&mut self, rows: &Value) {
        for row in rows.as_array().into_iter().flatten() {
            let documents = row.get("documents").and_then(Value::as_array).into_iter().flatten();
            self.json.extend(row.get("document").into_iter().chain(documents).cloned());
        }
    }

    /// An offer and an agreement with the rules of a sentence, its blanks filled with something.
    fn add_sentence(&mut self, rules: &str) {
        let mut filled = String::new();
        let mut rest = rules;
        while let Some((before, after)) = rest.split_once("\"{") {
            let blank = after.split('}').next().unwrap_or_default();
            filled.push_str(before);
            filled.push_str(match blank {
                "day" => "\"2027-12-31",
                "instant" => "\"2027-12-31T00:00:00Z",
                "days" => "\"P30D",
                "amount" | "cases" | "count" | "level" | "rate" | "volume" => "\"5",
                _ => "\"urn:x",
            });
            rest = after.split_once('}').map_or("", |(_, rest)| rest);
        }
        filled.push_str(rest);
        let Ok(Value::Object(rules)) = serde_json::from_str(&filled) else { return };
        for kind in ["Offer", "Agreement"] {
            let mut policy = serde_json::json!({"@id": "urn:p", "@type": kind,
                "permission": [{"action": "use"}]});
            if kind == "Agreement" {
                policy["target"] = "urn:d".into();
                policy["assigner"] = "did:web:ulm.example".into();
                policy["assignee"] = "did:web:firm.example".into();
                policy["timestamp"] = "2026-11-01T00:00:00Z".into();
            }
            if let Some(members) = policy.as_object_mut() {
                members.extend(rules.clone());
            }
            self.json.push(policy);
        }
    }

    fn add_suite(&mut self, folder: &Path) {
        let mut folders = vec![folder.to_path_buf()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                eprintln!("{} is not there: its cases are left out", folder.display());
                continue;
            };
            for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "ttl") {
                    found.push(path);
                }
            }
        }
        found.sort();
        let texts = found.iter().filter_map(|path| read(path));
        // Policies of hundreds of constraints teach nothing that a smaller one does not.
        self.turtle.extend(texts.filter(|text| text.len() < 20_000));
    }
}

fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() < 80 => words.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(members) => {
            for (name, member) in members {
                words.push(name.clone());
                collect(member, words);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
