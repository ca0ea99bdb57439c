//! The machine beside a second, separately written one; and its single rules.

mod compared;
mod exhaustive;
mod pair;
mod rules;

use super::*;
use crate::message::{DataAddress, TransferMessage, TransferProcess};
use crate::role::Role;
use crate::testing::*;
use crate::{Code, Refusal};

/// A transfer that a consumer has asked of us.
pub(crate) fn opened(flow: Flow) -> Transfer {
    let input = Input::RequestOpened(Opening {
        from: did(Role::Consumer),
        data_space: space(),
        message: transfer_request(flow),
        digest: digest("opening"),
        own_pid: provider_pid(),
    });
    step(None, at(), input).unwrap().next
}

/// A transfer that we have asked for, not yet acknowledged.
pub(crate) fn begun(flow: Flow) -> Transfer {
    let request = transfer_request(flow);
    let begin = Begin {
        own_pid: request.consumer_pid,
        peer: did(Role::Provider),
        peer_address: address(Role::Provider),
        data_space: space(),
        callback_address: request.callback_address,
        agreement_id: request.agreement_id,
        format: request.format,
        data_address: request.data_address,
    };
    step(None, at(), Input::Command(Command::Request(Box::new(begin)))).unwrap().next
}

/// The address that a start of `role` carries.
fn start_address(role: Role, flow: Flow) -> Option<DataAddress> {
    (flow.address_owner() == role).then(data_address)
}

pub(crate) fn command(now: &Transfer, what: Move) -> Command {
    let (code, reason) = (None, None);
    match what {
        Move::Request => panic!(),
        Move::Start => Command::Start { data_address: start_address(now.role, now.flow) },
        Move::Suspend => Command::Suspend { code, reason },
        Move::Complete => Command::Complete,
        Move::Terminate => Command::Terminate { code, reason },
    }
}

pub(crate) fn peers(now: &Transfer, what: Move, bytes: &str) -> Input {
    received(now, transfer_message(what, start_address(now.role.peer(), now.flow)), bytes)
}

fn received(now: &Transfer, message: TransferMessage, bytes: &str) -> Input {
    let (from, data_space) = (did(now.role.peer()), space());
    Input::Received(Received { from, data_space, message, digest: digest(bytes) })
}

fn process(state: State) -> TransferProcess {
    TransferProcess {
        consumer_pid: consumer_pid(),
        provider_pid: provider_pid(),
        state,
        checkpoint: None,
    }
}

pub(crate) fn ack(now: &Transfer) -> Input {
    let outgoing = now.awaiting.unwrap();
    let process = Some(process(outgoing.leads_to));
    Input::Acknowledged(Acknowledgement { number: outgoing.number, process })
}

fn ours(now: &Transfer, what: Move) -> Step {
    let sent = step(Some(now), at(), Input::Command(command(now, what))).unwrap().next;
    let input = ack(&sent);
    step(Some(&sent), at(), input).unwrap()
}

fn theirs(now: &Transfer, what: Move) -> Step {
    step(Some(now), at(), peers(now, what, &format!("{what:?} after {}", now.sent))).unwrap()
}

/// A transfer of `role` in `state`.
pub(crate) fn in_state(role: Role, flow: Flow, state: State) -> Transfer {
    let requested = match role {
        Role::Provider => opened(flow),
        Role::Consumer => {
            let now = begun(flow);
            let input = ack(&now);
            step(Some(&now), at(), input).unwrap().next
        }
    };
    let started = match role {
        Role::Provider => ours(&requested, Move::Start).next,
        Role::Consumer => theirs(&requested, Move::Start).next,
    };
    let now = match state {
        State::Requested => requested,
        State::Started => started,
        State::Completed => theirs(&started, Move::Complete).next,
        State::Suspended => theirs(&started, Move::Suspend).next,
        State::Terminated => theirs(&started, Move::Terminate).next,
    };
    assert_eq!(now.state, Some(state));
    now
}

fn code(result: Result<Step, Refusal>) -> Code {
    result.map(|step| panic!("accepted: {:?}", step.clause)).unwrap_or_else(|r| r.code)
}
