//! A sentence of the book, and the strict reading of `sentences.toml`.

use std::collections::BTreeMap;

use odrl_parser::{Policy, Rule, Term, parse_offer};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use wire::iri::Iri;
use wire::json::Limits;
use wire::node::Node;

use super::blank::Blank;
use super::raw::{self, Pair};
use super::wording::{Wording, blank};
use super::{BookError, BookProblem, File};
use crate::text::Lang;

/// A sentence that a rule can be made of.
#[derive(Clone, Debug)]
pub struct Sentence {
    pub(super) key: String,
    pub(super) wording: Both,
    pub(super) when_alone: Option<Both>,
    pub(super) blanks: BTreeMap<String, Blank>,
    pub(super) stands_for: StandsFor,
    pub(super) alone: bool,
    legal_text: Option<LegalText>,
}

/// A wording in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Both {
    pub(super) de: Wording,
    pub(super) en: Wording,
}

/// What a sentence stands for.
#[derive(Clone, Debug)]
pub(super) enum StandsFor {
    /// A setting of our own program.
    Setting(Beside),
    /// Rules: as they are written, and as they are understood. The blanks stand in both.
    Rule { json: Map<String, Json>, policy: Box<Policy> },
}

/// A sentence that is no ODRL: a setting beside the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// A second person decides about each contract.
    Approval,
    /// A breach stops the contract: what the program does in any case.
    StopOnBreach,
}

