//! What a message of the peer does to a transfer that is there.

use jiff::Timestamp;
use wire::dataspace::DataspaceId;
use wire::did::Did;

use super::command::withdrawal;
use super::{Effect, Move, Opening, Outgoing, Received, State, Step, Transfer, after};
use crate::clause::Clause;
use crate::fact::{Event, Fact};
use crate::message::{MessageKind, TransferMessage};
use crate::refusal::{Code, Fault, Refusal};
use crate::role::Role;

/// A request that opens a transfer, though it is there: the same bytes again, or a clash of ids.
pub(super) fn again(now: &Transfer, opening: &Opening) -> Result<Step, Refusal> {
    let kind = MessageKind::TransferRequestMessage;
    check_party(now, &opening.from, &opening.data_space, kind)?;
    if now.seen.has(kind, opening.digest) {
        return Ok(Step::idle(now, Clause::Replay));
    }
    Err(now.refuse(Fault::Peer, Code::PidTaken, kind.name(), Clause::Replay))
}

/// A message about the transfer.
pub(super) fn receive(now: &Transfer, at: Timestamp, received: Received) -> Result<Step, Refusal> {
    let Received { from, data_space, message, digest } = received;
    let kind = message.kind();
    check_party(now, &from, &data_space, kind)?;
    check_pids(now, &message)?;
    if now.seen.has(kind, digest) {
        return Ok(Step::idle(now, Clause::Replay));
    }
    let what = Move::of(&message);
    let arrival = arrive(now, what)?;
    check_address(now, &message, arrival.clause)?;

    let mut next = now.clone();
    take(&mut next, message, arrival.state);
    next.state = Some(arrival.state);
    next.awaiting = arrival.awaiting;
    next.seen.push(kind, digest);
    next.since = at;

    let fact = Effect::Record(Fact {
        event: Event::Received,
        message: kind,
        digest: Some(digest),
        before: now.state,
        after: next.state,
        acknowledges: arrival.acknowledges.map(|outgoing| outgoing.what.message()),
        clause: arrival.clause,
    });
    let withdrawn = arrival.withdraws.map(|outgoing| withdrawal(now, outgoing, arrival.clause));
    let withdraw = withdrawn.into_iter().flatten();
    let mut effects = Vec::new();
    match arrival.state {
        State::Started => {
            effects.push(fact);
            effects.extend(withdraw);
            effects.push(Effect::OpenDataPath);
        }
        // The peer asks to be resumed; if our own start is under way, that is the answer.
        State::Suspended if what == Move::Start => {
            effects.push(fact);
            effects.extend(withdraw);
            if next.awaiting.is_none() {
                effects.push(Effect::Decide);
            }
        }
        State::Requested => effects.push(fact),
        State::Suspended => {
            effects.extend([Effect::CloseDataPath, fact]);
            effects.extend(withdraw);
        }
        State::Completed | State::Terminated => {
            effects.extend([Effect::CloseDataPath, fact]);
            effects.extend(withdraw);
            effects.push(Effect::Close);
        }
    }
    Ok(Step { next, effects, clause: arrival.clause })
}

struct Arrival {
    state: State,
    clause: Clause,
    awaiting: Option<Outgoing>,
    acknowledges: Option<Outgoing>,
    withdraws: Option<Outgoing>,
}

