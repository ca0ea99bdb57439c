//! What our operator or decider may do: by the diagram alone, one message at a time.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    AgreementOnTable, Command, Effect, Move, Negotiation, Outgoing, State, Step, after, open,
};
use crate::clause::Clause;
use crate::fact::{Event, Fact};
use crate::id::{ConsumerPid, ProviderPid};
use crate::message::{
    ContractAgreementMessage, ContractAgreementVerificationMessage,
    ContractNegotiationEventMessage, ContractNegotiationTerminationMessage, ContractOfferMessage,
    ContractRequestMessage, EventType, NegotiationMessage, OfferForm, RequestForm,
};
use crate::refusal::{Code, Fault, Refusal};

/// A command about a negotiation that is there.
pub(super) fn command(now: &Negotiation, at: Timestamp, command: Command) -> Result<Step, Refusal> {
    let name = command.name();
    let what = command.what();
    let refuse = |code, clause| now.refuse(Fault::Operator, code, name, clause);
    if now.is_over() {
        return Err(refuse(Code::ProcessEnded, what.clause()));
    }
    match &command {
        Command::Request(_) | Command::InitialOffer(_) => {
            return Err(refuse(Code::PidTaken, what.clause()));
        }
        Command::Terminate { code, reason } => {
            return terminate(now, at, code.clone(), reason.clone());
        }
        Command::Agree { agreement, .. } if *agreement.target() != now.offer.target => {
            return Err(refuse(Code::AgreementOtherTarget, Clause::ContractAgreement));
        }
        Command::Counter { .. }
        | Command::Offer { .. }
        | Command::Accept
        | Command::Agree { .. }
        | Command::Verify { .. }
        | Command::Finalize => {}
    }
    if now.awaiting.is_some() {
        return Err(refuse(Code::AwaitingAcknowledgement, Clause::OneAtATime));
    }
    let code = if what.is_of(now.role) { Code::IllegalTransition } else { Code::WrongRole };
    let illegal = || refuse(code, what.clause());
    let (leads_to, clause) =
        now.state.and_then(|state| after(now.role, state, what)).ok_or_else(illegal)?;
    let (consumer_pid, provider_pid) = pids(now).ok_or_else(illegal)?;

    let mut next = now.clone();
    let message = write(&mut next, command, consumer_pid, provider_pid).ok_or_else(illegal)?;
    Ok(send(next, now, at, what, leads_to, message, clause))
}

/// Ends the negotiation: by a message where the diagram has the arrow, without the peer where
/// nothing was ever acknowledged.
fn terminate(
    now: &Negotiation,
    at: Timestamp,
    code: Option<String>,
    reason: Option<String>,
) -> Result<Step, Refusal> {
    let what = Move::Terminate;
    let refuse = |code, clause| now.refuse(Fault::Operator, code, "terminate", clause);
    match now.awaiting.map(|outgoing| outgoing.what) {
        // FINALIZED cannot be called back: the consumer may hold it already.
        Some(Move::Terminate | Move::Finalize) => {
            return Err(refuse(Code::AwaitingAcknowledgement, Clause::OneAtATime));
        }
        Some(Move::Request | Move::Offer | Move::Accept | Move::Agree | Move::Verify) | None => {}
    }
    let Some(state) = now.state else {
        return Ok(give_up(now, at, Event::GivenUp, Clause::GivenUp));
    };
    let by_diagram = |from| match after(now.role, from, what) {
        Some((_, clause)) => clause == Clause::NegotiationTermination,
        None => false,
    };
    let ahead = now.awaiting.map(|outgoing| outgoing.leads_to);
    if !by_diagram(state) && !ahead.is_some_and(by_diagram) {
        return Err(refuse(Code::TerminationNotOurs, Clause::NegotiationTerminationByProse));
    }
    let missing = || refuse(Code::IllegalTransition, Clause::NegotiationTermination);
    let step = termination(now, at, code, reason, Clause::NegotiationTermination);
    step.ok_or_else(missing)
}

/// A termination message, whatever the state; nothing while the peer's process id is unknown.
pub(super) fn termination(
    now: &Negotiation,
    at: Timestamp,
    code: Option<String>,
    reason: Option<String>,
    clause: Clause,
) -> Option<Step> {
    let (consumer_pid, provider_pid) = pids(now)?;
    let message = NegotiationMessage::Termination(ContractNegotiationTerminationMessage {
        consumer_pid,
        provider_pid,
        code,
        reason: reason.map(Value::from).into_iter().collect(),
        checkpoint: None,
    });
    let next = now.clone();
    Some(send(next, now, at, Move::Terminate, State::Terminated, message, clause))
}

