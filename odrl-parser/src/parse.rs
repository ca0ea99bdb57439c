//! JSON into the source model, under the DSP 2025-1 context or under the W3C one. Each member is
//! understood, kept as informative, or refused with its place; nothing is dropped. The `@context`
//! of a DSP message is checked by the reader of the message, before.

mod action;
mod constraint;
mod dsp;
mod entity;
mod informative;
mod object;
mod operand;
mod plain;
mod reader;
mod rule;
mod shared;
mod word;

pub(crate) use object::spell;
#[cfg(feature = "rdf")]
pub(crate) use operand::{datatype, language, unknown_datatype};
pub(crate) use plain::refuse_idle;

pub use dsp::{parse_agreement, parse_message_offer, parse_offer};
pub use operand::value_iri;
pub use plain::parse_policy;

use wire::json::Limits;
use wire::node::Node;

use crate::error::{ParseError, Refusal};
use crate::model::Policy;

/// Most rules in one policy, duties among them.
pub const RULES_MAX: usize = 128;
/// Most rules that a policy may come to when its plural values are split, one for each combination
/// of action, asset and party.
pub const ATOMIC_RULES_MAX: usize = 1024;
/// Most constraints in one policy: atomic, logical and refinements together.
pub const CONSTRAINTS_MAX: usize = 1024;
/// Most actions, assets and parties in one policy, as they are written.
pub const ENTITIES_MAX: usize = 1024;
/// Deepest nesting of constraints.
pub const NESTING_MAX: usize = 16;
/// Most policies that one policy names as those it inherits from.
pub const PARENTS_MAX: usize = 16;
/// Most values in one right operand.
pub const VALUES_MAX: usize = 1024;
/// Longest value of a right operand, in bytes.
pub const VALUE_BYTES_MAX: usize = 2048;

/// Reads a policy from bytes by one of the readers: strict JSON within [`Limits::message`]. Total:
/// each input has a policy or a refusal.
///
/// # Errors
/// [`Refusal`] with the place and what is wrong there.
pub fn parse_bytes(
    bytes: &[u8],
    read: fn(&Node<'_>) -> Result<Policy, ParseError>,
) -> Result<Policy, Refusal> {
    let document = wire::json::parse(bytes, &Limits::message())?;
    Ok(read(&Node::root(&document))?)
}
