//! Import of policies from Turtle, N-Triples and general JSON-LD: bytes become a small bounded
//! graph, the graph becomes the same source model that the JSON readers make.
//!
//! This is for what foreigners publish, never for a message. Nothing is fetched: of JSON-LD
//! contexts only the pinned ones are known, all others are refused. A graph has no places; a
//! refusal names the path from the policy, as `/permission/0/constraint/1`.
//!
//! Statements about assets and parties in other vocabularies than ODRL belong to the state of the
//! world, not to the policy, and are left in the graph. All else that is reached from a policy is
//! understood, kept as informative, or refused.

mod constraint;
mod context;
mod entity;
mod error;
mod graph;
mod informative;
mod policy;
mod reached;
mod read;
mod rule;
#[cfg(test)]
mod tests;
mod value;

pub use error::{ImportError, Measured};
pub use graph::{Graph, Node};
pub use policy::{Rules, policies, policy};
pub use read::{read_json_ld, read_turtle};

/// Longest document that is imported, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most statements in a graph.
pub const STATEMENTS_MAX: usize = 65_536;
/// Longest literal in a graph, in bytes; right operands are bounded by [`crate::VALUE_BYTES_MAX`].
pub const LITERAL_BYTES_MAX: usize = 64 * 1024;
/// Most policies in a graph.
pub const POLICIES_MAX: usize = 1024;

/// Namespace of RDF itself.
pub const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// `rdf:type`.
pub const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
