//! What each side does when the other tells its state after a long silence.

use super::*;

/// What comes of it, for each of [`State::ALL`] at the peer and last for *no such process*: `=` the
/// same state or nothing to do, `w` wait for the peer's message to come again, `e` ended alone, `f`
/// finalized, `t` a termination to the peer.
fn outcomes(role: Role, state: State, overdue: bool) -> String {
    let now = in_state(role, state);
    let told = State::ALL.into_iter().map(Some).chain([None]);
    told.map(|peer_state| {
        let input = Input::Compared(Compared { peer_state, overdue });
        let step = step(Some(&now), at(), input).unwrap();
        match (step.next.state, step.next.awaiting.map(|outgoing| outgoing.what)) {
            _ if step.is_idle() && peer_state == Some(state) => '=',
            _ if step.is_idle() => 'w',
            (Some(State::Terminated), None) => 'e',
            (Some(State::Finalized), None) => {
                assert!(step.effects.contains(&Effect::Conclude));
                'f'
            }
            (_, Some(Move::Terminate)) => 't',
            other => panic!("{other:?}"),
        }
    })
    .collect()
}

fn check(role: Role, state: State, waiting: &str, overdue: &str) {
    assert_eq!(outcomes(role, state, false), waiting, "{role} in {state}");
    assert_eq!(outcomes(role, state, true), overdue, "{role} in {state}, overdue");
}

#[test]
fn a_peer_that_has_ended_is_followed_and_one_message_behind_is_waited_for() {
    use Role::{Consumer, Provider};
    use State::{Accepted, Agreed, Offered, Requested, Verified};
    let rows = [
        //                    REQUESTED … TERMINATED, none; the same when overdue
        (Consumer, Requested, "=tttttee", "=tttttee"),
        (Consumer, Offered, "w=ttttee", "t=ttttee"),
        (Consumer, Accepted, "tt=tttee", "tt=tttee"),
        (Consumer, Agreed, "wtw=ttee", "ttt=ttee"),
        (Consumer, Verified, "tttt=fee", "tttt=fee"),
        (Provider, Requested, "=wttttee", "=tttttee"),
        (Provider, Offered, "t=ttttee", "t=ttttee"),
        (Provider, Accepted, "tw=tttee", "tt=tttee"),
        (Provider, Agreed, "ttt=ttee", "ttt=ttee"),
        (Provider, Verified, "tttw=tee", "tttt=tee"),
    ];
    for (role, state, waiting, overdue) in rows {
        check(role, state, waiting, overdue);
    }
    for role in Role::ALL {
        for state in [State::Finalized, State::Terminated] {
            let now = in_state(role, state);
            let input = Input::Compared(Compared { peer_state: None, overdue: true });
            assert!(step(Some(&now), at(), input).unwrap().is_idle(), "{role} in {state}");
        }
    }
}

#[test]
fn a_message_of_our_own_that_is_under_way_says_more_than_the_peers_state() {
    let now = in_state(Role::Consumer, State::Offered);
    let now = step(Some(&now), at(), Input::Command(command(Move::Accept))).unwrap().next;
    let input = Input::Compared(Compared { peer_state: Some(State::Offered), overdue: true });
    assert!(step(Some(&now), at(), input).unwrap().is_idle());
}
