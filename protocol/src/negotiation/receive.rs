//! What a message of the peer does to a negotiation that is there.

use jiff::Timestamp;
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;

use super::command::withdrawal;
use super::{
    AgreementOnTable, Effect, Move, Negotiation, Outgoing, Received, State, Step, after, open,
};
use crate::clause::Clause;
use crate::fact::{Event, Fact};
use crate::message::{MessageKind, NegotiationMessage, OfferForm, RequestForm};
use crate::refusal::{Code, Fault, Refusal};

/// A message that opens a negotiation, though it is there: the same bytes again, or a clash of ids.
pub(super) fn again(
    now: &Negotiation,
    kind: MessageKind,
    from: &Did,
    data_space: &DataspaceId,
    digest: Digest,
) -> Result<Step, Refusal> {
    check_party(now, from, data_space, kind)?;
    if now.seen.has(kind, digest) {
        return Ok(Step::idle(now, Clause::Replay));
    }
    Err(now.refuse(Fault::Peer, Code::PidTaken, kind.name(), Clause::Replay))
}

/// A message about the negotiation.
pub(super) fn receive(
    now: &Negotiation,
    at: Timestamp,
    received: Received,
) -> Result<Step, Refusal> {
    let Received { from, data_space, message, digest } = received;
    let kind = message.kind();
    check_party(now, &from, &data_space, kind)?;
    check_form(now, &message)?;
    check_pids(now, &message)?;
    if now.seen.has(kind, digest) {
        return Ok(Step::idle(now, Clause::Replay));
    }
    let what = Move::of(&message);
    let arrival = arrive(now, what)?;

    let mut next = now.clone();
    take(&mut next, message);
    next.state = Some(arrival.state);
    next.awaiting = None;
    next.seen.push(kind, digest);
    next.since = at;

    let mut effects = vec![Effect::Record(Fact {
        event: Event::Received,
        message: kind,
        digest: Some(digest),
        before: now.state,
        after: next.state,
        acknowledges: arrival.acknowledges.map(|outgoing| outgoing.what.message()),
        clause: arrival.clause,
    })];
    if let Some(outgoing) = arrival.withdraws {
        effects.extend(withdrawal(now, outgoing, arrival.clause));
    }
    match arrival.state {
        State::Finalized => effects.extend([Effect::Conclude, Effect::Close]),
        State::Terminated => effects.push(Effect::Close),
        State::Requested | State::Offered | State::Accepted | State::Agreed | State::Verified => {
            effects.push(Effect::Decide)
        }
    }
    Ok(Step { next, effects, clause: arrival.clause })
}

struct Arrival {
    state: State,
    clause: Clause,
    acknowledges: Option<Outgoing>,
    withdraws: Option<Outgoing>,
}

/// From which state the message counts: that which our own message leads to, if the message
/// presupposes it, else the last one that both sides know.
fn arrive(now: &Negotiation, what: Move) -> Result<Arrival, Refusal> {
    let peer = now.role.peer();
    if let Some(outgoing) = now.awaiting {
        if outgoing.what == Move::Terminate && what != Move::Terminate {
            let clause = Clause::Crossing;
            return Err(now.refuse(Fault::Peer, Code::Crossed, what.message().name(), clause));
        }
        if outgoing.what == Move::Terminate {
            return Ok(Arrival {
                state: State::Terminated,
                clause: Clause::Crossing,
                acknowledges: None,
                withdraws: Some(outgoing),
            });
        }
        let presupposing = after(peer, outgoing.leads_to, what);
        let from_now = now.state.and_then(|state| after(peer, state, what));
        match (presupposing, from_now) {
            (Some((state, clause)), None) => {
                let acknowledges = Some(outgoing);
                return Ok(Arrival { state, clause, acknowledges, withdraws: None });
            }
            (_, Some((state, clause))) => {
                let withdraws = Some(outgoing);
                return Ok(Arrival { state, clause, acknowledges: None, withdraws });
            }
            (None, None) => {}
        }
    } else if let Some((state, clause)) = now.state.and_then(|state| after(peer, state, what)) {
        return Ok(Arrival { state, clause, acknowledges: None, withdraws: None });
    }
    Err(illegal(now, what))
}

fn illegal(now: &Negotiation, what: Move) -> Refusal {
    let (code, clause) = if !what.is_of(now.role.peer()) {
        (Code::WrongRole, what.clause())
    } else if now.is_over() {
        (Code::ProcessEnded, what.clause())
    } else if what == Move::Accept && now.offer.by == now.role.peer() {
        (Code::OwnOffer, what.clause())
    } else if now.state.is_none() {
        (Code::AwaitingAcknowledgement, Clause::AcknowledgedByFollowUp)
    } else {
        (Code::IllegalTransition, what.clause())
    };
    now.refuse(Fault::Peer, code, what.message().name(), clause)
}

fn check_party(
    now: &Negotiation,
    from: &Did,
    data_space: &DataspaceId,
    kind: MessageKind,
) -> Result<(), Refusal> {
    if now.peer == *from && now.data_space == *data_space {
        return Ok(());
    }
    Err(now.refuse(Fault::Peer, Code::NotAParty, kind.name(), Clause::UnauthorizedAccess))
}

fn check_form(now: &Negotiation, message: &NegotiationMessage) -> Result<(), Refusal> {
    let clause = match message {
        NegotiationMessage::Request(request) => match request.form {
            RequestForm::Initial { .. } => Clause::InitialContractRequest,
            RequestForm::Counter { .. } => return Ok(()),
        },
        NegotiationMessage::Offer(offer) => match offer.form {
            OfferForm::Initial { .. } => Clause::InitialContractOffer,
            OfferForm::Counter { .. } => return Ok(()),
        },
        NegotiationMessage::Agreement(_)
        | NegotiationMessage::Verification(_)
        | NegotiationMessage::Event(_)
        | NegotiationMessage::Termination(_) => return Ok(()),
    };
    Err(now.refuse(Fault::Peer, Code::InitialInProcess, message.kind().name(), clause))
}

/// Both process ids are those of the negotiation, as far as it knows them.
fn check_pids(now: &Negotiation, message: &NegotiationMessage) -> Result<(), Refusal> {
    let consumer =
        now.consumer_pid.is_none() || now.consumer_pid.as_ref() == message.consumer_pid();
    let provider =
        now.provider_pid.is_none() || now.provider_pid.as_ref() == message.provider_pid();
    if consumer && provider {
        return Ok(());
    }
    let clause = Clause::ObjectNotFound;
    Err(now.refuse(Fault::Peer, Code::PidsDiffer, message.kind().name(), clause))
}

/// Keeps what the message brings: the peer's process id, an offer, an agreement.
fn take(next: &mut Negotiation, message: NegotiationMessage) {
    let peer = next.role.peer();
    if next.consumer_pid.is_none() {
        next.consumer_pid = message.consumer_pid().cloned();
    }
    if next.provider_pid.is_none() {
        next.provider_pid = message.provider_pid().cloned();
    }
    match message {
        NegotiationMessage::Request(request) => next.offer = open::on_table(&request.offer, peer),
        NegotiationMessage::Offer(offer) => next.offer = open::on_table(&offer.offer, peer),
        NegotiationMessage::Agreement(agreement) => {
            next.agreement = Some(AgreementOnTable {
                id: agreement.agreement.id().clone(),
                digest: agreement.agreement.digest(),
            });
        }
        NegotiationMessage::Verification(_)
        | NegotiationMessage::Event(_)
        | NegotiationMessage::Termination(_) => {}
    }
}
