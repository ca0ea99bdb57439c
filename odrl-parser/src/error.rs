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
    /// One member in two spellings, such as `uid` beside `@id`.
    #[error("`{name}` stands there twice")]
    MemberTwice {
        /// Its name.
        name: &'static str,
    },
    /// No rule that the policy could not do without: a permission or prohibition in DSP 2025-1, any
    /// rule in plain ODRL.
    #[error("the policy has no rule of a kind that it needs")]
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
        /// How the member that was probably meant is written.
        suggestion: Option<String>,
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
    /// Rules that the policy comes to when plural values are split.
    AtomicRules,
    /// Constraints in the policy.
    Constraints,
    /// Entries of `@context`.
    Contexts,
    /// Actions, assets and parties in the policy.
    Entities,
    /// Policies that it inherits from.
    Parents,
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
    /// `@context`.
    Context,
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
    /// `@type` of the policy or of a part of it.
    Type,
}

/// Parts of ODRL and JSON-LD that are recognised and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// An `action` object that names the action by `@id` and says more of it, or by `rdf:value`
    /// where no context defines that prefix.
    ActionObject,
    /// `andSequence`: its order is lost under the DSP context.
    AndSequence,
    /// A `@context` inside the policy.
    Context,
    /// `duty`, `consequence` or `remedy` on something that has none.
    DutyPlace,
    /// `hasPolicy`, `assignerOf`, `assigneeOf`: rules put onto something from outside the policy.
    FromOutside,
    /// `inheritFrom` in DSP: what is offered and signed says all of itself.
    Inheritance,
    /// `@list`, `@set`, `@reverse`, `@graph`, `@included`, `@nest`, `@index` and their like.
    JsonLdKeyword,
    /// `constraint` of a whole policy.
    PolicyConstraint,
    /// `refinement` on something other than an action or a collection.
    RefinementPlace,
    /// `rightOperandReference` in DSP: what is offered and signed says all of itself.
    RightOperandReference,
    /// `target` in a catalogue's offer or in a rule of DSP.
    Target,
    /// `assigner` or `assignee` in a rule of DSP.
    RuleParty,
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
            Problem::MemberTwice { .. } => "policy-member-twice",
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
            Problem::UnknownMember { suggestion: Some(suggestion), .. } => {
                Some(format!("write `{suggestion}`"))
            }
            Problem::Unsupported(what) => what.hint().map(str::to_owned),
            Problem::Float => Some(r#"write {"@value": "0.5", "@type": "xsd:decimal"}"#.to_owned()),
            Problem::Iri => Some("write the IRI in full, without a prefix".to_owned()),
            Problem::Id(_)
            | Problem::IdTwice
            | Problem::MemberTwice { .. }
            | Problem::MixedConstraint { .. }
            | Problem::NoRule
            | Problem::Shape { .. }
            | Problem::Timestamp(_)
            | Problem::TooDeep
            | Problem::TooMany { .. }
            | Problem::UnknownMember { suggestion: None, .. }
            | Problem::UnknownTerm { suggestion: None, .. } => None,
        }
    }
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
            Self::ActionObject => Some(
                "write the action as a string; with refinements as \
                 `http://www.w3.org/1999/02/22-rdf-syntax-ns#value`",
            ),
            Self::AndSequence => Some("write `and` if the order does not matter"),
            Self::Context => Some("name the context once, at the top of the message"),
            Self::DutyPlace => Some(
                "a permission has `duty`, a prohibition `remedy`, a duty or obligation \
                 `consequence`, and neither of the last two has any",
            ),
            Self::FromOutside => Some("name the asset or party in each rule"),
            Self::Inheritance => Some("take the inherited rules over before it is offered"),
            Self::PolicyConstraint => Some("write the constraint into each rule"),
            Self::RefinementPlace => Some(
                "only an action, an `AssetCollection` and a `PartyCollection` have refinements; a \
                 rule has `constraint`",
            ),
            Self::RightOperandReference => Some("write the values themselves"),
            Self::Target => Some("only an offer in a message and an agreement name their `target`"),
            Self::RuleParty => Some("name `assigner` and `assignee` on the policy"),
            Self::JsonLdKeyword => None,
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ActionObject => "an action object of this form",
            Self::AndSequence => "`andSequence` under this context",
            Self::Context => "a `@context` inside a policy",
            Self::DutyPlace => "a duty, remedy or consequence at this place",
            Self::FromOutside => "a rule put onto something from outside",
            Self::Inheritance => "`inheritFrom` under this context",
            Self::JsonLdKeyword => "this JSON-LD keyword",
            Self::PolicyConstraint => "a constraint of the whole policy",
            Self::RefinementPlace => "a refinement at this place",
            Self::RightOperandReference => "`rightOperandReference` under this context",
            Self::Target => "`target` at this place",
            Self::RuleParty => "a party in a rule",
        })
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtomicRules => "rules once its plural values are split",
            Self::Constraints => "constraints",
            Self::Contexts => "contexts",
            Self::Entities => "actions, assets and parties",
            Self::Parents => "policies to inherit from",
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
            Self::Context => "context",
            Self::Datatype => "data type",
            Self::LeftOperand => "left operand",
            Self::Operator => "operator",
            Self::Profile => "profile",
            Self::Property => "property",
            Self::Type => "type",
        })
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.problem, self.pointer.place())
    }
}

impl std::error::Error for ParseError {}

/// Why bytes are no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// They are no JSON that everybody reads alike.
    #[error(transparent)]
    Json(#[from] wire::json::JsonError),
    /// The JSON is no policy.
    #[error(transparent)]
    Policy(#[from] ParseError),
}

impl From<ShapeError> for ParseError {
    fn from(error: ShapeError) -> Self {
        let ShapeError { pointer, expected, found } = error;
        Self { pointer, problem: Problem::Shape { expected, found } }
    }
}
