//! Every document of the corpus with what becomes of it here: read, refused at its place, or found
//! wrong by the validation rules. What the judgement of a policy decides stands there too, so that
//! each hostile input has its row; here it must be read.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use wire::json::{Limits, parse};
use wire::node::Node;

use crate::{
    ParseError, Policy, Strictness, parse_agreement, parse_message_offer, parse_offer,
    parse_policy, validate,
};

/// One input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Its number in the list of hostile inputs, if it is one of them.
    number: Option<u8>,
    /// What it is.
    case: String,
    /// Who reads it: `offer`, `message-offer`, `agreement`, `policy`.
    reader: Option<String>,
    /// The document.
    document: Option<Value>,
    /// The document as text, where it cannot stand as a value.
    text: Option<String>,
    /// What becomes of it.
    verdict: Verdict,
    /// The code of a refusal.
    code: Option<String>,
    /// The validation rule that a refused document breaks.
    rule: Option<u8>,
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
    let policy = match read(reader, &Node::root(&document)) {
        Ok(policy) => policy,
        Err(error) => {
            let broken = error.validation_rule().map(crate::ValidationRule::number);
            assert!(row.rule.is_none() || row.rule == broken, "{broken:?}: {row:?}");
            let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            return format!("refused {} {}{hint}", error.code(), error.pointer);
        }
    };
    let strictness = if reader == "policy" { Strictness::Common } else { Strictness::Dsp };
    match validate(&policy, strictness) {
        Ok(()) => "read".to_owned(),
        Err(violations) => {
            let first = &violations[0];
            format!("invalid V{} {}", first.rule.number(), first.pointer)
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

/// The list has 86 inputs; each has a row here, a part of them several.
#[test]
fn every_hostile_input_becomes_what_its_row_says() {
    let rows = check("hostile.json");
    for number in 1..=86 {
        assert!(rows.iter().any(|row| row.number == Some(number)), "no row for input {number}");
    }
}

/// The rules of validation, each with what breaks it and what does not.
#[test]
fn every_validation_rule_finds_what_breaks_it() {
    let rows = check("validation.json");
    let of = |verdicts: &[Verdict]| -> BTreeSet<String> {
        let rows = rows.iter().filter(|row| verdicts.contains(&row.verdict));
        rows.filter_map(|row| Some(row.case.split_once(':')?.0.to_owned())).collect()
    };
    assert_eq!(of(&[Verdict::Refused, Verdict::Invalid]).len(), 24);
}

/// Each rule of the strictest mode that the others leave out.
#[test]
fn without_a_profile_only_core_terms_are_strict_odrl() {
    let rows = check("validation.json");
    let core = |document: &Value| {
        let policy = parse_policy(&Node::root(document)).unwrap();
        let violations = validate(&policy, Strictness::Core).err().unwrap_or_default();
        violations.iter().map(|it| it.rule.number()).collect::<Vec<_>>()
    };
    let document = |case: &str| rows.iter().find(|row| row.case == case)?.document.clone();
    let with_count = document("V16: a reference").unwrap();
    assert_eq!(core(&with_count), [13]);
    let mut document = document("V12: transfer is of the core").unwrap();
    assert!(core(&document).is_empty());
    document["permission"][0]["action"] = "play".into();
    assert_eq!(core(&document), [12]);
    document["profile"] = "http://www.w3.org/ns/odrl/2/core".into();
    assert_eq!(core(&document), [12]);
    document["profile"] = "https://w3id.org/allmende/v1/".into();
    assert!(core(&document).is_empty());
}
