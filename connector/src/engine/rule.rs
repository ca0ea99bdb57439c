//! Asking the rule: one place where a policy document meets the facts about a partner.

use odrl_parser::{Id, Term};
pub(crate) use policy::Shape;
use policy::{
    CheckedPolicy, Compiled, Decision, Explanation, Facts, Request, Verdict, check, evaluate,
};
use protocol::id::DatasetId;
use serde_json::Value;
use wire::did::Did;

use super::error::EngineError;
use super::facts::{self, Circumstances, Moment};
use super::knowable::unknowable;
use crate::participant::Standing;
use jiff::Timestamp;

/// A rule about use hangs on what this program can never find out.
pub(crate) const UNKNOWABLE: &str = "policy-fact-unavailable";

/// Reads and checks a policy document of ours or a peer's. An offer that would never permit anything,
/// because nobody here can find out what it asks for, is refused.
pub(crate) fn read(document: &Value, shape: Shape) -> Result<CheckedPolicy, EngineError> {
    let parsed = shape.parse(document);
    let policy = parsed.map_err(|error| EngineError::peer(error.code(), error.to_string()))?;
    match (shape, unknowable(&policy)) {
        (Shape::Offer | Shape::Request, Some(part)) => {
            return Err(EngineError::peer(UNKNOWABLE, part.to_string()));
        }
        // What was signed is judged as it stands.
        (Shape::Agreement, _) | (Shape::Offer | Shape::Request, None) => {}
    }
    check(policy).map_err(|error| EngineError::peer(error.code(), error.to_string()))
}

/// What a rule says about `peer` using `dataset` at `now`, were it agreed.
pub(crate) fn decide(
    rule: &CheckedPolicy,
    peer: &Did,
    dataset: &DatasetId,
    standing: &Standing,
    now: Timestamp,
) -> Result<Decision, EngineError> {
    judge_offered(rule, peer, dataset, standing, now).map(|(decision, _)| decision)
}

/// Whether a rule permits `peer` the action on `dataset` at `now`, were it agreed.
pub(crate) fn permits(
    rule: &Compiled,
    action: Term,
    peer: &Did,
    dataset: &DatasetId,
    standing: &Standing,
    now: Timestamp,
) -> Result<bool, EngineError> {
    let list_until = Some(standing.list.expires);
    let moment = Moment::Offered;
    let reader = Circumstances { consumer: peer, standing, now, list_until, moment };
    let request = Request { action, ..use_by(peer, dataset)? };
    Ok(rule.verdict(&request, &facts::gather(rule.policy(), &reader)) == Verdict::Permit)
}

/// What would have to be otherwise for `peer` to be given `dataset` at `now`.
pub(crate) fn explain_offered(
    rule: &CheckedPolicy,
    peer: &Did,
    dataset: &DatasetId,
    standing: &Standing,
    now: Timestamp,
) -> Result<Explanation, EngineError> {
    let list_until = Some(standing.list.expires);
    let moment = Moment::Offered;
    let offered = Circumstances { consumer: peer, standing, now, list_until, moment };
    explain(rule, dataset, &offered).map(|(_, explanation)| explanation)
}

/// What a rule says in these circumstances, and what would have to be otherwise.
pub(crate) fn explain(
    rule: &CheckedPolicy,
    dataset: &DatasetId,
    circumstances: &Circumstances<'_>,
) -> Result<(Decision, Explanation), EngineError> {
    let facts = facts::gather(rule, circumstances);
    let asked = use_by(circumstances.consumer, dataset)?;
    Ok((evaluate(rule, &asked, &facts), policy::explain(rule, &asked, &facts)))
}

/// As [`decide`], with the facts, for a decision that is recorded.
pub(crate) fn judge_offered(
    rule: &CheckedPolicy,
    peer: &Did,
    dataset: &DatasetId,
    standing: &Standing,
    now: Timestamp,
) -> Result<(Decision, Facts), EngineError> {
    let list_until = Some(standing.list.expires);
    let moment = Moment::Offered;
    judge(rule, dataset, &Circumstances { consumer: peer, standing, now, list_until, moment })
}

/// What a rule says about the use of `dataset` in these circumstances, and the facts.
pub(crate) fn judge(
    rule: &CheckedPolicy,
    dataset: &DatasetId,
    circumstances: &Circumstances<'_>,
) -> Result<(Decision, Facts), EngineError> {
    let facts = facts::gather(rule, circumstances);
    let decision = evaluate(rule, &use_by(circumstances.consumer, dataset)?, &facts);
    Ok((decision, facts))
}

fn use_by(peer: &Did, dataset: &DatasetId) -> Result<Request, EngineError> {
    let id = |text: &str| Id::parse(text).map_err(|_| EngineError::Internal { what: "an id" });
    Ok(Request { action: Term::USE, assignee: id(peer.as_str())?, target: id(dataset.as_str())? })
}