/// Ends the negotiation on our side alone.
pub(super) fn give_up(now: &Negotiation, at: Timestamp, event: Event, clause: Clause) -> Step {
    let mut next = now.clone();
    next.state = Some(State::Terminated);
    next.awaiting = None;
    next.since = at;
    let what = now.awaiting.map_or(Move::Terminate, |outgoing| outgoing.what);
    let mut effects = vec![Effect::Record(Fact {
        event,
        message: what.message(),
        digest: None,
        before: now.state,
        after: next.state,
        acknowledges: None,
        clause,
    })];
    if let Some(outgoing) = now.awaiting {
        effects.push(Effect::Withdraw { number: outgoing.number });
    }
    effects.push(Effect::Close);
    Step { next, effects, clause }
}

/// Takes a message of ours back: out of the outbox, and out of what the log says that the peer has.
pub(super) fn withdrawal(now: &Negotiation, outgoing: Outgoing, clause: Clause) -> [Effect; 2] {
    let fact = Fact {
        event: Event::Withdrawn,
        message: outgoing.what.message(),
        digest: None,
        before: now.state,
        after: now.state,
        acknowledges: None,
        clause,
    };
    [Effect::Record(fact), Effect::Withdraw { number: outgoing.number }]
}

fn send(
    mut next: Negotiation,
    now: &Negotiation,
    at: Timestamp,
    what: Move,
    leads_to: State,
    message: NegotiationMessage,
    clause: Clause,
) -> Step {
    let number = now.sent.saturating_add(1);
    next.sent = number;
    next.awaiting = Some(Outgoing { number, what, leads_to });
    next.since = at;
    let mut effects = vec![Effect::Record(Fact {
        event: Event::Sent,
        message: message.kind(),
        digest: None,
        before: now.state,
        after: now.state,
        acknowledges: None,
        clause,
    })];
    if let Some(outgoing) = now.awaiting {
        effects.extend(withdrawal(now, outgoing, clause));
    }
    effects.push(Effect::Send { number, message: Box::new(message) });
    Step { next, effects, clause }
}

fn pids(now: &Negotiation) -> Option<(ConsumerPid, ProviderPid)> {
    Some((now.consumer_pid.clone()?, now.provider_pid.clone()?))
}

/// The message of a command, and what the negotiation remembers of it.
fn write(
    next: &mut Negotiation,
    command: Command,
    consumer_pid: ConsumerPid,
    provider_pid: ProviderPid,
) -> Option<NegotiationMessage> {
    let checkpoint = None;
    let event = |event| {
        let (consumer_pid, provider_pid) = (consumer_pid.clone(), provider_pid.clone());
        let message =
            ContractNegotiationEventMessage { consumer_pid, provider_pid, event, checkpoint: None };
        NegotiationMessage::Event(message)
    };
    Some(match command {
        Command::Request(_) | Command::InitialOffer(_) | Command::Terminate { .. } => return None,
        Command::Counter { offer } => {
            next.offer = open::on_table(&offer, next.role);
            let form = RequestForm::Counter { provider_pid };
            let message = ContractRequestMessage { consumer_pid, form, offer, checkpoint };
            NegotiationMessage::Request(message)
        }
        Command::Offer { offer } => {
            next.offer = open::on_table(&offer, next.role);
            let form = OfferForm::Counter { consumer_pid };
            let message = ContractOfferMessage { provider_pid, form, offer, checkpoint };
            NegotiationMessage::Offer(message)
        }
        Command::Accept => event(EventType::Accepted),
        Command::Finalize => event(EventType::Finalized),
        Command::Agree { agreement, signature } => {
            let (id, digest) = (agreement.id().clone(), agreement.digest());
            next.agreement = Some(AgreementOnTable { id, digest });
            NegotiationMessage::Agreement(ContractAgreementMessage {
                consumer_pid,
                provider_pid,
                agreement: *agreement,
                signature,
                checkpoint,
            })
        }
        Command::Verify { signature } => {
            NegotiationMessage::Verification(ContractAgreementVerificationMessage {
                consumer_pid,
                provider_pid,
                signature,
                checkpoint,
            })
        }
    })
}

impl Command {
    const fn what(&self) -> Move {
        match self {
            Self::Request(_) | Self::Counter { .. } => Move::Request,
            Self::InitialOffer(_) | Self::Offer { .. } => Move::Offer,
            Self::Accept => Move::Accept,
            Self::Agree { .. } => Move::Agree,
            Self::Verify { .. } => Move::Verify,
            Self::Finalize => Move::Finalize,
            Self::Terminate { .. } => Move::Terminate,
        }
    }
}