/// From which state the message counts: that which our own message leads to, if the message
/// presupposes it, else the last one that both sides know, unless ours is more final.
fn arrive(now: &Transfer, what: Move) -> Result<Arrival, Refusal> {
    let peer = now.peer_side();
    let from_now = now.state.and_then(|state| after(peer, state, what));
    let Some(outgoing) = now.awaiting else {
        let (state, clause) = from_now.ok_or_else(|| illegal(now, what))?;
        let (acknowledges, withdraws) = (None, None);
        return Ok(Arrival { state, clause, awaiting: None, acknowledges, withdraws });
    };
    let presupposing = after(peer, outgoing.leads_to, what);
    match (presupposing, from_now) {
        (Some((state, clause)), None) => {
            let acknowledges = Some(outgoing);
            Ok(Arrival { state, clause, awaiting: None, acknowledges, withdraws: None })
        }
        // Asked to resume while our start is on its way: that start is the answer.
        (_, Some((State::Suspended, clause)))
            if what == Move::Start && outgoing.what == Move::Start =>
        {
            let state = State::Suspended;
            let awaiting = Some(outgoing);
            Ok(Arrival { state, clause, awaiting, acknowledges: None, withdraws: None })
        }
        // The start that we ask for. It may answer us or have crossed our question, which then never
        // needs to arrive.
        (_, Some((state, clause))) if what == Move::Start && outgoing.what == Move::Start => {
            let withdraws = Some(outgoing);
            Ok(Arrival { state, clause, awaiting: None, acknowledges: None, withdraws })
        }
        (_, Some((state, _))) if what.finality() >= outgoing.what.finality() => {
            let clause = Clause::Crossing;
            let withdraws = Some(outgoing);
            Ok(Arrival { state, clause, awaiting: None, acknowledges: None, withdraws })
        }
        (_, Some(_)) => {
            let clause = Clause::Crossing;
            Err(now.refuse(Fault::Peer, Code::Crossed, what.message().name(), clause))
        }
        (None, None) => match outgoing.what {
            // Terminated before there was a state, on both sides at once.
            Move::Terminate if what == Move::Terminate => Ok(Arrival {
                state: State::Terminated,
                clause: Clause::Crossing,
                awaiting: None,
                acknowledges: None,
                withdraws: Some(outgoing),
            }),
            Move::Request | Move::Start | Move::Suspend | Move::Complete | Move::Terminate => {
                Err(illegal(now, what))
            }
        },
    }
}

fn illegal(now: &Transfer, what: Move) -> Refusal {
    let clause = what.clause(now.state);
    let to_provider = now.role == Role::Provider && now.state == Some(State::Requested);
    let (code, clause) = if now.is_over() {
        (Code::ProcessEnded, clause)
    } else if now.state.is_none() {
        (Code::AwaitingAcknowledgement, Clause::AcknowledgedByFollowUp)
    } else if what == Move::Start && to_provider {
        (Code::WrongRole, clause)
    } else {
        (Code::IllegalTransition, clause)
    };
    now.refuse(Fault::Peer, code, what.message().name(), clause)
}

fn check_party(
    now: &Transfer,
    from: &Did,
    data_space: &DataspaceId,
    kind: MessageKind,
) -> Result<(), Refusal> {
    if now.peer == *from && now.data_space == *data_space {
        return Ok(());
    }
    Err(now.refuse(Fault::Peer, Code::NotAParty, kind.name(), Clause::UnauthorizedAccess))
}

/// Both process ids are those of the transfer, as far as it knows them.
fn check_pids(now: &Transfer, message: &TransferMessage) -> Result<(), Refusal> {
    let kind = message.kind();
    if kind == MessageKind::TransferRequestMessage {
        let (code, clause) = (Code::InitialInProcess, Clause::TransferRequest);
        return Err(now.refuse(Fault::Peer, code, kind.name(), clause));
    }
    let consumer = now.consumer_pid == *message.consumer_pid();
    let provider =
        now.provider_pid.is_none() || now.provider_pid.as_ref() == message.provider_pid();
    if consumer && provider {
        return Ok(());
    }
    Err(now.refuse(Fault::Peer, Code::PidsDiffer, kind.name(), Clause::ObjectNotFound))
}

/// A start of the side that gives the data address brings it; any other start brings none. The
/// first start of a push, which is the provider's, has none either.
fn check_address(now: &Transfer, message: &TransferMessage, clause: Clause) -> Result<(), Refusal> {
    let TransferMessage::Start(start) = message else { return Ok(()) };
    let code = match (now.peer_side().owns_address, &start.data_address) {
        (true, Some(_)) | (false, None) => return Ok(()),
        (true, None) => Code::DataAddressMissing,
        (false, Some(_)) => Code::DataAddressNotExpected,
    };
    Err(now.refuse(Fault::Peer, code, message.kind().name(), clause))
}

/// Keeps what the message brings: the provider's process id, a data address; forgets the address
/// when the transfer ends.
fn take(next: &mut Transfer, message: TransferMessage, state: State) {
    if next.provider_pid.is_none() {
        next.provider_pid = message.provider_pid().cloned();
    }
    if let TransferMessage::Start(start) = message
        && start.data_address.is_some()
    {
        next.data_address = start.data_address;
    }
    if state.is_terminal() {
        next.data_address = None;
    }
}
