//! What the peer's answer to our message does: acknowledged, refused, or never answered.
//!
//! An answer names the number of the message. One that came too late to matter changes nothing.

use jiff::Timestamp;

use super::command::{give_up, termination};
use super::{Acknowledgement, Effect, Move, Outgoing, RefusedByPeer, State, Step, Transfer};
use crate::clause::Clause;
use crate::fact::{Event, Fact};
use crate::message::TransferProcess;
use crate::refusal::{Code, Fault, Refusal};

/// HTTP status of a process that the peer does not know.
const NOT_FOUND: u16 = 404;

/// The peer acknowledged our message.
pub(super) fn acknowledged(
    now: &Transfer,
    at: Timestamp,
    answer: Acknowledgement,
) -> Result<Step, Refusal> {
    let clause = Clause::TransferAcknowledged;
    let Some(outgoing) = outstanding(now, answer.number) else {
        return Ok(Step::idle(now, clause));
    };
    let mut next = now.clone();
    match &answer.process {
        Some(process) => learn(&mut next, process)?,
        None if now.provider_pid.is_none() => {
            let code = Code::AcknowledgementWithoutPid;
            return Err(now.refuse(Fault::Peer, code, outgoing.what.message().name(), clause));
        }
        None => {}
    }
    let reported = answer.process.map(|process| process.state);
    if outgoing.what == Move::Terminate || reported == Some(State::Terminated) {
        return Ok(entered(next, now, at, outgoing, State::Terminated, Event::Acknowledged));
    }
    Ok(entered(next, now, at, outgoing, outgoing.leads_to, Event::Acknowledged))
}

/// The peer refused our message for good.
pub(super) fn refused(
    now: &Transfer,
    at: Timestamp,
    answer: RefusedByPeer,
) -> Result<Step, Refusal> {
    let clause = Clause::TransferError;
    let Some(outgoing) = outstanding(now, answer.number) else {
        return Ok(Step::idle(now, clause));
    };
    if let Some(ended) = answer.peer_state.filter(|state| state.is_terminal()) {
        return Ok(give_up(now, at, ended, Event::RefusedByPeer, clause));
    }
    let ended = outgoing.what == Move::Terminate || answer.status == NOT_FOUND;
    if ended || now.provider_pid.is_none() {
        return Ok(give_up(now, at, State::Terminated, Event::RefusedByPeer, clause));
    }
    // The first answer was lost; or the peer stood there before, and what it refused never counted.
    if answer.peer_state == Some(outgoing.leads_to) && !is_ask(outgoing) {
        let event = Event::Compared;
        return Ok(entered(now.clone(), now, at, outgoing, outgoing.leads_to, event));
    }
    if is_ask(outgoing) {
        return Ok(ask_denied(now, at, outgoing));
    }
    Ok(break_off(now, at, "refused-by-peer", clause))
}

/// The outbox has given our message up.
pub(super) fn given_up(now: &Transfer, at: Timestamp, number: u32) -> Result<Step, Refusal> {
    let clause = Clause::GivenUp;
    match outstanding(now, number) {
        None => Ok(Step::idle(now, clause)),
        Some(outgoing) if outgoing.what == Move::Terminate => {
            Ok(give_up(now, at, State::Terminated, Event::GivenUp, clause))
        }
        Some(_) => Ok(break_off(now, at, "peer-unreachable", clause)),
    }
}

fn outstanding(now: &Transfer, number: u32) -> Option<Outgoing> {
    now.awaiting.filter(|outgoing| outgoing.number == number)
}

/// A start that only asks the other side to resume.
fn is_ask(outgoing: Outgoing) -> bool {
    outgoing.what == Move::Start && outgoing.leads_to == State::Suspended
}

fn learn(next: &mut Transfer, process: &TransferProcess) -> Result<(), Refusal> {
    let provider = next.provider_pid.get_or_insert_with(|| process.provider_pid.clone());
    if next.consumer_pid == process.consumer_pid && *provider == process.provider_pid {
        return Ok(());
    }
    let clause = Clause::TransferAcknowledged;
    Err(next.refuse(Fault::Peer, Code::AcknowledgementOfOther, "TransferProcess", clause))
}

fn entered(
    mut next: Transfer,
    now: &Transfer,
    at: Timestamp,
    outgoing: Outgoing,
    state: State,
    event: Event,
) -> Step {
    let clause = Clause::TransferAcknowledged;
    next.state = Some(state);
    next.awaiting = None;
    next.since = at;
    if state.is_terminal() {
        next.data_address = None;
    }
    let fact = Effect::Record(Fact {
        event,
        message: outgoing.what.message(),
        digest: None,
        before: now.state,
        after: next.state,
        acknowledges: None,
        clause,
    });
    let effects = match state {
        State::Requested => vec![fact, Effect::AwaitPeer],
        // The side that gives the address has opened the path with its message.
        State::Started if now.own_side().owns_address => vec![fact],
        State::Started => vec![fact, Effect::OpenDataPath],
        State::Suspended if outgoing.what == Move::Start => vec![fact, Effect::AwaitPeer],
        State::Suspended => vec![fact],
        State::Completed => vec![fact, Effect::Close],
        State::Terminated => vec![Effect::CloseDataPath, fact, Effect::Close],
    };
    Step { next, effects, clause }
}

/// The peer does not resume: the transfer stays suspended.
fn ask_denied(now: &Transfer, at: Timestamp, outgoing: Outgoing) -> Step {
    let clause = Clause::TransferError;
    let mut next = now.clone();
    next.awaiting = None;
    next.since = at;
    let fact = Fact {
        event: Event::RefusedByPeer,
        message: outgoing.what.message(),
        digest: None,
        before: now.state,
        after: next.state,
        acknowledges: None,
        clause,
    };
    Step { next, effects: vec![Effect::Record(fact)], clause }
}

/// Stops the data and tells the peer, or ends the transfer alone where the peer's process is not
/// known.
pub(super) fn break_off(now: &Transfer, at: Timestamp, code: &str, clause: Clause) -> Step {
    termination(now, at, code, clause)
        .unwrap_or_else(|| give_up(now, at, State::Terminated, Event::GivenUp, clause))
}
