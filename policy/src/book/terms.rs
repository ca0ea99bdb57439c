//! The words for every term of the source model, from `terms.toml`.

use std::collections::BTreeMap;

use odrl_parser::{LogicalOperator, Operator, PartyFunction, Term};
use serde::Deserialize;
use wire::iri::{IRI_BYTES_MAX, Iri};
use wire::text::shown_within;

use super::peer::full;
use super::raw::{self, Pair};
use super::{BookError, BookProblem, File};
use crate::text::Lang;

/// The words for terms, by their IRIs or names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    operands: BTreeMap<String, OperandWords>,
    operators: BTreeMap<String, OperatorWords>,
    logical: BTreeMap<String, LogicalWords>,
    actions: BTreeMap<String, ActionWords>,
    parties: BTreeMap<String, Pair>,
    labels: BTreeMap<String, Pair>,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerms {
    operand: BTreeMap<String, OperandWords>,
    operator: BTreeMap<String, OperatorWords>,
    logical: BTreeMap<String, LogicalWords>,
    action: BTreeMap<String, ActionWords>,
    party: BTreeMap<String, Pair>,
    label: BTreeMap<String, Pair>,
}

/// A left operand as a noun, and what its values are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperandWords {
    de: String,
    en: String,
    values: Values,
}

/// What the values of a left operand are, so that they can be read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Values {
    /// Numbers.
    Decimal,
    /// Durations.
    Duration,
    /// Things that happen.
    Event,
    /// Points in time, and days.
    Instant,
    /// One IRI.
    Iri,
    /// A set of IRIs.
    Set,
    /// Texts.
    Text,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorWords {
    de: String,
    en: String,
    time: Option<Pair>,
    set: Option<Pair>,
    event: Option<Pair>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogicalWords {
    de: String,
    en: String,
    between: Pair,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionWords {
    de: [String; 3],
    en: String,
}

/// An action in words.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    /// In German, what it is done to.
    pub(crate) object: String,
    /// In German, the infinitive; in English, what follows "may".
    pub(crate) verb: String,
    /// In German, the infinitive with "zu"; in English as `verb`.
    pub(crate) to_verb: String,
}

impl Terms {
    pub(super) fn read(text: &str) -> Result<Self, BookError> {
        let raw: RawTerms = raw::read(File::Terms, text)?;
        for name in Operator::ALL.map(Operator::name) {
            present(&raw.operator, name)?;
        }
        for name in LogicalOperator::ALL.map(LogicalOperator::name) {
            present(&raw.logical, name)?;
        }
        for name in PartyFunction::ALL.map(PartyFunction::name) {
            present(&raw.party, name)?;
        }
        known(raw.operator.keys(), |name| Operator::ALL.iter().any(|it| it.name() == name))?;
        known(raw.logical.keys(), |name| LogicalOperator::ALL.iter().any(|it| it.name() == name))?;
        known(raw.party.keys(), |name| PartyFunction::ALL.iter().any(|it| it.name() == name))?;
        known(raw.label.keys(), |name| Iri::parse(name).is_ok())?;
        Ok(Self {
            operands: by_iri(raw.operand, |iri| Term::left_operand(iri).is_ok())?,
            operators: raw.operator,
            logical: raw.logical,
            actions: by_iri(raw.action, |iri| Term::action(iri).is_ok())?,
            parties: raw.party,
            labels: raw.label,
        })
    }

    /// A left operand as a noun; one without words as the term itself.
    pub(crate) fn operand(&self, term: Term, lang: Lang) -> String {
        let words = self.operands.get(&term.iri()).map(|words| match lang {
            Lang::De => words.de.clone(),
            Lang::En => words.en.clone(),
        });
        words.unwrap_or_else(|| format!("`{term}`"))
    }

    /// What the values of a left operand are.
    pub(crate) fn values(&self, term: Term) -> Option<Values> {
        self.operands.get(&term.iri()).map(|words| words.values)
    }

    /// The words between an operand and its values.
    pub(crate) fn operator(&self, operator: Operator, of: Option<Values>, lang: Lang) -> &str {
        let Some(words) = self.operators.get(operator.name()) else {
            return operator.name();
        };
        let special = match of {
            Some(Values::Instant) => words.time.as_ref(),
            Some(Values::Set) => words.set.as_ref(),
            Some(Values::Event) => words.event.as_ref(),
            Some(Values::Decimal | Values::Duration | Values::Iri | Values::Text) | None => None,
        };
        match (special, lang) {
            (Some(pair), _) => pair.of(lang),
            (None, Lang::De) => &words.de,
            (None, Lang::En) => &words.en,
        }
    }

    /// The words before joined conditions, and those between them.
    pub(crate) fn logical(&self, operator: LogicalOperator, lang: Lang) -> (&str, &str) {
        let Some(words) = self.logical.get(operator.name()) else {
            return (operator.name(), ",");
        };
        let before = match lang {
            Lang::De => &words.de,
            Lang::En => &words.en,
        };
        (before, words.between.of(lang))
    }

    /// An action in words; one without words as the term itself.
    pub(crate) fn action(&self, term: Term, lang: Lang) -> Relation {
        match (self.actions.get(&term.iri()), lang) {
            (Some(ActionWords { de: [object, verb, to_verb], .. }), Lang::De) => {
                Relation { object: object.clone(), verb: verb.clone(), to_verb: to_verb.clone() }
            }
            (Some(ActionWords { en, .. }), Lang::En) => {
                Relation { object: String::new(), verb: en.clone(), to_verb: en.clone() }
            }
            (None, Lang::De) => Relation {
                object: "den Datensatz".to_owned(),
                verb: format!("im Sinne von `{term}` behandeln"),
                to_verb: format!("im Sinne von `{term}` zu behandeln"),
            },
            (None, Lang::En) => {
                let verb = format!("do `{term}` with the dataset");
                Relation { object: String::new(), verb: verb.clone(), to_verb: verb }
            }
        }
    }

    /// A function of a party.
    pub(crate) fn party(&self, function: PartyFunction, lang: Lang) -> &str {
        self.parties.get(function.name()).map_or(function.name(), |pair| pair.of(lang))
    }

    /// The name of an IRI in words, if it has one.
    fn label(&self, iri: &str, lang: Lang) -> Option<&str> {
        self.labels.get(iri).map(|pair| pair.of(lang))
    }

    /// The name of an IRI in words: one without is shown as it is, never shortened.
    pub(crate) fn name(&self, iri: &str, lang: Lang) -> String {
        let label = self.label(iri, lang).map(str::to_owned);
        label.unwrap_or_else(|| shown_within(iri, IRI_BYTES_MAX).to_string())
    }

    /// The IRIs that have the name in either language, without regard to case.
    pub(crate) fn labelled(&self, name: &str) -> impl Iterator<Item = &str> {
        let name = name.to_lowercase();
        let is_it =
            move |pair: &Pair| pair.de.to_lowercase() == name || pair.en.to_lowercase() == name;
        self.labels.iter().filter(move |(_, pair)| is_it(pair)).map(|(iri, _)| iri.as_str())
    }
}

fn fault(place: &str, problem: BookProblem) -> BookError {
    BookError { file: File::Terms, place: place.to_owned(), problem }
}

fn present<T>(table: &BTreeMap<String, T>, name: &str) -> Result<(), BookError> {
    let missing = || fault(name, BookProblem::Missing(name.to_owned()));
    table.get(name).map(drop).ok_or_else(missing)
}

fn known<'a>(
    mut names: impl Iterator<Item = &'a String>,
    is_known: impl Fn(&str) -> bool,
) -> Result<(), BookError> {
    match names.find(|name| !is_known(name)) {
        Some(name) => Err(fault(name, BookProblem::Term(name.clone()))),
        None => Ok(()),
    }
}

/// Turns names with our prefixes into IRIs; each must be a known term.
fn by_iri<T>(
    table: BTreeMap<String, T>,
    is_known: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, T>, BookError> {
    let entries =
        table.into_iter().map(|(name, words)| match full(&name).filter(|iri| is_known(iri)) {
            Some(iri) => Ok((iri, words)),
            None => Err(fault(&name, BookProblem::Term(name.clone()))),
        });
    entries.collect()
}
