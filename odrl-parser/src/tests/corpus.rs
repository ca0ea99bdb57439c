//! Every document of the corpus with what becomes of it here: read, refused at its place, or found
//! wrong by the validation rules. What the judgement of a policy decides stands there too, so that
//! each hostile input has its row; here it must be read.

use serde::Deserialize;
use serde_json::Value;
use wire::json::{Limits, parse};
use wire::node::Node;

use crate::{ParseError, Policy, parse_agreement, parse_message_offer, parse_offer, parse_policy};

/// One input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Its number in the list of hostile inputs, if it is one of them.
    number: Option<u8>,
    /// What it is.
    case: String,
    /// Who reads it: `offer`, `message-offer`, `agreement`, `policy`, or `bytes` for what is no
    /// document at all.
    reader: Option<String>,
    /// The document.
    document: Option<Value>,
    /// The document as text, where it cannot stand as a value.
    text: Option<String>,
    /// What becomes of it.
    verdict: Verdict,
    /// The code of a refusal.
    code: Option<String>,
    /// Where it is refused or wrong.
    pointer: Option<String>,
    /// What the refusal proposes.
    hint: Option<String>,
    /// Who decides, where it is not decided here.
    decided: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    /// Read without complaint.
    Read,
    /// Refused when read.
    Refused,
    /// Read, and refused by a validation rule.
    Invalid,
    /// Read here, and decided elsewhere: denied.
    Deny,
    /// Read here, and decided elsewhere: refused before it is judged.
    RefusedLater,
    /// Read here, and decided elsewhere: the policy is void.
    Void,
    /// Read here, and decided elsewhere: within bounds of effort.
    Bounded,
    /// Read here, and decided elsewhere, in the way that the case tells.
    Elsewhere,
}

fn read(reader: &str, node: &Node<'_>) -> Result<Policy, ParseError> {
    match reader {
        "offer" => parse_offer(node),
        "message-offer" => parse_message_offer(node),
        "agreement" => parse_agreement(node),
        "policy" => parse_policy(node),
        other => panic!("unknown reader `{other}`"),
    }
}

/// What becomes of the input, as `verdict code pointer (hint)`.
fn found(row: &Row) -> String {
    let text = row.text.clone().or_else(|| row.document.as_ref().map(Value::to_string));
    let text = text.expect("a document");
    let document = match parse(text.as_bytes(), &Limits::message()) {
        Ok(document) => document,
        Err(error) => return format!("refused json {error:.0}"),
    };
    let reader = row.reader.as_deref().expect("a reader");
    match read(reader, &Node::root(&document)) {
        Ok(_) => "read".to_owned(),
        Err(error) => {
            let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("refused {} {}{hint}", error.code(), error.pointer)
        }
    }
}

/// What the row says becomes of it here.
fn expected(row: &Row) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let hint = row.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    match row.verdict {
        Verdict::Refused if row.code.as_deref() == Some("json") => "refused json".to_owned(),
        Verdict::Refused => format!("refused {} {}{hint}", part(&row.code), part(&row.pointer)),
        Verdict::Invalid => format!("invalid {} {}", part(&row.code), part(&row.pointer)),
        Verdict::Read
        | Verdict::Deny
        | Verdict::RefusedLater
        | Verdict::Void
        | Verdict::Bounded
        | Verdict::Elsewhere => "read".to_owned(),
    }
}

fn check(name: &str) -> Vec<Row> {
    let path = format!("{}/tests/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let rows: Vec<Row> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let is_here = matches!(row.verdict, Verdict::Read | Verdict::Refused | Verdict::Invalid);
        assert_eq!(is_here, row.decided.is_none(), "{row:?}");
        if row.document.is_none() && row.text.is_none() {
            assert!(!is_here, "a row without a document: {row:?}");
            continue;
        }
        let (found, expected) = (found(row), expected(row));
        let json = expected == "refused json" && found.starts_with("refused json");
        if found != expected && !json {
            wrong.push(format!("{at} {:?} {}: {found}, not {expected}", row.number, row.case));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    rows
}

#[test]
fn every_hostile_input_becomes_what_its_row_says() {
    assert!(check("hostile.json").len() > 70);
}
