//! Single rules that the table of arrows does not show.

use super::*;
use crate::message::ContractNegotiation;
use crate::{Clause, Fault};

fn process(state: State) -> ContractNegotiation {
    ContractNegotiation {
        consumer_pid: consumer_pid(),
        provider_pid: provider_pid(),
        state,
        checkpoint: None,
    }
}

#[test]
fn the_same_bytes_again_change_nothing_even_after_the_end() {
    let now = opened(Role::Provider);
    let end = received(Role::Consumer, negotiation_message(Move::Terminate), "end");
    let over = step(Some(&now), at(), end.clone()).unwrap().next;
    let again = step(Some(&over), at(), end).unwrap();
    assert!(again.is_idle() && again.next == over && again.clause == Clause::Replay);
    let other = received(Role::Consumer, negotiation_message(Move::Terminate), "other bytes");
    assert_eq!(code(step(Some(&over), at(), other)), Code::ProcessEnded);
}

#[test]
fn the_same_opening_again_finds_the_same_negotiation() {
    let now = opened(Role::Provider);
    let opening = |bytes: &str, from| {
        Input::RequestOpened(Opening {
            from: did(from),
            data_space: space(),
            message: initial_request(),
            digest: digest(bytes),
            own_pid: ProviderPid::parse("urn:uuid:fresh").unwrap(),
        })
    };
    let again = step(Some(&now), at(), opening("opening", Role::Consumer)).unwrap();
    assert!(again.is_idle() && again.next == now);
    let other = step(Some(&now), at(), opening("other", Role::Consumer));
    assert_eq!(code(other), Code::PidTaken);
    let stranger = step(Some(&now), at(), opening("opening", Role::Provider));
    assert_eq!(code(stranger), Code::NotAParty);
}

use crate::id::{ConsumerPid, ProviderPid};

#[test]
fn only_the_party_of_the_process_is_heard_and_only_in_its_data_space() {
    let now = opened(Role::Provider);
    let message = || negotiation_message(Move::Terminate);
    let stranger = step(Some(&now), at(), received(Role::Provider, message(), "x")).unwrap_err();
    assert_eq!((stranger.code, stranger.fault), (Code::NotAParty, Fault::Peer));
    assert_eq!(crate::status::of_refusal(&stranger), 404);
    let elsewhere = Input::Received(Received {
        from: did(Role::Consumer),
        data_space: "urn:example:other".parse().unwrap(),
        message: message(),
        digest: digest("x"),
    });
    assert_eq!(code(step(Some(&now), at(), elsewhere)), Code::NotAParty);
    let none = step(None, at(), received(Role::Consumer, message(), "x")).unwrap_err();
    assert_eq!((none.code, crate::status::of_refusal(&none)), (Code::UnknownProcess, 404));
}

#[test]
fn process_ids_in_the_body_are_those_of_the_process() {
    let now = opened(Role::Provider);
    let NegotiationMessage::Termination(good) = negotiation_message(Move::Terminate) else {
        panic!()
    };
    let mut other = good.clone();
    other.consumer_pid = ConsumerPid::parse("urn:uuid:other").unwrap();
    let other = NegotiationMessage::Termination(other);
    let refused = step(Some(&now), at(), received(Role::Consumer, other, "x"));
    assert_eq!(code(refused), Code::PidsDiffer);
    let mut other = good;
    other.provider_pid = ProviderPid::parse("urn:uuid:other").unwrap();
    let other = NegotiationMessage::Termination(other);
    let refused = step(Some(&now), at(), received(Role::Consumer, other, "x"));
    assert_eq!(code(refused), Code::PidsDiffer);
}

#[test]
fn the_wrong_role_is_told_so() {
    let provider = opened(Role::Provider);
    for what in [Move::Offer, Move::Agree, Move::Finalize] {
        let input = received(Role::Consumer, negotiation_message(what), "x");
        assert_eq!(code(step(Some(&provider), at(), input)), Code::WrongRole, "{what:?}");
    }
    let own = received(Role::Consumer, negotiation_message(Move::Accept), "x");
    assert_eq!(code(step(Some(&provider), at(), own)), Code::OwnOffer);
    let accept = step(Some(&provider), at(), Input::Command(Command::Accept));
    assert_eq!(code(accept), Code::WrongRole);
}

#[test]
fn an_opening_message_does_not_fit_a_process_that_is_there_nor_the_other_way_round() {
    let now = opened(Role::Provider);
    let initial = NegotiationMessage::Request(initial_request());
    let refused = step(Some(&now), at(), received(Role::Consumer, initial, "x"));
    assert_eq!(code(refused), Code::InitialInProcess);
    let NegotiationMessage::Request(counter) = negotiation_message(Move::Request) else { panic!() };
    let opening = Input::RequestOpened(Opening {
        from: did(Role::Consumer),
        data_space: space(),
        message: counter,
        digest: digest("x"),
        own_pid: provider_pid(),
    });
    assert_eq!(code(step(None, at(), opening)), Code::WrongForm);
}

