//! Why a text is no message of the protocol. The fault is always the writer's.

use std::fmt;

use wire::node::ShapeError;
use wire::pointer::Pointer;

use crate::address::AddressError;

/// A message that was refused before anyone asked about state or sender.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MessageError {
    /// An address at which we would not call.
    Address {
        /// Where it stands.
        pointer: Pointer,
        /// What is wrong with it.
        source: AddressError,
    },
    /// A term of the context written in its long form beside the short one that we read: two
    /// readers would see two values.
    Alias {
        /// The member.
        pointer: Pointer,
    },
    /// Both or neither of two members of which exactly one must be there.
    ExactlyOne {
        /// The object.
        pointer: Pointer,
        /// The one member.
        one: &'static str,
        /// The other member.
        other: &'static str,
    },
    /// `@context` does not name the protocol's own context.
    ContextMissing {
        /// Where `@context` stands.
        pointer: Pointer,
    },
    /// A JSON-LD keyword that would change how the message is read.
    Keyword {
        /// The member.
        pointer: Pointer,
    },
    /// A document too deep or strange for canonical bytes.
    NotCanonical {
        /// The document.
        pointer: Pointer,
    },
    /// A policy with neither permission nor prohibition.
    NoRules {
        /// The policy.
        pointer: Pointer,
    },
    /// Another shape than the schema's.
    Shape(ShapeError),
    /// `target` where the text forbids it: in a rule, or in an offer of a catalogue.
    TargetForbidden {
        /// The member.
        pointer: Pointer,
    },
    /// A context that is not known here.
    UnknownContext {
        /// The entry of `@context`.
        pointer: Pointer,
    },
}

impl MessageError {
    /// Where in the document the fault lies.
    #[must_use]
    pub const fn pointer(&self) -> &Pointer {
        match self {
            Self::Address { pointer, .. }
            | Self::Alias { pointer }
            | Self::ExactlyOne { pointer, .. }
            | Self::ContextMissing { pointer }
            | Self::Keyword { pointer }
            | Self::NotCanonical { pointer }
            | Self::NoRules { pointer }
            | Self::TargetForbidden { pointer }
            | Self::UnknownContext { pointer } => pointer,
            Self::Shape(shape) => &shape.pointer,
        }
    }

    /// The reason code, as the error body's `code` and our log show it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "callback-address-unusable",
            Self::Alias { .. } => "term-in-long-form",
            Self::ExactlyOne { .. } => "exactly-one-member",
            Self::ContextMissing { .. } => "context-missing",
            Self::Keyword { .. } => "keyword-not-allowed",
            Self::NotCanonical { .. } => "document-not-canonical",
            Self::NoRules { .. } => "policy-without-rules",
            Self::Shape(_) => "message-malformed",
            Self::TargetForbidden { .. } => "target-not-allowed",
            Self::UnknownContext { .. } => "context-unknown",
        }
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.pointer().place();
        match self {
            Self::Address { .. } => write!(f, "the address {place} cannot be used"),
            Self::Alias { .. } => write!(f, "the member {place} repeats a term in its long form"),
            Self::ExactlyOne { one, other, .. } => {
                write!(f, "exactly one of `{one}` and `{other}` must stand {place}")
            }
            Self::ContextMissing { .. } => {
                write!(f, "`{}` is not named {place}", crate::context::DSP)
            }
            Self::Keyword { .. } => write!(f, "the keyword {place} is not allowed here"),
            Self::NotCanonical { .. } => write!(f, "the document {place} has no canonical form"),
            Self::NoRules { .. } => {
                write!(f, "the policy {place} has neither permission nor prohibition")
            }
            Self::Shape(shape) => shape.fmt(f),
            Self::TargetForbidden { .. } => write!(f, "a target is not allowed {place}"),
            Self::UnknownContext { .. } => write!(f, "the context {place} is not known"),
        }
    }
}

impl std::error::Error for MessageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Address { source, .. } => Some(source),
            Self::Alias { .. }
            | Self::ExactlyOne { .. }
            | Self::ContextMissing { .. }
            | Self::Keyword { .. }
            | Self::NotCanonical { .. }
            | Self::NoRules { .. }
            | Self::Shape(_)
            | Self::TargetForbidden { .. }
            | Self::UnknownContext { .. } => None,
        }
    }
}

impl From<ShapeError> for MessageError {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}
