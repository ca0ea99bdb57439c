//! Chosen sentences as one policy.

use std::collections::{BTreeMap, BTreeSet};

use odrl_parser::Term;
use serde_json::{Map, Value as Json, json};

use super::recognise::LEGAL_MEMBER;
use super::sentence::StandsFor;
use super::wording::blank;
use super::{Beside, Book, ChoiceError, Chosen};
use crate::profile::PROFILE_V1;

/// What the chosen sentences stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// The offer, without its `@id`.
    pub policy: Json,
    /// The settings beside it.
    pub beside: BTreeSet<Beside>,
}

impl Book {
    /// The offer that the chosen sentences stand for: their conditions and duties join the one
    /// permission to use, everything else stands beside it.
    ///
    /// # Errors
    /// [`ChoiceError::Unknown`] for what this book did not choose.
    pub fn build(&self, chosen: &[Chosen]) -> Result<Built, ChoiceError> {
        let mut rule = Merged::default();
        let mut beside = BTreeSet::new();
        for (at, chosen) in chosen.iter().enumerate() {
            let unknown = || {
                let (written, nearest) = (chosen.to_string(), Vec::new());
                ChoiceError::Unknown { at, written, nearest }
            };
            let sentence = self.sentence(&chosen.key).ok_or_else(unknown)?;
            if !sentence.blanks.keys().eq(chosen.blanks.keys()) {
                return Err(unknown());
            }
            match &sentence.stands_for {
                StandsFor::Setting(setting) => {
                    beside.insert(*setting);
                }
                StandsFor::Rule { json, .. } => rule.add(json, &chosen.blanks),
            }
            if let Some(text) = sentence.legal_text() {
                rule.legal.insert(format!("{} {} {}", text.iri, text.version, text.digest));
            }
        }
        Ok(Built { policy: rule.policy(), beside })
    }
}

/// Rules while they are put together.
#[derive(Default)]
struct Merged {
    constraints: Vec<Json>,
    duties: Vec<Json>,
    permissions: Vec<Json>,
    others: Map<String, Json>,
    legal: BTreeSet<String>,
}

impl Merged {
    fn add(&mut self, json: &Map<String, Json>, blanks: &BTreeMap<String, Vec<String>>) {
        for (name, value) in json {
            let value = fill(value, blanks);
            match name.as_str() {
                "permission" => many(value).into_iter().for_each(|rule| self.permission(rule)),
                "obligation" | "prohibition" => {
                    let known = self.others.entry(name.clone()).or_insert_with(|| json!([]));
                    if let Json::Array(known) = known {
                        known.extend(many(value));
                    }
                }
                _ => drop(self.others.insert(name.clone(), value)),
            }
        }
    }

    fn permission(&mut self, rule: Json) {
        let action = rule.get("action").and_then(Json::as_str);
        if action.is_none_or(|action| Term::action(action) != Ok(Term::USE)) {
            self.permissions.push(rule);
            return;
        }
        let all = |member| rule.get(member).cloned().map(many).unwrap_or_default();
        self.constraints.extend(all("constraint"));
        self.duties.extend(all("duty"));
    }

    fn policy(mut self) -> Json {
        let mut main = Map::new();
        main.insert("action".to_owned(), json!("use"));
        for (name, members) in [("constraint", self.constraints), ("duty", self.duties)] {
            if !members.is_empty() {
                main.insert(name.to_owned(), Json::Array(members));
            }
        }
        let mut permissions = vec![Json::Object(main)];
        permissions.append(&mut self.permissions);
        self.others.insert("permission".to_owned(), Json::Array(permissions));
        self.others.insert("@type".to_owned(), json!("Offer"));
        self.others.insert("profile".to_owned(), json!(PROFILE_V1));
        if !self.legal.is_empty() {
            self.others.insert(LEGAL_MEMBER.to_owned(), self.legal.into_iter().collect());
        }
        Json::Object(self.others)
    }
}

/// JSON-LD lets one value stand for an array of one.
fn many(value: Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items,
        one
        @ (Json::Bool(_) | Json::Null | Json::Number(_) | Json::Object(_) | Json::String(_)) => {
            vec![one]
        }
    }
}

/// Puts values into the blanks; one that stands alone in a list becomes all its values.
fn fill(json: &Json, blanks: &BTreeMap<String, Vec<String>>) -> Json {
    let values = |text: &str| blank(text).and_then(|(_, name, _)| blanks.get(name));
    match json {
        Json::String(text) => match (blank(text), values(text)) {
            (Some((before, _, after)), Some(values)) => {
                json!(format!("{before}{}{after}", values.join(" ")))
            }
            (_, _) => json.clone(),
        },
        Json::Array(items) => match items.as_slice() {
            [Json::String(text)] if values(text).is_some() => {
                values(text).into_iter().flatten().map(|value| json!(value)).collect()
            }
            _ => items.iter().map(|item| fill(item, blanks)).collect(),
        },
        Json::Object(members) => {
            let filled = members.iter().map(|(name, value)| (name.clone(), fill(value, blanks)));
            Json::Object(filled.collect())
        }
        Json::Bool(_) | Json::Null | Json::Number(_) => json.clone(),
    }
}
