//! Strict, located parser of ODRL 2.2 policies, as the Dataspace Protocol 2025-1 writes them and as
//! plain JSON-LD under the W3C context: bytes become a source model in which every term is known and
//! every value still stands as written.
//!
//! This crate decides nothing, fetches nothing and drops nothing: what it does not understand it
//! refuses, with the place and, where it can, the right spelling. Turtle and general JSON-LD have
//! their place beside `parse`, behind a feature.

mod agreement;
mod atomic;
mod context;
mod emit;
mod error;
mod id;
mod inherit;
mod instant;
mod meaning;
mod model;
mod operator;
mod parse;
mod place;
#[cfg(feature = "rdf")]
pub mod rdf;
mod shorthand;
mod term;
#[cfg(test)]
mod tests;
mod validate;
pub mod vocabulary;

pub use agreement::{
    DIFFERENCES_MAX, Difference, Mismatch, NotAnOffer, agreement_matches_offer, terms_match,
};
pub use atomic::{AtomicRules, NotNormal, normalise};
pub use context::Context;
pub use emit::{document_digest, to_json, to_odrl_json};
pub use error::{Counted, ParseError, Problem, Refusal, TermRole, Unsupported};
pub use id::{ID_BYTES_MAX, Id, IdError};
pub use inherit::{ANCESTORS_MAX, INHERITANCE_DEPTH_MAX, InheritError, InheritProblem, resolve};
pub use instant::{InstantError, parse_day, parse_instant, parse_offset};
pub use meaning::{meaning_digest, terms_digest};
pub use model::{
    Action, ConflictStrategy, Constraint, Entity, Informative, Literal, LiteralTag, Operand,
    PartyFunction, Policy, PolicyKind, Role, Rule,
};
pub use operator::{LogicalOperator, Operator};
pub use parse::{
    ATOMIC_RULES_MAX, CONSTRAINTS_MAX, ENTITIES_MAX, NESTING_MAX, PARENTS_MAX, RULES_MAX,
    VALUE_BYTES_MAX, VALUES_MAX, parse_agreement, parse_bytes, parse_message_offer, parse_offer,
    parse_policy, value_iri,
};
pub use shorthand::Shorthand;
pub use term::{Namespace, Standing, Term, TermKind, UnknownTerm};
pub use validate::{Strictness, ValidationRule, Violation, validate};
