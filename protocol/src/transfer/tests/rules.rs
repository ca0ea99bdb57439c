//! Single rules that the table of arrows does not show.

use super::*;
use crate::id::{ConsumerPid, ProviderPid};
use crate::message::MessageKind;

fn effects(step: &Step) -> String {
    let name = |effect: &Effect| match effect {
        Effect::CloseDataPath => "close",
        Effect::Record(_) => "record",
        Effect::Withdraw { .. } => "withdraw",
        Effect::OpenDataPath => "open",
        Effect::Send { .. } => "send",
        Effect::Decide => "decide",
        Effect::AwaitPeer => "await",
        Effect::Close => "over",
    };
    step.effects.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_data_address_tells_push_from_pull_and_must_fit_the_format() {
    for (format, address, expected) in [
        ("HttpData-PULL", false, Ok(Flow::Pull)),
        ("HttpData-PUSH", true, Ok(Flow::Push)),
        ("example:HTTP_PUSH", true, Ok(Flow::Push)),
        ("HttpData-PULL-HttpData", false, Ok(Flow::Pull)),
        ("text/csv", false, Ok(Flow::Pull)),
        ("text/csv", true, Ok(Flow::Push)),
        ("HttpData-PUSH", false, Err(Code::DataAddressMissing)),
        ("HttpData-PULL", true, Err(Code::DataAddressNotExpected)),
    ] {
        let mut message = transfer_request(Flow::Pull);
        message.format = format.to_owned();
        message.data_address = address.then(data_address);
        let opening = Opening {
            from: did(Role::Consumer),
            data_space: space(),
            message,
            digest: digest("x"),
            own_pid: provider_pid(),
        };
        let found = step(None, at(), Input::RequestOpened(opening));
        assert_eq!(found.map(|s| s.next.flow).map_err(|r| r.code), expected, "{format} {address}");
    }
}

#[test]
fn a_start_carries_an_address_exactly_where_its_sender_owns_it() {
    for flow in [Flow::Pull, Flow::Push] {
        let provider_owns = flow == Flow::Pull;
        let requested = in_state(Role::Consumer, flow, State::Requested);
        let start = |address: bool| {
            let message = transfer_message(Move::Start, address.then(data_address));
            step(Some(&requested), at(), received(&requested, message, "x"))
        };
        assert!(start(provider_owns).is_ok());
        let expected =
            if provider_owns { Code::DataAddressMissing } else { Code::DataAddressNotExpected };
        assert_eq!(code(start(!provider_owns)), expected);
        let requested = in_state(Role::Provider, flow, State::Requested);
        let start = |address: bool| {
            let data_address = address.then(data_address);
            step(Some(&requested), at(), Input::Command(Command::Start { data_address }))
        };
        assert!(start(provider_owns).is_ok());
        assert_eq!(code(start(!provider_owns)), expected);
    }
}

#[test]
fn the_side_without_the_address_asks_and_the_owner_answers_with_a_start() {
    // Pull: the consumer asks.
    let consumer = in_state(Role::Consumer, Flow::Pull, State::Suspended);
    let asked = ours(&consumer, Move::Start);
    assert_eq!(asked.next.state, Some(State::Suspended));
    assert_eq!(effects(&asked), "record await");
    let provider = in_state(Role::Provider, Flow::Pull, State::Suspended);
    let ask = theirs(&provider, Move::Start);
    assert_eq!((ask.next.state, effects(&ask)), (Some(State::Suspended), "record decide".into()));
    let resumed = step(Some(&ask.next), at(), Input::Command(command(&ask.next, Move::Start)));
    assert_eq!(effects(&resumed.unwrap()), "record open send");
    let resumed = theirs(&asked.next, Move::Start);
    assert_eq!(resumed.next.state, Some(State::Started));
    assert_eq!(effects(&resumed), "record open");
    // The owner may start of its own accord: whether the ask has arrived is not known, nor needed.
    let asking = Input::Command(command(&consumer, Move::Start));
    let asking = step(Some(&consumer), at(), asking).unwrap().next;
    let resumed = theirs(&asking, Move::Start);
    assert_eq!((resumed.next.state, resumed.next.awaiting), (Some(State::Started), None));
    assert_eq!(effects(&resumed), "record record withdraw open");
    let Some(Effect::Record(fact)) = resumed.effects.get(1) else { panic!() };
    assert_eq!((fact.event, fact.acknowledges), (crate::fact::Event::Withdrawn, None));
    // A refusal of the ask leaves the transfer suspended.
    let asking = Input::Command(command(&consumer, Move::Start));
    let asking = step(Some(&consumer), at(), asking).unwrap().next;
    let (number, status) = (asking.sent, 400);
    let refused = RefusedByPeer { number, status, peer_state: None };
    let refused = step(Some(&asking), at(), Input::RefusedByPeer(refused)).unwrap().next;
    assert_eq!((refused.state, refused.awaiting), (Some(State::Suspended), None));
}

#[test]
fn a_stop_cuts_the_data_path_before_anything_else() {
    for role in Role::ALL {
        let now = in_state(role, Flow::Pull, State::Started);
        for what in [Move::Suspend, Move::Complete, Move::Terminate] {
            assert!(effects(&theirs(&now, what)).starts_with("close record"), "{what:?}");
            let own = step(Some(&now), at(), Input::Command(command(&now, what))).unwrap();
            assert_eq!(effects(&own), "close record send", "{what:?}");
            assert!(!own.next.may_flow());
        }
        assert!(now.may_flow());
    }
}

#[test]
fn data_may_be_fetched_before_the_answer_to_our_start_is_read() {
    let now = in_state(Role::Provider, Flow::Pull, State::Requested);
    assert!(!now.may_flow());
    let start = step(Some(&now), at(), Input::Command(command(&now, Move::Start))).unwrap();
    assert_eq!(effects(&start), "record open send");
    assert!(start.next.may_flow());
    // The consumer completes before its answer to the start is read.
    let done = theirs(&start.next, Move::Complete);
    assert_eq!(done.next.state, Some(State::Completed));
    let Some(Effect::Record(fact)) = done.effects.get(1) else { panic!() };
    assert_eq!(fact.acknowledges, Some(MessageKind::TransferStartMessage));
}

#[test]
fn the_same_request_again_finds_the_same_transfer() {
    let now = opened(Flow::Pull);
    let opening = |bytes: &str| {
        Input::RequestOpened(Opening {
            from: did(Role::Consumer),
            data_space: space(),
            message: transfer_request(Flow::Pull),
            digest: digest(bytes),
            own_pid: ProviderPid::parse("urn:uuid:fresh").unwrap(),
        })
    };
    let again = step(Some(&now), at(), opening("opening")).unwrap();
    assert!(again.is_idle() && again.next == now);
    assert_eq!(code(step(Some(&now), at(), opening("other"))), Code::PidTaken);
}

#[test]
fn strangers_and_other_processes_are_refused() {
    let now = opened(Flow::Pull);
    let message = || transfer_message(Move::Terminate, None);
    let stranger = Input::Received(Received {
        from: did(Role::Provider),
        data_space: space(),
        message: message(),
        digest: digest("x"),
    });
    assert_eq!(code(step(Some(&now), at(), stranger)), Code::NotAParty);
    let TransferMessage::Termination(mut other) = message() else { panic!() };
    other.consumer_pid = ConsumerPid::parse("urn:uuid:other").unwrap();
    let other = received(&now, TransferMessage::Termination(other), "x");
    assert_eq!(code(step(Some(&now), at(), other)), Code::PidsDiffer);
    let request = TransferMessage::Request(transfer_request(Flow::Pull));
    let request = received(&now, request, "x");
    assert_eq!(code(step(Some(&now), at(), request)), Code::InitialInProcess);
    assert_eq!(code(step(None, at(), peers(&now, Move::Start, "x"))), Code::UnknownProcess);
}

#[test]
fn a_peer_that_has_ended_is_followed() {
    let now = in_state(Role::Provider, Flow::Pull, State::Started);
    let now = step(Some(&now), at(), Input::Command(command(&now, Move::Suspend))).unwrap().next;
    let refused = |peer_state| {
        let (number, status) = (now.sent, 400);
        let refused = RefusedByPeer { number, status, peer_state };
        step(Some(&now), at(), Input::RefusedByPeer(refused)).unwrap()
    };
    assert_eq!(refused(Some(State::Completed)).next.state, Some(State::Completed));
    assert_eq!(refused(Some(State::Terminated)).next.state, Some(State::Terminated));
    // Whether the suspension arrived, or the peer stood there before, is not known.
    let followed = refused(Some(State::Suspended));
    assert_eq!(followed.next.state, Some(State::Suspended));
    let Some(Effect::Record(fact)) = followed.effects.first() else { panic!() };
    assert_eq!(fact.event, crate::fact::Event::Compared);
    let left = refused(Some(State::Started));
    assert_eq!(left.next.awaiting.map(|outgoing| outgoing.what), Some(Move::Terminate));
}
