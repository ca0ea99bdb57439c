//! Why a policy document is refused. The fault is always the document's; each refusal names the
//! place and, where one is known, what to write instead.

use std::fmt;

use wire::node::{Expected, Found, ShapeError};
use wire::pointer::Pointer;
use wire::text::shown_within;

use crate::id::IdError;
use crate::instant::InstantError;

/// A located refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The place in the document that was parsed.
    pub pointer: Pointer,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong at the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A number that is no integer: floats do not survive two implementations.
    #[error("a number must be an integer")]
    Float,
    /// The identifier cannot be taken.
    #[error("identifier refused: {0}")]
    Id(IdError),
    /// A second rule or the policy has the same `@id`; a graph would merge the two.
    #[error("`@id` is used twice in the policy")]
    IdTwice,
    /// The value is no absolute IRI.
    #[error("an absolute IRI is needed")]
    Iri,
    /// An atomic and a logical constraint, or two logical ones, in one object.
    #[error("one constraint cannot be both `{first}` and `{second}`")]
    MixedConstraint {
        /// One of the members.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Neither permission nor prohibition.
    #[error("the policy has neither a permission nor a prohibition")]
    NoRule,
    /// The value has another shape.
    #[error("expected {expected}, found {found}")]
    Shape {
        /// What is expected.
        expected: Expected,
        /// What is there.
        found: Found,
    },
    /// The timestamp cannot be taken.
    #[error("timestamp refused: {0}")]
    Timestamp(InstantError),
    /// Constraints nested deeper than [`crate::NESTING_MAX`].
    #[error("constraints are nested deeper than {}", crate::NESTING_MAX)]
    TooDeep,
    /// More of something than its limit.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What is counted.
        what: Counted,
        /// Its limit.
        limit: usize,
    },
    /// A member that is neither understood nor informative.
    #[error("unknown member `{}`", shown_within(.name, 80))]
    UnknownMember {
        /// Its name.
        name: String,
    },
    /// A term of no known vocabulary.
    #[error("unknown {role} `{}`", shown_ascii(.written))]
    UnknownTerm {
        /// What the term is used as.
        role: TermRole,
        /// As it was written.
        written: String,
        /// The spelling that was probably meant.
        suggestion: Option<String>,
    },
    /// A part of ODRL that is recognised and not supported: it is refused, never ignored.
    #[error("{0} is not supported")]
    Unsupported(Unsupported),
}

/// What is counted against a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Constraints in the policy.
    Constraints,
    /// Rules in the policy.
    Rules,
    /// Bytes in a value.
    ValueBytes,
    /// Values in a right operand.
    Values,
}

/// What a term is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermRole {
    /// `action`.
    Action,
    /// `conflict`.
    Conflict,
    /// `@type` of a value.
    Datatype,
    /// `leftOperand`.
    LeftOperand,
    /// `operator`.
    Operator,
    /// `profile`.
    Profile,
    /// A property in a graph.
    Property,
    /// `@type` of the policy.
    Type,
}

/// Parts of ODRL and JSON-LD that are recognised and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// An `action` object with refinements.
    ActionObject,
    /// `andSequence`: its order is lost under the DSP context.
    AndSequence,
    /// `conflict`.
    Conflict,
    /// A `@context` inside the policy.
    Context,
    /// `duty`, `consequence` or `remedy`.
    Duty,
    /// `inheritFrom`.
    Inheritance,
    /// `@list`, `@set`, `@reverse`, `@graph`, `@included`, `@nest`, `@index` and their like.
    JsonLdKeyword,
    /// `obligation`.
    Obligation,
    /// `constraint` of a whole policy.
    PolicyConstraint,
    /// `refinement`.
    Refinement,
    /// `rightOperandReference`.
    RightOperandReference,
    /// `target` in a catalogue's offer or in a rule.
    Target,
    /// `assigner` or `assignee` in a rule.
    RuleParty,
    /// `status`.
    Status,
    /// `unit` or `dataType`.
    Unit,
}

impl ParseError {
    pub(crate) const fn at(pointer: Pointer, problem: Problem) -> Self {
        Self { pointer, problem }
    }

