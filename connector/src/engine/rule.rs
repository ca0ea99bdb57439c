//! Asking the rule: one place where a policy document meets the facts about a partner.

use odrl_parser::{Id, Policy, Term};
use policy::{CheckedPolicy, Decision, Explanation, Request, check, evaluate};
use protocol::id::DatasetId;
use serde_json::Value;
use wire::did::Did;
use wire::node::Node;

use super::error::EngineError;
use super::facts;
use super::knowable::unknowable;
use crate::participant::Standing;
use jiff::Timestamp;

/// Which shape of policy a document has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// An offer of a catalogue, without a target.
    Offer,
    /// An agreement.
    Agreement,
    /// An offer of a negotiation, with its target.
    Request,
}

/// A rule about use hangs on what this program can never find out.
pub(crate) const UNKNOWABLE: &str = "policy-fact-unavailable";

/// Reads and checks a policy document of ours or a peer's. An offer that would never permit anything,
/// because nobody here can find out what it asks for, is refused.
pub(crate) fn read(document: &Value, shape: Shape) -> Result<CheckedPolicy, EngineError> {
    let node = Node::root(document);
    let parsed: Result<Policy, _> = match shape {
        Shape::Offer => odrl_parser::parse_offer(&node),
        Shape::Agreement => odrl_parser::parse_agreement(&node),
        Shape::Request => odrl_parser::parse_message_offer(&node),
    };
    let policy = parsed.map_err(|error| EngineError::peer(error.code(), error.to_string()))?;
    match (shape, unknowable(&policy)) {
        (Shape::Offer | Shape::Request, Some(part)) => {
            return Err(EngineError::peer(UNKNOWABLE, part.to_string()));
        }
        // What was signed is judged as it stands.
        (Shape::Agreement, _) | (Shape::Offer | Shape::Request, None) => {}
    }
    check(&policy).map_err(|error| EngineError::peer(error.code(), error.to_string()))
}

/// What a rule says about `peer` using `dataset` at `now`.
pub(crate) fn decide(
    rule: &CheckedPolicy,
    peer: &Did,
    dataset: &DatasetId,
    standing: &Standing,
    now: Timestamp,
) -> Result<Decision, EngineError> {
    let facts = facts::about(peer, standing, rule.policy(), now);
    Ok(evaluate(rule, &use_by(peer, dataset)?, &facts))
}

/// What would have to be otherwise for `peer` to use `dataset` at `now`.
pub(crate) fn explain(
    rule: &CheckedPolicy,
    peer: &Did,
    dataset: &DatasetId,
    standing: &Standing,
    now: Timestamp,
) -> Result<Explanation, EngineError> {
    let facts = facts::about(peer, standing, rule.policy(), now);
    Ok(policy::explain(rule, &use_by(peer, dataset)?, &facts))
}

/// The same with its decision, at another instant than `now`, by what is known now. That the
/// authority's list must be renewed until then is our program's business.
pub(crate) fn explain_at(
    rule: &CheckedPolicy,
    (peer, dataset): (&Did, &DatasetId),
    standing: &Standing,
    now: Timestamp,
    at: Timestamp,
) -> Result<(Decision, Explanation), EngineError> {
    let facts = facts::about_until(peer, standing, rule.policy(), now, None).moved_to(at);
    let asked = use_by(peer, dataset)?;
    Ok((evaluate(rule, &asked, &facts), policy::explain(rule, &asked, &facts)))
}

/// When a rule's answer changes next by the rule's own times. That the authority's list must be
/// renewed before is our program's business and nobody else's.
pub(crate) fn next_change(
    rule: &CheckedPolicy,
    peer: &Did,
    dataset: &DatasetId,
    standing: &Standing,
    now: Timestamp,
) -> Result<Option<Timestamp>, EngineError> {
    let facts = facts::about_until(peer, standing, rule.policy(), now, None);
    Ok(evaluate(rule, &use_by(peer, dataset)?, &facts).next_change)
}

fn use_by(peer: &Did, dataset: &DatasetId) -> Result<Request, EngineError> {
    let id = |text: &str| Id::parse(text).map_err(|_| EngineError::Internal { what: "an id" });
    Ok(Request { action: Term::USE, assignee: id(peer.as_str())?, target: id(dataset.as_str())? })
}
