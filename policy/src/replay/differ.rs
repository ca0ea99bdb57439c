//! Where two documents differ, leaf by leaf.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use wire::pointer::Pointer;

/// The most places that are listed.
pub const DIFFERENCES_MAX: usize = 20;

/// A place at which the recorded decision is not the one that was made again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The place in the decision.
    pub pointer: Pointer,
    /// What was recorded; absent if there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Json>,
    /// What comes out now; absent if there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Json>,
}

/// The first places at which they differ, in the order of their members.
pub(super) fn differences(recorded: &Json, replayed: &Json) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&Pointer::root(), Some(recorded), Some(replayed), &mut found);
    found
}

fn compare(
    at: &Pointer,
    recorded: Option<&Json>,
    replayed: Option<&Json>,
    found: &mut Vec<Difference>,
) {
    if recorded == replayed || found.len() >= DIFFERENCES_MAX {
        return;
    }
    match (recorded, replayed) {
        (Some(Json::Object(one)), Some(Json::Object(other))) => {
            for name in names(one, other) {
                compare(&at.member(name), one.get(name), other.get(name), found);
            }
        }
        (Some(Json::Array(one)), Some(Json::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                compare(&at.element(index), one.get(index), other.get(index), found);
            }
        }
        (_, _) => found.push(Difference {
            pointer: at.clone(),
            recorded: recorded.cloned(),
            replayed: replayed.cloned(),
        }),
    }
}

fn names<'a>(one: &'a Map<String, Json>, other: &'a Map<String, Json>) -> BTreeSet<&'a str> {
    one.keys().chain(other.keys()).map(String::as_str).collect()
}
