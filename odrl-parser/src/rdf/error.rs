//! Why an import is refused.

use std::fmt;

use wire::iri::IriError;
use wire::json::JsonError;
use wire::pointer::Pointer;
use wire::text::{shown, shown_within};

use crate::error::ParseError;
use crate::id::Id;

/// An import that is refused. The fault is always the document's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// A JSON-LD context that is not pinned: nothing is fetched.
    #[error("the context `{}` {} is not known", shown_within(.written, 80), .pointer.place())]
    Context {
        /// Its place in the document.
        pointer: Pointer,
        /// What is written there.
        written: String,
    },
    /// JSON-LD that is read otherwise than it looks. The place is one in the JSON document.
    #[error("{0}")]
    Document(ParseError),
    /// A name that is no absolute ASCII IRI.
    #[error("`{}` is no name: {problem}", shown_within(.written, 80))]
    Iri {
        /// As it is written.
        written: String,
        /// What is wrong with it.
        problem: IriError,
    },
    /// What is no JSON, with its place.
    #[error("{0}")]
    Json(JsonError),
    /// What the JSON-LD reader says.
    #[error("no JSON-LD: {}", shown(.message))]
    JsonLd {
        /// In its words.
        message: String,
    },
    /// A literal as the subject of a statement.
    #[error("a literal says nothing")]
    LiteralSubject,
    /// A statement in a named graph: who says it is not what the document says.
    #[error("a named graph is not read")]
    NamedGraph,
    /// No policy in the graph.
    #[error("there is no policy")]
    NoPolicy,
    /// A policy that cannot be taken.
    #[error("policy `{}`: {error}", shown_within(.policy, 80))]
    Policy {
        /// Its IRI, or the label of a blank node.
        policy: String,
        /// What is wrong, at the path from the policy.
        error: ParseError,
    },
    /// A name that depends on where the document lies.
    #[error("`{}` is a relative name", shown_within(.written, 80))]
    Relative {
        /// As it is written, or resolved against nothing.
        written: String,
    },
    /// What is no Turtle, with its place.
    #[error("no Turtle at line {line}, column {column}: {}", shown(.message))]
    Turtle {
        /// The line, counted from 1.
        line: u64,
        /// The column in characters, counted from 1.
        column: u64,
        /// What the reader says.
        message: String,
    },
    /// More of something than its limit.
    #[error("more than {limit} {what}")]
    TooLarge {
        /// What is measured.
        what: Measured,
        /// Its limit.
        limit: usize,
    },
    /// No policy of this name in the graph.
    #[error("there is no policy `{0}`")]
    UnknownPolicy(Id),
}

/// What is measured against a limit of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// The length of the document.
    DocumentBytes,
    /// The length of a literal.
    LiteralBytes,
    /// Policies in a graph.
    Policies,
    /// Statements in a graph.
    Statements,
}

impl ImportError {
    /// A stable kebab-case code of the refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Context { .. } => "import-context-unknown",
            Self::Document(error) | Self::Policy { error, .. } => error.code(),
            Self::Iri { .. } | Self::Relative { .. } => "import-name-refused",
            Self::Json(_) | Self::JsonLd { .. } | Self::Turtle { .. } => "import-syntax",
            Self::LiteralSubject | Self::NamedGraph => "import-unsupported",
            Self::NoPolicy | Self::UnknownPolicy(_) => "import-without-policy",
            Self::TooLarge { .. } => "import-too-large",
        }
    }

    /// What to write instead, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Document(error) | Self::Policy { error, .. } => error.hint(),
            Self::Context { .. } => Some(
                "only the pinned contexts of ODRL and DSP, and prefixes beside them, are known"
                    .to_owned(),
            ),
            Self::Relative { .. } => Some("write the IRI in full".to_owned()),
            Self::Iri { .. }
            | Self::Json(_)
            | Self::JsonLd { .. }
            | Self::LiteralSubject
            | Self::NamedGraph
            | Self::NoPolicy
            | Self::Turtle { .. }
            | Self::TooLarge { .. }
            | Self::UnknownPolicy(_) => None,
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DocumentBytes => "bytes in the document",
            Self::LiteralBytes => "bytes in a literal",
            Self::Policies => "policies",
            Self::Statements => "statements",
        })
    }
}