    /// A stable kebab-case code of the refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.problem {
            Problem::Float => "policy-number-not-integer",
            Problem::Id(_) => "policy-id-refused",
            Problem::IdTwice => "policy-id-twice",
            Problem::Iri => "policy-iri-refused",
            Problem::MixedConstraint { .. } => "policy-constraint-mixed",
            Problem::NoRule => "policy-without-rule",
            Problem::Shape { .. } => "policy-shape",
            Problem::Timestamp(_) => "policy-timestamp-refused",
            Problem::TooDeep => "policy-too-deep",
            Problem::TooMany { .. } => "policy-too-many",
            Problem::UnknownMember { .. } => "policy-member-unknown",
            Problem::UnknownTerm { .. } => "policy-term-unknown",
            Problem::Unsupported(_) => "policy-unsupported",
        }
    }

    /// What to write instead, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &self.problem {
            Problem::UnknownTerm { suggestion: Some(suggestion), .. } => {
                Some(format!("write `{suggestion}`"))
            }
            Problem::UnknownMember { name } => member_hint(name),
            Problem::Unsupported(what) => what.hint().map(str::to_owned),
            Problem::Float => Some(r#"write {"@value": "0.5", "@type": "xsd:decimal"}"#.to_owned()),
            Problem::Iri => Some("write the IRI in full, without a prefix".to_owned()),
            Problem::Id(_)
            | Problem::IdTwice
            | Problem::MixedConstraint { .. }
            | Problem::NoRule
            | Problem::Shape { .. }
            | Problem::Timestamp(_)
            | Problem::TooDeep
            | Problem::TooMany { .. }
            | Problem::UnknownTerm { suggestion: None, .. } => None,
        }
    }
}

fn member_hint(name: &str) -> Option<String> {
    let bare = name.strip_prefix("odrl:").or_else(|| name.strip_prefix(crate::vocabulary::ODRL))?;
    Some(format!("write `{}`", shown_within(bare, 80)))
}

/// Terms are ASCII: whatever is not must not look as if it were.
fn shown_ascii(written: &str) -> String {
    let escaped = written.chars().take(80).flat_map(|c| {
        let keep = c.is_ascii_graphic() && c != '`';
        let kept = keep.then_some(c);
        let hidden = (!keep).then(|| c.escape_unicode());
        kept.into_iter().chain(hidden.into_iter().flatten())
    });
    escaped.collect()
}

impl Unsupported {
    const fn hint(self) -> Option<&'static str> {
        match self {
            Self::ActionObject => Some("write the action as a string"),
            Self::AndSequence => Some("write `and` if the order does not matter"),
            Self::Context => Some("name the context once, at the top of the message"),
            Self::Conflict => Some("a prohibition always wins; leave `conflict` out"),
            Self::PolicyConstraint => Some("write the constraint into each rule"),
            Self::Target => Some("only an offer in a message and an agreement name their `target`"),
            Self::RuleParty => Some("name `assigner` and `assignee` on the policy"),
            Self::Duty
            | Self::Inheritance
            | Self::JsonLdKeyword
            | Self::Obligation
            | Self::Refinement
            | Self::RightOperandReference
            | Self::Status
            | Self::Unit => None,
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ActionObject => "an action with refinements",
            Self::AndSequence => "`andSequence`",
            Self::Conflict => "`conflict`",
            Self::Context => "a `@context` inside a policy",
            Self::Duty => "a duty, consequence or remedy",
            Self::Inheritance => "`inheritFrom`",
            Self::JsonLdKeyword => "this JSON-LD keyword",
            Self::Obligation => "an obligation",
            Self::PolicyConstraint => "a constraint of the whole policy",
            Self::Refinement => "a refinement",
            Self::RightOperandReference => "`rightOperandReference`",
            Self::Target => "`target` at this place",
            Self::RuleParty => "a party in a rule",
            Self::Status => "`status`",
            Self::Unit => "`unit` or `dataType`",
        })
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Constraints => "constraints",
            Self::Rules => "rules",
            Self::ValueBytes => "bytes in a value",
            Self::Values => "values",
        })
    }
}

impl fmt::Display for TermRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Action => "action",
            Self::Conflict => "conflict strategy",
            Self::Datatype => "data type",
            Self::LeftOperand => "left operand",
            Self::Operator => "operator",
            Self::Profile => "profile",
            Self::Property => "property",
            Self::Type => "policy type",
        })
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.problem, self.pointer.place())
    }
}

impl std::error::Error for ParseError {}

impl From<ShapeError> for ParseError {
    fn from(error: ShapeError) -> Self {
        let ShapeError { pointer, expected, found } = error;
        Self { pointer, problem: Problem::Shape { expected, found } }
    }
}
