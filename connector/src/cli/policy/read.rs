//! Policies from files: strict JSON in both dialects, Turtle and general JSON-LD.

use std::fmt::Display;
use std::io::Read as _;
use std::path::Path;

use odrl_parser::rdf::{self, ImportError, Rules};
use odrl_parser::{
    ParseError, Policy, Strictness, parse_agreement, parse_message_offer, parse_offer, parse_policy,
};
use protocol::context;
use serde_json::Value;
use wire::json::{Limits, parse};
use wire::node::Node;

use crate::cli::exit::{Exit, Failure};
use crate::cli::local_file;
use crate::management::view::Words;

/// A policy as it was found.
#[derive(Debug)]
pub(super) struct Found {
    /// The policy.
    pub(super) policy: Policy,
    /// Which rules it has to keep.
    pub(super) strictness: Strictness,
}

/// The policies of a file, at least one.
///
/// # Errors
/// When the file cannot be read, or what it holds is refused: with the place, and what to write
/// instead where that is known.
pub(super) fn policies(path: &Path) -> Result<Vec<Found>, Failure> {
    let bytes = bytes(path)?;
    let refuse = |error: ImportError| {
        let hint = error.hint();
        refused(path, error.code(), &error, hint)
    };
    let graph = match path.extension().and_then(|it| it.to_str()).unwrap_or_default() {
        "ttl" | "nt" => rdf::read_turtle(&bytes),
        "jsonld" => rdf::read_json_ld(&bytes),
        _ => return json(path, &bytes).map(|found| vec![found]),
    };
    let all = rdf::policies(&graph.map_err(refuse)?, Rules::Complete).map_err(refuse)?;
    Ok(all.into_iter().map(|policy| Found { policy, strictness: Strictness::Common }).collect())
}

/// The one policy of a file.
///
/// # Errors
/// As [`policies`], and when there are several.
pub(super) fn only(path: &Path) -> Result<Found, Failure> {
    let mut all = policies(path)?;
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => {
            let count = all.len() + usize::from(last.is_some());
            Err(refused(path, "policy-not-alone", &format!("{count} policies"), None))
        }
    }
}

/// A file of strict JSON.
///
/// # Errors
/// When the file cannot be read, or is no strict JSON.
pub(super) fn document(path: &Path) -> Result<Value, Failure> {
    let bytes = bytes(path)?;
    parse(&bytes, &Limits::message()).map_err(|error| refused(path, "json-refused", &error, None))
}

fn json(path: &Path, bytes: &[u8]) -> Result<Found, Failure> {
    let mut document = parse(bytes, &Limits::message())
        .map_err(|error| refused(path, "json-refused", &error, None))?;
    let (read, strictness) = reader(&mut document);
    let policy = read(&Node::root(&document)).map_err(|error| {
        let hint = error.hint();
        refused(path, error.code(), &error, hint)
    })?;
    Ok(Found { policy, strictness })
}

type Reader = fn(&Node<'_>) -> Result<Policy, ParseError>;

/// Which reader a document asks for by its context, type and target. A context of the Dataspace
/// Protocol stands around its policies, not in them: it is taken off.
fn reader(document: &mut Value) -> (Reader, Strictness) {
    let plain = (parse_policy as Reader, Strictness::Common);
    let Some(members) = document.as_object_mut() else { return plain };
    let names = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let contexts = members.get("@context").map(names).unwrap_or_default();
    let is_dsp = |name: &Value| {
        name.as_str().is_some_and(|it| it == context::DSP || context::BESIDE.contains(&it))
    };
    if !contexts.iter().all(is_dsp) || members.contains_key("uid") {
        return plain;
    }
    members.remove("@context");
    let name = members.get("@type").and_then(Value::as_str).unwrap_or_default();
    let read: Reader = match (name.trim_start_matches("odrl:"), members.contains_key("target")) {
        ("Agreement", _) => parse_agreement,
        (_, true) => parse_message_offer,
        (_, false) => parse_offer,
    };
    (read, Strictness::Dsp)
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    // One byte more than any reader takes, so that it is refused for its length and not cut.
    let limit = u64::try_from(rdf::DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().lock().take(limit).read_to_end(&mut bytes),
        Some(_) | None => {
            std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
        }
    };
    read.map(|_| bytes).map_err(|error| local_file(path, &error))
}

/// A file whose content is refused.
pub(super) fn refused(path: &Path, code: &str, why: &dyn Display, hint: Option<String>) -> Failure {
    let path = path.display();
    let what =
        Words::new(format!("`{path}` wird nicht angenommen."), format!("`{path}` is refused"));
    let remedy = hint.map_or_else(
        || {
            Words::new(
                "Die Stelle im Dokument berichtigen; docs/profile.md sagt, was verstanden wird.",
                "mend the place in the document; docs/profile.md says what is understood",
            )
        },
        Words::same,
    );
    Failure::new(Exit::Refused, code, what, remedy).because(why.to_string())
}