/// The text that a sentence refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalText {
    /// Where it is to be had.
    pub iri: Iri,
    /// Which version is meant.
    pub version: String,
    /// Its SHA-256 digest, as `sha256:` and hexadecimal digits.
    pub digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    sentence: Vec<RawSentence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawSentence {
    key: String,
    de: String,
    en: String,
    when_alone: Option<Pair>,
    #[serde(default)]
    blanks: BTreeMap<String, String>,
    odrl: Option<String>,
    beside: Option<Beside>,
    #[serde(default)]
    alone: bool,
    legal_text: Option<RawLegalText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLegalText {
    iri: String,
    version: String,
    digest: String,
}

impl Sentence {
    /// Its name, as it can be typed.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its wording, with the blanks in braces.
    #[must_use]
    pub fn wording(&self, lang: Lang) -> &str {
        self.wording.of(lang).as_str()
    }

    /// The blanks, in the order of the English wording.
    pub fn blanks(&self) -> impl Iterator<Item = &str> {
        self.wording.en.blanks()
    }

    /// The text that it refers to.
    #[must_use]
    pub const fn legal_text(&self) -> Option<&LegalText> {
        self.legal_text.as_ref()
    }

    /// The setting that it is, if it is no rule.
    #[must_use]
    pub const fn beside(&self) -> Option<Beside> {
        match self.stands_for {
            StandsFor::Setting(beside) => Some(beside),
            StandsFor::Rule { .. } => None,
        }
    }

    /// The rules that it stands for, with its blanks.
    pub(super) const fn pattern(&self) -> Option<&Policy> {
        match &self.stands_for {
            StandsFor::Setting(_) => None,
            StandsFor::Rule { policy, .. } => Some(policy),
        }
    }
}

impl Both {
    fn new(de: &str, en: &str) -> Self {
        Self { de: Wording::new(de), en: Wording::new(en) }
    }

    pub(super) const fn of(&self, lang: Lang) -> &Wording {
        match lang {
            Lang::De => &self.de,
            Lang::En => &self.en,
        }
    }
}

pub(super) fn read(text: &str) -> Result<Vec<Sentence>, BookError> {
    let raw: RawFile = raw::read(File::Sentences, text)?;
    let mut sentences: Vec<Sentence> = Vec::new();
    for raw in raw.sentence {
        let place = raw.key.clone();
        let fault = |problem| BookError { file: File::Sentences, place: place.clone(), problem };
        let sentence = take(raw).map_err(fault)?;
        if sentences.iter().any(|other| other.key == sentence.key) {
            return Err(fault(BookProblem::Key));
        }
        if let Some(other) = sentences.iter().find(|other| other.is_like(&sentence)) {
            return Err(fault(BookProblem::SameAs(other.key.clone())));
        }
        sentences.push(sentence);
    }
    Ok(sentences)
}

impl Sentence {
    /// Whether a person, or a rule, could not tell the two apart.
    fn is_like(&self, other: &Self) -> bool {
        let same_rule = match (&self.stands_for, &other.stands_for) {
            (StandsFor::Setting(mine), StandsFor::Setting(its)) => mine == its,
            (StandsFor::Rule { json: mine, .. }, StandsFor::Rule { json: its, .. }) => mine == its,
            (StandsFor::Setting(_), StandsFor::Rule { .. })
            | (StandsFor::Rule { .. }, StandsFor::Setting(_)) => false,
        };
        same_rule || self.wording.de == other.wording.de || self.wording.en == other.wording.en
    }
}

fn take(raw: RawSentence) -> Result<Sentence, BookProblem> {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if raw.key.is_empty() || !raw.key.chars().all(is_letter) {
        return Err(BookProblem::Key);
    }
    let typed = raw.blanks.iter().map(|(name, kind)| {
        let known = Blank::NAMES.iter().find(|(known, _)| known == kind);
        let (_, blank) = known.ok_or_else(|| BookProblem::BlankType(kind.clone()))?;
        Ok((name.clone(), *blank))
    });
    let blanks: BTreeMap<String, Blank> = typed.collect::<Result<_, _>>()?;
    let wording = Both::new(&raw.de, &raw.en);
    let when_alone = raw.when_alone.map(|pair| Both::new(&pair.de, &pair.en));
    for both in [Some(&wording), when_alone.as_ref()].into_iter().flatten() {
        for wording in [&both.de, &both.en] {
            check_blanks(wording, &blanks)?;
        }
    }
    let stands_for = match (raw.odrl, raw.beside) {
        (Some(odrl), None) => rule(&odrl, &blanks)?,
        (None, Some(beside)) if blanks.is_empty() => StandsFor::Setting(beside),
        (_, _) => return Err(BookProblem::Neither),
    };
    Ok(Sentence {
        key: raw.key,
        wording,
        when_alone,
        blanks,
        stands_for,
        alone: raw.alone,
        legal_text: raw.legal_text.map(legal_text).transpose()?.flatten(),
    })
}

/// Each blank stands once in the wording, and nothing else in braces does.
fn check_blanks(wording: &Wording, blanks: &BTreeMap<String, Blank>) -> Result<(), BookProblem> {
    if let Some(name) = wording.blanks().find(|name| !blanks.contains_key(*name)) {
        return Err(BookProblem::BlankUnknown(name.to_owned()));
    }
    let braces = wording.as_str().matches(['{', '}']).count();
    let once = |name: &String| wording.blanks().filter(|other| other == name).count() == 1;
    match blanks.keys().find(|name| !once(name) || braces != 2 * blanks.len()) {
        Some(name) => Err(BookProblem::BlankInWording(name.clone())),
        None => Ok(()),
    }
}

/// Reads the rule by the same parser as any other. Its permission to use, from which the rule of
/// all sentences is built, may be left out.
fn rule(odrl: &str, blanks: &BTreeMap<String, Blank>) -> Result<StandsFor, BookProblem> {
    let json = wire::json::parse(odrl.as_bytes(), &Limits::message()).map_err(BookProblem::Json)?;
    let mut whole = json.clone();
    if let Json::Object(members) = &mut whole {
        members.insert("@id".to_owned(), json!("urn:uuid:00000000-0000-4000-8000-000000000000"));
        members.insert("@type".to_owned(), json!("Offer"));
        if !members.contains_key("permission") && !members.contains_key("prohibition") {
            members.insert("permission".to_owned(), json!([{ "action": "use" }]));
        }
    }
    let policy = parse_offer(&Node::root(&whole)).map_err(BookProblem::Policy)?;
    let plain = |rule: &Rule| {
        let is_use = rule.actions.iter().any(|action| action.term == Term::USE);
        let bare = rule.id.is_none() && rule.outputs.is_empty() && rule.parties.is_empty();
        !is_use || (bare && rule.informative.is_empty())
    };
    if !policy.permissions.iter().all(plain) {
        return Err(BookProblem::Joined);
    }
    let mut unused: Vec<&String> = blanks.keys().collect();
    let mut unknown = None;
    each_text(&json, &mut |text| {
        let mut rest = text;
        while let Some((_, name, after)) = blank(rest) {
            unused.retain(|other| *other != name);
            if !blanks.contains_key(name) {
                unknown = Some(name.to_owned());
            }
            rest = after;
        }
    });
    if let Some(name) = unknown {
        return Err(BookProblem::BlankUnknown(name));
    }
    if let Some(name) = unused.first() {
        return Err(BookProblem::BlankUnused((*name).clone()));
    }
    match json {
        Json::Object(json) => Ok(StandsFor::Rule { json, policy: Box::new(policy) }),
        // The parser has refused anything else.
        Json::Array(_) | Json::Bool(_) | Json::Null | Json::Number(_) | Json::String(_) => {
            Err(BookProblem::Neither)
        }
    }
}

fn each_text(json: &Json, see: &mut dyn FnMut(&str)) {
    match json {
        Json::String(text) => see(text),
        Json::Array(items) => items.iter().for_each(|item| each_text(item, see)),
        Json::Object(members) => members.values().for_each(|item| each_text(item, see)),
        Json::Bool(_) | Json::Null | Json::Number(_) => {}
    }
}

fn legal_text(raw: RawLegalText) -> Result<Option<LegalText>, BookProblem> {
    let RawLegalText { iri, version, digest } = raw;
    if iri.is_empty() && version.is_empty() && digest.is_empty() {
        return Ok(None);
    }
    let digits = digest.strip_prefix("sha256:").unwrap_or_default();
    let is_digest = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match Iri::parse(&iri) {
        Ok(iri) if is_digest && !version.is_empty() => Ok(Some(LegalText { iri, version, digest })),
        Ok(_) | Err(_) => Err(BookProblem::LegalText),
    }
}
