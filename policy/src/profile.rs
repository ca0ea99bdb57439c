//! Which left operands can be judged, with which values and operators, and where the fact about
//! each comes from. What a profile does not list is refused before it is evaluated.
//! `docs/profile.md` says the same in words.

use std::collections::{BTreeMap, BTreeSet};

use odrl_parser::{Operator, Term};
use wire::iri::Iri;

use crate::badge::Badge;
use crate::fact::Source;
use crate::value::ValueType;

/// IRI of the Allmende profile version 1.
pub const PROFILE_V1: &str = odrl_parser::vocabulary::ALLMENDE_V1;

/// One left operand of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperandSpec {
    /// The left operand.
    pub term: Term,
    /// The type of its value.
    pub value_type: ValueType,
    /// The operators that are taken.
    pub operators: BTreeSet<Operator>,
    /// The one source that is believed.
    pub source: Source,
    /// What stands behind a constraint on it.
    pub badge: Badge,
}

/// The operands and the taxonomy against which policies are checked and evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    operands: BTreeMap<Term, OperandSpec>,
    broader: BTreeMap<Iri, BTreeSet<Iri>>,
}

impl Profile {
    /// The Allmende profile version 1.
    #[must_use]
    pub fn v1() -> Self {
        use Operator::{
            Eq, Gt, Gteq, HasPart, IsA, IsAllOf, IsAnyOf, IsNoneOf, IsPartOf, Lt, Lteq, Neq,
        };
        let timed: &[Operator] = &[Eq, Gt, Gteq, Lt, Lteq, Neq];
        let one: &[Operator] = &[Eq, IsA, IsAnyOf, IsNoneOf, IsPartOf, Neq];
        let set: &[Operator] = &[HasPart, IsA, IsAllOf, IsAnyOf, IsNoneOf, IsPartOf];
        let rows = [
            (Term::DATE_TIME, ValueType::Instant, timed, Source::OwnClock, Badge::Enforced),
            (Term::SINCE_AGREEMENT, ValueType::Duration, timed, Source::Agreement, Badge::Enforced),
            (Term::PARTICIPANT, ValueType::Iri, one, Source::Certificate, Badge::Enforced),
            (Term::VETTED_AS, ValueType::IriSet, set, Source::TrustList, Badge::Enforced),
            (Term::PURPOSE, ValueType::Iri, one, Source::Statement, Badge::Promised),
        ];
        let rows = rows.into_iter().map(|(term, value_type, operators, source, badge)| {
            let operators = operators.iter().copied().collect();
            OperandSpec { term, value_type, operators, source, badge }
        });
        Self::of(rows)
    }

    /// A profile of the operands; operators that mean nothing for an operand's type are left out.
    #[must_use]
    pub fn of(operands: impl IntoIterator<Item = OperandSpec>) -> Self {
        let operands = operands.into_iter().map(|mut spec| {
            spec.operators.retain(|operator| spec.value_type.gives_meaning_to(*operator));
            (spec.term, spec)
        });
        Self { operands: operands.collect(), broader: BTreeMap::new() }
    }

    /// Adds to the taxonomy that `narrower` is a kind of `broader`. Cycles are harmless.
    #[must_use]
    pub fn with_broader(mut self, narrower: Iri, broader: Iri) -> Self {
        self.broader.entry(broader.clone()).or_default();
        self.broader.entry(narrower).or_default().insert(broader);
        self
    }

    /// The operand, if the profile can judge it.
    #[must_use]
    pub fn operand(&self, term: Term) -> Option<&OperandSpec> {
        self.operands.get(&term)
    }

    /// All operands, by term.
    pub fn operands(&self) -> impl Iterator<Item = &OperandSpec> {
        self.operands.values()
    }

    /// Whether `narrow` is `broad` or a kind of it; none if the pinned taxonomy does not know both.
    #[must_use]
    pub fn is_kind_of(&self, narrow: &Iri, broad: &Iri) -> Option<bool> {
        let mut seen = BTreeSet::from([narrow]);
        let mut open = vec![narrow];
        while let Some(kind) = open.pop() {
            if kind == broad {
                return Some(true);
            }
            let parents = self.broader.get(kind).into_iter().flatten();
            open.extend(parents.filter(|parent| seen.insert(parent)));
        }
        (self.broader.contains_key(narrow) && self.broader.contains_key(broad)).then_some(false)
    }
}

impl ValueType {
    /// Whether the operator means something for left values of this type.
    #[must_use]
    pub const fn gives_meaning_to(self, operator: Operator) -> bool {
        match operator {
            Operator::Eq | Operator::Neq => !matches!(self, Self::IriSet),
            Operator::Gt | Operator::Gteq | Operator::Lt | Operator::Lteq => {
                matches!(self, Self::Decimal | Self::Duration | Self::Instant | Self::YearMonth)
            }
            Operator::HasPart | Operator::IsAllOf => matches!(self, Self::IriSet),
            Operator::IsA | Operator::IsPartOf => matches!(self, Self::Iri | Self::IriSet),
            Operator::IsAnyOf | Operator::IsNoneOf => true,
        }
    }
}
