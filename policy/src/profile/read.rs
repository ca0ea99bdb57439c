//! The table of a profile, read strictly: what is not known, doubled or meaningless is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use odrl_parser::{Operator, Term, value_iri};
use serde::Deserialize;
use wire::digest::Digest;
use wire::iri::Iri;

use super::taxonomy::Taxonomy;
use super::window::{self, Window};
use super::{OperandSpec, Table};
use crate::badge::Badge;
use crate::fact::Source;
use crate::value::ValueType;

/// Why a profile's table cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A term has two rows.
    #[error("`{term}` is named twice")]
    Doubled {
        /// The term.
        term: String,
    },
    /// Not the form of a table, or a member that is not known.
    #[error("{0}")]
    Form(String),
    /// A text is no absolute IRI.
    #[error("`{0}` is no absolute IRI")]
    Iri(String),
    /// The operator means nothing for values of the type, or is not known.
    #[error("`{operator}` means nothing for `{term}`")]
    Operator {
        /// The operand.
        term: String,
        /// The operator.
        operator: String,
    },
    /// A quantity without units, or units of something else.
    #[error("a quantity has units, and nothing else has: `{0}`")]
    Units(String),
    /// An action includes or implies itself by others, or is not known.
    #[error("`{0}` implies itself")]
    Cycle(String),
    /// No window of time: the zone has no name, a day none that is known, or it ends before it begins.
    #[error("`{0}` is no window of time")]
    Window(String),
    /// Another version than this program knows.
    #[error("version {0} is not known")]
    Version(u64),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u64,
    iri: String,
    narrowing: bool,
    membership: Vec<Source>,
    duty: Vec<Source>,
    operand: Vec<Operand>,
    alias: Vec<Alias>,
    unavailable: Vec<Unavailable>,
    actions: BTreeMap<Badge, Vec<String>>,
    implies: BTreeMap<String, Vec<String>>,
    taxonomy: BTreeMap<String, Vec<String>>,
    window: BTreeMap<String, window::Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Operand {
    term: String,
    value: ValueType,
    operators: Vec<String>,
    source: Source,
    badge: Badge,
    #[serde(default)]
    units: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alias {
    term: String,
    of: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unavailable {
    term: String,
    reason: String,
}

pub(super) fn table(text: &str) -> Result<Table, ProfileError> {
    let written: Written =
        toml::from_str(text).map_err(|error| ProfileError::Form(error.to_string()))?;
    if written.version != 1 {
        return Err(ProfileError::Version(written.version));
    }
    iri(&written.iri)?;
    let mut rows = BTreeSet::new();
    let names = written.operand.iter().map(|row| &row.term);
    let names = names.chain(written.alias.iter().map(|row| &row.term));
    for term in names.chain(written.unavailable.iter().map(|row| &row.term)) {
        if !rows.insert(term) {
            return Err(ProfileError::Doubled { term: term.clone() });
        }
    }
    let mut operands = BTreeMap::new();
    for row in &written.operand {
        let spec = operand(row)?;
        operands.extend(spec.map(|spec| (spec.term, Arc::new(spec))));
    }
    let left = |text: &str| Term::left_operand(text).ok();
    let aliases = written.alias.iter().filter_map(|row| Some((left(&row.term)?, left(&row.of)?)));
    let unavailable = written.unavailable.iter();
    let unavailable = unavailable.filter_map(|row| Some((left(&row.term)?, row.reason.clone())));
    let actions = actions(&written.actions)?;
    let above = |action: &Term| {
        std::iter::successors(Some(*action), |action| action.included_in()).collect()
    };
    Ok(Table {
        operands,
        aliases: aliases.collect(),
        unavailable: unavailable.collect(),
        listed: actions.keys().copied().collect(),
        above: actions.keys().map(|action| (*action, above(action))).collect(),
        actions,
        implies: implies(&written.implies)?,
        membership: written.membership.iter().copied().collect(),
        duty: written.duty.iter().copied().collect(),
        narrowing: written.narrowing,
        taxonomy: taxonomy(&written.taxonomy)?,
        windows: windows(&written.window)?,
        digest: Digest::of(text.as_bytes()),
    })
}

fn iri(text: &str) -> Result<Iri, ProfileError> {
    value_iri(text).ok_or_else(|| ProfileError::Iri(text.to_owned()))
}

/// None where the parser does not know the term: then no policy can name it.
fn operand(row: &Operand) -> Result<Option<OperandSpec>, ProfileError> {
    let mut operators = BTreeSet::new();
    for name in &row.operators {
        let operator = Operator::parse(name).ok();
        let operator = operator.filter(|operator| row.value.gives_meaning_to(*operator));
        let Some(operator) = operator else {
            let (term, operator) = (row.term.clone(), name.clone());
            return Err(ProfileError::Operator { term, operator });
        };
        operators.insert(operator);
    }
    if (row.value == ValueType::Quantity) == row.units.is_empty() {
        return Err(ProfileError::Units(row.term.clone()));
    }
    let units = row.units.iter().map(|unit| iri(unit)).collect::<Result<_, _>>()?;
    Ok(Term::left_operand(&row.term).ok().map(|term| OperandSpec {
        term,
        value_type: row.value,
        operators,
        source: row.source,
        badge: row.badge,
        units,
    }))
}

fn actions(rows: &BTreeMap<Badge, Vec<String>>) -> Result<BTreeMap<Term, Badge>, ProfileError> {
    let mut actions = BTreeMap::new();
    for (badge, names) in rows {
        for name in names {
            let Ok(action) = Term::action(name) else { continue };
            if actions.insert(action, *badge).is_some() {
                return Err(ProfileError::Doubled { term: name.clone() });
            }
        }
    }
    Ok(actions)
}

fn implies(
    rows: &BTreeMap<String, Vec<String>>,
) -> Result<BTreeMap<Term, BTreeSet<Term>>, ProfileError> {
    let mut table: BTreeMap<Term, BTreeSet<Term>> = BTreeMap::new();
    for (name, implied) in rows {
        let cycle = || ProfileError::Cycle(name.clone());
        let action = Term::action(name).map_err(|_| cycle())?;
        for implied in implied {
            let implied = Term::action(implied).map_err(|_| cycle())?;
            let mut open = vec![implied];
            let mut seen = BTreeSet::new();
            while let Some(next) = open.pop() {
                if next == action {
                    return Err(cycle());
                }
                if seen.insert(next) {
                    open.extend(table.get(&next).into_iter().flatten().copied());
                }
            }
            table.entry(action).or_default().insert(implied);
        }
    }
    Ok(table)
}

fn windows(
    rows: &BTreeMap<String, window::Written>,
) -> Result<BTreeMap<Iri, Window>, ProfileError> {
    let read = |(name, row): (&String, &window::Written)| {
        let window = Window::read(row).ok_or_else(|| ProfileError::Window(name.clone()))?;
        Ok((iri(name)?, window))
    };
    rows.iter().map(read).collect()
}

fn taxonomy(rows: &BTreeMap<String, Vec<String>>) -> Result<Taxonomy, ProfileError> {
    let mut taxonomy = Taxonomy::default();
    for (narrower, broader) in rows {
        let narrower = iri(narrower)?;
        taxonomy.name(narrower.clone());
        for broader in broader {
            taxonomy.add(narrower.clone(), iri(broader)?);
        }
    }
    for (name, broader) in rows {
        let narrow = iri(name)?;
        for broader in broader {
            if taxonomy.is_kind_of(&iri(broader)?, &narrow) == Some(true) {
                return Err(ProfileError::Cycle(name.clone()));
            }
        }
    }
    Ok(taxonomy)
}
