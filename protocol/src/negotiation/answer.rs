//! What the peer's answer to our message does: acknowledged, refused, or never answered.
//!
//! An answer names the number of the message. One that came too late to matter changes nothing.

use jiff::Timestamp;

use super::command::{give_up, termination};
use super::{Acknowledgement, Effect, Move, Negotiation, Outgoing, RefusedByPeer, State, Step};
use crate::clause::Clause;
use crate::fact::{Event, Fact};
use crate::message::ContractNegotiation;
use crate::refusal::{Code, Fault, Refusal};

/// HTTP status of a process that the peer does not know.
const NOT_FOUND: u16 = 404;

/// The peer acknowledged our message.
pub(super) fn acknowledged(
    now: &Negotiation,
    at: Timestamp,
    answer: Acknowledgement,
) -> Result<Step, Refusal> {
    let clause = Clause::NegotiationAcknowledged;
    let Some(outgoing) = outstanding(now, answer.number) else {
        return Ok(Step::idle(now, clause));
    };
    let mut next = now.clone();
    match &answer.process {
        Some(process) => learn(&mut next, process)?,
        None if now.peer_pid().is_none() => {
            let code = Code::AcknowledgementWithoutPid;
            return Err(now.refuse(Fault::Peer, code, outgoing.what.message().name(), clause));
        }
        None => {}
    }
    let reported = answer.process.map_or(outgoing.leads_to, |process| process.state);
    if reported == State::Terminated || outgoing.what == Move::Terminate {
        return Ok(entered(next, now, at, outgoing, State::Terminated, clause));
    }
    if outgoing.leads_to.may_be_reported_as(reported) {
        return Ok(entered(next, now, at, outgoing, outgoing.leads_to, clause));
    }
    Ok(break_off(&next, at, "state-disagreement", clause))
}

/// The peer refused our message for good.
pub(super) fn refused(
    now: &Negotiation,
    at: Timestamp,
    answer: RefusedByPeer,
) -> Result<Step, Refusal> {
    let clause = Clause::NegotiationError;
    let Some(outgoing) = outstanding(now, answer.number) else {
        return Ok(Step::idle(now, clause));
    };
    // A termination that met a finalized negotiation comes too late: the agreement is in force.
    if answer.peer_state == Some(State::Finalized) && may_be_finalized(now, outgoing) {
        let clause = Clause::NegotiationAcknowledged;
        return Ok(entered(now.clone(), now, at, outgoing, State::Finalized, clause));
    }
    // An error in reply to a termination may be ignored; a process that the peer does not know
    // cannot be ended with it.
    let ended = outgoing.what == Move::Terminate
        || answer.status == NOT_FOUND
        || answer.peer_state == Some(State::Terminated);
    if ended || now.peer_pid().is_none() {
        return Ok(give_up(now, at, Event::RefusedByPeer, clause));
    }
    if answer.peer_state == Some(outgoing.leads_to) && outgoing.leads_to != State::Finalized {
        let clause = Clause::NegotiationAcknowledged;
        return Ok(entered(now.clone(), now, at, outgoing, outgoing.leads_to, clause));
    }
    Ok(break_off(now, at, "refused-by-peer", clause))
}

/// The outbox has given our message up.
pub(super) fn given_up(now: &Negotiation, at: Timestamp, number: u32) -> Result<Step, Refusal> {
    let clause = Clause::GivenUp;
    match outstanding(now, number) {
        None => Ok(Step::idle(now, clause)),
        Some(outgoing) if outgoing.what == Move::Terminate => {
            Ok(give_up(now, at, Event::GivenUp, clause))
        }
        // Both have signed, and the consumer may hold it already: it will find out by `GET`.
        Some(outgoing) if outgoing.what == Move::Finalize => {
            Ok(concluded(now, at, Event::GivenUp, clause))
        }
        Some(_) => Ok(break_off(now, at, "peer-unreachable", clause)),
    }
}

fn outstanding(now: &Negotiation, number: u32) -> Option<Outgoing> {
    now.awaiting.filter(|outgoing| outgoing.number == number)
}

/// Whether the negotiation may honestly have been finalized: we are in VERIFIED with an agreement,
/// and it was ours to finalize or to end.
fn may_be_finalized(now: &Negotiation, outgoing: Outgoing) -> bool {
    let ours = matches!(outgoing.what, Move::Finalize | Move::Terminate);
    ours && now.state == Some(State::Verified) && now.agreement.is_some()
}

/// Takes the peer's process id from its acknowledgement.
fn learn(next: &mut Negotiation, process: &ContractNegotiation) -> Result<(), Refusal> {
    let consumer = next.consumer_pid.get_or_insert_with(|| process.consumer_pid.clone());
    let provider = next.provider_pid.get_or_insert_with(|| process.provider_pid.clone());
    if *consumer == process.consumer_pid && *provider == process.provider_pid {
        return Ok(());
    }
    let clause = Clause::NegotiationAcknowledged;
    Err(next.refuse(Fault::Peer, Code::AcknowledgementOfOther, "ContractNegotiation", clause))
}

fn entered(
    mut next: Negotiation,
    now: &Negotiation,
    at: Timestamp,
    outgoing: Outgoing,
    state: State,
    clause: Clause,
) -> Step {
    next.state = Some(state);
    next.awaiting = None;
    next.since = at;
    let mut effects = vec![Effect::Record(Fact {
        event: Event::Acknowledged,
        message: outgoing.what.message(),
        digest: None,
        before: now.state,
        after: next.state,
        acknowledges: None,
        clause,
    })];
    match state {
        State::Finalized => effects.extend([Effect::Conclude, Effect::Close]),
        State::Terminated => effects.push(Effect::Close),
        State::Requested | State::Offered | State::Accepted | State::Agreed | State::Verified => {
            effects.push(Effect::AwaitPeer)
        }
    }
    Step { next, effects, clause }
}

/// Puts the agreement in force without a message of the peer's.
pub(super) fn concluded(now: &Negotiation, at: Timestamp, event: Event, clause: Clause) -> Step {
    let mut next = now.clone();
    next.state = Some(State::Finalized);
    next.awaiting = None;
    next.since = at;
    let fact = Effect::Record(Fact {
        event,
        message: Move::Finalize.message(),
        digest: None,
        before: now.state,
        after: next.state,
        acknowledges: None,
        clause,
    });
    Step { next, effects: vec![fact, Effect::Conclude, Effect::Close], clause }
}

/// Tells the peer that the negotiation is at an end, or ends it alone where the peer's process is
/// not known.
pub(super) fn break_off(now: &Negotiation, at: Timestamp, code: &str, clause: Clause) -> Step {
    termination(now, at, Some(code.to_owned()), None, clause)
        .unwrap_or_else(|| give_up(now, at, Event::GivenUp, clause))
}
