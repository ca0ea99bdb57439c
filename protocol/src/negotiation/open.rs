//! How a negotiation begins: with the peer's first message, or with ours.

use jiff::Timestamp;

use super::{Begin, Effect, Move, Negotiation, OfferOnTable, Opening, Outgoing, State, Step};
use crate::clause::Clause;
use crate::fact::{Event, Fact};
use crate::id::{ConsumerPid, ProviderPid};
use crate::message::{
    ContractOfferMessage, ContractRequestMessage, MessageKind, MessageOffer, NegotiationMessage,
    OfferForm, RequestForm,
};
use crate::refusal::{Code, Fault, Refusal};
use crate::replay::Seen;
use crate::role::Role;

/// Our first message is the first of the negotiation.
const FIRST: u32 = 1;

/// A consumer asks first: we are the provider, in REQUESTED.
pub(super) fn by_request(
    at: Timestamp,
    opening: Opening<ContractRequestMessage, ProviderPid>,
) -> Result<Step, Refusal> {
    let clause = Clause::InitialContractRequest;
    let kind = MessageKind::ContractRequestMessage;
    let RequestForm::Initial { callback_address } = opening.message.form else {
        return Err(wrong_form(Role::Provider, kind, clause));
    };
    let mut seen = Seen::default();
    seen.push(kind, opening.digest);
    let next = Negotiation {
        role: Role::Provider,
        consumer_pid: Some(opening.message.consumer_pid),
        provider_pid: Some(opening.own_pid),
        peer: opening.from,
        peer_address: callback_address,
        data_space: opening.data_space,
        state: Some(State::Requested),
        awaiting: None,
        sent: 0,
        offer: on_table(&opening.message.offer, Role::Consumer),
        agreement: None,
        seen,
        since: at,
    };
    Ok(opened(next, kind, opening.digest, clause))
}

/// A provider offers first: we are the consumer, in OFFERED.
pub(super) fn by_offer(
    at: Timestamp,
    opening: Opening<ContractOfferMessage, ConsumerPid>,
) -> Result<Step, Refusal> {
    let clause = Clause::InitialContractOffer;
    let kind = MessageKind::ContractOfferMessage;
    let OfferForm::Initial { callback_address } = opening.message.form else {
        return Err(wrong_form(Role::Consumer, kind, clause));
    };
    let mut seen = Seen::default();
    seen.push(kind, opening.digest);
    let next = Negotiation {
        role: Role::Consumer,
        consumer_pid: Some(opening.own_pid),
        provider_pid: Some(opening.message.provider_pid),
        peer: opening.from,
        peer_address: callback_address,
        data_space: opening.data_space,
        state: Some(State::Offered),
        awaiting: None,
        sent: 0,
        offer: on_table(&opening.message.offer, Role::Provider),
        agreement: None,
        seen,
        since: at,
    };
    Ok(opened(next, kind, opening.digest, clause))
}

/// We ask first, as consumer. There is no state before the provider has acknowledged it.
pub(super) fn request(at: Timestamp, begin: Begin<ConsumerPid>) -> Result<Step, Refusal> {
    let message = ContractRequestMessage {
        consumer_pid: begin.own_pid.clone(),
        form: RequestForm::Initial { callback_address: begin.callback_address },
        offer: begin.offer.clone(),
        checkpoint: None,
    };
    let next = Negotiation {
        role: Role::Consumer,
        consumer_pid: Some(begin.own_pid),
        provider_pid: None,
        peer: begin.peer,
        peer_address: begin.peer_address,
        data_space: begin.data_space,
        state: None,
        awaiting: Some(first(Move::Request, State::Requested)),
        sent: FIRST,
        offer: on_table(&begin.offer, Role::Consumer),
        agreement: None,
        seen: Seen::default(),
        since: at,
    };
    let message = NegotiationMessage::Request(message);
    Ok(sent(next, message, Clause::InitialContractRequest))
}

/// We offer first, as provider.
pub(super) fn offer(at: Timestamp, begin: Begin<ProviderPid>) -> Result<Step, Refusal> {
    let message = ContractOfferMessage {
        provider_pid: begin.own_pid.clone(),
        form: OfferForm::Initial { callback_address: begin.callback_address },
        offer: begin.offer.clone(),
        checkpoint: None,
    };
    let next = Negotiation {
        role: Role::Provider,
        consumer_pid: None,
        provider_pid: Some(begin.own_pid),
        peer: begin.peer,
        peer_address: begin.peer_address,
        data_space: begin.data_space,
        state: None,
        awaiting: Some(first(Move::Offer, State::Offered)),
        sent: FIRST,
        offer: on_table(&begin.offer, Role::Provider),
        agreement: None,
        seen: Seen::default(),
        since: at,
    };
    let message = NegotiationMessage::Offer(message);
    Ok(sent(next, message, Clause::InitialContractOffer))
}

/// What is remembered of an offer.
pub(super) fn on_table(offer: &MessageOffer, by: Role) -> OfferOnTable {
    OfferOnTable {
        id: offer.id().clone(),
        target: offer.target().clone(),
        digest: offer.digest(),
        by,
    }
}

const fn first(what: Move, leads_to: State) -> Outgoing {
    Outgoing { number: FIRST, what, leads_to }
}

fn opened(
    next: Negotiation,
    message: MessageKind,
    digest: wire::digest::Digest,
    clause: Clause,
) -> Step {
    let fact = Fact {
        event: Event::Received,
        message,
        digest: Some(digest),
        before: None,
        after: next.state,
        acknowledges: None,
        clause,
    };
    Step { next, effects: vec![Effect::Record(fact), Effect::Decide], clause }
}

fn sent(next: Negotiation, message: NegotiationMessage, clause: Clause) -> Step {
    let fact = Fact {
        event: Event::Sent,
        message: message.kind(),
        digest: None,
        before: None,
        after: None,
        acknowledges: None,
        clause,
    };
    let send = Effect::Send { number: FIRST, message: Box::new(message) };
    Step { next, effects: vec![Effect::Record(fact), send], clause }
}

const fn wrong_form(role: Role, kind: MessageKind, clause: Clause) -> Refusal {
    Refusal {
        fault: Fault::Peer,
        code: Code::WrongForm,
        role: Some(role),
        state: None,
        input: kind.name(),
        clause,
    }
}
