//! Rules as tables: who may end a negotiation in which state, and each message once more.

use super::*;
use crate::Clause;

/// What becomes of a termination: the clause that it obeys, or the code of its refusal.
fn outcome(result: Result<Step, Refusal>) -> String {
    match result {
        Ok(step) => format!("{:?}", step.clause),
        Err(refusal) => refusal.code.name().to_owned(),
    }
}

#[test]
fn who_may_end_it_when_and_by_which_rule() {
    use Role::{Consumer, Provider};
    use State::{Accepted, Agreed, Finalized, Offered, Requested, Terminated, Verified};
    let (diagram, prose) = ("NegotiationTermination", "NegotiationTerminationByProse");
    // In a state: what one of `who` is answered that wants to end it, and what its peer answers.
    let check = |who: Role, state, ours: &str, theirs: &str| {
        let command = Input::Command(command(Move::Terminate));
        let sent = step(Some(&in_state(who, state)), at(), command);
        assert_eq!(outcome(sent), ours, "{who:?} in {state} sends");
        let message = received(who, negotiation_message(Move::Terminate), "end");
        let taken = step(Some(&in_state(who.peer(), state)), at(), message);
        assert_eq!(outcome(taken), theirs, "{who:?} in {state} is heard");
    };
    for who in Role::ALL {
        for state in [Requested, Offered] {
            check(who, state, diagram, diagram);
        }
        check(who, Finalized, "process-ended", "process-ended");
        check(who, Terminated, "process-ended", "process-ended");
    }
    for state in [Accepted, Verified] {
        check(Provider, state, diagram, diagram);
        check(Consumer, state, "termination-not-ours", prose);
    }
    check(Consumer, Agreed, diagram, diagram);
    check(Provider, Agreed, "termination-not-ours", prose);
}

#[test]
fn each_message_once_more_is_answered_as_before_and_in_other_bytes_refused() {
    use Move::{Accept, Agree, Finalize, Offer, Request, Terminate, Verify};
    use State::{Accepted, Agreed, Offered, Requested, Verified};
    // The message, and the state in which its receiver waits for it.
    for (what, before) in [
        (Request, Offered),
        (Offer, Requested),
        (Accept, Offered),
        (Agree, Accepted),
        (Verify, Agreed),
        (Finalize, Verified),
        (Terminate, Requested),
    ] {
        let sender = Role::ALL.into_iter().find(|role| what.is_of(*role)).unwrap();
        let message = |bytes| received(sender, negotiation_message(what), bytes);
        let waiting = in_state(sender.peer(), before);
        let taken = step(Some(&waiting), at(), message("once")).unwrap();
        assert!(!taken.is_idle(), "{what:?}");
        let again = step(Some(&taken.next), at(), message("once")).unwrap();
        assert!(again.is_idle() && again.clause == Clause::Replay, "{what:?}");
        assert_eq!(again.next, taken.next, "{what:?}");
        let other = step(Some(&taken.next), at(), message("other bytes")).unwrap_err();
        assert_eq!(crate::status::of_refusal(&other), 400, "{what:?}");
    }
}

#[test]
fn an_event_of_the_wrong_role_is_refused_in_every_state() {
    for state in State::ALL {
        for (sender, what) in [(Role::Consumer, Move::Finalize), (Role::Provider, Move::Accept)] {
            let message = received(sender, negotiation_message(what), "event");
            let refused = code(step(Some(&in_state(sender.peer(), state)), at(), message));
            assert_eq!(refused, Code::WrongRole, "{sender:?} in {state}");
        }
    }
}

#[test]
fn nobody_accepts_an_offer_of_its_own_whoever_opened() {
    let accept = || received(Role::Consumer, negotiation_message(Move::Accept), "accept");
    let requested = opened(Role::Provider);
    // Also after a round of offers: the consumer's counter is on the table again.
    let counter = || received(Role::Consumer, negotiation_message(Move::Request), "counter");
    let offered = in_state(Role::Provider, State::Offered);
    let countered = step(Some(&offered), at(), counter()).unwrap().next;
    for now in [requested, countered] {
        assert_eq!(code(step(Some(&now), at(), accept())), Code::OwnOffer);
    }
}
