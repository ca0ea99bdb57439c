//! What would have to be otherwise: the smallest set of conditions that stand in the way of a
//! permit, and changes of a single fact that would bring it. Nothing is offered that was not judged
//! again with that change. The whole form is for our own people; what the other party may be told
//! is [`crate::Redacted`].

mod missing;
mod otherwise;

use jiff::Timestamp;
use odrl_parser::Id;
use serde::{Serialize, Serializer};
use wire::pointer::Pointer;

use crate::check::CheckedPolicy;
use crate::decision::{Request, Verdict};
use crate::evaluate::Judge;
use crate::fact::{FactKey, Facts, RuleKey};
use crate::truth::Truth;
use crate::value::Value;

/// Most changes that are tried.
pub const CHANGES_TRIED_MAX: usize = 256;

/// What would have to be otherwise for a permit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The smallest set that was found of what would have to hold, or to fail: without any of them
    /// the answer stays no, unless more than [`crate::BOUNDS_TRIED_MAX`] stand in the way, of which
    /// the others are not tried. Empty for a permit, and none where no fact can help.
    pub missing: Option<Vec<Missing>>,
    /// Single changes that would bring a permit. Each was judged.
    pub otherwise: Vec<Change>,
}

/// One thing that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The constraint, the duty, or the asset or party that is named.
    pub pointer: Pointer,
    /// The rule.
    pub rule: Pointer,
    /// What it would have to be: satisfied in a permission, unsatisfied in a prohibition.
    pub must_be: Truth,
    /// What it is.
    pub is: Truth,
    /// The fact that it reads, if it is a constraint.
    pub operand: Option<FactKey>,
}

/// One change that would bring a permit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// The duty is fulfilled.
    Duty {
        /// The duty.
        duty: RuleKey,
    },
    /// The asset or party that asks is a member.
    Member {
        /// The collection.
        #[serde(serialize_with = "id")]
        collection: Id,
    },
    /// Another time.
    Time {
        /// From then on; none: it was so up to the other end.
        #[serde(serialize_with = "optional_timestamp")]
        from: Option<Timestamp>,
        /// Up to then, which is no longer included; none: as far as can be seen.
        #[serde(serialize_with = "optional_timestamp")]
        until: Option<Timestamp>,
    },
    /// The fact has this value, or it too.
    Value {
        /// The fact.
        operand: FactKey,
        /// The value.
        value: Value,
    },
}

/// Explains a denial. For a permit there is nothing to explain.
#[must_use]
pub fn explain(policy: &CheckedPolicy, request: &Request, facts: &Facts) -> Explanation {
    let judge = Judge::new(policy, request, facts);
    if judge.verdict() == Verdict::Permit {
        return Explanation { missing: Some(Vec::new()), otherwise: Vec::new() };
    }
    if judge.is_exhausted() || policy.is_void() || !judge.binding().is_empty() {
        return Explanation { missing: None, otherwise: Vec::new() };
    }
    Explanation { missing: missing::smallest(judge), otherwise: otherwise::changes(judge) }
}

fn id<S: Serializer>(id: &Id, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_str())
}

#[expect(clippy::ref_option, reason = "serde passes a field by reference")]
fn optional_timestamp<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}
