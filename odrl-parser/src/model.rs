//! The source model: what a policy document says, every term resolved, every value still as
//! written. It decides nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use wire::iri::Iri;
use wire::pointer::Pointer;

use crate::id::Id;
use crate::operator::{LogicalOperator, Operator};
use crate::term::Term;

/// An Offer or Agreement of DSP 2025-1.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Which of the three shapes of the contract schema it has.
    pub kind: PolicyKind,
    /// `@id`.
    pub id: Id,
    /// `target`: absent exactly in an offer of a catalogue.
    pub target: Option<Id>,
    /// `assigner`: always present in an agreement.
    pub assigner: Option<Id>,
    /// `assignee`: always present in an agreement.
    pub assignee: Option<Id>,
    /// `timestamp`: present exactly in an agreement.
    pub timestamp: Option<Timestamp>,
    /// `profile`: each one known to this crate.
    pub profiles: Vec<Iri>,
    /// `permission`, in the document's order.
    pub permissions: Vec<Rule>,
    /// `prohibition`, in the document's order.
    pub prohibitions: Vec<Rule>,
    /// `obligation`: its place. The parser refuses obligations until they can be kept, so it is
    /// empty.
    pub obligations: Vec<Rule>,
    /// Members that carry information only, by the name they were written with. They bind nobody.
    pub informative: Informative,
}

/// The three policy shapes of the DSP 2025-1 contract schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// What both parties are bound by.
    Agreement,
    /// An offer inside a negotiation message: it names its target.
    MessageOffer,
    /// An offer inside a catalogue: the dataset around it is its target.
    Offer,
}

impl PolicyKind {
    /// The value of `@type`.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Agreement => "Agreement",
            Self::MessageOffer | Self::Offer => "Offer",
        }
    }
}

/// Informative members: texts, language-tagged texts and references.
pub type Informative = BTreeMap<String, Value>;

/// A permission, prohibition or obligation.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// `@id`, unique in the policy.
    pub id: Option<Id>,
    /// `action`.
    pub action: Term,
    /// `constraint`: all of them must hold.
    pub constraints: Vec<Constraint>,
    /// Members that carry information only.
    pub informative: Informative,
    /// Where the rule stands in the document that was parsed, relative to that document's root.
    pub pointer: Pointer,
}

/// A condition on a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    /// `leftOperand operator rightOperand`.
    Atomic {
        /// `leftOperand`.
        left: Term,
        /// `operator`.
        operator: Operator,
        /// `rightOperand`.
        right: Operand,
        /// Where it stands.
        pointer: Pointer,
    },
    /// Constraints joined by a logical operator.
    Logical {
        /// The member that joins them.
        operator: LogicalOperator,
        /// The joined constraints, at least one.
        operands: Vec<Constraint>,
        /// Where it stands.
        pointer: Pointer,
    },
}

impl Constraint {
    /// Where the constraint stands.
    #[must_use]
    pub const fn pointer(&self) -> &Pointer {
        match self {
            Self::Atomic { pointer, .. } | Self::Logical { pointer, .. } => pointer,
        }
    }
}

/// A right operand: one value or, for operators that take a list, several. A list of one is the
/// same as its one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// The values, at least one.
    pub values: Vec<Literal>,
    /// Where it stands.
    pub pointer: Pointer,
}

/// One value as written. What it means is decided by the type of the left operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text, or the digits of a number.
    pub lexical: String,
    /// How it was tagged.
    pub tag: LiteralTag,
    /// Where it stands.
    pub pointer: Pointer,
}

/// What a document says about the type of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LiteralTag {
    /// A JSON boolean.
    Boolean,
    /// `{"@value": …, "@type": …}` with the absolute IRI of the type.
    Datatype(Iri),
    /// `{"@id": …}`; the text is an absolute IRI.
    Iri,
    /// `{"@value": …, "@language": …}` with the language tag in lower case.
    Language(String),
    /// A JSON integer.
    Number,
    /// A JSON string.
    Plain,
}
