//! What the programs of partners are known to keep and to ignore, from `peers.toml`.

use std::collections::{BTreeMap, BTreeSet};

use odrl_parser::Term;
use odrl_parser::vocabulary::{ALLMENDE_V1, CREATIVE_COMMONS, ODRL};
use serde::Deserialize;

use super::raw::{self, Pair};
use super::{BookError, BookProblem, File};
use crate::text::Lang;

/// The program of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    key: String,
    name: Pair,
    source: String,
    reads: BTreeSet<Term>,
    keeps: BTreeSet<Term>,
    gaps: BTreeMap<Gap, Pair>,
}

/// Something that a program is known to ignore, or to read otherwise than the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// A prohibition with several constraints fires when any of them holds.
    AnyOfProhibition,
    /// A prohibition without constraints never fires.
    BareProhibition,
    /// Duties are not modelled at all.
    Duties,
    /// Of a duty, action and fulfilment are not modelled.
    DutyAction,
    /// Running transfers are judged again too seldom.
    LateEnd,
    /// Prohibitions are not modelled at all.
    Prohibitions,
    /// `andSequence` is not modelled.
    Sequence,
    /// Rules about unknown actions are dropped.
    UnboundAction,
    /// Constraints on unknown operands are dropped.
    UnboundConstraint,
}

impl Gap {
    /// All gaps, in the order of their variants.
    pub const ALL: [Self; 9] = [
        Self::AnyOfProhibition,
        Self::BareProhibition,
        Self::Duties,
        Self::DutyAction,
        Self::LateEnd,
        Self::Prohibitions,
        Self::Sequence,
        Self::UnboundAction,
        Self::UnboundConstraint,
    ];
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    gap: BTreeMap<Gap, Pair>,
    peer: Vec<RawPeer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeer {
    key: String,
    de: String,
    en: String,
    source: String,
    reads: Vec<String>,
    keeps: Vec<String>,
    gaps: Vec<Gap>,
}

impl Peer {
    /// The name of the program, as it is set.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its name in words.
    #[must_use]
    pub fn name(&self, lang: Lang) -> &str {
        self.name.of(lang)
    }

    /// Where the knowledge comes from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it judges constraints on the operand when data is used.
    #[must_use]
    pub fn reads(&self, operand: Term) -> bool {
        self.reads.contains(&operand)
    }

    /// Whether it keeps rules and duties about the action, and logs it.
    #[must_use]
    pub fn keeps(&self, action: Term) -> bool {
        self.keeps.contains(&action)
    }

    /// Whether it is known to have the gap.
    #[must_use]
    pub fn has(&self, gap: Gap) -> bool {
        self.gaps.contains_key(&gap)
    }

    /// The gap in words.
    #[must_use]
    pub fn gap(&self, gap: Gap, lang: Lang) -> Option<&str> {
        self.gaps.get(&gap).map(|pair| pair.of(lang))
    }
}

pub(super) fn read(text: &str) -> Result<Vec<Peer>, BookError> {
    let RawFile { gap: words, peer } = raw::read(File::Peers, text)?;
    peer.into_iter()
        .map(|raw| {
            let place = raw.key.clone();
            take(raw, &words).map_err(|problem| BookError { file: File::Peers, place, problem })
        })
        .collect()
}

fn take(raw: RawPeer, words: &BTreeMap<Gap, Pair>) -> Result<Peer, BookProblem> {
    let gaps = raw.gaps.into_iter().map(|gap| {
        let pair = words.get(&gap).cloned();
        pair.map(|pair| (gap, pair)).ok_or_else(|| BookProblem::Missing(format!("{gap:?}")))
    });
    Ok(Peer {
        gaps: gaps.collect::<Result<_, _>>()?,
        reads: terms(&raw.reads, |iri| Term::left_operand(iri).ok())?,
        keeps: terms(&raw.keeps, |iri| Term::action(iri).ok())?,
        key: raw.key,
        name: Pair { de: raw.de, en: raw.en },
        source: raw.source,
    })
}

fn terms(
    names: &[String],
    known: impl Fn(&str) -> Option<Term>,
) -> Result<BTreeSet<Term>, BookProblem> {
    let term = |name: &String| {
        let iri = full(name).ok_or_else(|| BookProblem::Term(name.clone()))?;
        known(&iri).ok_or_else(|| BookProblem::Term(name.clone()))
    };
    names.iter().map(term).collect()
}

/// A name with the prefix of its vocabulary, in full.
pub(super) fn full(name: &str) -> Option<String> {
    [("al:", ALLMENDE_V1), ("cc:", CREATIVE_COMMONS), ("odrl:", ODRL)]
        .iter()
        .find_map(|(prefix, namespace)| Some(format!("{namespace}{}", name.strip_prefix(prefix)?)))
}
