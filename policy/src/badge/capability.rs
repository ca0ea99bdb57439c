//! What our own program can do about a rule, as plain data.

use std::collections::{BTreeMap, BTreeSet};

use odrl_parser::Term;

/// Where a rule can be enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// Who sees the offer.
    Catalogue,
    /// Who gets a contract.
    Negotiation,
    /// Before data flow.
    TransferStart,
    /// While data flow.
    Stream,
    /// When what was received is used.
    Consumer,
}

/// What a program can do. By default nothing: what is not named is only promised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Left operands with a source that is believed, and where they are judged.
    pub operands: BTreeMap<Term, BTreeSet<Point>>,
    /// Left operands of which only the partner's own word is known.
    pub claims: BTreeSet<Term>,
    /// Actions that happen through this program alone, so that a denial prevents them.
    pub gates: BTreeSet<Term>,
    /// Duties that this program does to the data before they flow.
    pub transforms: BTreeSet<Term>,
    /// Duties for which it demands a receipt before data flow.
    pub receipts_before: BTreeSet<Term>,
    /// Duties for which it gets a receipt afterwards, and reminds of it.
    pub receipts: BTreeSet<Term>,
}

impl Capabilities {
    /// A program that judges these operands wherever it asks for a decision, and gates `use`.
    #[must_use]
    pub fn deciding(operands: impl IntoIterator<Item = Term>) -> Self {
        let points = BTreeSet::from([Point::Negotiation, Point::TransferStart, Point::Stream]);
        let operands = operands.into_iter().map(|operand| (operand, points.clone()));
        let gates = BTreeSet::from([Term::USE]);
        Self { operands: operands.collect(), gates, ..Self::default() }
    }

    /// Whether a constraint on the operand is judged at the point.
    #[must_use]
    pub fn decides(&self, operand: Term, point: Point) -> bool {
        self.operands.get(&operand).is_some_and(|points| points.contains(&point))
    }
}
