//! What our operator, decider or data plane may do, one message at a time. Stopping cuts the data
//! path in the same step that sends the message.

use jiff::Timestamp;
use serde_json::Value;

use super::{Command, Effect, Move, Outgoing, State, Step, Transfer, after};
use crate::clause::Clause;
use crate::fact::{Event, Fact};
use crate::id::{ConsumerPid, ProviderPid};
use crate::message::{
    DataAddress, TransferCompletionMessage, TransferMessage, TransferStartMessage,
    TransferSuspensionMessage, TransferTerminationMessage,
};
use crate::refusal::{Code, Fault, Refusal};
use crate::role::Role;

/// A command about a transfer that is there.
pub(super) fn command(now: &Transfer, at: Timestamp, command: Command) -> Result<Step, Refusal> {
    let name = command.name();
    let what = command.what();
    let refuse = |code, clause| now.refuse(Fault::Operator, code, name, clause);
    if now.is_over() {
        return Err(refuse(Code::ProcessEnded, what.clause(now.state)));
    }
    let stops = what == Move::Terminate;
    match now.awaiting {
        Some(outgoing) if outgoing.what == Move::Terminate || !stops => {
            return Err(refuse(Code::AwaitingAcknowledgement, Clause::OneAtATime));
        }
        Some(_) | None => {}
    }
    if stops && now.state.is_none() {
        return Ok(give_up(now, at, State::Terminated, Event::GivenUp, Clause::GivenUp));
    }
    let illegal = || refuse(illegal_code(now, what), what.clause(now.state));
    let (leads_to, clause) =
        now.state.and_then(|state| after(now.own_side(), state, what)).ok_or_else(illegal)?;
    let (consumer_pid, provider_pid) = pids(now).ok_or_else(illegal)?;
    if let Command::Start { data_address } = &command {
        check_address(now, data_address.as_ref(), clause)?;
    }
    let mut next = now.clone();
    let message = write(&mut next, command, consumer_pid, provider_pid).ok_or_else(illegal)?;
    Ok(send(next, now, at, what, leads_to, message, clause))
}

/// A termination message, whatever the state; nothing while the provider's process id is unknown.
pub(super) fn termination(
    now: &Transfer,
    at: Timestamp,
    code: &str,
    clause: Clause,
) -> Option<Step> {
    let (consumer_pid, provider_pid) = pids(now)?;
    let message = TransferMessage::Termination(TransferTerminationMessage {
        consumer_pid,
        provider_pid,
        code: Some(code.to_owned()),
        reason: Vec::new(),
        checkpoint: None,
    });
    let next = now.clone();
    Some(send(next, now, at, Move::Terminate, State::Terminated, message, clause))
}

/// Ends the transfer on our side alone, in a final state.
pub(super) fn give_up(
    now: &Transfer,
    at: Timestamp,
    state: State,
    event: Event,
    clause: Clause,
) -> Step {
    let mut next = now.clone();
    next.state = Some(state);
    next.awaiting = None;
    next.data_address = None;
    next.since = at;
    let what = now.awaiting.map_or(Move::Terminate, |outgoing| outgoing.what);
    let mut effects = vec![
        Effect::CloseDataPath,
        Effect::Record(Fact {
            event,
            message: what.message(),
            digest: None,
            before: now.state,
            after: next.state,
            acknowledges: None,
            clause,
        }),
    ];
    if let Some(outgoing) = now.awaiting {
        effects.push(Effect::Withdraw { number: outgoing.number });
    }
    effects.push(Effect::Close);
    Step { next, effects, clause }
}

/// Takes a message of ours back: out of the outbox, and out of what the log says that the peer has.
pub(super) fn withdrawal(now: &Transfer, outgoing: Outgoing, clause: Clause) -> [Effect; 2] {
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
    mut next: Transfer,
    now: &Transfer,
    at: Timestamp,
    what: Move,
    leads_to: State,
    message: TransferMessage,
    clause: Clause,
) -> Step {
    let number = now.sent.saturating_add(1);
    next.sent = number;
    next.awaiting = Some(Outgoing { number, what, leads_to });
    next.since = at;
    let mut effects = Vec::new();
    match what {
        Move::Suspend | Move::Complete | Move::Terminate => effects.push(Effect::CloseDataPath),
        Move::Request | Move::Start => {}
    }
    effects.push(Effect::Record(Fact {
        event: Event::Sent,
        message: message.kind(),
        digest: None,
        before: now.state,
        after: now.state,
        acknowledges: None,
        clause,
    }));
    if let Some(outgoing) = now.awaiting {
        effects.extend(withdrawal(now, outgoing, clause));
    }
    // The peer may use a data address of ours before we have read its answer.
    if what == Move::Start && now.own_side().owns_address {
        effects.push(Effect::OpenDataPath);
    }
    effects.push(Effect::Send { number, message: Box::new(message) });
    Step { next, effects, clause }
}

fn illegal_code(now: &Transfer, what: Move) -> Code {
    let own_start =
        what == Move::Start && now.state == Some(State::Requested) && now.role == Role::Consumer;
    match what {
        Move::Request => Code::PidTaken,
        Move::Start if own_start => Code::WrongRole,
        Move::Start | Move::Suspend | Move::Complete | Move::Terminate => Code::IllegalTransition,
    }
}

fn check_address(
    now: &Transfer,
    address: Option<&DataAddress>,
    clause: Clause,
) -> Result<(), Refusal> {
    let code = match (now.own_side().owns_address, address) {
        (true, Some(_)) | (false, None) => return Ok(()),
        (true, None) => Code::DataAddressMissing,
        (false, Some(_)) => Code::DataAddressNotExpected,
    };
    Err(now.refuse(Fault::Operator, code, "start", clause))
}

fn pids(now: &Transfer) -> Option<(ConsumerPid, ProviderPid)> {
    Some((now.consumer_pid.clone(), now.provider_pid.clone()?))
}

/// The message of a command, and what the transfer remembers of it.
fn write(
    next: &mut Transfer,
    command: Command,
    consumer_pid: ConsumerPid,
    provider_pid: ProviderPid,
) -> Option<TransferMessage> {
    let checkpoint = None;
    let reasons = |reason: Option<String>| reason.map(Value::from).into_iter().collect();
    Some(match command {
        Command::Request(_) => return None,
        Command::Start { data_address } => {
            if data_address.is_some() {
                next.data_address.clone_from(&data_address);
            }
            TransferMessage::Start(TransferStartMessage {
                consumer_pid,
                provider_pid,
                data_address,
                checkpoint,
            })
        }
        Command::Suspend { code, reason } => {
            let reason = reasons(reason);
            TransferMessage::Suspension(TransferSuspensionMessage {
                consumer_pid,
                provider_pid,
                code,
                reason,
                checkpoint,
            })
        }
        Command::Complete => TransferMessage::Completion(TransferCompletionMessage {
            consumer_pid,
            provider_pid,
            checkpoint,
        }),
        Command::Terminate { code, reason } => {
            let reason = reasons(reason);
            TransferMessage::Termination(TransferTerminationMessage {
                consumer_pid,
                provider_pid,
                code,
                reason,
                checkpoint,
            })
        }
    })
}

impl Command {
    const fn what(&self) -> Move {
        match self {
            Self::Request(_) => Move::Request,
            Self::Start { .. } => Move::Start,
            Self::Suspend { .. } => Move::Suspend,
            Self::Complete => Move::Complete,
            Self::Terminate { .. } => Move::Terminate,
        }
    }
}