#[test]
fn a_follow_up_before_the_acknowledgement_counts_as_one() {
    let now = begun(Role::Consumer);
    assert_eq!((now.state, &now.provider_pid), (None, &None));
    let input = received(Role::Provider, negotiation_message(Move::Agree), "agreement");
    let done = step(Some(&now), at(), input).unwrap();
    assert_eq!(done.next.state, Some(State::Agreed));
    assert_eq!(done.next.provider_pid, Some(provider_pid()));
    let Some(Effect::Record(fact)) = done.effects.first() else { panic!() };
    assert_eq!(fact.acknowledges, Some(crate::message::MessageKind::ContractRequestMessage));
    // The late acknowledgement changes nothing, even when the next message is under way.
    let next = step(Some(&done.next), at(), Input::Command(command(Move::Verify))).unwrap().next;
    let late = Acknowledgement { number: 1, process: Some(process(State::Requested)) };
    let late = step(Some(&next), at(), Input::Acknowledged(late)).unwrap();
    assert!(late.is_idle() && late.next == next);
}

#[test]
fn a_creation_is_acknowledged_with_the_peers_process_id() {
    let now = begun(Role::Consumer);
    let answer = |process| {
        step(Some(&now), at(), Input::Acknowledged(Acknowledgement { number: 1, process }))
    };
    assert_eq!(code(answer(None)), Code::AcknowledgementWithoutPid);
    let mut other = process(State::Requested);
    other.consumer_pid = ConsumerPid::parse("urn:uuid:other").unwrap();
    assert_eq!(code(answer(Some(other))), Code::AcknowledgementOfOther);
    let taken = answer(Some(process(State::Requested))).unwrap();
    assert_eq!(taken.next.provider_pid, Some(provider_pid()));
    assert_eq!(taken.next.acknowledgement(), Some(process(State::Requested)));
}

#[test]
fn a_peer_that_reports_an_earlier_state_is_left() {
    let now = in_state(Role::Provider, State::Verified);
    let now = step(Some(&now), at(), Input::Command(Command::Finalize)).unwrap().next;
    let number = now.sent;
    let answer = |state| {
        let process = Some(process(state));
        step(Some(&now), at(), Input::Acknowledged(Acknowledgement { number, process })).unwrap()
    };
    assert_eq!(answer(State::Finalized).next.state, Some(State::Finalized));
    assert_eq!(answer(State::Terminated).next.state, Some(State::Terminated));
    let left = answer(State::Agreed);
    assert_eq!(left.clause, Clause::NegotiationAcknowledged);
    assert_eq!(left.next.awaiting.map(|outgoing| outgoing.what), Some(Move::Terminate));
}

#[test]
fn a_refusal_of_what_arrived_before_is_an_acknowledgement() {
    let now = in_state(Role::Provider, State::Verified);
    let now = step(Some(&now), at(), Input::Command(Command::Finalize)).unwrap().next;
    let refused = |peer_state| {
        let (number, status) = (now.sent, 400);
        let refused = RefusedByPeer { number, status, peer_state };
        step(Some(&now), at(), Input::RefusedByPeer(refused)).unwrap().next
    };
    assert_eq!(refused(Some(State::Finalized)).state, Some(State::Finalized));
    assert_eq!(refused(Some(State::Terminated)).state, Some(State::Terminated));
    assert_eq!(refused(Some(State::Verified)).awaiting.unwrap().what, Move::Terminate);
    assert_eq!(refused(None).awaiting.unwrap().what, Move::Terminate);
}

#[test]
fn an_agreement_about_another_dataset_is_not_sent() {
    let now = opened(Role::Provider);
    let mut document = agreement().document().clone();
    document["target"] = "urn:example:other".into();
    let other = crate::message::Agreement::parse(&wire::node::Node::root(&document)).unwrap();
    let command = Command::Agree { agreement: Box::new(other), signature: None };
    assert_eq!(code(step(Some(&now), at(), Input::Command(command))), Code::AgreementOtherTarget);
}

#[test]
fn only_the_latest_messages_are_remembered_and_the_record_stays_small() {
    let mut now = opened(Role::Provider);
    for _ in 0..20 {
        now = play(now, &[(Role::Provider, Move::Offer)]);
        let fresh = format!("{}", now.sent);
        let input = received(Role::Consumer, negotiation_message(Move::Request), &fresh);
        now = step(Some(&now), at(), input).unwrap().next;
    }
    let stored = serde_json::to_vec(&now).unwrap();
    assert!(stored.len() < 2048, "{}", stored.len());
}
