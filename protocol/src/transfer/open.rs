//! How a transfer begins: with a consumer's request, theirs or ours.

use jiff::Timestamp;

use super::{Begin, Effect, Flow, Move, Opening, Outgoing, State, Step, Transfer};
use crate::clause::Clause;
use crate::fact::{Event, Fact};
use crate::message::{DataAddress, MessageKind, TransferMessage, TransferRequestMessage};
use crate::refusal::{Code, Fault, Refusal};
use crate::replay::Seen;
use crate::role::Role;

const KIND: MessageKind = MessageKind::TransferRequestMessage;
const CLAUSE: Clause = Clause::TransferRequest;

/// Our first message is the first of the transfer.
const FIRST: u32 = 1;

/// A consumer asks: we are the provider, in REQUESTED.
pub(super) fn by_request(at: Timestamp, opening: Opening) -> Result<Step, Refusal> {
    let message = opening.message;
    let flow = flow(&message.format, message.data_address.as_ref())
        .map_err(|code| refuse(Fault::Peer, Role::Provider, code, KIND.name()))?;
    let mut seen = Seen::default();
    seen.push(KIND, opening.digest);
    let next = Transfer {
        role: Role::Provider,
        consumer_pid: message.consumer_pid,
        provider_pid: Some(opening.own_pid),
        peer: opening.from,
        peer_address: message.callback_address,
        data_space: opening.data_space,
        agreement_id: message.agreement_id,
        format: message.format,
        flow,
        data_address: message.data_address,
        state: Some(State::Requested),
        awaiting: None,
        sent: 0,
        seen,
        since: at,
    };
    let fact = Fact {
        event: Event::Received,
        message: KIND,
        digest: Some(opening.digest),
        before: None,
        after: next.state,
        acknowledges: None,
        clause: CLAUSE,
    };
    Ok(Step { next, effects: vec![Effect::Record(fact), Effect::Decide], clause: CLAUSE })
}

/// We ask, as consumer. There is no state before the provider has acknowledged it.
pub(super) fn request(at: Timestamp, begin: Begin) -> Result<Step, Refusal> {
    let flow = flow(&begin.format, begin.data_address.as_ref())
        .map_err(|code| refuse(Fault::Operator, Role::Consumer, code, "request"))?;
    let message = TransferRequestMessage {
        consumer_pid: begin.own_pid.clone(),
        agreement_id: begin.agreement_id.clone(),
        format: begin.format.clone(),
        data_address: begin.data_address.clone(),
        callback_address: begin.callback_address,
        checkpoint: None,
    };
    let next = Transfer {
        role: Role::Consumer,
        consumer_pid: begin.own_pid,
        provider_pid: None,
        peer: begin.peer,
        peer_address: begin.peer_address,
        data_space: begin.data_space,
        agreement_id: begin.agreement_id,
        format: begin.format,
        flow,
        data_address: begin.data_address,
        state: None,
        awaiting: Some(Outgoing { number: FIRST, what: Move::Request, leads_to: State::Requested }),
        sent: FIRST,
        seen: Seen::default(),
        since: at,
    };
    let fact = Fact {
        event: Event::Sent,
        message: KIND,
        digest: None,
        before: None,
        after: None,
        acknowledges: None,
        clause: CLAUSE,
    };
    let message = Box::new(TransferMessage::Request(message));
    let effects = vec![Effect::Record(fact), Effect::Send { number: FIRST, message }];
    Ok(Step { next, effects, clause: CLAUSE })
}

/// A data address comes with a push request, and only with one.
fn flow(format: &str, address: Option<&DataAddress>) -> Result<Flow, Code> {
    match (Flow::of_format(format), address) {
        (Some(Flow::Pull) | None, None) => Ok(Flow::Pull),
        (Some(Flow::Push) | None, Some(_)) => Ok(Flow::Push),
        (Some(Flow::Push), None) => Err(Code::DataAddressMissing),
        (Some(Flow::Pull), Some(_)) => Err(Code::DataAddressNotExpected),
    }
}

const fn refuse(fault: Fault, role: Role, code: Code, input: &'static str) -> Refusal {
    Refusal { fault, code, role: Some(role), state: None, input, clause: CLAUSE }
}
