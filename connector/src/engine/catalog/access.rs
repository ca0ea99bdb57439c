//! The rules of an offer about seeing it (`see` of the Allmende profile). Where an offer has any, they
//! say who sees it at all; what they do not permit is not shown.

use odrl_parser::{Rule, Term};
use policy::{CheckedPolicy, check};

use crate::engine::error::EngineError;

/// These rules alone; none where everybody may see the offer.
pub(super) fn access(rule: &CheckedPolicy) -> Result<Option<CheckedPolicy>, EngineError> {
    let whole = rule.policy();
    let about_seeing = |rule: &Rule| rule.actions.iter().any(|action| action.term == Term::SEE);
    if !whole.permissions.iter().chain(&whole.prohibitions).any(about_seeing) {
        return Ok(None);
    }
    let mut policy = whole.clone();
    policy.permissions.retain(about_seeing);
    policy.prohibitions.retain(about_seeing);
    policy.obligations.clear();
    let checked = check(policy);
    checked.map(Some).map_err(|error| EngineError::peer(error.code(), error.to_string()))
}
